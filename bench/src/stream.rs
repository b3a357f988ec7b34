//! A connection's bytes, plain or through TLS, and the buffer that they are read into.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::target::Target;

/// What one read takes at most.
const SCRATCH: usize = 64 * 1024;
/// An empty buffer that is larger than this is given back.
const KEPT: usize = 16 * 1024;

thread_local! {
    // One for all connections: ten thousand that wait hold no memory.
    static SCRATCH_BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH].into());
}

enum Way {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection to a server.
pub struct Stream {
    way: Way,
    /// Read and not yet used up from here on.
    start: usize,
    read: Vec<u8>,
}

impl Stream {
    /// Connects, with a TLS handshake where one is due.
    ///
    /// # Errors
    /// Whatever goes wrong at that.
    pub async fn connect(target: &Target) -> Result<Self> {
        let socket = TcpStream::connect(target.address).await.context("connecting")?;
        socket.set_nodelay(true)?;
        let way = match &target.tls {
            None => Way::Plain(socket),
            Some(tls) => {
                let name = ServerName::try_from("localhost")?;
                Way::Tls(Box::new(tls.connect(name, socket).await.context("TLS handshake")?))
            }
        };
        Ok(Self { way, start: 0, read: Vec::new() })
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// A connection that is gone.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.way {
            Way::Plain(socket) => socket.write_all(bytes).await?,
            Way::Tls(socket) => {
                socket.write_all(bytes).await?;
                socket.flush().await?;
            }
        }
        Ok(())
    }

    /// What was read and is not yet used up.
    pub fn unread(&self) -> &[u8] {
        &self.read[self.start..]
    }

    /// Uses up so many bytes. Where they lie can be looked at until more is read.
    pub fn take(&mut self, length: usize) -> Range<usize> {
        let taken = self.start..self.start + length;
        self.start = taken.end;
        taken
    }

    /// What was taken.
    pub fn taken(&self, range: &Range<usize>) -> &[u8] {
        &self.read[range.clone()]
    }

    /// Reads more. What was taken is gone then.
    ///
    /// # Errors
    /// The end.
    pub async fn fill(&mut self) -> Result<()> {
        if self.start == self.read.len() {
            self.start = 0;
            self.read.clear();
            if self.read.capacity() > KEPT {
                self.read = Vec::new();
            }
        } else if self.start > KEPT {
            self.read.drain(..std::mem::take(&mut self.start));
        }
        let Self { way, read, .. } = self;
        let length = poll_fn(|context| {
            SCRATCH_BUFFER.with_borrow_mut(|scratch| {
                let mut buffer = ReadBuf::new(scratch);
                ready!(poll_read(way, context, &mut buffer))?;
                read.extend_from_slice(buffer.filled());
                Poll::Ready(io::Result::Ok(buffer.filled().len()))
            })
        })
        .await?;
        ensure!(length > 0, "the server closed the connection");
        Ok(())
    }

    /// Says that nothing more comes, and waits for the other side's end.
    pub async fn finish(mut self) {
        let _ = match &mut self.way {
            Way::Plain(socket) => socket.shutdown().await,
            Way::Tls(socket) => socket.shutdown().await,
        };
        while self.fill().await.is_ok() {
            self.start = self.read.len();
        }
    }
}

fn poll_read(way: &mut Way, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
    match way {
        Way::Plain(socket) => Pin::new(socket).poll_read(context, buffer),
        Way::Tls(socket) => Pin::new(socket.as_mut()).poll_read(context, buffer),
    }
}
