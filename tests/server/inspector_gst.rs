//! What the inspector's records say of streams at `/gst` (docs/inspector.md).

use serde_json::json;

use crate::support::TestServer;
use crate::support::gst_peer::GstPeer;
use crate::support::inspector::{of_kind, the_only};

#[tokio::test]
async fn records_of_a_stream_name_each_message_and_its_cause() {
    let server = TestServer::start(&["--gst"]).await;
    let candidate = json!({ "candidate": "candidate:1 1 udp 1 192.0.2.7 9 typ host", "sdpMLineIndex": 0 });
    let mut camera = GstPeer::enter(&server, "userName=kitchen").await;
    camera.set_status(&["producer"], json!({ "name": "kitchen" })).await;
    camera.settle().await;
    let mut viewer = GstPeer::enter(&server, "userName=amy").await;
    let id = viewer.start(&mut camera).await;
    camera.say("peer", json!({ "sessionId": id, "ice": candidate })).await;
    viewer.expect("peer").await;
    viewer.say("endSession", json!({ "sessionId": id })).await;
    camera.expect("endSession").await;
    viewer.say("endSession", json!({ "sessionId": id })).await;
    viewer.settle().await;

    let records = server.records().await;
    let connected = of_kind(&records, "connect");
    assert_eq!((&connected[0]["as"], &connected[0]["userName"]), (&json!("gst"), &json!("kitchen")));
    assert_eq!(connected[0]["client"], camera.id, "others know it by the id of the records");
    assert_eq!(the_only(&records, "send", "startSession")["to"], json!([camera.id]));
    let relayed = the_only(&records, "receive", "peer");
    let sent = the_only(&records, "send", "peer");
    assert_eq!((&sent["cause"], &sent["to"]), (&relayed["n"], &json!([viewer.id])));
    assert!(!sent["payload"]["ice"].to_string().contains("192.0.2.7"), "masked: {sent}");
    let ignored = of_kind(&records, "outcome");
    assert_eq!(ignored.last().map(|outcome| &outcome["ignored"]), Some(&json!(true)), "{ignored:?}");
}
