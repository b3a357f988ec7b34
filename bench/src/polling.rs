//! Engine.IO over HTTP long-polling: one connection that polls, one that posts.

use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use memchr::{memchr, memmem};

use crate::stream::Stream;
use crate::target::Target;

/// Between the packets of one payload.
const SEPARATOR: u8 = 0x1e;

/// A polling session.
pub struct Polling {
    polls: Stream,
    posts: Stream,
    path: String,
    host: String,
    /// What the last poll brought, and where in it the packet lies that was read last.
    payload: Vec<u8>,
    current: Range<usize>,
    out: Vec<u8>,
}

impl Polling {
    /// Opens a session. The first packet to be read is the server's open packet.
    ///
    /// # Errors
    /// A server that does not want to.
    pub async fn connect(target: &Target) -> Result<Self> {
        let (polls, posts) = (Stream::connect(target).await?, Stream::connect(target).await?);
        let host = format!("localhost:{}", target.address.port());
        let path = "/socket.io/?EIO=4&transport=polling".to_string();
        let mut polling = Self { polls, posts, path, host, payload: Vec::new(), current: 0..0, out: Vec::new() };
        polling.poll().await?;
        let open: Open = serde_json::from_slice(polling.payload.get(1..).unwrap_or_default()).context("open packet")?;
        polling.path = format!("{}&sid={}", polling.path, open.sid);
        // So that it is read once more, as the first packet.
        polling.current = 0..0;
        Ok(polling)
    }

    /// Puts a packet aside for the next [`flush`](Self::flush).
    pub fn push(&mut self, packet: &[u8]) {
        if !self.out.is_empty() {
            self.out.push(SEPARATOR);
        }
        self.out.extend_from_slice(packet);
    }

    /// Posts what was put aside, in one request.
    ///
    /// # Errors
    /// A session that is gone.
    pub async fn flush(&mut self) -> Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let mut request = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n\r\n",
            self.path,
            self.host,
            self.out.len()
        )
        .into_bytes();
        request.append(&mut self.out);
        self.posts.write(&request).await?;
        let mut answer = Vec::new();
        read_body(&mut self.posts, &mut answer).await.context("post")
    }

    async fn poll(&mut self) -> Result<()> {
        let request = format!("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", self.path, self.host);
        self.polls.write(request.as_bytes()).await?;
        self.payload.clear();
        self.current = 0..0;
        read_body(&mut self.polls, &mut self.payload).await.context("poll")
    }

    /// Reads the next packet; polls where none is left.
    ///
    /// # Errors
    /// A session that is gone.
    pub async fn next(&mut self) -> Result<()> {
        // After a packet comes its separator, or the payload's end.
        let mut start = if self.current.end == 0 { 0 } else { self.current.end + 1 };
        while start >= self.payload.len() {
            self.poll().await?;
            start = 0;
        }
        let length = memchr(SEPARATOR, &self.payload[start..]).unwrap_or(self.payload.len() - start);
        self.current = start..start + length;
        Ok(())
    }

    /// The packet that was read last.
    pub fn current(&self) -> &[u8] {
        &self.payload[self.current.clone()]
    }

    /// Closes as a client does that calls `disconnect()`.
    pub async fn close(mut self) {
        self.push(b"41");
        self.push(b"1");
        let _ = self.flush().await;
    }
}

#[derive(serde::Deserialize)]
struct Open {
    sid: String,
}

/// Reads one response and appends its body.
async fn read_body(stream: &mut Stream, body: &mut Vec<u8>) -> Result<()> {
    let end = loop {
        match memmem::find(stream.unread(), b"\r\n\r\n") {
            Some(end) => break end,
            None => stream.fill().await?,
        }
    };
    let head = stream.take(end + 4);
    let head = String::from_utf8_lossy(stream.taken(&head)).to_ascii_lowercase();
    let status = head.lines().next().unwrap_or_default();
    let refused = !status.starts_with("http/1.1 200");
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    if let Some(length) = header("content-length:") {
        read_exactly(stream, length.parse().context("content-length")?, body).await?;
    } else if header("transfer-encoding:") == Some("chunked") {
        loop {
            let end = loop {
                match memmem::find(stream.unread(), b"\r\n") {
                    Some(end) => break end,
                    None => stream.fill().await?,
                }
            };
            let line = stream.take(end + 2);
            let line = std::str::from_utf8(stream.taken(&line)).context("chunk")?;
            let length = usize::from_str_radix(line.trim(), 16).context("chunk")?;
            read_exactly(stream, length, body).await?;
            read_exactly(stream, 2, &mut Vec::new()).await?;
            if length == 0 {
                break;
            }
        }
    } else {
        bail!("a response without a length");
    }
    ensure!(!refused, "{status}");
    Ok(())
}

async fn read_exactly(stream: &mut Stream, length: usize, into: &mut Vec<u8>) -> Result<()> {
    while stream.unread().len() < length {
        stream.fill().await?;
    }
    let taken = stream.take(length);
    into.extend_from_slice(stream.taken(&taken));
    Ok(())
}
