//! The configuration of the engine, under engineioxide's names.

use std::borrow::Cow;
use std::time::Duration;

use engineioxide_core::TransportType;

/// The configuration of the engine.
#[derive(Debug, Clone)]
pub struct EngineIoConfig {
    /// The path of the requests.
    pub req_path: Cow<'static, str>,
    /// The time from the opening, and from each pong, to the next ping.
    pub ping_interval: Duration,
    /// How long the client may take to answer a ping.
    pub ping_timeout: Duration,
    /// How long the client may take to upgrade to a WebSocket.
    pub upgrade_timeout: Duration,
    /// Messages that may wait for a client.
    pub max_buffer_size: usize,
    /// Bytes of the largest polling body, in either direction.
    pub max_payload: u64,
    /// Has no effect: an idle connection has no buffer.
    pub ws_read_buffer_size: usize,
    /// Bytes of the largest WebSocket message.
    pub ws_max_message_size: usize,
    /// Bytes of the largest WebSocket frame.
    pub ws_max_frame_size: usize,
    /// The transports that may be used, one bit each.
    pub transports: u8,
}

impl Default for EngineIoConfig {
    fn default() -> Self {
        Self {
            req_path: "/engine.io".into(),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            upgrade_timeout: Duration::from_secs(10),
            max_buffer_size: 128,
            max_payload: 100_000,
            ws_read_buffer_size: 4096,
            ws_max_message_size: 64 << 20,
            ws_max_frame_size: 16 << 20,
            transports: TransportType::Polling as u8 | TransportType::Websocket as u8,
        }
    }
}

impl EngineIoConfig {
    /// A builder with the defaults.
    pub fn builder() -> EngineIoConfigBuilder {
        EngineIoConfigBuilder::new()
    }

    /// Whether this transport may be used.
    pub fn allowed_transport(&self, transport: TransportType) -> bool {
        self.transports & transport as u8 != 0
    }
}

/// Builds an [`EngineIoConfig`].
#[derive(Debug, Clone, Default)]
pub struct EngineIoConfigBuilder {
    config: EngineIoConfig,
}

macro_rules! setters {
    ($($name:ident: $type:ty),* $(,)?) => { $(
        #[doc = concat!("Sets [`EngineIoConfig::", stringify!($name), "`].")]
        pub fn $name(mut self, $name: $type) -> Self {
            self.config.$name = $name;
            self
        }
    )* };
}

impl EngineIoConfigBuilder {
    /// A builder with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`EngineIoConfig::req_path`].
    pub fn req_path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.config.req_path = path.into();
        self
    }

    setters!(
        ping_interval: Duration,
        ping_timeout: Duration,
        upgrade_timeout: Duration,
        max_buffer_size: usize,
        max_payload: u64,
        ws_read_buffer_size: usize,
        ws_max_message_size: usize,
        ws_max_frame_size: usize,
    );

    /// Sets [`EngineIoConfig::transports`].
    pub fn transports<const N: usize>(mut self, transports: [TransportType; N]) -> Self {
        self.config.transports = transports.into_iter().fold(0, |all, transport| all | transport as u8);
        self
    }

    /// The configuration.
    pub fn build(self) -> EngineIoConfig {
        self.config
    }
}
