//! HTTP by hand, one connection a request. A client library would tidy up the very paths and headers that the
//! tests are about (`..`, `%2e`, a foreign Origin).

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{TestServer, within};

/// What came back.
pub struct Reply {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl TestServer {
    pub async fn get(&self, path: &str) -> Reply {
        self.request("GET", path, &[], b"").await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.request("GET", path, headers, b"").await
    }

    pub async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        request(self.stream().await, method, path, headers, body).await
    }
}

/// Sends one request over `stream`, exactly as it is given, and reads the reply to its end.
pub async fn request(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    let usual = [("Host", "localhost"), ("Connection", "close")];
    let usual = usual.iter().filter(|(name, _)| !headers.iter().any(|(own, _)| own == name));
    for (name, value) in usual.chain(headers) {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());

    let mut bytes = Vec::new();
    within(&format!("the reply to {method} {path}"), async {
        // A server that refuses a large body may answer and close before it has read it: what counts is the reply.
        stream.write_all(&[head.as_bytes(), body].concat()).await.ok();
        stream.flush().await.ok();
        stream.read_to_end(&mut bytes).await.ok();
    })
    .await;
    parse(&bytes)
}

/// The status of what comes back for these bytes, or nothing where the server closes without a word. (It may close
/// before it has read all, and then the reply gets lost.)
pub async fn status(mut stream: TcpStream, bytes: &[u8]) -> Option<u16> {
    let mut reply = Vec::new();
    within("the server to answer and close", async {
        stream.write_all(bytes).await.ok();
        stream.read_to_end(&mut reply).await.ok();
    })
    .await;
    let reply = String::from_utf8_lossy(&reply);
    let status = reply.split(' ').nth(1)?;
    Some(status.parse().unwrap_or_else(|_| panic!("no status: {reply}")))
}
/// Whether a request was refused, and not by accident: by a reply, or by closing.
pub fn is_refusal(status: Option<u16>) -> bool {
    status.is_none_or(|status| (400..600).contains(&status) && status != 500)
}

fn parse(bytes: &[u8]) -> Reply {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a reply has a head");
    let head = std::str::from_utf8(&bytes[..end]).expect("a readable head");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut reply = Reply { status: status.expect("a reply has a status"), headers, body: bytes[end + 4..].to_vec() };
    if reply.header("transfer-encoding") == Some("chunked") {
        reply.body = unchunked(&reply.body);
    }
    reply
}

/// Joins the pieces of a chunked body: each is its length in hexadecimal, a line end, the bytes, a line end.
fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let length = std::str::from_utf8(&rest[..end]).ok().and_then(|hex| usize::from_str_radix(hex, 16).ok());
        let Some(length) = length.filter(|&length| length > 0) else { break };
        body.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 2 + length + 2..];
    }
    body
}
