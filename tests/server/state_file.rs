//! `--state-file`: a restart of the server loses nothing, also for course pages; a killed server keeps rooms and sessions.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::member::{BARE, EVERY, Member, WEB_SOCKET};
use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answered, candidate, connected_call, ended, from_answerer, from_offerer, offer,
    offered, page, party, restored,
};
use crate::support::server::{build, state_dir};
use crate::support::{Client, TestServer, within};

/// A folder, and the file that servers share.
struct Kept {
    folder: TempDir,
    file: PathBuf,
}

impl Kept {
    fn new() -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let file = folder.path().join("state.json");
        Self { folder, file }
    }

    async fn start(&self, flags: &[&str]) -> TestServer {
        start(&self.file, flags).await
    }
}

async fn start(file: &Path, flags: &[&str]) -> TestServer {
    let path = file.to_str().expect("a readable path");
    TestServer::start(&[&["--state-file", path], flags].concat()).await
}

/// Why a server with this file cannot be built.
fn refusal(file: &Path, flags: &[&str]) -> String {
    let path = file.to_str().expect("a readable path");
    match build(state_dir(), &[&["--state-file", path], flags].concat()) {
        Ok(_) => panic!("it was built"),
        Err(error) => format!("{error:#}"),
    }
}

#[tokio::test]
async fn restart_keeps_open_offer_of_course_page() {
    let kept = Kept::new();
    let server = kept.start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    server.stop().await;

    let server = kept.start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    bob.expect_silence().await;
    let mut amy = Client::connect(&server, "amy").await;
    assert_eq!(amy.expect("restored").await, restored(&object["offerId"], &[], 0));
    let listed = bob.expect("newOfferAwaiting").await;
    assert_eq!(listed[0]["offerId"], object["offerId"]);
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "answer")).await, json!([candidate(1)]));
    assert_eq!(amy.expect("answerResponse").await["offerId"], object["offerId"]);
}

#[tokio::test]
async fn restart_keeps_call_of_course_pages() {
    let kept = Kept::new();
    let server = kept.start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = json!(connected_call(&mut amy, &mut bob).await);
    server.stop().await;

    let server = kept.start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
    assert_eq!(amy.expect("peerLost").await, party("bob", &id));
    let mut bob = Client::connect(&server, "bob").await;
    assert_eq!(bob.expect("restored").await, restored(&Value::Null, &[party("amy", &id)], 0));
    assert_eq!(amy.expect("peerBack").await, party("bob", &id));
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(2))).await;
    bob.emit_with_ack("hangup", Value::Null).await;
    assert_eq!(amy.expect("peerHangup").await, ended("bob", &id, "hangup"));
}

#[tokio::test]
async fn restart_keeps_numbers_of_page_with_session() {
    let kept = Kept::new();
    let server = kept.start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", None)).await;
    amy.emit_numbered(1, "newOffer", offer("amy's")).await;
    let object = bob.expect("newOfferAwaiting").await[0].take();
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.expect_numbered(1, "answerResponse").await;
    // It has not received this one when the server stops.
    bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(1))).await;
    amy.expect_numbered(2, CANDIDATE_IN).await;
    server.stop().await;

    let server = kept.start(&[]).await;
    let mut amy = Client::enter(&server, crate::support::Transport::WebSocket, page("amy", "amy's", Some(1))).await;
    let id = object["offerId"].clone();
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 1));
    assert_eq!(amy.expect_numbered(2, CANDIDATE_IN).await, candidate(1));
    assert_eq!(amy.expect_numbered(3, "peerLost").await, party("bob", &id));
}

/// Of a release without the field, whose file the next release reads.
#[tokio::test]
async fn file_without_the_count_of_connections_is_read() {
    let kept = Kept::new();
    let server = kept.start(&[]).await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", None)).await;
    let (offer_id, _) = (amy.emit_with_ack("newOffer", offer("amy's")).await["offerId"].clone(), server.stop().await);
    let text = fs::read_to_string(&kept.file).expect("the file");
    assert!(text.contains("\"attempt\":0,"), "there is something to leave out");
    fs::write(&kept.file, text.replace("\"attempt\":0,", "")).expect("written");

    let server = kept.start(&[]).await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", Some(0))).await;
    assert_eq!(amy.expect("restored").await, restored(&offer_id, &[], 0));
}

#[tokio::test]
async fn restart_keeps_rooms_on_every_transport() {
    for kind in EVERY {
        let kept = Kept::new();
        let server = kept.start(&[]).await;
        let [amy, bob] = Member::gather(&server, "tea", [WEB_SOCKET, kind]).await;
        server.stop().await;

        let server = kept.start(&[]).await;
        let mut back = Member::open(&server, kind, "bob", json!({})).await;
        let rooms = &back.expect("restored").await["rooms"];
        assert_eq!(rooms[0]["peerId"], bob.id);
        assert_eq!(rooms[0]["members"], json!([amy.info()]));
        assert_eq!(back.expect("user-lost").await, amy.about("tea"));
        // Until she returns, he is the one that admits.
        assert_eq!(back.expect("host-changed").await["host"], bob.id);
        let mut back_too = Member::open(&server, WEB_SOCKET, "amy", json!({})).await;
        assert_eq!(back_too.expect("restored").await["rooms"][0]["peerId"], amy.id);
        assert_eq!(back.expect("user-back").await, amy.about("tea"));
        assert_eq!(back.expect("host-changed").await["host"], amy.id);
    }
}

#[tokio::test]
async fn client_that_does_not_return_after_restart_is_lost() {
    let kept = Kept::new();
    let flags = ["--reconnect-grace", "400ms"];
    let server = kept.start(&flags).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = json!(connected_call(&mut amy, &mut bob).await);
    server.stop().await;

    let server = kept.start(&flags).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.expect("restored").await;
    amy.expect("peerLost").await;
    assert_eq!(amy.expect("peerHangup").await, ended("bob", &id, "lost"));
}

#[tokio::test]
async fn killed_server_keeps_rooms_and_no_calls() {
    let kept = Kept::new();
    let server = kept.start(&[]).await;
    let [amy, _bob] = Member::gather(&server, "tea", [WEB_SOCKET, BARE]).await;
    let mut cem = Client::connect(&server, "cem").await;
    let mut dan = Client::connect(&server, "dan").await;
    connected_call(&mut cem, &mut dan).await;
    server.stop().await;
    // As it starts, the next server writes what it would leave if it were killed.
    let server = kept.start(&[]).await;
    let left = kept.folder.path().join("left.json");
    fs::copy(&kept.file, &left).expect("a copy");
    server.stop().await;

    let server = start(&left, &[]).await;
    let mut back = Member::open(&server, WEB_SOCKET, "amy", json!({})).await;
    assert_eq!(back.expect("restored").await["rooms"][0]["peerId"], amy.id);
    let mut cem = Client::connect(&server, "cem").await;
    cem.expect_silence().await;
}

#[tokio::test]
async fn page_that_knows_of_more_than_a_killed_server_keeps_its_room_and_is_counted_again() {
    let kept = Kept::new();
    let server = kept.start(&[]).await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", None)).await;
    amy.emit_numbered_with_ack(1, "joining-room", json!({ "room": "tea" })).await;
    server.stop().await;
    let server = kept.start(&[]).await;
    let left = kept.folder.path().join("left.json");
    fs::copy(&kept.file, &left).expect("a copy");
    let mut amy = Client::connect_as(&server, page("amy", "amy's", Some(1))).await;
    assert_eq!(amy.expect("restored").await["heard"], 1);
    amy.emit_numbered_with_ack(2, "newOffer", offer("amy's")).await;
    server.stop().await;

    let server = start(&left, &[]).await;
    let mut knowing = page("amy", "amy's", Some(1));
    knowing["heard"] = json!(2);
    let mut amy = Client::connect_as(&server, knowing).await;
    let restored = amy.expect("restored").await;
    assert_eq!((&restored["heard"], &restored["rooms"][0]["room"]), (&json!(0), &json!("tea")));
    let mut bob = Client::connect(&server, "bob").await;
    amy.emit_numbered(1, "newOffer", offer("again")).await;
    assert_eq!(bob.expect("newOfferAwaiting").await[0]["offer"], offer("again"));
}

#[tokio::test]
async fn state_file_in_use_or_in_served_folder_is_refused() {
    let kept = Kept::new();
    let server = kept.start(&[]).await;
    assert!(refusal(&kept.file, &[]).contains("is used by another server"), "{}", refusal(&kept.file, &[]));
    let folder = kept.folder.path().to_str().expect("a readable path");
    let inside = kept.folder.path().join("inside.json");
    assert!(refusal(&inside, &[folder]).contains("inside the folder that is served"));
    assert!(refusal(&kept.folder.path().join("none/state.json"), &[]).contains("does not exist"));
    within("the server to stop", server.stop()).await;
    drop(kept.start(&[]).await);
}

#[tokio::test]
async fn state_file_that_cannot_be_used_is_set_aside() {
    for content in ["", "what is this\n", "{\"format\":1,\"clock\":5,\"taken\":\"AtTheEnd\"}\n", "{\"format\":99}\n"] {
        let kept = Kept::new();
        fs::write(&kept.file, content).expect("a file");
        let server = kept.start(&[]).await;
        let mut amy = Client::connect(&server, "amy").await;
        assert_eq!(amy.emit_with_ack("test", Value::Null).await, "pong");
        let aside = fs::read_to_string(kept.folder.path().join("state.unusable")).expect("it was renamed");
        assert_eq!(aside, content);
        server.stop().await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn state_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let kept = Kept::new();
    kept.start(&[]).await.stop().await;
    assert_eq!(fs::metadata(&kept.file).expect("it was written").permissions().mode() & 0o777, 0o600);
}
