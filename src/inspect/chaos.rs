//! Disturbs calls on purpose, for people who want to see what queues, perfect negotiation and ICE restarts are for. Only
//! with `--chaos`.
//!
//! Acts on answers and candidates on their way from the server to a client. What it sends late or twice goes out without a
//! number, so that a page which counts its events takes it as it comes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::limits::{CHAOS_LASTS, MAX_AWAY, MAX_DELAY, MAX_LOBBIES};
use crate::core::id::PeerId;
use crate::protocol::call::{IceCandidate, Relayed};
use crate::protocol::gst::GstMessage;
use crate::protocol::name::{Lobby, UserName};
use crate::protocol::pair::PairMessage;
use crate::protocol::room::RoomEvent;
use crate::protocol::server_message::ServerMessage;
use crate::random;

/// How much messages are delayed at most so that they overtake each other.
const REORDER: u64 = 600;

/// The switches of one lobby.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Switches {
    /// Milliseconds by which messages are late.
    pub delay: u64,
    /// Which share of the messages is lost: 0 to 1.
    pub drop: f64,
    /// Whether messages are sent twice.
    pub double: bool,
    /// Whether messages overtake each other.
    pub reorder: bool,
    /// Which messages these four concern.
    pub what: Concerned,
    /// Kinds of candidates that are lost.
    pub strip: Vec<CandidateKind>,
}

/// Which messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Concerned {
    /// Answers.
    Answers,
    /// Candidates.
    Candidates,
    /// Both.
    #[default]
    Both,
}

/// A kind of candidate, as the candidate's line tells it (RFC 8839, section 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CandidateKind {
    /// `typ host`.
    Host,
    /// `typ srflx`.
    Srflx,
    /// `typ relay`.
    Relay,
    /// With a `.local` name instead of an address.
    Mdns,
    /// By UDP.
    Udp,
    /// By TCP.
    Tcp,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is sent.
    Send,
    /// It is lost.
    Drop,
    /// It is sent twice.
    Double,
    /// It is sent later.
    Delay(Duration),
}

/// All switches.
#[derive(Default)]
pub struct Chaos(Mutex<State>);

#[derive(Default)]
struct State {
    lobbies: HashMap<Lobby, (Switches, Instant)>,
    /// The clients that are connected.
    clients: HashMap<PeerId, (Lobby, UserName)>,
    /// Until when users may not connect.
    cut: HashMap<UserName, Instant>,
}

impl Chaos {
    /// Sets the switches of a lobby, or with `None` switches them off. False if they are set in too many lobbies.
    pub fn set(&self, lobby: Lobby, switches: Option<Switches>, report: impl FnOnce(String)) -> bool {
        let record = json!({"lobby": lobby, "set": switches}).to_string();
        {
            let mut state = self.0.lock();
            let now = Instant::now();
            state.lobbies.retain(|_, (_, until)| *until > now);
            match switches {
                Some(switches) if state.lobbies.len() < MAX_LOBBIES || state.lobbies.contains_key(&lobby) => {
                    _ = state.lobbies.insert(lobby, (switches, now + CHAOS_LASTS));
                }
                Some(_) => return false,
                None => _ = state.lobbies.remove(&lobby),
            }
        }
        report(record);
        true
    }

    /// Keeps a client away for some time, once its connection is cut. False if there is no such client.
    pub fn keep_away(&self, client: PeerId, time: Duration, report: impl FnOnce(String)) -> bool {
        let mut state = self.0.lock();
        let now = Instant::now();
        state.cut.retain(|_, until| *until > now);
        let Some((lobby, name)) = state.clients.get(&client).cloned() else { return false };
        state.cut.insert(name, now + time.min(MAX_AWAY));
        drop(state);
        report(acted("cut", &lobby, client, "connection"));
        true
    }

    /// How long a user must stay away.
    pub fn away(&self, name: &UserName) -> Duration {
        let until = self.0.lock().cut.get(name).copied();
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    /// A client is connected to this lobby, or with `None` no longer.
    pub fn note_client(&self, client: PeerId, known: Option<(&Lobby, &UserName)>) {
        let clients = &mut self.0.lock().clients;
        match known {
            Some((lobby, name)) => _ = clients.insert(client, (lobby.clone(), name.clone())),
            None => _ = clients.remove(&client),
        }
    }

    /// What becomes of a message to a client.
    pub fn fate(&self, to: PeerId, message: &ServerMessage, report: impl FnOnce(String)) -> Fate {
        let Some((lobby, switches)) = self.switches(to) else { return Fate::Send };
        let Some(kind) = Concerned::of(message) else { return Fate::Send };
        let (did, fate) = switches.decide(kind, message);
        if fate != Fate::Send {
            let event = if kind == Concerned::Answers { "answer" } else { "candidate" };
            report(acted(did, &lobby, to, event));
        }
        fate
    }

    /// Takes out the candidates that are lost on their way to a client.
    pub fn strip(&self, to: PeerId, candidates: &mut Vec<IceCandidate>, report: impl FnOnce(String)) {
        let Some((lobby, switches)) = self.switches(to) else { return };
        let before = candidates.len();
        candidates.retain(|candidate| !switches.strips(&text(candidate)));
        if candidates.len() < before {
            report(acted("strip", &lobby, to, "candidate"));
        }
    }

    fn switches(&self, client: PeerId) -> Option<(Lobby, Switches)> {
        let state = self.0.lock();
        let (lobby, _) = state.clients.get(&client)?;
        let (switches, until) = state.lobbies.get(lobby)?;
        (*until > Instant::now()).then(|| (lobby.clone(), switches.clone()))
    }
}

/// The record of what was done to a message.
fn acted(did: &str, lobby: &Lobby, to: PeerId, event: &str) -> String {
    json!({"lobby": lobby, "did": did, "to": to.to_string(), "event": event}).to_string()
}

impl Switches {
    fn decide(&self, kind: Concerned, message: &ServerMessage) -> (&'static str, Fate) {
        if candidate(message).is_some_and(|candidate| self.strips(&candidate)) {
            return ("strip", Fate::Drop);
        }
        if self.what != kind && self.what != Concerned::Both {
            return ("", Fate::Send);
        }
        // 53 bits fill the fraction of a float.
        let chance = (random::id() >> 11) as f64 / (1_u64 << 53) as f64;
        if chance < self.drop {
            ("drop", Fate::Drop)
        } else if self.reorder {
            let late = Duration::from_millis(self.delay.saturating_add(random::id() % REORDER));
            ("reorder", Fate::Delay(late.min(MAX_DELAY)))
        } else if self.delay > 0 {
            ("delay", Fate::Delay(Duration::from_millis(self.delay).min(MAX_DELAY)))
        } else if self.double {
            ("double", Fate::Double)
        } else {
            ("", Fate::Send)
        }
    }

    fn strips(&self, candidate: &str) -> bool {
        self.strip.iter().any(|kind| kind.is_of(candidate))
    }
}

impl CandidateKind {
    fn is_of(self, candidate: &str) -> bool {
        let has = |part: &str| candidate.contains(part);
        match self {
            Self::Host => has(" typ host") && !has(".local "),
            Self::Srflx => has(" typ srflx"),
            Self::Relay => has(" typ relay"),
            Self::Mdns => has(".local "),
            Self::Udp => has(" udp ") || has(" UDP "),
            Self::Tcp => has(" tcp ") || has(" TCP "),
        }
    }
}

impl Concerned {
    /// Which kind a message is.
    fn of(message: &ServerMessage) -> Option<Self> {
        match message {
            ServerMessage::AnswerResponse(_) | ServerMessage::Renegotiated { .. } => Some(Self::Answers),
            ServerMessage::IceCandidate(_) => Some(Self::Candidates),
            ServerMessage::Room(message) => match message.event {
                RoomEvent::AcceptingSdpOffer { .. } => Some(Self::Answers),
                RoomEvent::ReceivingIceCandidate { .. } => Some(Self::Candidates),
                _ => None,
            },
            ServerMessage::Pair(PairMessage::Relayed(frame)) if frame.contains("\"ANSWER\"") => Some(Self::Answers),
            ServerMessage::Pair(PairMessage::Relayed(frame)) if frame.contains("\"ICE_CANDIDATES\"") => {
                Some(Self::Candidates)
            }
            ServerMessage::Gst(GstMessage::Peer { content: Relayed::Answer(_), .. }) => Some(Self::Answers),
            ServerMessage::Gst(GstMessage::Peer { content: Relayed::Candidate(_), .. }) => Some(Self::Candidates),
            _ => None,
        }
    }
}

/// The text of the candidate in a message.
fn candidate(message: &ServerMessage) -> Option<String> {
    match message {
        ServerMessage::IceCandidate(candidate) => Some(text(candidate)),
        ServerMessage::Room(message) => match &message.event {
            RoomEvent::ReceivingIceCandidate { candidate } => Some(text(candidate)),
            _ => None,
        },
        ServerMessage::Pair(PairMessage::Relayed(frame)) if frame.contains("\"ICE_CANDIDATES\"") => {
            Some(frame.to_string())
        }
        ServerMessage::Gst(GstMessage::Peer { content: Relayed::Candidate(candidate), .. }) => Some(text(candidate)),
        _ => None,
    }
}

fn text(candidate: &IceCandidate) -> String {
    serde_json::to_string(&candidate.on_wire()).unwrap_or_default()
}
