//! One Socket.IO client: protocol 5 over Engine.IO 4, the part of it that the course uses.

use anyhow::{Context, Result, bail, ensure};

use crate::polling::Polling;
use crate::target::{Carrier, Target};
use crate::websocket::WebSocket;

enum Transport {
    WebSocket(WebSocket),
    Polling(Polling),
}

/// A connected client.
pub struct Client {
    transport: Transport,
}

impl Client {
    /// Connects under this name with the course's password, and waits until the server says that it has.
    ///
    /// # Errors
    /// A server that does not let it in.
    pub async fn connect(target: &Target, user_name: &str) -> Result<Self> {
        let transport = match target.carrier {
            Carrier::Ws => Transport::WebSocket(WebSocket::connect(target).await?),
            Carrier::Polling => Transport::Polling(Polling::connect(target).await?),
        };
        let mut client = Self { transport };
        client.next().await?;
        ensure!(client.current().starts_with(b"0"), "no open packet");
        client.push(format!(r#"40{{"userName":"{user_name}","password":"x"}}"#).as_bytes());
        client.flush().await?;
        let connected = client.packet().await?;
        ensure!(connected.starts_with(b"0"), "not let in: {}", String::from_utf8_lossy(connected));
        Ok(client)
    }

    /// Puts a packet aside for the next [`flush`](Self::flush).
    pub fn push(&mut self, packet: &[u8]) {
        match &mut self.transport {
            Transport::WebSocket(transport) => transport.push(packet),
            Transport::Polling(transport) => transport.push(packet),
        }
    }

    /// Sends what was put aside.
    ///
    /// # Errors
    /// A connection that is gone.
    pub async fn flush(&mut self) -> Result<()> {
        match &mut self.transport {
            Transport::WebSocket(transport) => transport.flush().await,
            Transport::Polling(transport) => transport.flush().await,
        }
    }

    /// Emits an event, in a write or request of its own.
    ///
    /// # Errors
    /// A connection that is gone.
    pub async fn emit(&mut self, event: &[u8]) -> Result<()> {
        self.push(event);
        self.flush().await
    }

    /// The next Socket.IO packet without Engine.IO's `4` before it. Pings are answered on the way.
    ///
    /// # Errors
    /// The end.
    pub async fn packet(&mut self) -> Result<&[u8]> {
        loop {
            self.next().await?;
            match self.current().first() {
                Some(b'4') => break,
                Some(b'2') => self.emit(b"3").await?,
                Some(b'6') => {}
                Some(b'1') => bail!("the server closed the session"),
                _ => bail!("an unknown packet"),
            }
        }
        let packet = &self.current()[1..];
        ensure!(!packet.starts_with(b"1"), "the server disconnected the client");
        Ok(packet)
    }

    /// Closes as a page does that is left, and waits for the server's end of it.
    pub async fn close(self) {
        match self.transport {
            Transport::WebSocket(transport) => transport.close().await,
            Transport::Polling(transport) => transport.close().await,
        }
    }

    async fn next(&mut self) -> Result<()> {
        match &mut self.transport {
            Transport::WebSocket(transport) => transport.next().await,
            Transport::Polling(transport) => transport.next().await,
        }
        .context("listening")
    }

    fn current(&self) -> &[u8] {
        match &self.transport {
            Transport::WebSocket(transport) => transport.current(),
            Transport::Polling(transport) => transport.current(),
        }
    }
}
