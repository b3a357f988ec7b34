//! Engine.IO over WebSocket.

use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;

use crate::frame;
use crate::stream::Stream;
use crate::target::Target;

/// A WebSocket that carries Engine.IO packets.
pub struct WebSocket {
    stream: Stream,
    /// Where the packet lies that was read last.
    current: Range<usize>,
    out: Vec<u8>,
}

impl WebSocket {
    /// Connects. The first packet to be read is the server's open packet.
    ///
    /// # Errors
    /// A server that does not want to.
    pub async fn connect(target: &Target) -> Result<Self> {
        let mut stream = Stream::connect(target).await?;
        let request = format!(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost:{}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3dpdGNoYm9hcmRiZW5jaA==\r\n\r\n",
            target.address.port()
        );
        stream.write(request.as_bytes()).await?;
        let head = loop {
            if let Some(end) = memmem::find(stream.unread(), b"\r\n\r\n") {
                break stream.take(end + 4);
            }
            stream.fill().await.context("upgrade")?;
        };
        let head = stream.taken(&head);
        ensure!(
            head.starts_with(b"HTTP/1.1 101"),
            "upgrade refused: {}",
            String::from_utf8_lossy(&head[..head.len().min(40)]).lines().next().unwrap_or_default()
        );
        Ok(Self { stream, current: 0..0, out: Vec::new() })
    }

    /// Puts a packet aside for the next [`flush`](Self::flush).
    pub fn push(&mut self, packet: &[u8]) {
        frame::write_masked(&mut self.out, frame::TEXT, packet);
    }

    /// Sends what was put aside, in one write.
    ///
    /// # Errors
    /// A connection that is gone.
    pub async fn flush(&mut self) -> Result<()> {
        if !self.out.is_empty() {
            self.stream.write(&self.out).await?;
            self.out.clear();
            self.out.shrink_to(4096);
        }
        Ok(())
    }

    /// Reads the next packet.
    ///
    /// # Errors
    /// The end, or something that is no frame of Engine.IO.
    pub async fn next(&mut self) -> Result<()> {
        loop {
            let Some(frame) = frame::parse(self.stream.unread())? else {
                self.stream.fill().await?;
                continue;
            };
            let start = self.stream.take(frame.payload.end).start;
            let payload = start + frame.payload.start..start + frame.payload.end;
            match frame.opcode {
                frame::TEXT => {
                    self.current = payload;
                    return Ok(());
                }
                frame::PING => {
                    frame::write_masked(&mut self.out, frame::PONG, self.stream.taken(&payload));
                    self.flush().await?;
                }
                frame::PONG => {}
                frame::CLOSE => bail!("the server closed the WebSocket"),
                other => bail!("a WebSocket frame of kind {other}"),
            }
        }
    }

    /// The packet that was read last.
    pub fn current(&self) -> &[u8] {
        self.stream.taken(&self.current)
    }

    /// Closes as a browser does that leaves the page: with a close frame.
    pub async fn close(mut self) {
        frame::write_masked(&mut self.out, frame::CLOSE, &1001_u16.to_be_bytes());
        if self.flush().await.is_ok() {
            self.stream.finish().await;
        }
    }
}
