//! The rules of the ground floor where time or chance is the subject: no sockets, time as an argument.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use switchboard::signaling::call::{IceCandidate, Role, SessionDescription};
use switchboard::signaling::limits::Limits;
use switchboard::signaling::name::{Lobby, OfferId, PeerId, UserName};
use switchboard::signaling::notice::{Audience, Ended, News, Notice, Withdrawn};
use switchboard::signaling::opaque::Opaque;
use switchboard::signaling::refusal::Code;
use switchboard::signaling::switchboard::{Switchboard, Wanted};

fn opaque(text: &str) -> Opaque {
    let json = serde_json::value::to_raw_value(text).expect("text is JSON");
    Opaque::new(&json, &[]).expect("text is harmless")
}

fn description(text: &str) -> SessionDescription {
    SessionDescription::new(opaque(text), &Limits::default()).expect("small enough")
}

fn candidate(number: usize) -> IceCandidate {
    IceCandidate::new(opaque(&number.to_string()), &Limits::default()).expect("small enough")
}

fn arrive(switchboard: &mut Switchboard, peer: u64) -> PeerId {
    let name = UserName::new(&format!("peer {peer}")).expect("short enough");
    switchboard.arrive(PeerId(peer), name, Lobby::default());
    PeerId(peer)
}

fn withdrawn(notices: &[Notice]) -> Vec<(OfferId, Withdrawn)> {
    let gone = notices.iter().filter_map(|notice| match &notice.news {
        News::OfferWithdrawn(gone) => Some((gone.offer_id, gone.reason)),
        _ => None,
    });
    gone.collect()
}

#[test]
fn an_early_candidate_waits_ten_seconds_and_no_longer() {
    let mut switchboard = Switchboard::new(Limits::default());
    let (start, id) = (Instant::now(), OfferId(1));
    let caller = arrive(&mut switchboard, 1);
    for (number, second) in [(0, 0), (1, 5)] {
        let now = start + Duration::from_secs(second);
        switchboard.candidate(caller, Role::Offerer, None, candidate(number), now).expect("held");
    }
    let late = start + Duration::from_secs(12);
    let notices = switchboard.offer(caller, id, description("offer"), late).expect("kept");
    let News::NewOfferAwaiting(call) = &notices[0].news else { panic!("a new offer is told") };
    assert_eq!(call.offer_ice_candidates, [candidate(1)]);
}

#[test]
fn an_early_candidate_that_names_an_offer_waits_for_the_answer_to_that_one() {
    let mut switchboard = Switchboard::new(Limits::default());
    let now = Instant::now();
    let (ann, bob, cem) = (arrive(&mut switchboard, 1), arrive(&mut switchboard, 2), arrive(&mut switchboard, 3));
    for (caller, id) in [(ann, OfferId(1)), (bob, OfferId(2))] {
        switchboard.offer(caller, id, description("offer"), now).expect("kept");
    }
    for (number, offer) in [(0, OfferId(1)), (1, OfferId(2))] {
        switchboard.candidate(cem, Role::Answerer, Some(offer), candidate(number), now).expect("held");
    }
    let refusal = switchboard.candidate(ann, Role::Answerer, Some(OfferId(1)), candidate(2), now);
    assert_eq!(refusal.expect_err("her own offer").code, Code::NoCall);
    let answered = switchboard.answer(cem, &Wanted::Offer(OfferId(2)), description("answer"), now).expect("answered");
    let passed_on: Vec<_> = answered.notices.iter().filter(|n| matches!(n.news, News::IceCandidate(_))).collect();
    assert_eq!(passed_on, [&Notice::to_peer(bob, News::IceCandidate(candidate(1)))]);
}

#[test]
fn an_offer_expires_when_its_time_is_up_and_not_before() {
    let limits = Limits { offer_ttl: Duration::from_secs(60), ..Limits::default() };
    let mut switchboard = Switchboard::new(limits);
    let start = Instant::now();
    let caller = arrive(&mut switchboard, 1);
    switchboard.offer(caller, OfferId(1), description("offer"), start).expect("kept");
    assert_eq!(switchboard.expire(start + Duration::from_secs(59)), []);
    let notices = switchboard.expire(start + Duration::from_secs(60));
    assert_eq!(withdrawn(&notices), [(OfferId(1), Withdrawn::Expired)]);
    assert_eq!(notices[0].to, Audience::Others { lobby: Lobby::default(), but: vec![] }, "its owner hears it, too");
}

#[test]
fn the_oldest_offer_makes_room_when_the_bytes_of_all_are_too_many() {
    let limits = Limits { max_offer_bytes: 10_000, ..Limits::default() };
    let mut switchboard = Switchboard::new(limits);
    let now = Instant::now();
    for peer in 1..=3 {
        let caller = arrive(&mut switchboard, peer);
        let notices = switchboard.offer(caller, OfferId(peer), description(&"x".repeat(4_000)), now).expect("kept");
        let expected = if peer == 3 { vec![(OfferId(1), Withdrawn::Expired)] } else { vec![] };
        assert_eq!(withdrawn(&notices), expected);
    }
}

#[test]
fn a_connection_has_no_more_calls_than_allowed() {
    let limits = Limits { max_calls: 2, ..Limits::default() };
    let mut switchboard = Switchboard::new(limits);
    let (now, caller, answerer) = (Instant::now(), arrive(&mut switchboard, 1), arrive(&mut switchboard, 2));
    for id in [1, 2] {
        switchboard.offer(caller, OfferId(id), description("offer"), now).expect("kept");
        switchboard.answer(answerer, &Wanted::Offer(OfferId(id)), description("answer"), now).expect("answered");
    }
    let refusal = switchboard.offer(caller, OfferId(3), description("offer"), now).expect_err("one too many");
    assert_eq!(refusal.code, Code::TooMany);
    switchboard.hang_up(caller, Some(OfferId(1)));
    switchboard.offer(caller, OfferId(3), description("offer"), now).expect("room again");
}

/// One thing that a peer may do.
#[derive(Debug, Clone)]
enum Deed {
    Offer,
    Answer(u64),
    Candidate(Role),
    HangUp,
    Cancel,
    Leave,
    Wait(u64),
}

fn deeds() -> impl Strategy<Value = Vec<(u64, Deed)>> {
    let deed = prop_oneof![
        3 => Just(Deed::Offer),
        4 => (0..4u64).prop_map(Deed::Answer),
        6 => prop_oneof![Just(Role::Offerer), Just(Role::Answerer)].prop_map(Deed::Candidate),
        1 => Just(Deed::HangUp),
        1 => Just(Deed::Cancel),
        1 => Just(Deed::Leave),
        1 => (1..400u64).prop_map(Deed::Wait),
    ];
    prop::collection::vec((0..4u64, deed), 1..80)
}

proptest! {
    /// Whatever four peers do in whatever order: the candidates of one side come at most once, in the order sent and
    /// only to the other party of a call; an offer is answered once; each party of an ended call hears one end; and when all
    /// have gone and time has passed, nothing is kept.
    #[test]
    fn whatever_peers_do_nothing_is_told_twice_or_to_strangers_and_nothing_remains(deeds in deeds()) {
        let mut switchboard = Switchboard::new(Limits::default());
        let mut now = Instant::now();
        for peer in 0..4 {
            arrive(&mut switchboard, peer);
        }
        let (mut next_offer, mut next_candidate) = (0, 0);
        // Who sent which candidate in which role; who heard whose, the offerers' apart; who are the parties of which answered call.
        let mut sent: Vec<(u64, Role)> = Vec::new();
        let mut heard: HashMap<(u64, u64, bool), Vec<usize>> = HashMap::new();
        let mut parties: HashMap<OfferId, (u64, u64)> = HashMap::new();
        let mut ends: HashMap<(OfferId, u64), usize> = HashMap::new();

        let text = |candidate: &IceCandidate| -> usize {
            let json = serde_json::to_string(candidate).expect("it is JSON");
            json.trim_matches('"').parse().expect("a number")
        };
        for (peer, deed) in deeds {
            let id = PeerId(peer);
            let mut acked = Vec::new();
            let notices = match deed {
                Deed::Offer => {
                    next_offer += 1;
                    switchboard.offer(id, OfferId(next_offer), description("offer"), now).unwrap_or_default()
                }
                Deed::Answer(whom) => {
                    let name = UserName::new(&format!("peer {whom}")).expect("short enough");
                    match switchboard.answer(id, &Wanted::NewestOf(name), description("answer"), now) {
                        Ok(answered) => {
                            prop_assert_ne!(whom, peer, "nobody answers themselves");
                            acked = answered.candidates.iter().map(|candidate| (whom, text(candidate))).collect();
                            for notice in &answered.notices {
                                if let News::AnswerResponse(call) = &notice.news {
                                    prop_assert_eq!(&notice.to, &Audience::Peer(PeerId(whom)));
                                    let before = parties.insert(call.offer_id, (whom, peer));
                                    prop_assert!(before.is_none(), "answered twice");
                                }
                            }
                            answered.notices
                        }
                        Err(_) => Vec::new(),
                    }
                }
                Deed::Candidate(role) => {
                    sent.push((peer, role));
                    next_candidate += 1;
                    switchboard.candidate(id, role, None, candidate(next_candidate - 1), now).unwrap_or_default()
                }
                Deed::HangUp => switchboard.hang_up(id, None).1,
                Deed::Cancel => switchboard.cancel(id).into_iter().collect(),
                Deed::Leave => {
                    let notices = switchboard.leave(id, Ended::Closed);
                    arrive(&mut switchboard, peer);
                    notices
                }
                Deed::Wait(seconds) => {
                    now += Duration::from_secs(seconds);
                    switchboard.expire(now)
                }
            };
            for (from, number) in acked {
                heard.entry((from, peer, true)).or_default().push(number);
            }
            for notice in notices {
                let Audience::Peer(PeerId(to)) = notice.to else { continue };
                match notice.news {
                    News::IceCandidate(candidate) => {
                        let number = text(&candidate);
                        let (from, role) = sent[number];
                        let in_a_call = parties.values().any(|pair| *pair == (from, to) || *pair == (to, from));
                        prop_assert!(in_a_call, "told to a stranger");
                        heard.entry((from, to, role == Role::Offerer)).or_default().push(number);
                    }
                    News::PeerHangup(hangup) => *ends.entry((hangup.offer_id, to)).or_default() += 1,
                    _ => {}
                }
            }
        }
        for ((from, ..), numbers) in &heard {
            prop_assert!(numbers.is_sorted_by(|a, b| a < b), "out of order or twice");
            prop_assert!(numbers.iter().all(|number| sent[*number].0 == *from), "from somebody else");
        }
        prop_assert!(ends.values().all(|count| *count == 1), "an end was told twice");
        for peer in 0..4 {
            switchboard.leave(PeerId(peer), Ended::Lost);
        }
        switchboard.expire(now + Duration::from_secs(60));
        prop_assert!(switchboard.is_empty(), "something was left behind");
    }
}
