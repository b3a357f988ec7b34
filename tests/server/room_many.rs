//! Many members at once: all connect to all, and every member list is right ("Rooms").

use std::collections::HashMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::member::{BARE, EVERY, POLLING, UPGRADE, WEB_SOCKET};
use crate::support::payload::{answer, candidate, offer};
use crate::support::{Member, TestServer};

const ROOM: &str = "kitchen";
const CANDIDATES: usize = 8;

/// What one of a pair has received from the other.
#[derive(Default)]
struct Pair {
    offers: usize,
    answers: usize,
    candidates: Vec<Value>,
}

#[tokio::test]
async fn five_members_of_all_kinds_connect_in_all_ten_pairs() {
    let server = TestServer::start(&[]).await;
    let kinds = [POLLING, WEB_SOCKET, UPGRADE, BARE, BARE];
    let members = kinds.into_iter().enumerate().map(|(number, kind)| {
        let server = &server;
        async move { Member::connect(server, kind, &format!("member {number}")).await }
    });
    let members = join_all(members).await;
    let talking = members.into_iter().map(|member| tokio::spawn(talk(member)));
    let mut views = HashMap::new();
    let mut members = Vec::new();
    for talked in join_all(talking).await {
        let (member, view) = talked.expect("it heard everything");
        views.insert(member.id.as_str().expect("a text").to_owned(), view);
        members.push(member);
    }
    for member in &mut members {
        member.expect_silence().await;
    }
    let mut offers = 0;
    for (id, view) in &views {
        assert_eq!(view.len(), 4, "one pair with each other");
        for (other, pair) in view {
            let back = &views[other][id];
            // One of the two offered, and the other one answered.
            assert_eq!((pair.offers + back.offers, pair.answers), (1, back.offers));
            assert_eq!(pair.candidates, (0..CANDIDATES).map(candidate).collect::<Vec<_>>());
            offers += pair.offers;
        }
    }
    assert_eq!(offers, 10, "ten pairs");
}

/// Joins and does as a page does, all five at once, until it has received everything from all four others.
async fn talk(mut member: Member) -> (Member, HashMap<String, Pair>) {
    let mut view: HashMap<String, Pair> = HashMap::new();
    member.say("joining-room", json!({ "room": ROOM })).await;
    let is_all = |view: &HashMap<String, Pair>| {
        let done = |pair: &Pair| pair.offers + pair.answers == 1 && pair.candidates.len() == CANDIDATES;
        view.len() == 4 && view.values().all(done)
    };
    while !is_all(&view) {
        let (name, heard) = member.next().await;
        let from = heard["from"].as_str().unwrap_or_default().to_owned();
        match name.as_str() {
            "joined-room" => member.id = heard["peerId"].clone(),
            "requesting-SDP-offer" => {
                for other in heard["members"].as_array().expect("a list") {
                    let offer = json!({ "room": ROOM, "to": other["peerId"], "offer": offer("x") });
                    member.say("sending-SDP-offer", offer).await;
                    send_candidates(&mut member, &other["peerId"]).await;
                }
            }
            "user-joined" => {}
            "receiving-SDP-offer" => {
                view.entry(from).or_default().offers += 1;
                let answer = json!({ "room": ROOM, "to": heard["from"], "answer": answer("x") });
                member.say("accepting-SDP-offer", answer).await;
                send_candidates(&mut member, &heard["from"]).await;
            }
            "accepting-SDP-offer" => view.entry(from).or_default().answers += 1,
            "receiving-ICE-candidate" => {
                let pair = view.entry(from).or_default();
                assert!(pair.offers + pair.answers == 1, "before the description that it belongs to");
                pair.candidates.push(heard["candidate"].clone());
            }
            other => panic!("{other} was not to come: {heard}"),
        }
    }
    (member, view)
}

async fn send_candidates(member: &mut Member, to: &Value) {
    for number in 0..CANDIDATES {
        let candidate = json!({ "room": ROOM, "to": to, "candidate": candidate(number) });
        member.say("sending-ICE-candidate", candidate).await;
    }
}

const ROOMS: usize = 20;
const IN_ONE: usize = 10;

/// Two hundred join at once; some leave and come again, some reload their page.
#[tokio::test]
async fn many_joins_and_leaves_end_with_agreeing_member_lists() {
    // They all take turns in one task: on a busy machine a client may have to wait for more than ten seconds to introduce itself.
    let server = TestServer::start(&["--connect-timeout", "60s"]).await;
    let storm = (0..ROOMS * IN_ONE).map(|number| {
        let server = &server;
        async move {
            let room = format!("room {}", number % ROOMS);
            let (kind, name) = (EVERY[number / ROOMS % 4], format!("member {number}"));
            let mut member = Member::connect(server, kind, &name).await;
            member.say("joining-room", json!({ "room": room })).await;
            match number / ROOMS {
                2 | 7 => {
                    member.say("leaving-room", json!({ "room": room })).await;
                    member.say("joining-room", json!({ "room": room })).await;
                }
                3 | 5 => {
                    member.settle().await;
                    member.close().await;
                    member = Member::connect(server, kind, &name).await;
                    member.say("joining-room", json!({ "room": room })).await;
                }
                _ => {}
            }
            member.settle().await;
            (room, member)
        }
    });
    let mut rooms: HashMap<String, Vec<(Member, Vec<Value>)>> = HashMap::new();
    for (room, mut member) in join_all(storm).await {
        let view = view(&mut member, &room).await;
        rooms.entry(room).or_default().push((member, view));
    }
    assert_eq!(rooms.len(), ROOMS);
    for (room, members) in rooms {
        assert_eq!(members.len(), IN_ONE);
        for (own, view) in &members {
            let others = members.iter().map(|(member, _)| member.info()).filter(|info| *info != own.info());
            let sorted = |mut ids: Vec<String>| {
                ids.sort();
                ids
            };
            let known = sorted(view.iter().map(Value::to_string).collect());
            assert_eq!(known, sorted(others.map(|info| info.to_string()).collect()), "{} in {room}", own.name);
        }
    }
}

/// The members by all that one of them received: the list, and the members that joined, without the members that left.
async fn view(member: &mut Member, room: &str) -> Vec<Value> {
    let mut known: Vec<Value> = Vec::new();
    for (name, mut heard) in member.all_heard().await {
        assert_eq!(heard["room"], room);
        let info = json!({ "peerId": heard["peerId"], "userName": heard["userName"] });
        match name.as_str() {
            "joined-room" => {
                member.id = heard["peerId"].take();
                known = heard["members"].as_array().expect("a list").clone();
            }
            "requesting-SDP-offer" => assert_eq!(heard["members"], json!(known)),
            "user-joined" => {
                assert!(!known.contains(&info), "{info} came twice");
                known.push(info);
            }
            "user-left" => {
                let place = known.iter().position(|other| *other == info);
                known.remove(place.unwrap_or_else(|| panic!("{info} left and was not there")));
            }
            other => panic!("{other} was not to come: {heard}"),
        }
    }
    known
}
