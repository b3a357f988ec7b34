//! A lobby of any size: served in chunks, and no client is sent anything twice, too late or for nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use proptest::prelude::*;
use switchboard::core::command::ConnectionEnd;
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::core::reply::Welcome;
use switchboard::hub::directory::Directory;
use switchboard::hub::outbox::{Broadcast, Outbox};
use switchboard::hub::subscribers::CHUNK;
use switchboard::protocol::call::Call;
use switchboard::protocol::client_message::AnswerTarget;
use switchboard::protocol::id::OfferId;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{Lobby, UserName};
use switchboard::protocol::refusal::Refusal;
use switchboard::protocol::server_message::ServerMessage;

use crate::support::core::TestCore;
use crate::support::fixtures::{description, newcomer};

const CROWD: usize = 5 * CHUNK;

/// What a page shows: the offers that can be answered, by what it received.
#[derive(Debug, Default)]
struct Page {
    shown: BTreeSet<u64>,
    received: usize,
    /// Received once more. A client that asks for the list while a caller returns may: pages go by the offer's id.
    twice: usize,
    has_asked: bool,
    /// Withdrawn, and never received before.
    strange: usize,
}

#[derive(Debug, Default)]
struct Screen(Mutex<Page>);

impl Outbox for Screen {
    fn welcome(&self, _: &Welcome) {}

    fn send(&self, broadcast: &Broadcast, _: Option<u64>) {
        let mut page = self.0.lock();
        page.received += 1;
        match &broadcast.message {
            // Counted, since a panic in here is caught.
            ServerMessage::NewOfferAwaiting(call) => {
                page.twice += usize::from(!page.shown.insert(call.offer_id.0) && !page.has_asked)
            }
            ServerMessage::OfferWithdrawn(gone) => page.strange += usize::from(!page.shown.remove(&gone.offer_id.0)),
            _ => {}
        }
    }

    fn announce_shutdown(&self) {}

    fn end(self: Arc<Self>) {}

    fn cut(&self, _: &str) {}
}

struct Listener {
    peer: PeerId,
    connection: ConnectionId,
    screen: Arc<Screen>,
    name: String,
}

/// What the store does, step by step.
struct ServiceState {
    switchboard: TestCore,
    directory: Directory,
    listeners: Vec<Listener>,
    now: Instant,
    next: u64,
}

impl ServiceState {
    fn with(listeners: usize) -> Self {
        let (switchboard, now) = (TestCore::new(Limits::default()), Instant::now());
        let mut hall = Self { switchboard, directory: Directory::default(), listeners: Vec::new(), now, next: 0 };
        (0..listeners).for_each(|_| hall.arrive());
        hall
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn arrive(&mut self) {
        let name = self.number().to_string();
        self.come(&name);
    }

    fn come(&mut self, name: &str) {
        let connection = ConnectionId(self.number());
        let arrival = self.switchboard.arrive(connection, newcomer(name), self.now);
        let screen = Arc::new(Screen::default());
        screen.0.lock().shown = ids(&arrival.offers);
        self.directory.add(arrival.peer, connection, Some(Lobby::default()), screen.clone());
        self.directory.send_all(arrival.outgoing, None);
        self.listeners.push(Listener { peer: arrival.peer, connection, screen, name: name.to_owned() });
    }

    fn leave(&mut self, who: usize) {
        let Listener { peer, connection, .. } = self.listeners.swap_remove(who);
        let outgoing = self.switchboard.leave(peer, connection, ConnectionEnd::Closed, self.now);
        self.directory.remove(peer, connection);
        self.directory.send_all(outgoing, None);
    }

    fn break_off(&mut self, who: usize) -> String {
        let Listener { peer, connection, name, .. } = self.listeners.remove(who);
        let outgoing = self.switchboard.leave(peer, connection, ConnectionEnd::Broken, self.now);
        self.directory.remove(peer, connection);
        self.directory.send_all(outgoing, None);
        name
    }

    fn expire(&mut self) {
        let outgoing = self.switchboard.expire(self.now);
        self.directory.send_all(outgoing, None);
    }

    fn offer(&mut self, who: usize) -> OfferId {
        let id = OfferId(self.number());
        let outgoing = self.switchboard.offer(self.listeners[who].peer, id, description("an offer"), self.now);
        self.directory.send_all(outgoing.expect("kept"), None);
        id
    }

    fn cancel(&mut self, who: usize) {
        let outgoing = self.switchboard.cancel(self.listeners[who].peer, self.now);
        self.directory.send_all(outgoing, None);
    }

    /// Answers the newest offer on its screen, from which that is gone then.
    fn answer(&mut self, who: usize) {
        let Listener { screen, .. } = &self.listeners[who];
        let Some(id) = screen.0.lock().shown.pop_last() else { return };
        // It may be gone already, and the withdrawal still on its way.
        if self.answer_to(who, &AnswerTarget::Offer(OfferId(id))).is_err() {
            self.listeners[who].screen.0.lock().shown.insert(id);
        }
    }

    fn answer_to(&mut self, who: usize, wanted: &AnswerTarget) -> Result<(), Refusal> {
        let peer = self.listeners[who].peer;
        let answered = self.switchboard.answer(peer, wanted, description("an answer"), true, self.now);
        self.directory.send_all(std::mem::take(&mut self.switchboard.out), None);
        self.directory.send_all(answered?.outgoing, None);
        Ok(())
    }

    /// Asks for the list, and shows what is in it.
    fn ask(&mut self, who: usize) {
        let Listener { peer, screen, .. } = &self.listeners[who];
        self.directory.catch_up(*peer, |offer| self.switchboard.is_hidden(offer));
        let mut page = screen.0.lock();
        page.shown.extend(ids(&self.switchboard.open_offers(*peer)));
        page.has_asked = true;
    }

    /// Each page shows what is open.
    fn check(&mut self, who: usize) {
        let Listener { peer, screen, .. } = &self.listeners[who];
        assert_eq!(screen.0.lock().shown, ids(&self.switchboard.open_offers(*peer)));
    }

    fn send_all(&mut self) {
        for _ in 0..100_000 {
            if !self.directory.step() {
                return;
            }
        }
        panic!("there is no end of it");
    }

    /// Offers that a client received twice, and those of which it received only the withdrawal.
    fn faults(&self) -> (usize, usize) {
        let all = self.listeners.iter().map(|listener| listener.screen.0.lock());
        all.fold((0, 0), |(twice, strange), page| (twice + page.twice, strange + page.strange))
    }

    fn received(&self) -> usize {
        self.listeners.iter().map(|listener| listener.screen.0.lock().received).sum()
    }
}

fn ids(offers: &[Call]) -> BTreeSet<u64> {
    offers.iter().map(|offer| offer.offer_id.0).collect()
}

#[test]
fn lobby_of_one_chunk_is_notified_at_once() {
    let mut hall = ServiceState::with(CHUNK);
    hall.offer(0);
    assert_eq!(hall.received(), CHUNK - 1);
    assert!(!hall.directory.step());
}

#[test]
fn larger_lobby_is_served_a_chunk_at_a_time() {
    let mut hall = ServiceState::with(CROWD);
    hall.offer(0);
    assert_eq!(hall.received(), 0);
    let mut before = 0;
    while hall.directory.step() {
        assert!(hall.received() - before <= CHUNK);
        before = hall.received();
    }
    assert_eq!(hall.received(), CROWD - 1);
}

#[test]
fn offer_withdrawn_before_its_turn_is_not_announced() {
    let mut hall = ServiceState::with(CROWD);
    hall.offer(0);
    hall.cancel(0);
    hall.send_all();
    assert_eq!(hall.received(), 0);
}

#[test]
fn offer_withdrawn_half_way_notifies_its_receivers_only() {
    let mut hall = ServiceState::with(CROWD);
    hall.offer(0);
    hall.directory.step();
    let received = hall.received();
    assert!(received < CROWD / 2, "one chunk");
    hall.cancel(0);
    hall.send_all();
    assert_eq!(hall.received(), 2 * received);
    (0..CROWD).for_each(|who| hall.check(who));
}

#[test]
fn client_that_has_it_from_a_list_receives_the_withdrawal() {
    let mut hall = ServiceState::with(CROWD);
    hall.offer(0);
    hall.arrive();
    hall.cancel(0);
    hall.send_all();
    assert_eq!(hall.received(), 1);
    hall.check(CROWD);
}

#[test]
fn many_offers_are_sent_as_a_reader_can_follow() {
    let mut hall = ServiceState::with(CROWD);
    let mut offers = 0;
    for who in 0..3 * CHUNK {
        hall.offer(who);
        offers += 1;
    }
    hall.directory.step();
    let most = hall.listeners.iter().map(|listener| listener.screen.0.lock().received).max();
    assert!(most.is_some_and(|most| most <= 32), "{most:?} of {offers}");
    hall.send_all();
    (0..CROWD).for_each(|who| hall.check(who));
}

/// More than is sent at a time: the cut must not fall between an offer and its withdrawal.
#[test]
fn many_offers_withdrawn_before_their_turn_are_not_announced() {
    let mut hall = ServiceState::with(CROWD);
    for _ in 0..100 {
        hall.offer(0);
        hall.cancel(0);
    }
    hall.send_all();
    assert_eq!(hall.received(), 0);
}

/// A client that makes offers and withdraws them all the time must not hold up the others' offers.
#[test]
fn offers_that_come_and_go_hold_up_no_other() {
    let mut hall = ServiceState::with(CROWD);
    for _ in 0..1_000 {
        hall.offer(0);
        hall.cancel(0);
    }
    hall.offer(1);
    let mut steps = 1;
    while hall.directory.step() {
        steps += 1;
    }
    assert!(steps <= 10 * CROWD / CHUNK, "{steps} steps for one offer to {CROWD}");
}

/// A queue takes 1,024 messages: a client that asks for the list is not to be closed for what others receive piecemeal.
#[test]
fn client_that_asks_for_the_list_is_not_flooded() {
    let mut hall = ServiceState::with(1_200);
    for who in 1..1_200 {
        hall.offer(who);
    }
    hall.ask(0);
    assert_eq!(hall.received(), 0, "the list has it all");
}

#[test]
fn client_that_answers_by_name_receives_no_withdrawal() {
    let mut hall = ServiceState::with(CROWD);
    hall.offer(0);
    assert!(hall.directory.step());
    let is_unaware = |listener: &Listener| listener.screen.0.lock().received == 0;
    let answerer = (1..CROWD).find(|who| is_unaware(&hall.listeners[*who])).expect("one whose turn is later");
    let name = UserName::new(&hall.listeners[0].name).expect("short");
    hall.answer_to(answerer, &AnswerTarget::NewestOf(name)).expect("the first to answer");
    hall.send_all();
    (0..CROWD).for_each(|who| hall.check(who));
}

#[derive(Debug, Clone)]
enum Deed {
    Offer(usize),
    Cancel(usize),
    Answer(usize),
    Ask(usize),
    Arrive,
    Leave(usize),
    Step(usize),
    Wait(u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => any::<usize>().prop_map(Deed::Offer),
        2 => any::<usize>().prop_map(Deed::Cancel),
        3 => any::<usize>().prop_map(Deed::Answer),
        1 => any::<usize>().prop_map(Deed::Ask),
        2 => Just(Deed::Arrive),
        2 => any::<usize>().prop_map(Deed::Leave),
        5 => (1..4usize).prop_map(Deed::Step),
        1 => (1..200u64).prop_map(Deed::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_client_knows_the_open_offers_in_the_end(
        crowd in 7..3 * CHUNK,
        deeds in prop::collection::vec(deed(), 1..200),
    ) {
        let mut hall = ServiceState::with(crowd);
        for deed in deeds {
            let someone = |n: usize, hall: &ServiceState| n % hall.listeners.len();
            match deed {
                // The same few, so that offers replace each other.
                Deed::Offer(n) => _ = hall.offer(n % 6),
                Deed::Cancel(n) => hall.cancel(n % 6),
                Deed::Answer(n) => hall.answer(someone(n, &hall)),
                Deed::Ask(n) => {
                    let who = someone(n, &hall);
                    hall.ask(who);
                    hall.check(who);
                }
                Deed::Arrive => hall.arrive(),
                Deed::Leave(n) if hall.listeners.len() > 6 => hall.leave(someone(n, &hall)),
                Deed::Leave(_) => {}
                Deed::Step(times) => (0..times).for_each(|_| _ = hall.directory.step()),
                Deed::Wait(ms) => hall.now += Duration::from_millis(ms),
            }
        }
        hall.send_all();
        prop_assert_eq!(hall.faults().0, 0, "sent twice");
        (0..hall.listeners.len()).for_each(|who| hall.check(who));
        (0..hall.listeners.len()).rev().for_each(|who| hall.leave(who));
        prop_assert!(hall.directory.is_empty());
    }
}

#[derive(Debug, Clone)]
enum Turn {
    Offer(usize),
    Cancel(usize),
    Answer(usize),
    Break(usize),
    Return(usize),
    Ask(usize),
    Arrive,
    Step(usize),
    Wait(u64),
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        6 => any::<usize>().prop_map(Turn::Offer),
        2 => any::<usize>().prop_map(Turn::Cancel),
        2 => any::<usize>().prop_map(Turn::Answer),
        4 => any::<usize>().prop_map(Turn::Break),
        4 => any::<usize>().prop_map(Turn::Return),
        1 => any::<usize>().prop_map(Turn::Ask),
        1 => Just(Turn::Arrive),
        5 => (1..4usize).prop_map(Turn::Step),
        2 => (1..200u64).prop_map(Turn::Wait),
        1 => (1_000..7_000u64).prop_map(Turn::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_client_knows_them_when_some_break_off_and_return(
        crowd in 14..3 * CHUNK,
        turns in prop::collection::vec(turn(), 1..300),
    ) {
        let mut hall = ServiceState::with(crowd);
        let mut away: Vec<String> = Vec::new();
        for turn in turns {
            let many = hall.listeners.len();
            hall.now += Duration::from_micros(1);
            match turn {
                Turn::Offer(n) => _ = hall.offer(n % 8),
                Turn::Cancel(n) => hall.cancel(n % 8),
                Turn::Answer(n) => hall.answer(n % many),
                Turn::Break(n) if many > 10 => away.push(hall.break_off(n % 10)),
                Turn::Break(_) => {}
                Turn::Return(n) => if !away.is_empty() {
                    let name = away.swap_remove(n % away.len());
                    hall.come(&name);
                    let last = hall.listeners.pop().expect("it came");
                    hall.listeners.insert(n % 8, last);
                },
                Turn::Ask(n) => hall.ask(n % many),
                Turn::Arrive => hall.arrive(),
                Turn::Step(times) => (0..times).for_each(|_| _ = hall.directory.step()),
                Turn::Wait(ms) => {
                    hall.now += Duration::from_millis(ms);
                    hall.expire();
                }
            }
        }
        hall.now += Duration::from_secs(31);
        hall.expire();
        hall.send_all();
        // A client that connects while a caller is absent does not see its offer, but receives what becomes of it.
        prop_assert_eq!(hall.faults().0, 0, "sent twice");
        (0..hall.listeners.len()).for_each(|who| hall.check(who));
    }
}
