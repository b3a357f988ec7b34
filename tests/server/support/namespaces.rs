//! Two network namespaces that are connected with each other and with nothing else.

use std::fs::File;
use std::os::fd::AsFd;
use std::process::{Command, Output};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// The address of each namespace.
pub const ADDRESSES: [&str; 2] = ["10.77.0.1", "10.77.0.2"];

/// The namespaces; they are removed when the value is dropped.
pub struct Namespaces([String; 2]);

impl Namespaces {
    /// Makes them, or gives up with a sentence where that is not allowed. With `CI=true` it must be.
    pub fn new(prefix: &str) -> Option<Self> {
        let id = std::process::id();
        let names = Self(["a", "b"].map(|end| format!("{prefix}{end}{id}")));
        let made = names.make();
        if let Err(reason) = made {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "network namespaces are needed here: {reason}");
            eprintln!("skipped: this needs network namespaces, which are not possible here ({reason})");
            return None;
        }
        Some(names)
    }

    fn make(&self) -> Result<(), String> {
        let [one, other] = &self.0;
        ip(&["netns", "add", one])?;
        ip(&["netns", "add", other])?;
        ip(&["link", "add", "va", "netns", one, "type", "veth", "peer", "name", "vb", "netns", other])?;
        for ((namespace, device), address) in self.0.iter().zip(["va", "vb"]).zip(ADDRESSES) {
            ip(&["-n", namespace, "addr", "add", &format!("{address}/24"), "dev", device])?;
            ip(&["-n", namespace, "link", "set", device, "up"])?;
            ip(&["-n", namespace, "link", "set", "lo", "up"])?;
            ip(&["-n", namespace, "route", "add", "default", "dev", device])?;
        }
        Ok(())
    }

    /// Takes the namespace 1 out of the network.
    pub fn disconnect(&self) {
        ip(&["-n", &self.0[1], "addr", "flush", "dev", "vb"]).expect("no address any more");
    }

    /// A command that runs in a namespace, 0 or 1. Its process is the program itself.
    pub fn command(&self, index: usize, program: &str) -> tokio::process::Command {
        let mut command = tokio::process::Command::new("ip");
        command.args(["netns", "exec", &self.0[index], program]);
        command
    }

    /// Runs `work` on a thread in a namespace. A socket that it opens stays there.
    pub fn within<T: Send>(&self, index: usize, work: impl FnOnce() -> T + Send) -> T {
        let path = format!("/var/run/netns/{}", self.0[index]);
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let namespace = File::open(path).expect("the namespace");
                move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).expect("to enter it");
                work()
            });
            thread.join().expect("the work")
        })
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        for name in &self.0 {
            let _ = Command::new("ip").args(["netns", "del", name]).output();
        }
    }
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    let Output { status, stderr, .. } =
        Command::new("ip").args(arguments).output().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&stderr).trim().to_owned()) }
}
