//! The same commands give the same state and the same messages: in two cores with different hash seeds, and through a
//! snapshot at any point.

use std::time::Duration;

use proptest::prelude::*;
use switchboard::core::back_end::BackEndRequest;
use switchboard::core::command::{Action, Command, ConnectionEnd, Newcomer, NodeFull, Purpose, Sender, Taken};
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::core::listing::Wanted;
use switchboard::core::outgoing::Outgoing;
use switchboard::core::reply::Reply;
use switchboard::core::state::Core;
use switchboard::core::time::Timestamp;
use switchboard::protocol::call::{CallRef, CallStage, ConnectionKind, Relayed, Role};
use switchboard::protocol::client_message::{AnswerTarget, ClientMessage, RejoinCall};
use switchboard::protocol::custom_event::CustomEvent;
use switchboard::protocol::gst::{GstRequest, GstRoles};
use switchboard::protocol::id::{GstPeerId, GstSessionId, MemberId, OfferId};
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{Lobby, RoomName, Session, UserName};
use switchboard::protocol::pair::{ClientLocation, PairId};
use switchboard::protocol::refusal::Refusal;
use switchboard::protocol::room::RoomAccess;

use crate::support::cases;
use crate::support::fixtures::{candidate, description, meta, newcomer};

/// Clients: two with a session that count, two of calls without, one of rooms, two of pairs, three of `/gst`.
const CLIENTS: usize = 10;
/// The first of `/gst`.
const FIRST_OF_GST: usize = 7;

#[derive(Debug, Clone)]
enum Step {
    Connect(usize),
    Disconnect(usize, u8),
    Say(usize, Verb, u64),
    MakePair(usize),
    DestroyPair(usize),
    Wait(u64),
    Restart(bool),
    BackEnd(usize, u8),
    Snapshot,
}

#[derive(Debug, Clone, Copy)]
enum Verb {
    Offer,
    OfferTo(usize),
    Decline,
    Answer(usize),
    AnswerTo,
    Renegotiate,
    Candidate(bool),
    CandidateFor(bool),
    CheckOffers,
    HangUp,
    Cancel,
    Rejoin(bool),
    Report(bool),
    Join,
    Relay(bool),
    Leave,
    SetAccess(usize),
    Admit,
    Reject,
    JoinPair,
    ExitPair,
    RelayPair,
    SetStatus(u8),
    List(bool),
    StartSession(usize, bool),
    EndSession,
    RelayInSession(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..CLIENTS;
    let verb = prop_oneof![
        3 => Just(Verb::Offer),
        3 => (0..4usize).prop_map(Verb::OfferTo),
        2 => Just(Verb::Decline),
        3 => (0..4usize).prop_map(Verb::Answer),
        2 => Just(Verb::AnswerTo),
        1 => Just(Verb::Renegotiate),
        3 => any::<bool>().prop_map(Verb::Candidate),
        1 => any::<bool>().prop_map(Verb::CandidateFor),
        1 => Just(Verb::CheckOffers),
        1 => Just(Verb::HangUp),
        1 => Just(Verb::Cancel),
        2 => any::<bool>().prop_map(Verb::Rejoin),
        2 => any::<bool>().prop_map(Verb::Report),
        3 => Just(Verb::Join),
        2 => any::<bool>().prop_map(Verb::Relay),
        1 => Just(Verb::Leave),
        2 => (0..RoomAccess::ALL.len()).prop_map(Verb::SetAccess),
        2 => Just(Verb::Admit),
        1 => Just(Verb::Reject),
        3 => Just(Verb::JoinPair),
        1 => Just(Verb::ExitPair),
        2 => Just(Verb::RelayPair),
    ];
    let of_gst = prop_oneof![
        4 => (0..8u8).prop_map(Verb::SetStatus),
        1 => any::<bool>().prop_map(Verb::List),
        4 => (FIRST_OF_GST..CLIENTS, any::<bool>()).prop_map(|(with, offers)| Verb::StartSession(with, offers)),
        1 => Just(Verb::EndSession),
        3 => (0..3u8).prop_map(Verb::RelayInSession),
    ];
    prop_oneof![
        5 => who.clone().prop_map(Step::Connect),
        3 => (who.clone(), 0..3u8).prop_map(|(who, end)| Step::Disconnect(who, end)),
        20 => (who, verb, any::<u64>()).prop_map(|(who, verb, id)| Step::Say(who, verb, id)),
        10 => (FIRST_OF_GST..CLIENTS, of_gst, any::<u64>()).prop_map(|(who, verb, id)| Step::Say(who, verb, id)),
        1 => (5..7usize).prop_map(Step::MakePair),
        1 => (5..7usize).prop_map(Step::DestroyPair),
        3 => (1..12_000u64).prop_map(Step::Wait),
        1 => any::<bool>().prop_map(Step::Restart),
        3 => (0..CLIENTS, 0..4u8).prop_map(|(who, what)| Step::BackEnd(who, what)),
        2 => Just(Step::Snapshot),
    ]
}

/// What two cores are given, and what is known of it.
struct Script {
    now: u64,
    next: u64,
    connections: [ConnectionId; CLIENTS],
    peers: [PeerId; CLIENTS],
    /// The offers so far.
    offers: Vec<OfferId>,
    /// The last session of `/gst`.
    session: GstSessionId,
    /// The last that waited to enter the room.
    waiting: MemberId,
}

fn location() -> ClientLocation {
    ClientLocation { address: "192.0.2.1".into(), ip_prefix: "192.0.2.1".into() }
}

fn room() -> RoomName {
    RoomName::new("room").expect("short")
}

fn client(who: usize) -> Newcomer {
    let session = (who < 2).then(|| Session::new("session").expect("short"));
    let purpose = match who {
        0..4 => Purpose::CallsAndRooms,
        4 => Purpose::Rooms,
        5..FIRST_OF_GST => Purpose::Pairs,
        _ => Purpose::Gst,
    };
    Newcomer { session, purpose, counts: true, lobby: Lobby::default(), ..newcomer(&who.to_string()) }
}

impl Script {
    fn action(&mut self, step: Step) -> Option<Action> {
        Some(match step {
            Step::Connect(who) => {
                self.next += 1;
                self.connections[who] = ConnectionId(self.next);
                Action::Connect { connection: self.connections[who], newcomer: client(who) }
            }
            Step::Disconnect(who, end) => {
                let ends = [ConnectionEnd::Closed, ConnectionEnd::Unconfirmed, ConnectionEnd::Broken];
                let (peer, connection) = (self.peers[who], self.connections[who]);
                Action::Disconnect { peer, connection, end: ends[usize::from(end)] }
            }
            Step::Say(who, verb, id) => {
                let from = Sender { peer: self.peers[who], connection: self.connections[who], number: None };
                let message = self.message(verb)?;
                Action::Message { from, message, id, full: NodeFull::default() }
            }
            Step::MakePair(who) => Action::MakePair { room: room(), id: pair_id(who), location: location() },
            Step::DestroyPair(who) => {
                Action::DestroyPair { room: room(), id: Some(pair_id(who)), location: location() }
            }
            Step::Wait(ms) => {
                self.now += ms;
                Action::Tick
            }
            Step::Restart(is_complete) => Action::Restart(if is_complete { Taken::AtTheEnd } else { Taken::Before }),
            Step::BackEnd(who, what) => {
                let (peer, lobby) = (self.peers[who], Lobby::default());
                let event = CustomEvent::new("news", &["one".into()]).expect("a free name");
                Action::BackEnd(match what {
                    0 => BackEndRequest::Disconnect { peer, reason: Refusal::disconnected() },
                    1 => BackEndRequest::CloseRoom { lobby, room: room() },
                    2 => BackEndRequest::SendToPeer { peer, event },
                    _ => BackEndRequest::SendToLobby { lobby, event },
                })
            }
            Step::Snapshot => return None,
        })
    }

    fn message(&self, verb: Verb) -> Option<ClientMessage> {
        let last = self.offers.last().copied();
        let role = |offers: bool| if offers { Role::Offerer } else { Role::Answerer };
        Some(match verb {
            Verb::Offer => ClientMessage::NewOffer { offer: description("a=ice-ufrag:one\\r\\n"), to: None },
            Verb::OfferTo(whom) => ClientMessage::NewOffer { offer: description("offer"), to: Some(user(whom)) },
            Verb::Decline => ClientMessage::DeclineOffer(last?),
            Verb::Answer(whom) => {
                let target = AnswerTarget::NewestOf(user(whom));
                ClientMessage::NewAnswer { target, answer: description("answer"), has_ack: false }
            }
            Verb::AnswerTo => {
                let target = AnswerTarget::Offer(last?);
                ClientMessage::NewAnswer { target, answer: description("answer"), has_ack: true }
            }
            Verb::Renegotiate => ClientMessage::Renegotiate { offer_id: last?, offer: description("again") },
            Verb::Candidate(offers) => {
                let (role, call) = (role(offers), CallRef::Newest);
                ClientMessage::IceCandidate { role, call, candidate: candidate("candidate") }
            }
            Verb::CandidateFor(offers) => {
                let (role, call) = (role(offers), CallRef::Id(last?));
                ClientMessage::IceCandidate { role, call, candidate: candidate("candidate") }
            }
            Verb::CheckOffers => ClientMessage::CheckOffers,
            Verb::HangUp => ClientMessage::Hangup(None),
            Verb::Cancel => ClientMessage::CancelOffer,
            Verb::Rejoin(offers) => {
                let (role, other) = (role(offers), UserName::new("other").expect("short"));
                ClientMessage::RejoinCall(RejoinCall { offer_id: OfferId(7), role, other, key: "key".into() })
            }
            Verb::Report(is_connected) => {
                let connected = CallStage::Connected(Some(ConnectionKind::Relayed));
                ClientMessage::CallStage(last?, if is_connected { connected } else { CallStage::Failed })
            }
            Verb::Join => ClientMessage::JoinRoom(room()),
            Verb::Relay(to_all) => {
                let to = (!to_all).then_some(MemberId(self.next));
                ClientMessage::RelayInRoom { room: room(), to, content: Relayed::Offer(description("offer")) }
            }
            Verb::Leave => ClientMessage::LeaveRoom(room()),
            Verb::SetAccess(access) => ClientMessage::SetRoomAccess { room: room(), access: RoomAccess::ALL[access] },
            Verb::Admit => ClientMessage::AdmitToRoom { room: room(), peer: self.waiting },
            Verb::Reject => ClientMessage::RejectFromRoom { room: room(), peer: self.waiting },
            Verb::JoinPair => ClientMessage::JoinPair { room: room(), id: None, location: location() },
            Verb::ExitPair => ClientMessage::ExitPair(room()),
            Verb::RelayPair => ClientMessage::RelayInPair { to: pair_id(5), frame: "{}".into() },
            Verb::SetStatus(bits) => {
                let roles = GstRoles { producer: bits & 1 > 0, listener: bits & 2 > 0, consumer: bits & 4 > 0 };
                ClientMessage::Gst(GstRequest::SetStatus { roles, meta: Some(meta("meta")) })
            }
            Verb::List(true) => ClientMessage::Gst(GstRequest::List),
            Verb::List(false) => ClientMessage::Gst(GstRequest::ListConsumers),
            Verb::StartSession(with, offers) => {
                let (peer, offer) = (GstPeerId(self.peers[with].0), offers.then(|| "v=0".into()));
                ClientMessage::Gst(GstRequest::StartSession { peer, offer })
            }
            Verb::EndSession => ClientMessage::Gst(GstRequest::EndSession(self.session)),
            Verb::RelayInSession(what) => {
                let content = match what {
                    0 => Relayed::Offer(description("offer")),
                    1 => Relayed::Answer(description("answer")),
                    _ => Relayed::Candidate(candidate("candidate")),
                };
                ClientMessage::Gst(GstRequest::Relay { session: self.session, content })
            }
        })
    }

    /// Learns from what the first core says.
    fn learn(&mut self, step: &Step, outcome: &Result<Reply, Refusal>) {
        match (step, outcome) {
            (Step::Connect(who), Ok(Reply::Welcome(welcome))) => self.peers[*who] = welcome.peer,
            (_, Ok(Reply::Offered(id))) => self.offers.push(*id),
            (_, Ok(Reply::Waiting(_, id))) => self.waiting = *id,
            (Step::Say(_, Verb::StartSession(..), id), Ok(_)) => self.session = GstSessionId(*id),
            _ => {}
        }
    }
}

fn user(who: usize) -> UserName {
    UserName::new(&who.to_string()).expect("short")
}

fn pair_id(who: usize) -> PairId {
    PairId::new(&who.into()).expect("a number")
}

/// All that lists show, read in parts.
fn listed(core: &Core) -> String {
    let (mut text, wanted) = (String::new(), Wanted::default());
    let (mut peer, mut call, mut room) = (None, None, None);
    loop {
        let part = core.list_peers(&wanted, peer.as_ref(), 2, 2);
        text += &format!("{:?}", part.items);
        peer = part.last;
        if peer.is_none() {
            break;
        }
    }
    loop {
        let part = core.list_calls(None, call.as_ref(), 2, 2);
        text += &format!("{:?}", part.items);
        call = part.last;
        if call.is_none() {
            break;
        }
    }
    loop {
        let part = core.list_rooms(None, room.as_ref(), 2, 2);
        text += &format!("{:?}", part.items);
        room = part.last;
        if room.is_none() {
            return text;
        }
    }
}

fn snapshot(core: &Core) -> String {
    serde_json::to_string(core).expect("a core can be stored")
}

fn restored(snapshot: &str, limits: &Limits) -> Core {
    serde_json::from_str::<Core>(snapshot).expect("what was stored can be read").with_limits(limits.clone())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn same_commands_give_same_state_and_messages(steps in prop::collection::vec(step(), 1..150)) {
        let limits = Limits {
            max_away: 2,
            max_replay: 4,
            max_offers: 3,
            offer_ttl: Duration::from_secs(40),
            ..Limits::default()
        };
        let (mut one, mut other) = (Core::new(limits.clone()), Core::new(limits.clone()));
        let none = ConnectionId(0);
        let mut script = Script { now: 0, next: 0, connections: [none; CLIENTS], peers: [PeerId(0); CLIENTS], offers: vec![], session: GstSessionId(0), waiting: MemberId(0) };
        for step in steps {
            let Some(action) = script.action(step.clone()) else {
                other = restored(&snapshot(&other), &limits);
                continue;
            };
            let command = Command { at: Timestamp(script.now), action };
            // As a log would carry it.
            let carried: Command = serde_json::from_str(&serde_json::to_string(&command).expect("text")).expect("a command");
            prop_assert_eq!(&carried, &command);
            let (mut sent, mut sent_by_other): (Vec<Outgoing>, Vec<Outgoing>) = (Vec::new(), Vec::new());
            let outcome = one.apply(command, &mut sent);
            prop_assert_eq!(&outcome, &other.apply(carried, &mut sent_by_other));
            prop_assert_eq!(sent, sent_by_other);
            prop_assert_eq!(one.next_deadline(), other.next_deadline());
            prop_assert_eq!(listed(&one), listed(&other));
            script.learn(&step, &outcome);
        }
        prop_assert_eq!(snapshot(&one), snapshot(&other));
    }
}
