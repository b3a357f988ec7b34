//! Many listeners: told by the announcer, some at a time, and nobody is told anything twice, too late or for nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use proptest::prelude::*;
use switchboard::core::call::{Call, SessionDescription};
use switchboard::core::limits::Limits;
use switchboard::core::name::{ConnectionId, Lobby, OfferId, PeerId, UserName};
use switchboard::core::opaque::Opaque;
use switchboard::core::outgoing::ServerMessage;
use switchboard::core::peer::{ConnectionEnd, Newcomer, Purpose};
use switchboard::core::refusal::Refusal;
use switchboard::core::state::{AnswerTarget, Core};
use switchboard::hub::directory::{Broadcast, Directory, NextRound, Outbox};
use switchboard::hub::subscribers::{CHUNK, MAX_DELAY, SYNC_LIMIT};

const CROWD: usize = 5 * CHUNK;

/// What somebody's page shows: the offers that can be answered, as far as it was told.
#[derive(Debug, Default)]
struct Page {
    shown: BTreeSet<u64>,
    told: usize,
    /// Heard of once more. One who asks for the list while a caller comes back may: pages go by the offer's id.
    twice: usize,
    has_asked: bool,
    /// Heard the end of, and never the beginning.
    strange: usize,
}

#[derive(Debug, Default)]
struct Screen(Mutex<Page>);

impl Outbox for Screen {
    fn tell(&self, telling: &Broadcast<'_>, _: Option<u64>) {
        let mut page = self.0.lock();
        page.told += 1;
        match telling.message {
            // Counted, since a panic in here is caught.
            ServerMessage::NewOfferAwaiting(call) => {
                page.twice += usize::from(!page.shown.insert(call.offer_id.0) && !page.has_asked)
            }
            ServerMessage::OfferWithdrawn(gone) => page.strange += usize::from(!page.shown.remove(&gone.offer_id.0)),
            _ => {}
        }
    }

    fn announce_shutdown(&self) {}

    fn end(&self) {}

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
    switchboard: Core,
    directory: Directory,
    listeners: Vec<Listener>,
    now: Instant,
    next: u64,
}

impl ServiceState {
    fn with(listeners: usize) -> Self {
        let (switchboard, now) = (Core::new(Limits::default()), Instant::now());
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
        let (name, lobby) = (UserName::new(name).expect("short"), Lobby::default());
        let own_name = name.as_str().to_owned();
        let (purpose, session) = (Purpose::CallsAndRooms, None);
        let newcomer = Newcomer { name, lobby: lobby.clone(), purpose, session, counts: false, received: None };
        let arrival = self.switchboard.arrive(connection, newcomer, self.now);
        let screen = Arc::new(Screen::default());
        screen.0.lock().shown = ids(&arrival.offers);
        self.directory.add(arrival.peer, connection, Some(lobby), screen.clone());
        self.directory.tell_all(arrival.outgoing, self.now);
        self.listeners.push(Listener { peer: arrival.peer, connection, screen, name: own_name });
    }

    fn leave(&mut self, who: usize) {
        let Listener { peer, connection, .. } = self.listeners.swap_remove(who);
        let outgoing = self.switchboard.leave(peer, connection, ConnectionEnd::Closed, self.now);
        self.directory.remove(peer, connection);
        self.directory.tell_all(outgoing, self.now);
    }

    fn break_off(&mut self, who: usize) -> String {
        let Listener { peer, connection, name, .. } = self.listeners.remove(who);
        let outgoing = self.switchboard.leave(peer, connection, ConnectionEnd::Broken, self.now);
        self.directory.remove(peer, connection);
        self.directory.tell_all(outgoing, self.now);
        name
    }

    fn expire(&mut self) {
        let outgoing = self.switchboard.expire(self.now);
        self.directory.tell_all(outgoing, self.now);
    }

    fn offer(&mut self, who: usize) -> OfferId {
        let id = OfferId(self.number());
        let json = serde_json::value::to_raw_value("an offer").expect("text is JSON");
        let description = SessionDescription::new(Opaque::new(&json, &[]).expect("harmless"), &Limits::default());
        let outgoing = self.switchboard.offer(self.listeners[who].peer, id, description.expect("small"), self.now);
        self.directory.tell_all(outgoing.expect("kept"), self.now);
        id
    }

    fn cancel(&mut self, who: usize) {
        let outgoing = self.switchboard.cancel(self.listeners[who].peer, self.now);
        self.directory.tell_all(outgoing, self.now);
    }

    /// Answers the newest offer on its screen, from which that is gone then.
    fn answer(&mut self, who: usize) {
        let Listener { screen, .. } = &self.listeners[who];
        let Some(id) = screen.0.lock().shown.pop_last() else { return };
        // It may be gone already, and that is still to be told.
        if self.answer_to(who, &AnswerTarget::Offer(OfferId(id))).is_err() {
            self.listeners[who].screen.0.lock().shown.insert(id);
        }
    }

    fn answer_to(&mut self, who: usize, wanted: &AnswerTarget) -> Result<(), Refusal> {
        let json = serde_json::value::to_raw_value("an answer").expect("text is JSON");
        let description = SessionDescription::new(Opaque::new(&json, &[]).expect("harmless"), &Limits::default());
        let peer = self.listeners[who].peer;
        let answered = self.switchboard.answer(peer, wanted, description.expect("small"), true, self.now)?;
        self.directory.tell_all(answered.outgoing, self.now);
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
    fn check(&self, who: usize) {
        let Listener { peer, screen, .. } = &self.listeners[who];
        assert_eq!(screen.0.lock().shown, ids(&self.switchboard.open_offers(*peer)));
    }

    fn announce_all(&mut self) {
        for _ in 0..100_000 {
            match self.directory.announce(self.now) {
                NextRound::Now => {}
                NextRound::At(time) => self.now = time,
                NextRound::WhenCalled => return,
            }
        }
        panic!("the announcer finds no end");
    }

    /// Offers that somebody was told of twice, and those that somebody only heard the end of.
    fn faults(&self) -> (usize, usize) {
        let all = self.listeners.iter().map(|listener| listener.screen.0.lock());
        all.fold((0, 0), |(twice, strange), page| (twice + page.twice, strange + page.strange))
    }

    fn told(&self) -> usize {
        self.listeners.iter().map(|listener| listener.screen.0.lock().told).sum()
    }
}

fn ids(offers: &[Call]) -> BTreeSet<u64> {
    offers.iter().map(|offer| offer.offer_id.0).collect()
}

#[test]
fn a_few_are_told_at_once() {
    let mut hall = ServiceState::with(SYNC_LIMIT);
    hall.offer(0);
    assert_eq!(hall.told(), SYNC_LIMIT - 1);
    assert_eq!(hall.directory.announce(hall.now), NextRound::WhenCalled);
}

#[test]
fn many_are_told_some_at_a_time_by_the_announcer_and_not_by_who_speaks() {
    let mut hall = ServiceState::with(CROWD);
    hall.offer(0);
    assert_eq!(hall.told(), 0);
    let mut before = 0;
    while hall.directory.announce(hall.now) == NextRound::Now {
        assert!(hall.told() - before <= CHUNK);
        before = hall.told();
    }
    assert_eq!(hall.told(), CROWD - 1);
}

#[test]
fn an_offer_that_is_gone_before_its_turn_is_not_announced() {
    let mut hall = ServiceState::with(CROWD);
    hall.offer(0);
    hall.cancel(0);
    hall.announce_all();
    assert_eq!(hall.told(), 0);
}

#[test]
fn who_came_in_between_hears_that_it_is_gone() {
    let mut hall = ServiceState::with(CROWD);
    hall.offer(0);
    hall.arrive();
    hall.cancel(0);
    hall.announce_all();
    assert_eq!(hall.told(), 1);
    hall.check(CROWD);
}

#[test]
fn that_an_offer_is_gone_waits_for_company_but_not_for_long() {
    let mut hall = ServiceState::with(CROWD);
    hall.offer(0);
    hall.announce_all();
    let all = hall.told();
    hall.cancel(0);
    assert_eq!(hall.directory.announce(hall.now), NextRound::At(hall.now + MAX_DELAY));
    assert_eq!(hall.told(), all);
    hall.offer(1);
    assert_eq!(hall.directory.announce(hall.now), NextRound::Now);
    let heard: BTreeSet<usize> = hall.listeners[2..].iter().map(|listener| listener.screen.0.lock().told).collect();
    assert_eq!(heard, BTreeSet::from([1, 3]), "both go out together");
}

#[test]
fn so_much_at_a_time_that_one_who_reads_can_follow() {
    let mut hall = ServiceState::with(CROWD);
    let mut offers = 0;
    for who in 0..3 * CHUNK {
        hall.offer(who);
        offers += 1;
    }
    hall.directory.announce(hall.now);
    let most = hall.listeners.iter().map(|listener| listener.screen.0.lock().told).max();
    assert!(most.is_some_and(|most| most <= 32), "{most:?} of {offers}");
    hall.announce_all();
    (0..CROWD).for_each(|who| hall.check(who));
}

/// What is taken back is more than goes out at a time: the cut must not fall between an offer and its end.
#[test]
fn of_offers_that_are_gone_before_their_turn_nobody_hears_that_they_are_gone() {
    let mut hall = ServiceState::with(CROWD);
    for _ in 0..100 {
        hall.offer(0);
        hall.cancel(0);
    }
    hall.announce_all();
    assert_eq!(hall.told(), 0);
}

/// Whoever makes offers and takes them back all the time must not keep the announcer from the others' news.
#[test]
fn offers_that_nobody_has_heard_of_keep_no_other_offer_waiting() {
    let mut hall = ServiceState::with(CROWD);
    for _ in 0..1_000 {
        hall.offer(0);
        hall.cancel(0);
    }
    hall.offer(1);
    let mut steps = 1;
    while hall.directory.announce(hall.now) == NextRound::Now {
        steps += 1;
    }
    assert!(steps <= 2 * CROWD / CHUNK, "{steps} steps for one offer to {CROWD}");
}

/// A queue takes 1,024 messages: whoever asks for the list is not to be closed for what others have heard piecemeal.
#[test]
fn who_asks_for_the_list_is_not_flooded_with_what_is_still_to_be_told() {
    let mut hall = ServiceState::with(1_200);
    for who in 1..1_200 {
        hall.offer(who);
    }
    hall.ask(0);
    assert_eq!(hall.told(), 0, "the list has it all");
}

#[test]
fn who_has_answered_by_name_is_not_told_of_that_offer_afterwards() {
    let mut hall = ServiceState::with(CROWD);
    hall.offer(0);
    assert_eq!(hall.directory.announce(hall.now), NextRound::Now);
    let is_unaware = |listener: &Listener| listener.screen.0.lock().told == 0;
    let answerer = (1..CROWD).find(|who| is_unaware(&hall.listeners[*who])).expect("one whose turn is later");
    let name = UserName::new(&hall.listeners[0].name).expect("short");
    hall.answer_to(answerer, &AnswerTarget::NewestOf(name)).expect("the first to answer");
    hall.announce_all();
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
    Announce(usize),
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
        5 => (1..4usize).prop_map(Deed::Announce),
        1 => (1..200u64).prop_map(Deed::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_meanwhile_everybody_knows_the_open_offers_in_the_end(
        crowd in SYNC_LIMIT - 2..2 * CHUNK,
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
                Deed::Announce(times) => (0..times).for_each(|_| _ = hall.directory.announce(hall.now)),
                Deed::Wait(ms) => hall.now += Duration::from_millis(ms),
            }
        }
        hall.announce_all();
        prop_assert_eq!(hall.faults().0, 0, "told twice");
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
    Announce(usize),
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
        5 => (1..4usize).prop_map(Turn::Announce),
        2 => (1..200u64).prop_map(Turn::Wait),
        1 => (1_000..7_000u64).prop_map(Turn::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whoever_breaks_off_and_comes_back_meanwhile_everybody_knows_the_open_offers_in_the_end(
        crowd in 14..SYNC_LIMIT + 100,
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
                Turn::Announce(times) => (0..times).for_each(|_| _ = hall.directory.announce(hall.now)),
                Turn::Wait(ms) => {
                    hall.now += Duration::from_millis(ms);
                    hall.expire();
                }
            }
        }
        hall.now += Duration::from_secs(31);
        hall.expire();
        hall.announce_all();
        // Whoever comes while a caller is away does not see its offer, but hears what becomes of it.
        prop_assert_eq!(hall.faults().0, 0, "told twice");
        (0..hall.listeners.len()).for_each(|who| hall.check(who));
    }
}
