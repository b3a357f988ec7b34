//! What became of a call, as its pages report it ("callStage").

use serde_json::json;

use crate::support::payload::{answered, offered};
use crate::support::{Client, TestServer};

#[tokio::test]
async fn report_of_either_party_notifies_nobody() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.expect("answerResponse").await;
    for stage in ["connected", "failed"] {
        for client in [&mut amy, &mut bob] {
            let reply =
                client.emit_with_ack("callStage", json!({ "offerId": object["offerId"], "stage": stage })).await;
            assert_eq!(reply, json!({ "ok": true }), "{stage}");
        }
    }
    for client in [&mut amy, &mut bob] {
        client.expect_silence().await;
    }
}

#[tokio::test]
async fn report_on_no_call_of_the_sender_is_refused() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    // An open offer is no call yet; afterwards the call is not eve's; "nonsense" is no call at all.
    let mut eve = Client::connect(&server, "eve").await;
    eve.expect("availableOffers").await;
    let report = json!({ "offerId": object["offerId"], "stage": "connected" });
    assert_eq!(amy.emit_with_ack("callStage", report.clone()).await["error"]["code"], "no-call");
    amy.expect_error("callStage", "no-call").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    eve.expect("offerWithdrawn").await;
    for payload in [report, json!({ "offerId": "nonsense", "stage": "failed" })] {
        assert_eq!(eve.emit_with_ack("callStage", payload).await["error"]["code"], "no-call");
        eve.expect_error("callStage", "no-call").await;
    }
}

#[tokio::test]
async fn report_that_cannot_be_read_is_refused() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    for payload in
        [json!(null), json!([]), json!({}), json!({ "offerId": "6438b897cdf2f231" }), json!({ "stage": "connected" })]
    {
        amy.emit("callStage", payload).await;
        amy.expect_error("callStage", "bad-payload").await;
    }
    for stage in [json!("closed"), json!(""), json!(1), json!(null), json!({ "connected": null })] {
        amy.emit("callStage", json!({ "offerId": "6438b897cdf2f231", "stage": stage })).await;
        amy.expect_error("callStage", "bad-payload").await;
    }
}
