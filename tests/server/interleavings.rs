//! Chance as the tester: whatever four people do in whatever order, with connections that break, die unnoticed and
//! come back, each hears what concerns it, once and in order, and in the end nothing is kept.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use switchboard::core::command::{ConnectionEnd, Newcomer, Purpose};
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::core::outgoing::{Audience, Outgoing};
use switchboard::protocol::call::{CallRef, IceCandidate, Role, SessionDescription};
use switchboard::protocol::client_message::AnswerTarget;
use switchboard::protocol::id::OfferId;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{Lobby, Session, UserName};
use switchboard::protocol::opaque::Opaque;
use switchboard::protocol::server_message::ServerMessage;

use crate::support::cases;
use crate::support::core::{Arrival, TestCore};

const PEOPLE: usize = 4;

/// One thing that a client may do, or that may happen to its connection.
#[derive(Debug, Clone)]
enum Deed {
    Offer,
    OfferTo(usize),
    /// The newest offer that it was offered alone.
    Decline,
    Answer {
        whom: usize,
        asks_for_ack: bool,
    },
    Candidate(Role),
    Renegotiate,
    HangUp,
    Cancel,
    /// Closes the page and opens it again.
    Reload,
    /// Nothing arrives any more, and nobody has noticed.
    Die,
    /// The server notices.
    Break,
    /// A new connection: after a break, or while the server takes the old one for alive.
    Return,
    Wait(u64),
}

fn deeds() -> impl Strategy<Value = Vec<(usize, Deed)>> {
    let deed = prop_oneof![
        3 => Just(Deed::Offer),
        3 => (0..PEOPLE).prop_map(Deed::OfferTo),
        2 => Just(Deed::Decline),
        5 => (0..PEOPLE, any::<bool>()).prop_map(|(whom, asks_for_ack)| Deed::Answer { whom, asks_for_ack }),
        6 => prop_oneof![Just(Role::Offerer), Just(Role::Answerer)].prop_map(Deed::Candidate),
        1 => Just(Deed::Renegotiate),
        1 => Just(Deed::HangUp),
        1 => Just(Deed::Cancel),
        1 => Just(Deed::Reload),
        1 => Just(Deed::Die),
        2 => Just(Deed::Break),
        4 => Just(Deed::Return),
        2 => (1..40u64).prop_map(Deed::Wait),
    ];
    prop::collection::vec((0..PEOPLE, deed), 1..120)
}

/// A client. Two of the four have sessions, as our pages; two have none, as the course's.
#[derive(Debug, Default)]
struct Person {
    id: Option<PeerId>,
    /// With a session each load of the page has a name of its own, as guests have; without, it is the same.
    load: u64,
    /// While the server takes it for here.
    connection: Option<ConnectionId>,
    /// Whether its connection carries anything.
    is_dead: bool,
    session: Option<Session>,
    /// The number of the last event that it received.
    received: u64,
    was_here: bool,
    /// The answered calls that it knows of and that have not ended for it.
    calls: HashSet<OfferId>,
    /// The candidates that it heard, by sender and by the sender's role.
    heard: HashMap<(usize, bool), Vec<usize>>,
}

struct World {
    switchboard: TestCore,
    now: Instant,
    people: [Person; PEOPLE],
    next: u64,
    /// Who sent which candidate, in which role.
    sent: Vec<(usize, Role)>,
    parties: HashMap<OfferId, (usize, usize)>,
    /// The open offers to one user.
    directed: HashMap<OfferId, UserName>,
}

fn opaque(text: &str) -> Opaque {
    let json = serde_json::value::to_raw_value(text).expect("text is JSON");
    Opaque::new(&json, &[]).expect("text is harmless")
}

fn description() -> SessionDescription {
    SessionDescription::new(opaque("description"), &Limits::default()).expect("small enough")
}

fn number(candidate: &IceCandidate) -> usize {
    let json = serde_json::to_string(&candidate.on_wire()).expect("it is JSON");
    json.trim_matches('"').parse().expect("a number")
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            switchboard: TestCore::new(Limits::default()),
            now: Instant::now(),
            people: Default::default(),
            next: 0,
            sent: Vec::new(),
            parties: HashMap::new(),
            directed: HashMap::new(),
        };
        for who in 0..PEOPLE {
            world.load_page(who);
        }
        world
    }

    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn name(&self, who: usize) -> UserName {
        UserName::new(&format!("person {who} {}", self.people[who].load)).expect("short enough")
    }

    fn load_page(&mut self, who: usize) {
        let session = (who < 2).then(|| Session::new(&self.fresh().to_string()).expect("short enough"));
        let load = if session.is_some() { self.fresh() } else { 0 };
        let heard = std::mem::take(&mut self.people[who].heard);
        self.people[who] = Person { session, load, heard, ..Person::default() };
        self.connect(who);
    }

    fn connect(&mut self, who: usize) {
        let connection = ConnectionId(self.fresh());
        let name = self.name(who);
        let person = &mut self.people[who];
        let received = (person.was_here && person.session.is_some()).then_some(person.received);
        let session = person.session.clone();
        let newcomer = Newcomer {
            name,
            lobby: Lobby::default(),
            purpose: Purpose::CallsAndRooms,
            session,
            counts: true,
            attempt: 0,
            received,
            heard: None,
        };
        let Arrival { peer, restored, missed, outgoing, .. } = self.switchboard.arrive(connection, newcomer, self.now);
        let took_back = person.id == Some(peer);
        assert_eq!(restored.is_some(), took_back || received.is_some(), "it receives what it has, if it was here");
        person.id = Some(peer);
        person.connection = Some(connection);
        person.is_dead = false;
        person.was_here = true;
        if !took_back {
            person.calls.clear();
            person.received = 0;
            assert!(missed.is_empty());
        }
        for (number, message) in missed {
            self.hear(who, number, message);
        }
        if took_back {
            let known: HashSet<OfferId> =
                restored.into_iter().flat_map(|r| r.calls).map(|party| party.offer_id).collect();
            assert_eq!(known, self.people[who].calls, "what it has is what it knows, once it has received the rest");
        }
        self.tell(outgoing);
    }

    /// Whether what the client sends arrives.
    fn speaks(&self, who: usize) -> bool {
        self.people[who].connection.is_some() && !self.people[who].is_dead
    }

    fn leave(&mut self, who: usize, how: ConnectionEnd) {
        let person = &mut self.people[who];
        let (Some(id), Some(connection)) = (person.id, person.connection.take()) else { return };
        let outgoing = self.switchboard.leave(id, connection, how, self.now);
        self.tell(outgoing);
    }

    fn tell(&mut self, outgoing: Vec<Outgoing>) {
        for Outgoing { to, message } in outgoing {
            let offer = match &message {
                ServerMessage::NewOfferAwaiting(call) => Some(call.offer_id),
                ServerMessage::OfferWithdrawn(withdrawn) => Some(withdrawn.offer_id),
                _ => None,
            };
            if let Some(addressee) = offer.and_then(|offer| self.directed.get(&offer)) {
                self.check_addressed(&to, addressee);
            }
            let Audience::Peer(to, number) = to else { continue };
            let Some(who) = self.people.iter().position(|person| person.id == Some(to)) else { continue };
            assert!(self.people[who].connection.is_some(), "nothing is sent on a connection that is gone");
            if !self.people[who].is_dead {
                self.hear(who, number, message);
            }
        }
    }

    /// An offer to one user reaches connected clients of that name, or its caller.
    fn check_addressed(&self, to: &Audience, addressee: &UserName) {
        match to {
            Audience::Peer(_, _) => {}
            Audience::Peers(peers) => {
                for (peer, number) in peers {
                    let who = self.people.iter().position(|person| person.id == Some(*peer)).expect("a client");
                    assert_eq!((&self.name(who), number), (addressee, &None));
                    assert!(self.people[who].connection.is_some(), "nothing is sent on a connection that is gone");
                }
            }
            Audience::Lobby { .. } => panic!("an offer to one user reaches all"),
        }
    }

    fn hear(&mut self, who: usize, number_of_it: Option<u64>, message: ServerMessage) {
        let person = &mut self.people[who];
        assert_eq!(number_of_it.is_some(), person.session.is_some(), "who counts gets numbers");
        if let Some(number) = number_of_it {
            assert_eq!(number, person.received + 1, "nothing twice, nothing left out");
            person.received = number;
        }
        match message {
            ServerMessage::IceCandidate(candidate) => {
                let number = number(&candidate);
                let (from, role) = self.sent[number];
                let in_a_call = self.parties.values().any(|pair| *pair == (from, who) || *pair == (who, from));
                assert!(in_a_call, "sent to a stranger");
                person.heard.entry((from, role == Role::Offerer)).or_default().push(number);
            }
            ServerMessage::AnswerResponse(call) => assert!(person.calls.insert(call.offer_id), "answered twice"),
            ServerMessage::PeerHangup(hangup) => {
                assert!(person.calls.remove(&hangup.offer_id), "an end of what had ended")
            }
            ServerMessage::PeerLost(party) | ServerMessage::PeerBack(party) => {
                assert!(person.calls.contains(&party.offer_id))
            }
            _ => {}
        }
    }

    fn answer(&mut self, who: usize, whom: usize, asks_for_ack: bool) {
        let Some(id) = self.people[who].id else { return };
        let wanted = AnswerTarget::NewestOf(self.name(whom));
        let Ok(answered) = self.switchboard.answer(id, &wanted, description(), asks_for_ack, self.now) else { return };
        assert_ne!(whom, who, "nobody answers themselves");
        let (call, _) = answered.begun.clone().expect("a new call");
        assert!(self.directed.get(&call).is_none_or(|to| *to == self.name(who)), "answered by another");
        assert!(!self.parties.contains_key(&call), "a call begins once");
        self.parties.insert(call, (whom, who));
        self.people[who].calls.insert(call);
        for candidate in &answered.candidates {
            assert!(asks_for_ack);
            self.people[who].heard.entry((whom, true)).or_default().push(number(candidate));
        }
        self.tell(answered.outgoing);
    }

    fn act(&mut self, who: usize, deed: Deed) {
        let Some(id) = self.people[who].id else { return };
        match deed {
            Deed::Wait(seconds) => {
                self.now += Duration::from_secs(seconds);
                let outgoing = self.switchboard.expire(self.now);
                self.tell(outgoing);
            }
            Deed::Die => self.people[who].is_dead = self.people[who].session.is_some(),
            Deed::Break => self.leave(who, ConnectionEnd::Broken),
            // Without a session nobody can take over what the server takes for alive.
            Deed::Return if self.people[who].connection.is_none() || self.people[who].session.is_some() => {
                self.connect(who);
            }
            // Without a session the new page takes what the old one left, if that one's connection was broken.
            Deed::Reload if self.people[who].connection.is_none() && self.people[who].session.is_none() => {
                self.connect(who);
            }
            Deed::Reload => {
                self.leave(who, ConnectionEnd::Closed);
                self.load_page(who);
            }
            _ if !self.speaks(who) => {}
            Deed::Offer => {
                let offer = OfferId(self.fresh());
                let outgoing = self.switchboard.offer(id, offer, description(), self.now).unwrap_or_default();
                self.tell(outgoing);
            }
            Deed::OfferTo(whom) => {
                let (offer, to) = (OfferId(self.fresh()), self.name(whom));
                self.directed.insert(offer, to.clone());
                let made = self.switchboard.offer_to(id, offer, description(), Some(to), self.now);
                let is_there = whom != who && self.people[whom].connection.is_some();
                assert!(made.is_ok() || !is_there, "refused, and the addressee is there");
                let outgoing = made.unwrap_or_else(|_| std::mem::take(&mut self.switchboard.out));
                self.tell(outgoing);
            }
            Deed::Decline => {
                let own = self.name(who);
                let mine = self.directed.iter().filter(|(_, to)| **to == own).map(|(id, _)| *id).max_by_key(|id| id.0);
                let Some(offer) = mine else { return };
                let outgoing = self.switchboard.decline(id, offer, self.now);
                let outgoing = outgoing.unwrap_or_else(|_| std::mem::take(&mut self.switchboard.out));
                self.tell(outgoing);
            }
            Deed::Answer { whom, asks_for_ack } => self.answer(who, whom, asks_for_ack),
            Deed::Candidate(role) => {
                let candidate = opaque(&self.sent.len().to_string());
                self.sent.push((who, role));
                let candidate = IceCandidate::new(candidate, &Limits::default()).expect("small enough");
                let outgoing =
                    self.switchboard.candidate(id, role, CallRef::Newest, candidate, self.now).unwrap_or_default();
                self.tell(outgoing);
            }
            Deed::Renegotiate => {
                for call in self.people[who].calls.clone() {
                    let outgoing = self.switchboard.renegotiate(id, call, description(), self.now);
                    self.tell(outgoing.expect("it is a call of its own"));
                }
            }
            Deed::HangUp => {
                self.people[who].calls.clear();
                let (_, outgoing) = self.switchboard.hang_up(id, None, self.now);
                self.tell(outgoing);
            }
            Deed::Cancel => {
                let outgoing = self.switchboard.cancel(id, self.now);
                self.tell(outgoing);
            }
            Deed::Return => {}
        }
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    /// The candidates of one side come at most once, in the order sent and only to the other party of a call; an offer
    /// is answered once; each party of an ended call hears one end; what was missed is sent after the return; and
    /// when all have gone and time has passed, nothing is kept.
    #[test]
    fn whatever_people_do_nothing_is_told_twice_or_to_strangers_and_nothing_remains(deeds in deeds()) {
        let mut world = World::new();
        for (who, deed) in deeds {
            world.act(who, deed);
        }
        for person in &world.people {
            for ((from, _), numbers) in &person.heard {
                prop_assert!(numbers.is_sorted_by(|a, b| a < b), "out of order or twice");
                prop_assert!(numbers.iter().all(|number| world.sent[*number].0 == *from), "from another client");
            }
        }
        // All come back; then one after the other leaves, the first two on purpose.
        for who in 0..PEOPLE {
            world.connect_if_away(who);
        }
        for (who, how) in [ConnectionEnd::Closed, ConnectionEnd::Closed, ConnectionEnd::Broken].into_iter().enumerate() {
            world.leave(who, how);
        }
        world.act(PEOPLE - 1, Deed::Wait(60));
        prop_assert!(world.people[PEOPLE - 1].calls.is_empty(), "a call whose end was not received");
        world.leave(PEOPLE - 1, ConnectionEnd::Broken);
        for minutes in [2, 2] {
            world.now += Duration::from_secs(60 * minutes);
            world.switchboard.expire(world.now);
        }
        prop_assert!(world.switchboard.is_empty(), "something was left behind: {:?}", world.switchboard.core);
    }
}

impl World {
    fn connect_if_away(&mut self, who: usize) {
        if self.people[who].connection.is_none() || self.people[who].is_dead {
            self.connect(who);
        }
    }
}
