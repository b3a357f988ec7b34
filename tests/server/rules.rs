//! Rules of the core that depend on time or chance: no sockets, time as an argument.

use std::time::{Duration, Instant};

use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::core::outgoing::{Audience, Outgoing};
use switchboard::protocol::call::{CallRef, IceCandidate, Role};
use switchboard::protocol::client_message::AnswerTarget;
use switchboard::protocol::id::OfferId;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::Lobby;
use switchboard::protocol::reason::WithdrawReason;
use switchboard::protocol::refusal::Code;
use switchboard::protocol::server_message::ServerMessage;

use crate::support::core::TestCore;
use crate::support::fixtures::{self, description, newcomer};

fn candidate(number: usize) -> IceCandidate {
    fixtures::candidate(&number.to_string())
}

fn arrive(switchboard: &mut TestCore, peer: u64) -> PeerId {
    switchboard.arrive(ConnectionId(peer), newcomer(&format!("peer {peer}")), Instant::now()).peer
}

fn withdrawn(outgoing: &[Outgoing]) -> Vec<(OfferId, WithdrawReason)> {
    let gone = outgoing.iter().filter_map(|outgoing| match &outgoing.message {
        ServerMessage::OfferWithdrawn(gone) => Some((gone.offer_id, gone.reason)),
        _ => None,
    });
    gone.collect()
}

#[test]
fn early_candidate_is_held_for_ten_seconds() {
    let mut switchboard = TestCore::new(Limits::default());
    let (start, id) = (Instant::now(), OfferId(1));
    let caller = arrive(&mut switchboard, 1);
    for (number, second) in [(0, 0), (1, 5)] {
        let now = start + Duration::from_secs(second);
        switchboard.candidate(caller, Role::Offerer, CallRef::Newest, candidate(number), now).expect("held");
    }
    let late = start + Duration::from_secs(12);
    let outgoing = switchboard.offer(caller, id, description("offer"), late).expect("kept");
    let ServerMessage::NewOfferAwaiting(call) = &outgoing[0].message else { panic!("a new offer is sent") };
    assert_eq!(call.offer_ice_candidates, [candidate(1)]);
}

#[test]
fn early_candidate_with_offer_id_waits_for_that_answer() {
    let mut switchboard = TestCore::new(Limits::default());
    let now = Instant::now();
    let (ann, bob, cem) = (arrive(&mut switchboard, 1), arrive(&mut switchboard, 2), arrive(&mut switchboard, 3));
    for (caller, id) in [(ann, OfferId(1)), (bob, OfferId(2))] {
        switchboard.offer(caller, id, description("offer"), now).expect("kept");
    }
    for (number, offer) in [(0, OfferId(1)), (1, OfferId(2))] {
        switchboard.candidate(cem, Role::Answerer, CallRef::Id(offer), candidate(number), now).expect("held");
    }
    let refusal = switchboard.candidate(ann, Role::Answerer, CallRef::Id(OfferId(1)), candidate(2), now);
    assert_eq!(refusal.expect_err("her own offer").code, Code::NoCall);
    let answered =
        switchboard.answer(cem, &AnswerTarget::Offer(OfferId(2)), description("answer"), true, now).expect("answered");
    let passed_on: Vec<_> =
        answered.outgoing.iter().filter(|n| matches!(n.message, ServerMessage::IceCandidate(_))).collect();
    assert_eq!(
        passed_on,
        [&Outgoing { to: Audience::Peer(bob, None), message: ServerMessage::IceCandidate(candidate(1)) }]
    );
}

#[test]
fn offer_expires_after_its_ttl_and_not_before() {
    let limits = Limits { offer_ttl: Duration::from_secs(60), ..Limits::default() };
    let mut switchboard = TestCore::new(limits);
    let start = Instant::now();
    let caller = arrive(&mut switchboard, 1);
    switchboard.offer(caller, OfferId(1), description("offer"), start).expect("kept");
    assert_eq!(switchboard.expire(start + Duration::from_secs(59)), []);
    let outgoing = switchboard.expire(start + Duration::from_secs(60));
    assert_eq!(withdrawn(&outgoing), [(OfferId(1), WithdrawReason::Expired); 2]);
    let others = Audience::Lobby { lobby: Lobby::default(), except: vec![caller] };
    assert_eq!([&outgoing[0].to, &outgoing[1].to], [&Audience::Peer(caller, None), &others], "its owner hears it, too");
}

#[test]
fn oldest_offer_expires_when_all_offers_have_too_many_bytes() {
    let limits = Limits { max_offer_bytes: 10_000, ..Limits::default() };
    let mut switchboard = TestCore::new(limits);
    let now = Instant::now();
    for peer in 1..=3 {
        let caller = arrive(&mut switchboard, peer);
        let outgoing = switchboard.offer(caller, OfferId(peer), description(&"x".repeat(4_000)), now).expect("kept");
        let expected = if peer == 3 { vec![(OfferId(1), WithdrawReason::Expired); 2] } else { vec![] };
        assert_eq!(withdrawn(&outgoing), expected, "sent to its owner and to the others");
    }
}

#[test]
fn a_connection_has_no_more_calls_than_allowed() {
    let limits = Limits { max_calls: 2, ..Limits::default() };
    let mut switchboard = TestCore::new(limits);
    let (now, caller, answerer) = (Instant::now(), arrive(&mut switchboard, 1), arrive(&mut switchboard, 2));
    for id in [1, 2] {
        switchboard.offer(caller, OfferId(id), description("offer"), now).expect("kept");
        switchboard
            .answer(answerer, &AnswerTarget::Offer(OfferId(id)), description("answer"), true, now)
            .expect("answered");
    }
    let refusal = switchboard.offer(caller, OfferId(3), description("offer"), now).expect_err("one too many");
    assert_eq!(refusal.code, Code::TooMany);
    switchboard.hang_up(caller, Some(OfferId(1)), now);
    switchboard.offer(caller, OfferId(3), description("offer"), now).expect("room again");
}

#[test]
fn early_candidates_of_one_peer_are_limited_in_bytes() {
    let mut switchboard = TestCore::new(Limits { max_early_bytes: 1_000, ..Limits::default() });
    let (now, caller) = (Instant::now(), arrive(&mut switchboard, 1));
    let hold = |switchboard: &mut TestCore, role: Role, now: Instant| {
        let large = fixtures::candidate(&"x".repeat(400));
        switchboard.candidate(caller, role, CallRef::Newest, large, now).map_err(|refusal| refusal.code)
    };
    assert_eq!(hold(&mut switchboard, Role::Offerer, now), Ok(vec![]));
    assert_eq!(hold(&mut switchboard, Role::Answerer, now), Ok(vec![]));
    assert_eq!(hold(&mut switchboard, Role::Answerer, now), Err(Code::TooMany), "both roles count");
    let later = now + Limits::default().early_ttl;
    assert_eq!(hold(&mut switchboard, Role::Answerer, later), Ok(vec![]), "those before are gone");
}
