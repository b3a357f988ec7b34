//! What the verbs of a call cost in the core, however many calls and open offers there are besides:
//! `cargo bench --bench calls`.

use std::time::Instant;

use divan::{Bencher, black_box};
use switchboard::core::command::ConnectionEnd;
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::protocol::call::{CallRef, IceCandidate, Role, SessionDescription};
use switchboard::protocol::client_message::AnswerTarget;
use switchboard::protocol::id::OfferId;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::UserName;

use self::core::TestCore;
use self::fixtures::newcomer;

#[path = "../tests/server/support/core.rs"]
#[allow(dead_code)]
mod core;
#[path = "../tests/server/support/fixtures.rs"]
#[allow(dead_code)]
mod fixtures;

/// How many open offers there are besides, and as many answered calls.
const ELSEWHERE: [u64; 4] = [0, 100, 1_000, 4_000];
/// The two who are looked at.
const CALLER: u64 = 1_000_001;
const ANSWERER: u64 = 1_000_002;

fn main() {
    divan::main();
}

fn arrive(switchboard: &mut TestCore, number: u64) -> PeerId {
    switchboard.arrive(ConnectionId(number), newcomer(&format!("person {number}")), Instant::now()).peer
}

fn description() -> SessionDescription {
    fixtures::description(&"a=rtpmap:96 VP8/90000\r\n".repeat(190))
}

fn candidate() -> IceCandidate {
    fixtures::candidate("candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host generation 0 ufrag abcd")
}

/// A switchboard with so many open offers and as many answered calls, each of other people.
fn busy(elsewhere: u64) -> (TestCore, PeerId, PeerId) {
    let mut switchboard = TestCore::new(Limits::default());
    let (description, now) = (description(), Instant::now());
    for number in 0..elsewhere {
        let waiting = arrive(&mut switchboard, 3 * number);
        switchboard.offer(waiting, OfferId(3 * number), description.clone(), now).expect("an offer");
        let (caller, other) = (arrive(&mut switchboard, 3 * number + 1), arrive(&mut switchboard, 3 * number + 2));
        let id = OfferId(3 * number + 1);
        switchboard.offer(caller, id, description.clone(), now).expect("an offer");
        switchboard.answer(other, &AnswerTarget::Offer(id), description.clone(), true, now).expect("an answer");
    }
    let caller = arrive(&mut switchboard, CALLER);
    let answerer = arrive(&mut switchboard, ANSWERER);
    (switchboard, caller, answerer)
}

/// A whole call: offer, eight candidates a side, answer, end. `newest` finds the offer by its caller's name.
fn call(bencher: Bencher, elsewhere: u64, newest: bool) {
    let (mut switchboard, caller, answerer) = busy(elsewhere);
    let (description, candidate, now, id) = (description(), candidate(), Instant::now(), OfferId(u64::MAX));
    let name = UserName::new(&format!("person {CALLER}")).expect("a name");
    let wanted = if newest { AnswerTarget::NewestOf(name) } else { AnswerTarget::Offer(id) };
    bencher.bench_local(|| {
        let mut good = switchboard.offer(caller, id, description.clone(), now).is_ok();
        for _ in 0..8 {
            good &= switchboard.candidate(caller, Role::Offerer, CallRef::Newest, candidate.clone(), now).is_ok();
        }
        good &= black_box(switchboard.answer(answerer, &wanted, description.clone(), true, now)).is_ok();
        for _ in 0..8 {
            good &= switchboard.candidate(answerer, Role::Answerer, CallRef::Newest, candidate.clone(), now).is_ok();
        }
        let (ended, _) = switchboard.hang_up(caller, None, now);
        assert!(good && ended == 1);
    });
}

#[divan::bench(args = ELSEWHERE)]
fn call_by_offer_id(bencher: Bencher, elsewhere: u64) {
    call(bencher, elsewhere, false);
}

#[divan::bench(args = ELSEWHERE)]
fn call_by_name(bencher: Bencher, elsewhere: u64) {
    call(bencher, elsewhere, true);
}

/// An offer takes the place of the one before.
#[divan::bench(args = ELSEWHERE)]
fn offer(bencher: Bencher, elsewhere: u64) {
    let (mut switchboard, caller, _) = busy(elsewhere);
    let (description, now, mut next) = (description(), Instant::now(), u64::MAX / 2);
    bencher.bench_local(|| {
        next += 1;
        black_box(switchboard.offer(caller, OfferId(next), description.clone(), now)).is_ok()
    });
}

/// A candidate within an answered call, passed on.
#[divan::bench(args = ELSEWHERE)]
fn candidate_passed_on(bencher: Bencher, elsewhere: u64) {
    let (mut switchboard, caller, answerer) = busy(elsewhere);
    let (candidate, now, id) = (candidate(), Instant::now(), OfferId(u64::MAX));
    switchboard.offer(caller, id, description(), now).expect("an offer");
    switchboard.answer(answerer, &AnswerTarget::Offer(id), description(), true, now).expect("an answer");
    bencher.bench_local(|| {
        black_box(switchboard.candidate(caller, Role::Offerer, CallRef::Newest, candidate.clone(), now)).is_ok()
    });
}

/// A client connects, receives the list of open offers, and disconnects.
#[divan::bench(args = ELSEWHERE)]
fn come_and_go(bencher: Bencher, elsewhere: u64) {
    let (mut switchboard, ..) = busy(elsewhere);
    let number = CALLER + 2;
    bencher.bench_local(|| {
        let peer = arrive(&mut switchboard, number);
        black_box(switchboard.leave(peer, ConnectionId(number), ConnectionEnd::Closed, Instant::now())).len()
    });
}
