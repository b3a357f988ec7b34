//! What clients notice when a node or Redis fails (docs/cluster.md).

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::nodes::{nodes, signal, status_of, until_ready};
use crate::support::http::request;
use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, ended, from_answerer, from_offerer, offer, offered, page,
    party, restored,
};
use crate::support::program::Program;
use crate::support::redis::{Redis, Sentinel, ask, free_port, own_log, redis};
use crate::support::{Client, TestServer, Transport, within};

/// Amy, a page with a session, calls bob, a course page, at another node. She has received event 1.
async fn call(one: &TestServer, other: &TestServer) -> (Client, Client, Value) {
    let mut bob = Client::connect(other, "bob").await;
    let mut amy = Client::enter(one, Transport::WebSocket, page("amy", "amy's", None)).await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(amy.expect_numbered(1, "answerResponse").await["answer"], answer("answer"));
    (amy, bob, object["offerId"].clone())
}

/// A candidate of each side arrives at the other. It is event `number` for amy.
async fn talk(amy: &mut Client, bob: &mut Client, number: u64) {
    let candidate = candidate(number as usize);
    amy.emit(CANDIDATE_OUT, from_offerer(candidate.clone())).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate);
    bob.emit(CANDIDATE_OUT, from_answerer(candidate.clone())).await;
    assert_eq!(amy.expect_numbered(number, CANDIDATE_IN).await, candidate);
}

/// Stops a process where it is. The signal alone is not enough: its other threads go on until the first one has got it.
pub async fn freeze(node: &Program) {
    signal(node, "-STOP");
    let tasks = format!("/proc/{}/task", node.id());
    let state = |task: std::io::Result<std::fs::DirEntry>| {
        let stat = std::fs::read_to_string(task.expect("a thread").path().join("stat")).expect("readable");
        // The state follows the name, which stands in brackets (proc_pid_stat(5)).
        stat.rsplit(") ").next().and_then(|rest| rest.chars().next()).expect("a state")
    };
    within("all threads to stand still", async {
        while std::fs::read_dir(&tasks).expect("it runs").map(state).any(|state| state != 'T') {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn client_of_a_node_that_stops_finds_its_call_at_another() {
    let [mut first, second] = nodes(&own_log(&redis().address()), &[]).await;
    let (_amy, mut bob, id) = call(&first.server, &second.server).await;
    assert!(first.stop().await.success());
    assert_eq!(bob.expect("peerLost").await, party("amy", &id));
    let mut amy = Client::connect_as(&second.server, page("amy", "amy's", Some(1))).await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
    assert_eq!(bob.expect("peerBack").await, party("amy", &id));
    talk(&mut amy, &mut bob, 2).await;
}

#[tokio::test]
async fn client_of_a_node_that_is_killed_returns_at_once_to_another() {
    let [first, second] = nodes(&own_log(&redis().address()), &[]).await;
    let (_amy, mut bob, id) = call(&first.server, &second.server).await;
    signal(&first, "-KILL");
    let mut amy = Client::connect_as(&second.server, page("amy", "amy's", Some(1))).await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
    talk(&mut amy, &mut bob, 2).await;
}

#[tokio::test]
async fn clients_of_a_killed_node_are_lost_when_it_has_been_silent() {
    let [first, second] = nodes(&own_log(&redis().address()), &["--reconnect-grace", "0s"]).await;
    let (_amy, mut bob, id) = call(&first.server, &second.server).await;
    signal(&first, "-KILL");
    assert_eq!(bob.expect("peerHangup").await, ended("amy", &id, "lost"));
}

#[tokio::test]
async fn frozen_node_closes_its_connections_before_it_acts_again() {
    let [first, second] = nodes(&own_log(&redis().address()), &[]).await;
    let (mut amy, mut bob, id) = call(&first.server, &second.server).await;
    freeze(&first).await;
    // It lies in the buffers until the node wakes up, and must have no effect then.
    amy.emit("hangup", Value::Null).await;
    assert_eq!(bob.expect("peerLost").await, party("amy", &id));
    signal(&first, "-CONT");
    amy.expect_end().await;
    bob.expect_silence().await;
    let mut amy = Client::connect_as(&first.server, page("amy", "amy's", Some(1))).await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
    assert_eq!(bob.expect("peerBack").await, party("amy", &id));
    talk(&mut amy, &mut bob, 2).await;
}

#[tokio::test]
async fn what_clients_send_while_redis_is_away_has_its_effect_later() {
    let port = free_port();
    let first_redis = Redis::start(port, &[]);
    let log = own_log(&first_redis.address());
    let [first, second] = nodes(&log, &[]).await;
    let (mut amy, mut bob, id) = call(&first.server, &second.server).await;
    first_redis.stop();
    for number in 2..5 {
        amy.emit(CANDIDATE_OUT, from_offerer(candidate(number))).await;
        bob.emit(CANDIDATE_OUT, from_answerer(candidate(number))).await;
    }
    // It has lost everything: the nodes append again what there was.
    let _second_redis = Redis::start(port, &[]);
    for number in 2..5 {
        assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(number));
        assert_eq!(amy.expect_numbered(number as u64, CANDIDATE_IN).await, candidate(number));
    }
    // A node that begins now reads it.
    let [third] = nodes(&log, &[]).await;
    let mut amy = Client::connect_as(&third.server, page("amy", "amy's", Some(4))).await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
    talk(&mut amy, &mut bob, 5).await;
}

#[tokio::test]
async fn node_that_is_dead_when_redis_is_started_again_is_not_waited_for_without_end() {
    let redis = Redis::start(free_port(), &[]);
    let log = own_log(&redis.address());
    let [first, second] = nodes(&log, &[]).await;
    let (mut amy, _bob, id) = call(&first.server, &second.server).await;
    signal(&second, "-KILL");
    let port = redis.port;
    redis.kill();
    let _redis = Redis::start(port, &[]);
    // When it has been silent for long enough, and the other has appended again what Redis has lost.
    let reply = amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    assert_eq!(reply["ok"], true, "{reply}");
    assert_eq!(amy.expect_numbered(2, "peerLost").await, party("bob", &id));
}

#[tokio::test]
async fn replica_that_becomes_the_master_goes_on_where_it_was() {
    let master = Redis::start(free_port(), &[]);
    let replica = Redis::start(free_port(), &["--replicaof", "127.0.0.1", &master.port.to_string()]);
    master.await_replica();
    let sentinels = [(); 3].map(|()| Sentinel::start(&master));
    let hosts = sentinels.each_ref().map(|sentinel| format!("127.0.0.1:{}", sentinel.port)).join(",");
    let [first, second] = nodes(&format!("redis+sentinel://{hosts}/main"), &[]).await;
    let (mut amy, mut bob, _) = call(&first.server, &second.server).await;
    talk(&mut amy, &mut bob, 2).await;
    master.stop();
    // The Sentinels need some seconds; what is sent meanwhile waits.
    for number in 3..6 {
        talk(&mut amy, &mut bob, number).await;
    }
    drop(replica);
}

#[tokio::test]
async fn message_that_waits_for_redis_too_long_is_refused() {
    let port = free_port();
    let redis = Redis::start(port, &[]);
    let [node] = nodes(&own_log(&redis.address()), &["--reconnect-grace", "1s"]).await;
    let mut amy = Client::connect(&node.server, "amy").await;
    redis.stop();
    let refused = amy.emit_with_ack("newOffer", offer("offer")).await;
    assert_eq!((&refused["ok"], &refused["error"]["code"]), (&json!(false), &json!("unavailable")), "{refused}");
    assert_eq!(refused["error"]["retryAfterMs"], 1_000);
    amy.expect_error("newOffer", "unavailable").await;
    let _redis = Redis::start(port, &[]);
    amy.settle().await;
}

#[tokio::test]
async fn page_whose_last_messages_are_lost_keeps_its_call_and_is_counted_again() {
    let (port, folder) = (free_port(), TempDir::new().expect("a folder"));
    let settings = ["--dir", folder.path().to_str().expect("readable")];
    let first_redis = Redis::start(port, &settings);
    let log = own_log(&first_redis.address());
    let [node] = nodes(&log, &[]).await;
    let bobs = |known: Option<u64>| page("bob", "bob's", known);
    let mut bob = Client::connect_as(&node.server, bobs(None)).await;
    let mut amy = Client::connect_as(&node.server, page("amy", "amy's", None)).await;
    amy.emit_numbered_with_ack(1, "newOffer", offer("offer")).await;
    let object = bob.expect("newOfferAwaiting").await[0].take();
    bob.emit_numbered_with_ack(1, "newAnswer", answered(&object, "answer")).await;
    amy.expect_numbered(1, "answerResponse").await;
    assert!(ask(port, "SAVE").is_some_and(|reply| reply.starts_with("+OK")));
    amy.emit_numbered_with_ack(2, CANDIDATE_OUT, from_offerer(candidate(1))).await;
    bob.expect_numbered(1, CANDIDATE_IN).await;
    signal(&node, "-KILL");
    first_redis.kill();

    let _redis = Redis::start(port, &settings);
    let [node] = nodes(&log, &[]).await;
    let id = object["offerId"].clone();
    let mut knowing = page("amy", "amy's", Some(1));
    knowing["heard"] = json!(2);
    let mut amy = Client::connect_as(&node.server, knowing).await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
    let mut bob = Client::connect_as(&node.server, bobs(Some(1))).await;
    assert_eq!(bob.expect("restored").await, restored(&Value::Null, &[party("amy", &id)], 0));
    amy.emit_numbered(1, CANDIDATE_OUT, from_offerer(candidate(2))).await;
    assert_eq!(bob.expect_numbered(1, CANDIDATE_IN).await, candidate(2));
    bob.emit_numbered(1, CANDIDATE_OUT, from_answerer(candidate(3))).await;
    assert_eq!(amy.expect_numbered(1, CANDIDATE_IN).await, candidate(3));
}

#[tokio::test]
async fn node_without_redis_is_not_ready_and_becomes_so() {
    let port = free_port();
    let log = own_log(&format!("127.0.0.1:{port}"));
    let node = Program::start(&["--cluster", &log]).await;
    assert_eq!(status_of(&node.server, "/readyz").await, 503);
    assert_eq!(status_of(&node.server, "/").await, 200, "pages need no log");
    let _redis = Redis::start(port, &[]);
    until_ready(&node.server).await;
}

#[tokio::test]
async fn node_with_other_limits_does_not_join() {
    let log = own_log(&redis().address());
    let [_first] = nodes(&log, &["--max-room", "4"]).await;
    let second = Program::start_keeping(&["--cluster", &log, "--max-room", "5"], |_| true).await;
    let said = second.log_until("other limits (max-room)").await;
    assert!(!said.is_empty());
}

/// The key of what nodes agree on.
fn header(redis: &Redis) -> String {
    ask(redis.port, "KEYS *:header").and_then(|keys| keys.lines().nth(2).map(str::to_owned)).expect("a key")
}

#[tokio::test]
async fn node_of_another_version_waits_for_the_end_of_the_others_and_begins_with_nothing() {
    let redis = Redis::start(free_port(), &[]);
    let log = own_log(&redis.address());
    let [mut first] = nodes(&log, &[]).await;
    let mut amy = Client::connect(&first.server, "amy").await;
    amy.emit_with_ack("newOffer", offer("offer")).await;
    let header = header(&redis);
    // What a version would have written whose commands have other effects.
    let other = r#"{\"format\":2,\"rules\":0,\"limits\":{}}"#;
    assert_eq!(ask(redis.port, &format!("SET {header} \"{other}\"")).as_deref(), Some("+OK\r\n"));
    let second = Program::start_keeping(&["--cluster", &log], |_| true).await;
    second.log_until("run another version").await;
    amy.settle().await;
    assert!(first.stop().await.success());
    let [third] = nodes(&log, &[]).await;
    let mut bob = Client::connect(&third.server, "bob").await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn node_waits_while_another_one_that_begins_writes_what_all_agree_on() {
    let redis = Redis::start(free_port(), &[]);
    let log = own_log(&redis.address());
    let [mut first] = nodes(&log, &["--max-room", "4"]).await;
    let header =
        ask(redis.port, "KEYS *:header").and_then(|keys| keys.lines().nth(2).map(str::to_owned)).expect("a key");
    assert!(first.stop().await.success());
    let set = |milliseconds: u64| ask(redis.port, &format!("SET {header}-lock 1 PX {milliseconds}"));
    assert_eq!(set(3_600_000).as_deref(), Some("+OK\r\n"));
    let second = Program::start_keeping(&["--cluster", &log, "--max-room", "5"], |_| true).await;
    second.log_until("another server begins at this moment").await;
    assert_eq!(status_of(&second.server, "/readyz").await, 503);
    assert_eq!(set(1).as_deref(), Some("+OK\r\n"));
    until_ready(&second.server).await;
}

#[tokio::test]
async fn node_that_begins_late_goes_on_from_a_snapshot() {
    let log = own_log(&redis().address());
    let flags = ["--event-burst", "1000000"];
    let [first, second] = nodes(&log, &flags).await;
    let (mut amy, mut bob, id) = call(&first.server, &second.server).await;
    for _ in 0..50 {
        let mut last = 0;
        for _ in 0..500 {
            last = bob.emit_asking("test", Value::Null).await;
        }
        bob.ack_of(last).await;
    }
    bob.forget();
    let [third] = nodes(&log, &flags).await;
    let mut amy_again = Client::connect_as(&third.server, page("amy", "amy's", Some(1))).await;
    assert_eq!(amy_again.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
    amy.expect_end().await;
    talk(&mut amy_again, &mut bob, 2).await;
    let status =
        request(third.metrics.as_ref().expect("metrics").stream().await, "GET", "/api/cluster", &[], b"").await;
    let status: Value = serde_json::from_str(&status.text()).expect("JSON");
    assert_eq!(status["nodes"].as_array().map(Vec::len), Some(3), "{status}");
    assert_eq!(status["shards"].as_array().map(Vec::len), Some(1), "{status}");
}

/// The keys of streams of shards, as Redis names them in its reply.
fn streams_of_shards(redis: &Redis) -> Vec<String> {
    let keys = ask(redis.port, "KEYS *:log:*").expect("a reply");
    keys.lines().filter(|line| line.contains(":log:")).map(str::to_owned).collect()
}

#[tokio::test]
async fn lobby_whose_snapshot_cannot_be_read_is_refused_and_others_go_on() {
    let redis = Redis::start(free_port(), &[]);
    let [first, second] = nodes(&own_log(&redis.address()), &[]).await;
    let mut amy = Client::connect(&first.server, "amy").await;
    let [stream] = &streams_of_shards(&redis)[..] else { panic!("one lobby has clients") };
    let snapshot = stream.replace(":log:", ":snapshot:");
    for text in ["nonsense", r#"{\"position\":\"1-0\",\"digest\":\"0\",\"list\":\"nothing\"}"#] {
        ask(redis.port, &format!("SET {snapshot} \"{text}\""))
            .filter(|reply| reply.starts_with("+OK"))
            .expect("it is set");
        let auth = json!({ "userName": "bob", "password": "x" });
        let mut bob = Client::try_connect(&second.server, Transport::WebSocket, auth).await.expect("let in");
        let said = format!("{:?}", bob.expect_end().await);
        assert!(said.contains("unavailable"), "{said}");
    }
    let log = second.log_until(&format!("delete {snapshot}")).await;
    assert!(!log.is_empty());
    let elsewhere = json!({ "userName": "cem", "password": "x", "lobby": "another one" });
    let mut cem = Client::connect_as(&second.server, elsewhere).await;
    assert_eq!(streams_of_shards(&redis).len(), 2, "the lobbies are in different shards");
    cem.settle().await;
    amy.settle().await;
    // As the log says: who has it writes it anew, or nobody had it.
    ask(redis.port, &format!("DEL {snapshot}")).expect("a reply");
    let mut bob = Client::connect(&second.server, "bob").await;
    offered(&mut amy, &mut bob, "offer").await;
}
