//! Builds what this module consists of: the list of ICE servers, and the TURN server inside.

use std::sync::Arc;

use anyhow::Result;
use switchboard_turn::{Handle, TurnServer};
use tokio_util::sync::CancellationToken;

use super::ice_servers::IceServers;
use super::inside::{self, InsideUrls};
use super::options::IceOptions;
use super::self_test::SelfTest;
use crate::random;

/// The ICE servers of a server that is not listening yet.
pub struct Ice {
    /// What clients receive.
    pub servers: Arc<IceServers>,
    turn: Option<TurnServer>,
    self_test: Option<SelfTest>,
}

impl Ice {
    /// Opens the ports of the TURN server, if it is on. `is_trusted` says whether browsers trust the certificate.
    ///
    /// # Errors
    /// A port that is taken or forbidden.
    pub fn build(options: &IceOptions, is_trusted: impl Fn() -> bool + Send + Sync + 'static) -> Result<Self> {
        // One of this start only: credentials of an earlier one are not valid any more.
        let secret = options.secret.clone().unwrap_or_else(random::hex_key);
        let Some(inside) = &options.inside else {
            return Ok(Self { servers: Arc::new(IceServers::new(options, secret, None)), turn: None, self_test: None });
        };
        let turn = inside::bind(inside, &secret)?;
        let bound = turn.local_addr();
        let urls = InsideUrls::new(inside, bound.port(), is_trusted);
        let self_test = SelfTest::new(bound, inside.turn.external_ip.first().copied(), secret.clone());
        let servers = Arc::new(IceServers::new(options, secret, Some(urls)));
        Ok(Self { servers, turn: Some(turn), self_test: Some(self_test) })
    }

    /// The TURN server, as others use it.
    pub fn handle(&self) -> Option<Handle> {
        self.turn.as_ref().map(TurnServer::handle)
    }

    /// The self-test of the TURN server, once.
    pub fn take_self_test(&mut self) -> Option<SelfTest> {
        self.self_test.take()
    }

    /// Runs the TURN server, if it is on, until `stop` is cancelled. HTTP and HTTPS are served on the port `http_port`.
    pub async fn serve(self, http_port: u16, stop: CancellationToken) {
        if let Some(inside) = self.servers.inside() {
            inside.set_http_port(http_port);
        }
        if let Some(turn) = self.turn {
            turn.serve(stop.cancelled()).await;
        }
    }
}
