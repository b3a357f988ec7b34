//! The namespace `/inspector`, by which the inspector's page reads the history. It requires the inspector's key, and a page of
//! this server's own origin.
//!
//! The page pulls: it emits `read` with the number of the last record that it knows, and the acknowledgement brings what
//! follows, as soon as there is something. So a page that reads slowly slows down only itself.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, Extension, SocketRef, TryData};
use socketioxide::handler::ConnectHandler;

use super::closing;
use super::engine_session::EngineSession;
use crate::core::id::PeerId;
use crate::hub::order::Hub;
use crate::inspect::chaos::Switches;
use crate::inspect::feed::Reader;
use crate::inspect::inspector::Inspector;
use crate::protocol::json::Tree;
use crate::protocol::name::Lobby;
use crate::protocol::refusal::{Code, Refusal};
use crate::refusals;

const NAMESPACE: &str = "/inspector";
/// How long the reply to `read` may wait for a record.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a page may not read.
#[derive(Debug, Serialize)]
struct NotAdmitted {
    code: &'static str,
    message: &'static str,
}

/// What a page asks for by `read`.
#[derive(Debug, Deserialize)]
struct Read {
    after: u64,
    #[serde(default)]
    unmasked: bool,
}

/// What a page asks for by `chaos`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Disturb {
    Cut { cut: String, seconds: f64 },
    Set { lobby: String, switches: Option<Switches> },
}

/// What a page asks for by `force-relay`.
#[derive(Debug, Deserialize)]
struct Switch {
    on: bool,
}

/// The acknowledgement of `chaos`, `force-relay` and `clear`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Done {
    Ok { ok: bool },
    Refused { ok: bool, error: Refusal },
}

impl std::fmt::Display for NotAdmitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message)
    }
}

/// Adds the namespace.
pub fn serve(io: &SocketIo, hub: &Arc<Hub>) {
    let Some(inspector) = hub.recorder().inspector().cloned() else { return };
    let admit = {
        let inspector = inspector.clone();
        move |socket: SocketRef, TryData(auth): TryData<Tree>| {
            let admitted = admit(&inspector, &socket, auth.ok());
            std::future::ready(admitted)
        }
    };
    let hub = hub.clone();
    let connected = move |socket: SocketRef| {
        socket.extensions.insert(Arc::new(Reader::new(inspector.clone())));
        listen(&socket, &inspector, &hub);
        std::future::ready(())
    };
    io.ns(NAMESPACE, connected.with(admit));
    closing::serve(io, NAMESPACE);
}

/// Whether a page may read.
fn admit(inspector: &Inspector, socket: &SocketRef, auth: Option<Tree>) -> Result<(), NotAdmitted> {
    let session = socket.req_parts().extensions.get::<Arc<EngineSession>>();
    session.iter().for_each(|session| session.note_connect());
    let refuse = |code, message| {
        refusals::refused_at_entry(session.map_or(0, |session| session.request.0), None, "inspector", code, message);
        Err(NotAdmitted { code, message })
    };
    if !session.is_some_and(|session| session.is_same_origin) {
        return refuse("wrong-origin", "Only the inspector's own page may connect: open it at this server's address.");
    }
    let key = auth.as_ref().and_then(|Tree(auth)| auth["key"].as_str()).unwrap_or_default();
    if !inspector.is_key(key) {
        let sentence = "This is not the key of this server: copy the address after \"Inspector\" from its start-up lines. \
                        Each start of the server has another key.";
        return refuse("wrong-key", sentence);
    }
    Ok(())
}

fn listen(socket: &SocketRef, inspector: &Arc<Inspector>, hub: &Arc<Hub>) {
    let of_reads = inspector.clone();
    socket.on(
        "read",
        move |ack: AckSender, Data(Read { after, unmasked }), Extension(reader): Extension<Arc<Reader>>| {
            let inspector = of_reads.clone();
            async move {
                let batch = reader.next(after, unmasked, ',', PATIENCE).await;
                drop(reader);
                let header = inspector.header(unmasked);
                if let Ok(reply) = RawValue::from_string(batch.json(&header)) {
                    // The page is gone if this fails.
                    let _ = ack.send(&reply);
                }
            }
        },
    );
    let of_clears = inspector.clone();
    socket.on("clear", move |ack: AckSender| {
        of_clears.clear();
        let _ = ack.send(&Done::Ok { ok: true });
        std::future::ready(())
    });
    let of_switch = inspector.clone();
    socket.on("force-relay", move |ack: AckSender, TryData(request): TryData<Switch>| {
        let done = match request {
            Ok(Switch { on }) => {
                of_switch.set_force_relay(on);
                Done::Ok { ok: true }
            }
            Err(_) => Done::Refused { ok: false, error: Refusal::new(Code::BadPayload, "This is no switch.") },
        };
        let _ = ack.send(&done);
        std::future::ready(())
    });
    let (of_chaos, hub) = (inspector.clone(), hub.clone());
    socket.on("chaos", move |ack: AckSender, TryData(request): TryData<Disturb>| {
        let done = match request.map(|request| disturb(&of_chaos, &hub, request)) {
            Ok(Ok(())) => Done::Ok { ok: true },
            Ok(Err(error)) => Done::Refused { ok: false, error },
            Err(_) => Done::Refused { ok: false, error: Refusal::new(Code::BadPayload, "These are no switches.") },
        };
        let _ = ack.send(&done);
        std::future::ready(())
    });
    socket.on_disconnect(|socket: SocketRef| {
        socket.extensions.remove::<Arc<Reader>>();
        std::future::ready(())
    });
}

fn disturb(inspector: &Inspector, hub: &Hub, request: Disturb) -> Result<(), Refusal> {
    if inspector.chaos.is_none() {
        return Err(Refusal::new(Code::BadPayload, "This server was started without --chaos."));
    }
    match request {
        Disturb::Set { lobby, switches } => {
            let set = inspector.set_chaos(Lobby::new(&lobby)?, switches);
            set.then_some(()).ok_or_else(|| Refusal::new(Code::TooMany, "Chaos is on in too many lobbies."))
        }
        Disturb::Cut { cut, seconds } => {
            let gone = || Refusal::new(Code::NoSuchPeer, "This client is not connected.");
            let client = u64::from_str_radix(&cut, 16).map(PeerId).map_err(|_| gone())?;
            let time = Duration::try_from_secs_f64(seconds).unwrap_or_default();
            (inspector.keep_away(client, time) && hub.cut(client, "the inspector cut it"))
                .then_some(())
                .ok_or_else(gone)
        }
    }
}
