//! What a message in a room costs in the core, however much goes on elsewhere: `cargo bench --bench rooms`.

use std::time::Instant;

use divan::{Bencher, black_box};
use switchboard::core::command::{Newcomer, Purpose};
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::protocol::call::IceCandidate;
use switchboard::protocol::call::Relayed;
use switchboard::protocol::id::MemberId;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::RoomName;

use self::core::TestCore;
use self::fixtures::newcomer;

#[path = "../tests/server/support/core.rs"]
#[allow(dead_code)]
mod core;
#[path = "../tests/server/support/fixtures.rs"]
#[allow(dead_code)]
mod fixtures;

/// Members of the room that is looked at.
const MEMBERS: u64 = 16;
/// How many rooms there are besides, of four people each.
const ELSEWHERE: [u64; 4] = [0, 100, 1_000, 9_000];

fn main() {
    divan::main();
}

fn room(number: u64) -> RoomName {
    RoomName::new(&format!("room {number}")).expect("a name")
}

/// A switchboard with so many rooms besides number 0; the peers and places of room 0 have the ids 1 to 16.
fn busy(elsewhere: u64) -> TestCore {
    let mut switchboard = TestCore::new(Limits::default());
    let now = Instant::now();
    let mut next = 0;
    for number in 0..=elsewhere {
        for _ in 0..if number == 0 { MEMBERS } else { 4 } {
            next += 1;
            let newcomer = Newcomer { purpose: Purpose::Rooms, ..newcomer(&format!("person {next}")) };
            let peer = switchboard.arrive(ConnectionId(next), newcomer, now).peer;
            switchboard.join(peer, room(number), MemberId(next), now).expect("a place");
        }
    }
    switchboard
}

fn candidate() -> IceCandidate {
    fixtures::candidate("candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host generation 0 ufrag abcd")
}

/// A candidate from one member to another.
#[divan::bench(args = ELSEWHERE)]
fn relay(bencher: Bencher, rooms_elsewhere: u64) {
    let mut switchboard = busy(rooms_elsewhere);
    let (name, candidate, now) = (room(0), candidate(), Instant::now());
    bencher.bench_local(|| {
        let what = Relayed::Candidate(candidate.clone());
        black_box(switchboard.relay(PeerId(1), &name, Some(MemberId(MEMBERS)), what, now)).is_ok()
    });
}

/// A member leaves and joins again: fifteen others receive an event each time.
#[divan::bench(args = ELSEWHERE)]
fn leave_and_join(bencher: Bencher, rooms_elsewhere: u64) {
    let mut switchboard = busy(rooms_elsewhere);
    let (name, now) = (room(0), Instant::now());
    bencher.bench_local(|| {
        let left = switchboard.leave_room(PeerId(1), &name, now).is_ok();
        black_box(switchboard.join(PeerId(1), name.clone(), MemberId(1), now)).is_ok() && left
    });
}
