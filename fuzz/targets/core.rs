//! The core with every command in any order, within narrow limits: each peer receives in order and once, on a connection
//! that is open; and when all have gone, nothing is kept.

#![no_main]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use switchboard::core::command::{Action, ConnectionEnd, Newcomer, NodeFull, Purpose, Sender};
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::core::outgoing::{Audience, Outgoing};
use switchboard::core::reply::{Reply, Welcome};
use switchboard::protocol::call::{CallRef, IceCandidate, Relayed, Role};
use switchboard::protocol::client_message::{AnswerTarget, ClientMessage, RejoinCall};
use switchboard::protocol::gst::{GstRequest, GstRoles};
use switchboard::protocol::id::{GstPeerId, GstSessionId, MemberId, OfferId};
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{Lobby, RoomName, Session, UserName};
use switchboard::protocol::pair::{ClientLocation, PairId};
use switchboard::protocol::room::{RoomAccess, RoomEvent};
use switchboard::protocol::server_message::ServerMessage;

use self::core::TestCore;
use self::fixtures::{candidate, description, meta};

#[path = "../../tests/server/support/core.rs"]
#[allow(dead_code)]
mod core;
#[path = "../../tests/server/support/fixtures.rs"]
#[allow(dead_code)]
mod fixtures;

const PEOPLE: u8 = 6;
const ROOMS: u8 = 4;
const PURPOSES: [Purpose; 4] = [Purpose::CallsAndRooms, Purpose::Rooms, Purpose::Pairs, Purpose::Gst];

/// One thing that happens. What does not fit is made to fit by the remainder.
#[derive(Debug, Arbitrary)]
enum Deed {
    Arrive { who: u8, session: Option<bool>, other_lobby: bool, purpose: u8, lie: Option<u8> },
    Leave { who: u8, how: u8 },
    Offer { who: u8, number: Option<u8>, to: Option<u8> },
    Decline { who: u8, offer: u8 },
    Answer { who: u8, offer: Option<u8>, whom: u8, asks: bool },
    Candidate { who: u8, offers: bool, offer: Option<u8> },
    Renegotiate { who: u8, offer: u8 },
    HangUp { who: u8, only: Option<u8> },
    Cancel { who: u8 },
    Rejoin { who: u8, offer: u8, offers: bool, other: u8, key: bool },
    Join { who: u8, room: u8 },
    Relay { who: u8, room: u8, to: Option<u8> },
    LeaveRoom { who: u8, room: u8 },
    SetAccess { who: u8, room: u8, access: u8 },
    Decide { who: u8, room: u8, whom: u8, admits: bool },
    MakePair { who: u8, room: u8 },
    DestroyPair { who: Option<u8>, room: u8 },
    JoinPair { who: u8, room: u8 },
    ExitPair { who: u8, room: u8 },
    RelayPair { who: u8, to: u8 },
    SetStatus { who: u8, roles: u8, has_meta: bool },
    List { who: u8, consumers: bool },
    StartSession { who: u8, with: u8, offers: bool },
    EndSession { who: u8, session: u8 },
    RelayInSession { who: u8, session: u8, what: u8 },
    Wait { seconds: u8, is_noticed: bool },
}

/// A client with a connection. Several may bear one name.
struct Person {
    name: u8,
    purpose: Purpose,
    peer: PeerId,
    connection: ConnectionId,
}

#[derive(Default)]
struct Received {
    /// The number of the last thing, for one who counts; unknown after it has lied about it.
    last: Option<u64>,
    /// It said that it had received more, or less, than it had.
    has_lied: bool,
}

struct World {
    switchboard: TestCore,
    now: Instant,
    next: u64,
    here: Vec<Person>,
    received: HashMap<PeerId, Received>,
    /// Which peer a page was: by name, lobby, purpose and session.
    pages: HashMap<(u8, bool, Purpose, Option<bool>), PeerId>,
    /// The last candidate that each has heard from each, by role and by the call that its sender named.
    heard: HashMap<(PeerId, u8, Offers, Option<u64>), u64>,
    /// Who sent each candidate: the name of its sender, its role, and the call that it named.
    sent: Vec<(u8, Offers, Option<u64>)>,
}

/// A role that can be a key.
type Offers = bool;

fn name(who: u8) -> UserName {
    UserName::new(&who.to_string()).expect("short")
}

fn room(number: u8) -> RoomName {
    RoomName::new(&format!("room {}", number % ROOMS)).expect("short")
}

fn pair_id(who: u8) -> PairId {
    PairId::new(&Value::from(who)).expect("a number")
}

fn location(who: u8) -> ClientLocation {
    let address = format!("192.0.2.{}", who % 2);
    ClientLocation { ip_prefix: address.as_str().into(), address: address.into() }
}

impl World {
    fn new() -> Self {
        let limits = Limits {
            max_candidates: 4,
            max_offers: 3,
            max_offer_bytes: 2_000,
            max_calls: 3,
            list_offers: 2,
            max_replay: 4,
            max_replay_bytes: 2_000,
            max_room: 3,
            max_rooms: 3,
            max_rooms_of_one: 2,
            max_unclaimed: 2,
            max_away: 3,
            max_gst_peers: 3,
            ..Limits::default()
        };
        Self {
            switchboard: TestCore::new(limits),
            now: Instant::now(),
            next: 0,
            here: Vec::new(),
            received: HashMap::new(),
            pages: HashMap::new(),
            heard: HashMap::new(),
            sent: Vec::new(),
        }
    }

    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// An id that was given to something, or an invented one. No client guesses an id that is still to be given.
    fn offer_id(&self, number: u8) -> OfferId {
        match u64::from(number) {
            made_up @ 0..8 => OfferId(u64::MAX - made_up),
            number => OfferId(number % (self.next + 1)),
        }
    }

    /// The same for sessions of streams.
    fn gst_session(&self, number: u8) -> GstSessionId {
        GstSessionId(self.offer_id(number).0)
    }

    fn tell(&mut self, outgoing: Vec<Outgoing>) {
        for Outgoing { to, message } in outgoing {
            match to {
                Audience::Peer(peer, number) => self.hear(peer, number, &message),
                Audience::Peers(peers) => {
                    for (peer, number) in peers {
                        self.hear(peer, number, &message);
                    }
                }
                Audience::Lobby { .. } => {}
            }
        }
    }

    fn hear(&mut self, peer: PeerId, number: Option<u64>, message: &ServerMessage) {
        assert!(self.here.iter().any(|person| person.peer == peer), "sent to a client that is not here: {message:?}");
        self.count(peer, number, message);
    }

    fn count(&mut self, peer: PeerId, number: Option<u64>, message: &ServerMessage) {
        let received = self.received.entry(peer).or_default();
        if let (Some(last), Some(number), false) = (received.last, number, received.has_lied) {
            assert_eq!(number, last + 1, "nothing twice, nothing left out");
        }
        received.last = number.or(received.last);
        let has_lied = received.has_lied;
        if let (ServerMessage::IceCandidate(candidate), false) = (message, has_lied) {
            self.heard_candidate(peer, candidate);
        }
        if let ServerMessage::Room(message) = message
            && let RoomEvent::RequestingSdpOffer { members } = &message.event
        {
            assert!(!members.is_empty(), "nobody is asked to offer to nobody");
        }
    }

    fn heard_candidate(&mut self, peer: PeerId, candidate: &IceCandidate) {
        let text = serde_json::to_string(&candidate.on_wire()).expect("JSON");
        let number: u64 = text.trim_matches('"').parse().expect("a number");
        let (from, role, offer) = self.sent[number as usize];
        let last = self.heard.insert((peer, from, role, offer), number);
        assert!(last.is_none_or(|last| last < number), "candidates out of order, or twice");
    }

    fn arrive(&mut self, who: u8, newcomer: Newcomer, has_lied: bool) -> PeerId {
        let connection = ConnectionId(self.fresh());
        let (counts, purpose) = (newcomer.counts, newcomer.purpose);
        let action = Action::Connect { connection, newcomer };
        let Ok((Reply::Welcome(welcome), outgoing)) = self.switchboard.apply(action, self.now) else {
            panic!("a client may always connect");
        };
        let Welcome { peer, missed, offers, replaced, .. } = welcome;
        self.switchboard.connections.insert(peer, connection);
        assert!(offers.len() <= 2, "more offers than are to be listed");
        // Where it was before, it is no more.
        self.here.retain(|person| person.peer != peer);
        self.here.push(Person { name: who, purpose, peer, connection });
        self.received.entry(peer).or_default().has_lied |= has_lied;
        for (number, message) in missed {
            assert_eq!(number.is_some(), counts, "who counts gets numbers");
            self.count(peer, number, &message);
        }
        self.tell(outgoing);
        // A peer of its session that the client is no more: its connection is cut after that.
        self.here.retain(|person| Some(person.peer) != replaced);
        peer
    }

    /// The last one of this name who came, for one of these purposes.
    fn find(&self, who: u8, purposes: &[Purpose]) -> Option<usize> {
        self.here.iter().rposition(|person| person.name == who % PEOPLE && purposes.contains(&person.purpose))
    }

    fn leave(&mut self, place: usize, how: ConnectionEnd) {
        let Person { peer, connection, .. } = self.here.remove(place);
        let outgoing = self.switchboard.leave(peer, connection, how, self.now);
        self.tell(outgoing);
        assert_eq!(self.switchboard.leave(peer, connection, how, self.now), [], "a second time it means nothing");
    }

    fn act(&mut self, deed: Deed) {
        match deed {
            Deed::Wait { seconds, is_noticed } => {
                self.now += Duration::from_secs(seconds.into());
                if is_noticed {
                    let outgoing = self.switchboard.expire(self.now);
                    self.tell(outgoing);
                }
            }
            Deed::Arrive { who, session, other_lobby, purpose, lie } => {
                let who = who % PEOPLE;
                let purpose = PURPOSES[usize::from(purpose) % PURPOSES.len()];
                // Pairs and streams know of no sessions. One of the two sessions counts.
                let session = session.filter(|_| !matches!(purpose, Purpose::Pairs | Purpose::Gst));
                let counts = session == Some(true);
                let key = (who, other_lobby, purpose, session);
                let before = self.pages.get(&key).map(|peer| self.received.get(peer).and_then(|received| received.last));
                let honest = before.map(Option::unwrap_or_default);
                let received = lie.map(u64::from).or(honest).filter(|_| counts);
                let newcomer = Newcomer {
                    name: name(who),
                    lobby: Lobby::new(if other_lobby { "other" } else { "" }).expect("short"),
                    purpose,
                    session: session.map(|first| Session::new(if first { "one" } else { "two" }).expect("short")),
                    counts,
                    received,
                };
                let peer = self.arrive(who, newcomer, lie.is_some());
                self.pages.insert(key, peer);
            }
            Deed::Leave { who, how } => {
                let ends = [ConnectionEnd::Closed, ConnectionEnd::Broken, ConnectionEnd::Unconfirmed];
                let how = ends[usize::from(how % 3)];
                if let Some(place) = self.find(who, &PURPOSES) {
                    self.leave(place, how);
                }
            }
            Deed::MakePair { who, room: number } => {
                let made = self.switchboard.make_pair(room(number), pair_id(who % PEOPLE), location(who), self.now);
                drop(made);
            }
            Deed::DestroyPair { who, room: number } => {
                let id = who.map(|who| pair_id(who % PEOPLE));
                let from = location(who.unwrap_or_default());
                let outgoing = self.switchboard.destroy_pair(&room(number), id.as_ref(), &from, self.now);
                self.tell(outgoing.unwrap_or_default());
            }
            // What a client may send depends on its endpoint.
            Deed::Offer { who, .. }
            | Deed::Decline { who, .. }
            | Deed::Answer { who, .. }
            | Deed::Candidate { who, .. }
            | Deed::Renegotiate { who, .. }
            | Deed::HangUp { who, .. }
            | Deed::Cancel { who }
            | Deed::Rejoin { who, .. } => self.act_as(who, &[Purpose::CallsAndRooms], deed),
            Deed::Join { who, .. }
            | Deed::Relay { who, .. }
            | Deed::LeaveRoom { who, .. }
            | Deed::SetAccess { who, .. }
            | Deed::Decide { who, .. } => {
                self.act_as(who, &[Purpose::CallsAndRooms, Purpose::Rooms], deed);
            }
            Deed::JoinPair { who, .. } | Deed::ExitPair { who, .. } | Deed::RelayPair { who, .. } => {
                self.act_as(who, &[Purpose::Pairs], deed);
            }
            Deed::SetStatus { who, .. }
            | Deed::List { who, .. }
            | Deed::StartSession { who, .. }
            | Deed::EndSession { who, .. }
            | Deed::RelayInSession { who, .. } => self.act_as(who, &[Purpose::Gst], deed),
        }
    }

    fn act_as(&mut self, who: u8, purposes: &[Purpose], deed: Deed) {
        if let Some(place) = self.find(who, purposes) {
            let Person { name, peer, connection, .. } = self.here[place];
            let outgoing = self.say(name, (peer, connection), deed);
            self.tell(outgoing);
        }
    }

    /// What a client sends that is connected; a refusal is sent to no other.
    fn say(&mut self, who: u8, (peer, connection): (PeerId, ConnectionId), deed: Deed) -> Vec<Outgoing> {
        let number = match deed {
            Deed::Offer { number, .. } => number.map(u64::from),
            _ => None,
        };
        let id = self.fresh();
        let Some(message) = self.message(who, deed) else { return Vec::new() };
        let has_ack = matches!(message, ClientMessage::NewAnswer { has_ack: true, .. });
        let from = Sender { peer, connection, number };
        let action = Action::Message { from, message, id, full: NodeFull::default() };
        let Ok((reply, outgoing)) = self.switchboard.apply(action, self.now) else {
            return std::mem::take(&mut self.switchboard.out);
        };
        match reply {
            Reply::Answered(answered) => {
                assert!(has_ack || answered.candidates.is_empty(), "candidates for a client that asked for none");
                for candidate in &answered.candidates {
                    self.heard_candidate(peer, candidate);
                }
            }
            Reply::Joined(_, joined) => assert!(joined.members.len() < 3, "more members than there are places"),
            _ => {}
        }
        outgoing
    }

    fn message(&mut self, who: u8, deed: Deed) -> Option<ClientMessage> {
        let role = |offers: bool| if offers { Role::Offerer } else { Role::Answerer };
        Some(match deed {
            Deed::Offer { to, .. } => {
                ClientMessage::NewOffer { offer: description("description"), to: to.map(|to| name(to % PEOPLE)) }
            }
            Deed::Decline { offer, .. } => ClientMessage::DeclineOffer(self.offer_id(offer)),
            Deed::Answer { offer, whom, asks, .. } => {
                let by_id = offer.map(|offer| AnswerTarget::Offer(self.offer_id(offer)));
                let target = by_id.unwrap_or(AnswerTarget::NewestOf(name(whom % PEOPLE)));
                ClientMessage::NewAnswer { target, answer: description("description"), has_ack: asks }
            }
            Deed::Candidate { offers, offer, .. } => {
                let offer = offer.map(|offer| self.offer_id(offer));
                let candidate = candidate(&self.sent.len().to_string());
                self.sent.push((who, offers, offer.map(|id| id.0)));
                let call = offer.map_or(CallRef::Newest, CallRef::Id);
                ClientMessage::IceCandidate { role: role(offers), call, candidate }
            }
            Deed::Renegotiate { offer, .. } => {
                ClientMessage::Renegotiate { offer_id: self.offer_id(offer), offer: description("description") }
            }
            Deed::HangUp { only, .. } => ClientMessage::Hangup(only.map(|only| self.offer_id(only))),
            Deed::Cancel { .. } => ClientMessage::CancelOffer,
            Deed::Rejoin { offer, offers, other, key, .. } => ClientMessage::RejoinCall(RejoinCall {
                offer_id: self.offer_id(offer),
                role: role(offers),
                other: name(other % PEOPLE),
                key: if key { "one key" } else { "another" }.into(),
            }),
            Deed::Join { room: number, .. } => ClientMessage::JoinRoom(room(number)),
            Deed::Relay { room: number, to, .. } => {
                let to = to.map(|to| MemberId(u64::from(to) % (self.next + 2)));
                ClientMessage::RelayInRoom { room: room(number), to, content: Relayed::Offer(description("description")) }
            }
            Deed::LeaveRoom { room: number, .. } => ClientMessage::LeaveRoom(room(number)),
            Deed::SetAccess { room: number, access, .. } => {
                let access = RoomAccess::ALL[usize::from(access) % RoomAccess::ALL.len()];
                ClientMessage::SetRoomAccess { room: room(number), access }
            }
            Deed::Decide { room: number, whom, admits, .. } => {
                let (room, peer) = (room(number), MemberId(u64::from(whom) % (self.next + 2)));
                if admits {
                    ClientMessage::AdmitToRoom { room, peer }
                } else {
                    ClientMessage::RejectFromRoom { room, peer }
                }
            }
            Deed::JoinPair { room: number, .. } => {
                ClientMessage::JoinPair { room: room(number), id: None, location: location(who) }
            }
            Deed::ExitPair { room: number, .. } => ClientMessage::ExitPair(room(number)),
            Deed::RelayPair { to, .. } => {
                ClientMessage::RelayInPair { to: pair_id(to % PEOPLE), frame: "frame".into() }
            }
            Deed::SetStatus { roles, has_meta, .. } => {
                let roles = GstRoles { producer: roles & 1 > 0, listener: roles & 2 > 0, consumer: roles & 4 > 0 };
                ClientMessage::Gst(GstRequest::SetStatus { roles, meta: has_meta.then(|| meta("meta")) })
            }
            Deed::List { consumers: false, .. } => ClientMessage::Gst(GstRequest::List),
            Deed::List { consumers: true, .. } => ClientMessage::Gst(GstRequest::ListConsumers),
            Deed::StartSession { with, offers, .. } => {
                let peer = self.find(with, &[Purpose::Gst]).map_or(GstPeerId(1), |place| GstPeerId(self.here[place].peer.0));
                ClientMessage::Gst(GstRequest::StartSession { peer, offer: offers.then(|| "offer".into()) })
            }
            Deed::EndSession { session, .. } => ClientMessage::Gst(GstRequest::EndSession(self.gst_session(session))),
            Deed::RelayInSession { session, what, .. } => {
                let content = match what % 3 {
                    0 => Relayed::Offer(description("description")),
                    1 => Relayed::Answer(description("description")),
                    _ => Relayed::Candidate(candidate("candidate")),
                };
                ClientMessage::Gst(GstRequest::Relay { session: self.gst_session(session), content })
            }
            _ => return None,
        })
    }
}

fuzz_target!(|deeds: Vec<Deed>| {
    let mut world = World::new();
    for deed in deeds {
        world.act(deed);
    }
    while !world.here.is_empty() {
        world.leave(0, if world.here.len() % 2 == 0 { ConnectionEnd::Closed } else { ConnectionEnd::Broken });
    }
    for _ in 0..2 {
        world.now += Duration::from_secs(120);
        let outgoing = world.switchboard.expire(world.now);
        world.tell(outgoing);
    }
    assert!(world.switchboard.is_empty(), "something was left behind: {:?}", world.switchboard.core);
});
