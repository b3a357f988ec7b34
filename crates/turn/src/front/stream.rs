//! A client whose messages come by a stream: TCP, or TLS that the caller of the crate has accepted.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::{timeout, timeout_at};

use super::stream_link::StreamLink;
use super::worker_link::WorkerLink;
use crate::message::frame_length;

/// Bytes 4 to 8 of each message.
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
/// A stream may be without an allocation for so long.
const WITHOUT_ALLOCATION: Duration = Duration::from_secs(60);
/// A client may read nothing for so long.
const WRITE: Duration = Duration::from_secs(30);
/// What is read at once.
const READ: usize = 4 << 10;
/// Buffers larger than this are given back when they are empty.
const KEPT: usize = 16 << 10;

/// Serves a stream until it ends.
pub(super) async fn serve<S>(stream: S, link: Arc<StreamLink>, worker: Arc<WorkerLink>) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (reader, writer) = tokio::io::split(stream);
    // Also when the task is dropped.
    let _end = End { link: &link, worker: &worker };
    // A worker closes the streams that it knows.
    if link.push_incoming(&[]) {
        worker.tell(link.clone())?;
    }
    tokio::select! {
        result = read(reader, &link, &worker) => result,
        result = write(writer, &link) => result,
    }
}

struct End<'a> {
    link: &'a Arc<StreamLink>,
    worker: &'a WorkerLink,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        if self.link.end() {
            // A worker that has ended holds no allocation.
            let _ = self.worker.tell(self.link.clone());
        }
    }
}

async fn read<S: AsyncRead>(mut reader: ReadHalf<S>, link: &Arc<StreamLink>, worker: &WorkerLink) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(READ);
    let mut allocated = Instant::now();
    loop {
        if link.has_relay() {
            allocated = Instant::now();
        }
        let until = allocated + WITHOUT_ALLOCATION;
        match timeout_at(until.into(), reader.read_buf(&mut buffer)).await {
            Ok(Ok(0)) => return Ok(()),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) if link.has_relay() => continue,
            Err(_) => return Err(io::Error::new(io::ErrorKind::TimedOut, "a client asked for no allocation")),
        }
        if Instant::now() > until && !link.has_relay() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "a client asked for no allocation"));
        }
        let whole = whole_frames(&buffer)?;
        if whole > 0 && link.push_incoming(&buffer[..whole]) {
            worker.tell(link.clone())?;
        }
        buffer.drain(..whole);
        if buffer.is_empty() && buffer.capacity() > KEPT {
            buffer = Vec::with_capacity(READ);
        }
        while !link.may_read() {
            link.drained.notified().await;
        }
    }
}

/// How many bytes whole frames take.
fn whole_frames(bytes: &[u8]) -> io::Result<usize> {
    let mut whole = 0;
    while let Some(start) = bytes[whole..].first_chunk() {
        // Without the cookie something else follows, such as TLS, whose length would be waited for in vain.
        let is_stun = start[0] >= 0x40 || bytes[whole..].get(4..8).is_none_or(|cookie| cookie == MAGIC_COOKIE);
        let Some(length) = frame_length(*start).filter(|_| is_stun) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "bytes that are no STUN"));
        };
        if bytes.len() - whole < length {
            break;
        }
        whole += length;
    }
    Ok(whole)
}

async fn write<S: AsyncWrite>(mut writer: WriteHalf<S>, link: &StreamLink) -> io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let closed = link.take_outgoing(&mut buffer);
        if !buffer.is_empty() {
            let written = timeout(WRITE, async {
                writer.write_all(&buffer).await?;
                writer.flush().await
            });
            written.await.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "a client read nothing"))??;
            buffer.clear();
        }
        if closed {
            let _ = timeout(WRITE, writer.shutdown()).await;
            return Ok(());
        }
        link.to_write.notified().await;
    }
}
