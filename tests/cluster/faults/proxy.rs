//! The network between a node and Redis: a TCP proxy that can be cut, hold back everything, or be slow.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Works,
    /// Connections break, and no new one is made.
    Cut,
    /// Nothing arrives, and nothing breaks.
    Hangs,
    /// Each piece takes so long.
    Slow(Duration),
}

/// A proxy on a free port of the loopback, for as long as the test runs.
pub struct Proxy {
    pub port: u16,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    /// Leads to this port.
    pub async fn start(to: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (mode, watched) = watch::channel(Mode::Works);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let watched = watched.clone();
                tokio::spawn(async move {
                    if *watched.borrow() == Mode::Cut {
                        return;
                    }
                    let Ok(far) = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, to))).await else { return };
                    _ = (near.set_nodelay(true), far.set_nodelay(true));
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    // The end of one direction ends the other one.
                    tokio::select! {
                        () = pass(near_in, far_out, watched.clone()) => {}
                        () = pass(far_in, near_out, watched) => {}
                    }
                });
            }
        });
        Self { port, mode }
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

/// Passes on what comes, until one side closes or the network is cut.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut mode: watch::Receiver<Mode>) {
    let mut buffer = vec![0; 64 * 1024];
    let mut cut = mode.clone();
    let is_cut = async move { _ = cut.wait_for(|mode| *mode == Mode::Cut).await };
    let passing = async {
        while let Ok(size @ 1..) = from.read(&mut buffer).await {
            if mode.wait_for(|mode| *mode != Mode::Hangs).await.is_err() {
                return;
            }
            let now = *mode.borrow();
            if let Mode::Slow(time) = now {
                tokio::time::sleep(time).await;
            }
            if to.write_all(&buffer[..size]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = passing => {}
        () = is_cut => {}
    }
}
