//! The API for a back end: what it lists. `docs/api.md` describes it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::back_end::{BackEnd, TOKEN, json_of};
use crate::support::gst_peer::GstPeer;
use crate::support::pair_user::User;
use crate::support::payload::{answered, offer};
use crate::support::program::Program;
use crate::support::{Bare, Client};

/// One field of each entry of a list.
fn column(list: &Value, field: &str) -> Vec<String> {
    let items = list["items"].as_array().expect("a list");
    items.iter().map(|item| item[field].as_str().expect("a text").to_owned()).collect()
}

#[tokio::test]
async fn peers_of_all_services_are_listed_by_lobby_and_name() {
    let back_end = BackEnd::start(&["--gst"]).await;
    let server = back_end.server();
    let _bob = Client::connect(server, "bob").await;
    let _amy = Client::connect_as(server, json!({ "userName": "amy", "password": "x", "lobby": "tea" })).await;
    let mut cem = Bare::connect(server, "cem").await;
    cem.ask(json!({ "action": "joining-room", "room": "kitchen" })).await;
    let _pair = User::connect(server, "7").await;
    let camera = GstPeer::enter(server, "userName=camera").await;

    let list = back_end.get("/v1/peers").await;
    assert_eq!((&list["next"], &list["complete"]), (&Value::Null, &json!(true)));
    let names: BTreeSet<_> = column(&list, "userName").into_iter().collect();
    assert_eq!(names, ["7", "amy", "bob", "camera", "cem"].map(String::from).into());
    let services = async |name: &str| back_end.peer(name).await["service"].clone();
    for (name, service) in [("bob", "socketio"), ("cem", "rooms"), ("7", "pairs"), ("camera", "gst")] {
        assert_eq!(services(name).await, service, "{name}");
    }
    assert_eq!(back_end.peer("camera").await["peerId"], camera.id, "as at /gst");
    assert_eq!(back_end.peer("cem").await["rooms"], json!(["kitchen"]));
    assert_eq!(
        (back_end.peer("amy").await["lobby"].clone(), back_end.peer("7").await["lobby"].clone()),
        (json!("tea"), Value::Null)
    );
    assert_eq!(column(&back_end.get("/v1/peers?lobby=").await, "userName"), ["bob", "camera", "cem"]);
    assert_eq!(column(&back_end.get("/v1/peers?lobby=tea").await, "userName"), ["amy"]);
    assert_eq!(column(&back_end.get("/v1/peers?lobby=tea&name=bob").await, "userName"), [""; 0]);
    let bob = back_end.peer("bob").await;
    let alone = back_end.get(&format!("/v1/peers/{}", bob["peerId"].as_str().expect("an id"))).await;
    assert_eq!(alone, bob);
}

#[tokio::test]
async fn pages_of_a_list_hold_each_entry_once() {
    let back_end = BackEnd::start(&[]).await;
    let mut clients = Vec::new();
    for number in 0..9 {
        let lobby = format!("lobby {}", number % 3);
        let auth = json!({ "userName": format!("user {number}"), "password": "x", "lobby": lobby });
        let mut client = Client::connect_as(back_end.server(), auth).await;
        client.emit_with_ack("joining-room", json!({ "room": format!("room {number}") })).await;
        client.emit_with_ack("newOffer", offer("one")).await;
        clients.push(client);
    }
    for (list, field) in [("peers", "userName"), ("rooms", "room"), ("calls", "offerId")] {
        for filter in ["", "lobby=lobby%201&"] {
            let whole = column(&back_end.get(&format!("/v1/{list}?{filter}limit=500")).await, field);
            assert_eq!(whole.len(), if filter.is_empty() { 9 } else { 3 });
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page = back_end.get(&format!("/v1/{list}?{filter}limit=2{after}")).await;
                assert!(page["items"].as_array().is_some_and(|items| items.len() <= 2), "{page}");
                seen.extend(column(&page, field));
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(seen, whole, "{list} {filter}");
        }
    }
    // A page begins after an entry that is gone by then.
    let first = back_end.get("/v1/peers?lobby=lobby%200&limit=1").await;
    back_end
        .post(&format!("/v1/peers/{}/disconnect", first["items"][0]["peerId"].as_str().expect("an id")), Value::Null)
        .await;
    let rest =
        back_end.get(&format!("/v1/peers?lobby=lobby%200&after={}", first["next"].as_str().expect("more"))).await;
    assert_eq!(column(&rest, "userName"), ["user 3", "user 6"]);
    assert_eq!(back_end.refusal(422, "GET", "/v1/rooms?after=70", "").await, "invalid");
    assert_eq!(back_end.refusal(422, "GET", "/v1/rooms?limit=0", "").await, "invalid");
    assert_eq!(back_end.refusal(422, "GET", "/v1/rooms?limit=501", "").await, "invalid");
}

#[tokio::test]
async fn calls_are_open_and_then_answered() {
    let back_end = BackEnd::start(&[]).await;
    let mut amy = Client::connect(back_end.server(), "amy").await;
    let mut bob = Client::connect(back_end.server(), "bob").await;
    amy.emit_with_ack("newOffer", json!({ "offer": offer("one"), "to": "bob" })).await;
    let object = bob.expect("newOfferAwaiting").await[0].take();
    let call = back_end.get("/v1/calls").await["items"][0].take();
    assert_eq!((&call["offerId"], &call["state"]), (&object["offerId"], &json!("open")));
    assert_eq!((&call["to"], &call["answerer"]), (&json!("bob"), &Value::Null));
    bob.emit_with_ack("newAnswer", answered(&object, "two")).await;
    let mut list = back_end.get("/v1/calls?lobby=").await;
    let call = list["items"][0].take();
    assert_eq!((&call["state"], &call["to"], &call["lobby"]), (&json!("answered"), &json!("bob"), &json!("")));
    let ids = (back_end.id("amy").await, back_end.id("bob").await);
    assert_eq!(call["offerer"], json!({ "peerId": ids.0, "userName": "amy", "connected": true }));
    assert_eq!(call["answerer"], json!({ "peerId": ids.1, "userName": "bob", "connected": true }));
    assert_eq!(back_end.peer("amy").await["calls"], json!([object["offerId"]]));
    for list in ["/v1/calls", "/v1/peers"] {
        assert!(!back_end.get(list).await.to_string().contains("candidate"), "no description");
    }
    assert_eq!(back_end.get("/v1/calls?lobby=tea").await["items"], json!([]));
}

#[tokio::test]
async fn room_is_shown_with_its_members_and_those_who_wait() {
    let back_end = BackEnd::start(&[]).await;
    let mut amy = Client::connect(back_end.server(), "amy").await;
    let joined = amy.emit_with_ack("joining-room", json!({ "room": "tea & cake" })).await;
    amy.emit_with_ack("setting-access", json!({ "room": "tea & cake", "access": "ask" })).await;
    let mut cem = Bare::connect(back_end.server(), "cem").await;
    let waiting = cem.ask(json!({ "action": "joining-room", "room": "tea & cake" })).await;
    let room = back_end.get("/v1/rooms/~/tea%20%26%20cake").await;
    let ids = (back_end.id("amy").await, back_end.id("cem").await);
    let member = |member: &Value, id: &str, name: &str, host: bool| json!({ "memberId": member, "peerId": id, "userName": name, "connected": true, "host": host });
    assert_eq!(room["members"], json!([member(&joined["peerId"], &ids.0, "amy", true)]));
    assert_eq!(room["waiting"], json!([member(&waiting["data"]["peerId"], &ids.1, "cem", false)]));
    let summary = json!({ "lobby": "", "room": "tea & cake", "access": "ask", "memberCount": 1, "waitingCount": 1 });
    assert_eq!(back_end.get("/v1/rooms").await["items"], json!([summary]));
    assert_eq!(back_end.refusal(404, "GET", "/v1/rooms/~/coffee", "").await, "no-such-room");
    assert_eq!(back_end.refusal(404, "GET", "/v1/rooms/other/tea%20%26%20cake", "").await, "no-such-room");
}

#[tokio::test]
async fn lobby_that_begins_as_the_default_ones_sign_is_written_with_two() {
    let back_end = BackEnd::start(&[]).await;
    let auth = json!({ "userName": "amy", "password": "x", "lobby": "~tea" });
    let mut amy = Client::connect_as(back_end.server(), auth).await;
    amy.emit_with_ack("joining-room", json!({ "room": "a/b" })).await;
    assert_eq!(back_end.get("/v1/rooms/~~tea/a%2Fb").await["members"][0]["userName"], "amy");
    assert_eq!(back_end.refusal(404, "GET", "/v1/rooms/~tea/a%2Fb", "").await, "no-such-room");
}

#[tokio::test]
async fn requests_without_the_token_learn_nothing() {
    let back_end = BackEnd::start(&[]).await;
    let wrong: [(&str, &[(&str, &str)]); 4] = [
        ("/v1/peers", &[]),
        ("/v1/nothing", &[]),
        ("/v1/peers", &[("Authorization", "Basic eDp4")]),
        ("/v1/peers", &[("Cookie", "token=a-token-that-is-long")]),
    ];
    for (path, headers) in wrong {
        let reply = back_end.api.get_with(path, headers).await;
        assert_eq!((reply.status, reply.header("www-authenticate")), (401, Some("Bearer")), "{path} {headers:?}");
        assert_eq!(json_of(&reply)["code"], "wrong-token");
    }
    let foreign = [("Authorization", "Bearer a-token-that-is-long"), ("Origin", "https://evil.example")];
    let reply = back_end.api.request("OPTIONS", "/v1/peers", &foreign, b"").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (405, None), "no page may use it");
    assert_eq!(back_end.refusal(404, "GET", "/v1/nothing", "").await, "no-such-path");
    assert_eq!(back_end.refusal(405, "DELETE", "/v1/peers", "").await, "wrong-method");
    assert_eq!(back_end.program.server.get("/v1/peers").await.status, 404, "not at the port of clients");
}

#[tokio::test]
async fn token_of_a_file_changes_by_sighup() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("token");
    std::fs::write(&path, format!("{TOKEN}\n")).expect("written");
    let file = format!("@{}", path.display());
    let flags = ["--api", "127.0.0.1:0", "--api-token", &file];
    let program = Program::start_keeping(&flags, |line| line.contains("SIGHUP")).await;
    let back_end = BackEnd::of(program);
    back_end.get("/v1/peers").await;
    let other = "another-token-that-is-long";
    std::fs::write(&path, other).expect("written");
    back_end.program.hang_up().await;
    let log = back_end.program.log_until("connected stay so").await.concat();
    assert!(log.contains("the file of the password, secret, token or key"), "{log}");
    assert_eq!(back_end.request_as(other, "GET", "/v1/peers", "").await.status, 200);
    assert_eq!(back_end.request_as(TOKEN, "GET", "/v1/peers", "").await.status, 401);
}

#[test]
fn api_without_a_token_that_is_secret_does_not_start() {
    let refusal = |flags: &[&str]| {
        let state = crate::support::server::state_dir();
        crate::support::server::build(state, flags).err().map(|error| format!("{error:#}")).unwrap_or_default()
    };
    assert!(refusal(&["--api", "127.0.0.1:0"]).contains("--api needs --api-token"));
    assert!(refusal(&["--api", "127.0.0.1:0", "--api-token", "short"]).contains("too short"));
    assert!(refusal(&["--api-token", TOKEN]).contains("--api, which is missing"));
    assert!(refusal(&["--api", "192.0.2.1:1", "--api-token", TOKEN]).contains("--api cannot be opened"));
}
