//! Five clients in two rooms, and what each has received: the model against which the property test of rooms holds the rules.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use switchboard::core::command::{ConnectionEnd, Newcomer, Purpose};
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::core::outgoing::{Audience, Outgoing};
use switchboard::protocol::call::IceCandidate;
use switchboard::protocol::call::Relayed;
use switchboard::protocol::id::MemberId;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{Lobby, RoomName, Session, UserName};
use switchboard::protocol::opaque::Opaque;
use switchboard::protocol::refusal::Code;
use switchboard::protocol::room::{MemberInfo, RoomAccess, RoomEvent};
use switchboard::protocol::server_message::ServerMessage;

pub const PEOPLE: usize = 5;
pub const ROOMS: [&str; 2] = ["kitchen", "cellar"];

use super::core::{Arrival, TestCore};

/// One thing that a client may do, or that may happen to its connection.
#[derive(Debug, Clone)]
pub enum Deed {
    Join(usize),
    Leave(usize),
    /// Decides who may enter a room; in vain, unless it is the host.
    SetAccess(usize, RoomAccess),
    /// Admits or rejects the first who waits for a room, as far as it knows.
    Decide(usize, bool),
    /// A candidate for each whom it knows in a room.
    Relay(usize),
    /// Closes the page and opens it again.
    Reload,
    /// Nothing arrives any more, and nobody has noticed.
    Die,
    /// The server notices.
    Break,
    /// A new connection: after a break, or while the server takes the old one for alive.
    Return,
    /// So many seconds pass; then the server looks who was away for too long, or does so at the next arrival.
    Wait(u64, bool),
}

/// Who is in a room, as one client knows it. Ordered, so that two views can be held against each other.
pub type View = BTreeMap<MemberId, UserName>;
/// The rooms in which a client is: its own place, and the others.
pub type Rooms = BTreeMap<usize, (MemberId, View)>;

/// A client: 0 and 1 have a session and count, 2 has a session, 3 has none, 4 came by the bare WebSocket.
#[derive(Debug, Default)]
pub struct Person {
    id: Option<PeerId>,
    /// With a session each load of the page has a name of its own; without, it is the same.
    load: u64,
    /// While the server takes it for here.
    connection: Option<ConnectionId>,
    /// Whether its connection carries anything.
    is_dead: bool,
    session: Option<Session>,
    received: u64,
    was_here: bool,
    pub rooms: Rooms,
    /// The host and the access of each of its rooms.
    pub rules: BTreeMap<usize, (MemberId, RoomAccess)>,
    /// Who waits for a room of which it is the host.
    pub line: BTreeMap<usize, View>,
    /// The rooms that it waits to enter.
    pub waits: BTreeMap<usize, MemberId>,
    /// The candidates that are to reach it, and the ones that did.
    pub awaited: Vec<String>,
    pub heard: Vec<String>,
}

pub struct World {
    /// Time has passed, and the core was not notified yet.
    has_waited: bool,
    pub switchboard: TestCore,
    pub now: Instant,
    pub people: [Person; PEOPLE],
    next: u64,
}

fn room_name(room: usize) -> RoomName {
    RoomName::new(ROOMS[room]).expect("short enough")
}

fn room_of(name: &RoomName) -> usize {
    ROOMS.iter().position(|room| *room == name.as_str()).expect("a room of this test")
}

fn view(members: &[MemberInfo]) -> View {
    let view: View = members.iter().map(|info| (info.peer_id, info.user_name.clone())).collect();
    assert_eq!(view.len(), members.len(), "nobody is listed twice");
    view
}

fn candidate(number: u64) -> IceCandidate {
    let json = serde_json::value::to_raw_value(&number).expect("a number is JSON");
    IceCandidate::new(Opaque::new(&json, &[]).expect("harmless"), &Limits::default()).expect("small enough")
}

impl World {
    pub fn new() -> Self {
        let mut world = Self {
            has_waited: false,
            switchboard: TestCore::new(Limits::default()),
            now: Instant::now(),
            people: Default::default(),
            next: 0,
        };
        for who in 0..PEOPLE {
            world.load_page(who);
        }
        world
    }

    fn counts(who: usize) -> bool {
        who < 2
    }

    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub fn name(&self, who: usize) -> UserName {
        UserName::new(&format!("person {who} {}", self.people[who].load)).expect("short enough")
    }

    fn load_page(&mut self, who: usize) {
        let session = (who < 3).then(|| Session::new(&self.fresh().to_string()).expect("short enough"));
        let load = if session.is_some() { self.fresh() } else { 0 };
        self.people[who] = Person { session, load, ..Person::default() };
        self.connect(who);
    }

    fn connect(&mut self, who: usize) {
        let connection = ConnectionId(self.fresh());
        let name = self.name(who);
        let person = &mut self.people[who];
        let received = (person.was_here && Self::counts(who)).then_some(person.received);
        let newcomer = Newcomer {
            name,
            lobby: Lobby::default(),
            purpose: if who == 4 { Purpose::Rooms } else { Purpose::CallsAndRooms },
            session: person.session.clone(),
            counts: Self::counts(who),
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
            assert!(missed.is_empty());
            person.rooms.clear();
            person.rules.clear();
            person.line.clear();
            person.waits.clear();
            person.awaited.clear();
            person.heard.clear();
            person.received = 0;
        }
        let restored = restored.unwrap_or_default();
        let (mut known, mut rules, mut line) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for membership in restored.rooms {
            let room = room_of(&membership.room);
            known.insert(room, (membership.peer_id, view(&membership.members)));
            rules.insert(room, (membership.host, membership.access));
            line.insert(room, view(&membership.waiting));
        }
        let waits: BTreeMap<_, _> = restored.waiting.iter().map(|wait| (room_of(&wait.room), wait.peer_id)).collect();
        assert!(waits.iter().all(|wait| person.waits.get(wait.0) == Some(wait.1)), "it waits where it waited");
        // It may have been admitted meanwhile.
        for (room, (own, _)) in &known {
            let before = person.rooms.get(room).map(|(own, _)| own).or(person.waits.get(room));
            assert_eq!(before, Some(own), "it is where it was, in the same places");
        }
        assert!(person.rooms.keys().all(|room| known.contains_key(room)), "it is in all its rooms");
        (person.rooms, person.rules, person.line, person.waits) = (known.clone(), rules.clone(), line.clone(), waits);
        for (number, message) in missed {
            self.hear(who, number, message, true);
        }
        assert_eq!(known, self.people[who].rooms, "once it has received what it missed, it knows who is there");
        self.tell(outgoing);
        let person = &mut self.people[who];
        assert_eq!(rules, person.rules, "who is the host, and who may enter");
        for lines in [&mut line, &mut person.line] {
            lines.retain(|_, line| !line.is_empty());
        }
        assert_eq!(line, person.line, "who waits");
    }

    fn speaks(&self, who: usize) -> bool {
        self.people[who].connection.is_some() && !self.people[who].is_dead
    }

    pub fn leave(&mut self, who: usize, how: ConnectionEnd) {
        let person = &mut self.people[who];
        let (Some(id), Some(connection)) = (person.id, person.connection.take()) else { return };
        let outgoing = self.switchboard.leave(id, connection, how, self.now);
        self.tell(outgoing);
    }

    fn tell(&mut self, outgoing: Vec<Outgoing>) {
        for Outgoing { to, message } in outgoing {
            let listeners = match to {
                Audience::Peer(peer, number) => vec![(peer, number)],
                Audience::Peers(peers) => peers,
                Audience::Lobby { .. } => panic!("nobody offers here"),
            };
            for (listener, number) in listeners {
                // Else a page that begins anew while its old connection looks alive.
                let Some(who) = self.people.iter().position(|person| person.id == Some(listener)) else { continue };
                assert!(self.people[who].connection.is_some(), "nothing is sent on a connection that is gone");
                if !self.people[who].is_dead {
                    self.hear(who, number, message.clone(), false);
                }
            }
        }
    }

    /// `is_late`: received after `restored`, in which the end of it all is known already.
    fn hear(&mut self, who: usize, number_of_it: Option<u64>, message: ServerMessage, is_late: bool) {
        assert_eq!(number_of_it.is_some(), Self::counts(who), "who counts gets numbers");
        let person = &mut self.people[who];
        if let Some(number) = number_of_it {
            assert_eq!(number, person.received + 1, "nothing twice, nothing left out");
            person.received = number;
        }
        let ServerMessage::Room(message) = message else { panic!("{message:?} has nothing to do with rooms") };
        let room = room_of(&message.room);
        match &message.event {
            RoomEvent::JoinedRoom(place) => {
                let waited = person.waits.remove(&room);
                assert!(waited.is_none_or(|id| id == place.peer_id), "admitted under the id under which it waited");
                person.rules.insert(room, (place.host, place.access));
                person.rooms.insert(room, (place.peer_id, view(&place.members)));
                return;
            }
            RoomEvent::WaitingInRoom { peer_id } => {
                assert!(is_late || !person.rooms.contains_key(&room), "a member does not wait");
                // Late: it may have been admitted since.
                if !person.rooms.contains_key(&room) {
                    person.waits.insert(room, *peer_id);
                }
                return;
            }
            RoomEvent::NotAdmitted(_) => {
                assert!(person.waits.remove(&room).is_some() || is_late, "it did not wait");
                return;
            }
            _ => {}
        }
        let rules = person.rules.get_mut(&room).expect("sent to a client outside the room");
        let (own, others) = person.rooms.get_mut(&room).expect("sent to a client outside the room");
        match &message.event {
            RoomEvent::HostChanged { host } => {
                rules.0 = *host;
                // From now on another host receives the list.
                if host != own {
                    person.line.remove(&room);
                }
            }
            RoomEvent::AccessChanged { access } => rules.1 = *access,
            RoomEvent::WaitingChanged { waiting } => {
                assert!(is_late || rules.0 == *own, "only the host receives who waits");
                person.line.insert(room, view(waiting));
            }
            RoomEvent::RequestingSdpOffer { members } => assert_eq!(view(members), *others),
            RoomEvent::UserJoined(who) => {
                assert!(who.peer_id != *own);
                let before = others.insert(who.peer_id, who.user_name.clone());
                assert!(is_late || before.is_none(), "came twice");
            }
            RoomEvent::UserLeft { member: who, .. } => {
                assert!(others.remove(&who.peer_id).is_some() || is_late, "left twice, or was never there");
            }
            RoomEvent::UserLost(who) | RoomEvent::UserBack(who) => {
                assert!(is_late || others.get(&who.peer_id) == Some(&who.user_name), "nobody of this room");
            }
            RoomEvent::ReceivingIceCandidate { candidate } => {
                person.heard.push(serde_json::to_string(&candidate.on_wire()).expect("JSON"))
            }
            other => panic!("nobody said so: {other:?}"),
        }
    }

    pub fn act(&mut self, who: usize, deed: Deed) {
        let Some(id) = self.people[who].id else { return };
        match deed {
            Deed::Wait(seconds, is_noticed) => {
                self.now += Duration::from_secs(seconds);
                self.has_waited |= !is_noticed;
                if is_noticed {
                    let outgoing = self.switchboard.expire(self.now);
                    self.tell(outgoing);
                }
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
            Deed::Return => {}
            _ if !self.speaks(who) => {}
            // What is due comes before the message, and changes who is there.
            Deed::Join(_) | Deed::Leave(_) | Deed::Relay(_) | Deed::SetAccess(..) | Deed::Decide(..)
                if self.has_waited =>
            {
                self.has_waited = false;
                let outgoing = self.switchboard.expire(self.now);
                self.tell(outgoing);
                self.act(who, deed);
            }
            Deed::Join(room) => {
                let member = MemberId(self.fresh());
                let before = self.people[who].rooms.get(&room).cloned();
                let waited = self.people[who].waits.get(&room).copied();
                match self.switchboard.knock(id, room_name(room), member, self.now) {
                    Ok((Ok(place), outgoing)) => {
                        let found = (place.peer_id, view(&place.members));
                        assert_eq!(found, before.unwrap_or((member, found.1.clone())), "to come again changes nothing");
                        assert_eq!(waited, None, "who waits is not let in by coming again");
                        self.tell(outgoing);
                        assert_eq!(self.people[who].rooms[&room], found, "it received the same");
                    }
                    Ok((Err(id), outgoing)) => {
                        assert_eq!((before, id), (None, waited.unwrap_or(member)), "it keeps its place");
                        self.tell(outgoing);
                        assert_eq!(self.people[who].waits[&room], id, "it received the same");
                    }
                    Err(refusal) => {
                        assert_eq!((before, waited, refusal.code), (None, None, Code::RoomLocked));
                    }
                }
            }
            Deed::SetAccess(room, access) => {
                let outcome = self.switchboard.set_access(id, &room_name(room), access, self.now);
                assert_eq!(outcome.is_ok(), self.is_host(who, room), "the host alone decides");
                self.tell(outcome.unwrap_or_default());
            }
            Deed::Decide(room, is_admitted) => {
                // What the host knows, or what another client guesses.
                let guess = self.people.iter().find_map(|person| person.waits.get(&room)).copied();
                let known = self.people[who].line.get(&room).and_then(|line| line.keys().next()).copied();
                let Some(waiting) = known.or(guess) else { return };
                let outcome = if is_admitted {
                    self.switchboard.admit(id, &room_name(room), waiting, self.now)
                } else {
                    self.switchboard.reject(id, &room_name(room), waiting, self.now)
                };
                assert_eq!(outcome.is_ok(), self.is_host(who, room) && known.is_some(), "the host alone decides");
                self.tell(outcome.unwrap_or_default());
            }
            Deed::Leave(room) => {
                let person = &mut self.people[who];
                person.rules.remove(&room);
                person.line.remove(&room);
                let was_in = person.rooms.remove(&room).is_some() | person.waits.remove(&room).is_some();
                let left = self.switchboard.leave_room(id, &room_name(room), self.now);
                assert_eq!(left.is_ok(), was_in);
                self.tell(left.unwrap_or_default());
            }
            Deed::Relay(room) => self.relay(who, id, room),
        }
    }

    /// Whether a client is the host of a room, as far as it knows.
    fn is_host(&self, who: usize, room: usize) -> bool {
        let Person { rooms, rules, .. } = &self.people[who];
        rooms.get(&room).zip(rules.get(&room)).is_some_and(|((own, _), (host, _))| own == host)
    }

    /// Whomever it knows in the room it reaches: at once, or after a return.
    fn relay(&mut self, who: usize, id: PeerId, room: usize) {
        let Some((_, others)) = self.people[who].rooms.get(&room).cloned() else {
            let what = Relayed::Candidate(candidate(0));
            assert!(self.switchboard.relay(id, &room_name(room), None, what, self.now).is_err(), "a stranger");
            return;
        };
        for to in others.into_keys() {
            let number = self.fresh();
            for (who, person) in self.people.iter_mut().enumerate() {
                // What goes to a dead connection is lost, but for one who counts.
                let is_lost = person.is_dead && person.connection.is_some() && !Self::counts(who);
                let is_it = person.rooms.get(&room).is_some_and(|(own, _)| *own == to);
                // Or it has been admitted and has not received that yet.
                if (is_it || person.waits.get(&room) == Some(&to)) && !is_lost {
                    person.awaited.push(number.to_string());
                }
            }
            let what = Relayed::Candidate(candidate(number));
            let outgoing = self.switchboard.relay(id, &room_name(room), Some(to), what, self.now).expect("it is there");
            self.tell(outgoing);
        }
    }

    pub fn connect_if_away(&mut self, who: usize) {
        if !self.speaks(who) {
            self.connect(who);
        }
    }
}
