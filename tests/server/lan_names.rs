//! `--lan`: the name of the machine in its network, by multicast DNS, between two namespaces of this test alone.

use std::fs;
use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use crate::support::namespaces::{ADDRESSES, Namespaces};
use crate::support::{server, within};

const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const PORT: u16 = 5353;
/// How long one attempt waits for a packet.
const ATTEMPT: Duration = Duration::from_secs(2);

/// Starts the server with `--lan` in a namespace; gives back its start-up lines.
async fn start(namespaces: &Namespaces, index: usize, flags: &[&str]) -> (Child, Vec<String>) {
    start_with_state(namespaces, index, server::state_dir(), flags).await
}

/// The same, with a state folder of its own.
async fn start_with_state(namespaces: &Namespaces, index: usize, state: &Path, flags: &[&str]) -> (Child, Vec<String>) {
    let mut command = namespaces.command(index, env!("CARGO_BIN_EXE_switchboard"));
    command.args(["--lan", "--port", "0", "--state-dir"]).arg(state).args(flags).kill_on_drop(true);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut printed = Vec::new();
    within("the ready line", async {
        while let Some(line) = lines.next_line().await.expect("readable output") {
            printed.push(line);
            if printed.last().is_some_and(|line| line.starts_with("ready: ")) {
                break;
            }
        }
    })
    .await;
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, printed)
}

/// The name of the start-up lines: `https://NAME.local:PORT`.
fn name_in(printed: &[String]) -> String {
    let line = printed.iter().find(|line| line.contains(".local:")).unwrap_or_else(|| panic!("no name: {printed:?}"));
    let (_, rest) = line.split_once("https://").expect("an address");
    rest.split(':').next().expect("a name").to_owned()
}

/// The labels of a name, as in a DNS message.
fn encoded(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.') {
        bytes.push(u8::try_from(label.len()).expect("a label"));
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// Asks the network for the IPv4 address of a name (a one-shot query, RFC 6762, section 5.1).
fn ask(namespaces: &Namespaces, index: usize, name: &str) -> Option<Ipv4Addr> {
    namespaces.within(index, || {
        let socket = UdpSocket::bind((ADDRESSES[index], 0)).expect("a socket");
        socket.set_read_timeout(Some(ATTEMPT)).expect("a time-out");
        let question = [&[0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], &encoded(name)[..], &[0, 1, 0, 1]].concat();
        let mut reply = [0; 1500];
        for _ in 0..5 {
            socket.send_to(&question, (GROUP, PORT)).expect("a question");
            // The record: type A, class IN, some lifetime, four bytes.
            if let Ok(length) = socket.recv(&mut reply) {
                let found = reply[..length].windows(14).rev().find(|at| at[..3] == [0, 1, 0] && at[8..10] == [0, 4]);
                if let Some(&[.., a, b, c, d]) = found {
                    return Some(Ipv4Addr::new(a, b, c, d));
                }
            }
        }
        None
    })
}

/// A socket that receives what is sent to the group.
fn listen(namespaces: &Namespaces, index: usize) -> UdpSocket {
    namespaces.within(index, || {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).expect("a socket");
        socket.set_reuse_address(true).expect("an option");
        socket.set_reuse_port(true).expect("an option");
        socket.bind(&std::net::SocketAddr::from((GROUP, PORT)).into()).expect("the port of multicast DNS");
        let own = ADDRESSES[index].parse().expect("an address");
        socket.join_multicast_v4(&GROUP, &own).expect("the group");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
        socket.into()
    })
}

/// Whether a client at the first machine that trusts `root` accepts the certificate under this name. The server replaces
/// its certificate a moment after it has taken the name, so that the first attempts may fail.
fn is_certified(namespaces: &Namespaces, address: (Ipv4Addr, u16), name: &str, root: &[u8]) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(root).expect("a certificate")).expect("a root");
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let mut tls = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = namespaces.within(0, || TcpStream::connect(address).expect("a connection"));
    stream.set_read_timeout(Some(ATTEMPT)).expect("a time-out");
    while tls.is_handshaking() {
        if tls.complete_io(&mut stream).is_err() {
            return false;
        }
    }
    true
}

/// Whether a packet holds an A record of this address with a lifetime of 0 (RFC 6762, section 10.1).
fn is_goodbye(packet: &[u8], address: Ipv4Addr) -> bool {
    let record = [&[0, 1, 0x80, 1, 0, 0, 0, 0, 0, 4], &address.octets()[..]].concat();
    packet.windows(record.len()).any(|bytes| bytes == record)
}

#[tokio::test]
async fn second_machine_of_one_name_takes_a_suffix() {
    let Some(namespaces) = Namespaces::new("lan") else { return };
    let (_first, printed) = start(&namespaces, 0, &[]).await;
    let name = name_in(&printed);
    let state = tempfile::tempdir().expect("a folder");
    let (mut second, printed) = start_with_state(&namespaces, 1, state.path(), &[]).await;
    let other = name_in(&printed);
    assert_eq!(other, name.replace(".local", "-2.local"));
    // The code keeps the address, since many phones do not look up such names.
    let address = format!("https://{}:", ADDRESSES[1]);
    let code = printed.iter().position(|line| line.contains('█') || line.contains('▀')).expect("a QR code");
    assert!(
        printed[..code].iter().rev().find(|line| !line.is_empty()).expect("a line").contains(&address),
        "{printed:?}"
    );

    let addresses = ADDRESSES.map(|address| address.parse::<Ipv4Addr>().expect("an address"));
    assert_eq!(ask(&namespaces, 1, &name), Some(addresses[0]));
    assert_eq!(ask(&namespaces, 0, &other), Some(addresses[1]));

    let port = printed.last().and_then(|line| line.rsplit(':').next()).and_then(|port| port.parse().ok());
    let root = fs::read(state.path().join("switchboard-ca.crt")).expect("the authority");
    let is_named = || is_certified(&namespaces, (addresses[1], port.expect("a port")), &other, &root);
    within("a certificate for the name", async {
        while !is_named() {
            tokio::task::yield_now().await;
        }
    })
    .await;

    let socket = listen(&namespaces, 0);
    let id = second.id().expect("a process").to_string();
    assert!(std::process::Command::new("kill").arg(&id).status().expect("a signal").success());
    let mut packet = [0; 1500];
    loop {
        let length = socket.recv(&mut packet).expect("a goodbye packet");
        if is_goodbye(&packet[..length], addresses[1]) {
            break;
        }
    }
    within("the end of the server", second.wait()).await.expect("an end");
}

#[tokio::test]
async fn machine_without_multicast_says_so_and_serves() {
    let Some(namespaces) = Namespaces::new("lon") else { return };
    // On this address alone, which no other device reaches: nothing is announced.
    let (_child, printed) = start(&namespaces, 0, &["--bind", "127.0.0.1"]).await;
    assert!(!printed.iter().any(|line| line.contains(".local")), "{printed:?}");
    // The port of multicast DNS belongs to a program that does not share it.
    let _taken = namespaces.within(1, || [UdpSocket::bind(("0.0.0.0", PORT)), UdpSocket::bind(("::", PORT))]);
    let (_child, printed) = start(&namespaces, 1, &[]).await;
    let line = printed.iter().find(|line| line.contains(".local")).expect("a sentence");
    assert!(line.contains("is not announced") && line.contains("5353"), "{line}");
    namespaces.disconnect();
    let (_child, printed) = start(&namespaces, 1, &[]).await;
    assert!(printed.iter().any(|line| line.contains("is not announced: this machine is in no network")), "{printed:?}");
}
