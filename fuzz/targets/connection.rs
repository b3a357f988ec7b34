//! A whole server, and a connection on which anything comes. The first byte of the input says how: as it is (HTTP, TLS),
//! or after the opening of a WebSocket at one of the doors, line by line as text or as it is.
//!
//! A panic anywhere in the server ends the fuzzer, also one that the server would survive.

#![no_main]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use switchboard::config::Config;
use switchboard::server::Server;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

const DOORS: [&str; 3] = ["/ws?userName=amy&password=x", "/?userId=1", "/socket.io/?EIO=4&transport=websocket"];
/// Nobody reads longer than this for what may never come.
const PATIENCE: Duration = Duration::from_millis(20);

static SERVER: LazyLock<SocketAddr> = LazyLock::new(|| {
    let (bound, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let state = tempfile::tempdir().expect("a folder for certificates");
        let state_dir = state.path().to_str().expect("a readable path");
        let flags = ["--reconnect-grace", "0s", "--ping-interval", "1s", "--ping-timeout", "1s", "--state-dir"];
        let config = Config::from_args(flags.into_iter().chain([state_dir])).expect("good flags");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            // Where there is no `main`, nothing has switched off the signal that ends a process that writes to a closed pipe.
            let _pipe = signal(SignalKind::pipe()).expect("signals can be listened for");
            let server = Server::build(config).expect("a server");
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
            bound.send(listener.local_addr().expect("an address")).expect("the fuzzer waits for it");
            server.listen(listener, std::future::pending()).await.expect("it listens");
        });
    });
    address.recv().expect("the server has begun")
});

fn text_frame(line: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81];
    match line.len() {
        0..126 => frame.push(0x80 | line.len() as u8),
        _ => {
            frame.push(0xfe);
            frame.extend((line.len().min(65_535) as u16).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(&line[..line.len().min(65_535)]);
    frame
}

fn run(how: u8, bytes: &[u8]) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(*SERVER)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut reply = vec![0; 16 * 1024];
    if let Some(door) = DOORS.get(usize::from(how % 4)) {
        let head = format!(
            "GET {door} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.read(&mut reply)?;
        if how & 4 == 0 {
            for line in bytes.split(|byte| *byte == b'\n') {
                stream.write_all(&text_frame(line))?;
            }
        } else {
            stream.write_all(bytes)?;
        }
    } else {
        stream.write_all(bytes)?;
    }
    stream.shutdown(Shutdown::Write)?;
    while stream.read(&mut reply)? > 0 {}
    Ok(())
}

fuzz_target!(|data: (u8, &[u8])| {
    // Whether the server refuses or closes is its own affair.
    let _ = run(data.0, data.1);
});
