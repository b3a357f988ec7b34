//! Clients of the TURN server that connect to the port of HTTP and HTTPS, since some networks let only that through.
//!
//! The address of such a client is always that of its connection: a proxy in front would have to forward TCP, and cannot
//! name another one.

use switchboard_turn::{Handle, Transport};
use tokio_util::sync::CancellationToken;

use super::stream::Stream;
use super::tcp_handle::TcpHandle;
use crate::metrics;

/// Passes streams to the TURN server, if it is on.
pub(super) struct TurnStreams(Option<Handle>);

impl TurnStreams {
    /// To this server.
    pub(super) fn new(turn: Option<Handle>) -> Self {
        Self(turn)
    }

    /// Serves one client until its stream ends, or the server stops. The limits of the TURN server apply, and no longer
    /// those of requests.
    pub(super) async fn serve(
        &self,
        stream: Stream,
        conn: &TcpHandle,
        transport: Transport,
        stopping: CancellationToken,
    ) {
        let Some(turn) = &self.0 else {
            return metrics::warn(
                "turn-off",
                "connection closed: a client tried to relay a call by TURN, which is off: start the server with --turn",
            );
        };
        let Some(own_address) = conn.own_address() else { return };
        conn.stop_counting();
        let ended = tokio::select! {
            ended = turn.serve_stream(stream, conn.address(), own_address, transport) => ended,
            () = stopping.cancelled() => return,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a TURN client's connection ended");
        }
    }
}
