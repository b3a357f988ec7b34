//! OpenTelemetry traces: a program that is built with them, its clients, and a collector. A target of its own, since the
//! other tests are of the program as it is built by default:
//! `cargo test --workspace --features otel --test otel`.

#[allow(dead_code, unused_imports, reason = "the server's tests use the rest of it")]
#[path = "../server/support/mod.rs"]
mod support;

mod collector;
mod endpoint;

use std::collections::BTreeSet;
use std::sync::mpsc;

use serde_json::{Value, json};

use collector::{Collector, Span};
use support::program::Program;
use support::service::Service;
use support::{Bare, Client, TestServer, UNHURRIED, within};

/// Nothing is sent before the server stops, or so many spans wait that this takes no test.
const AT_THE_END: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "600000");
/// Nothing is sent before a moment has passed.
const SOON: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "20");
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

async fn start(variables: &[(&str, &str)], flags: &[&str]) -> Program {
    Program::start_with_variables(variables, flags, |_| true).await
}

/// A back end that admits each client, and the `traceparent` of each question.
async fn back_end() -> (String, mpsc::Receiver<Option<String>>) {
    let service = Service::open().await;
    let url = service.url("/admit?key=hook-query-secret");
    let (sent, received) = mpsc::channel();
    service.answering(move |asked| {
        sent.send(asked.header("traceparent").map(str::to_owned)).expect("the test runs");
        json!({ "userName": asked.json()["userName"] })
    });
    (url, received)
}

/// One call, with a refusal and a room.
async fn call(server: &TestServer) {
    let enter = |name: &str| json!({ "userName": name, "token": "token-secret", "password": "password-secret" });
    let mut amy = Client::connect_as(server, enter("amy-name")).await;
    let mut bob = Client::connect_as(server, enter("bob-name")).await;
    let refused = amy.emit_with_ack("newOffer", Value::Null).await;
    assert_eq!(refused["ok"], false, "{refused}");
    amy.expect_error("newOffer", "bad-payload").await;
    let offered = amy.emit_with_ack("newOffer", json!({ "type": "offer", "sdp": "v=0 sdp-secret" })).await;
    let mut offer = bob.expect("newOfferAwaiting").await[0].clone();
    assert_eq!(offer["offerId"], offered["offerId"], "{offer}");
    offer["answer"] = json!({ "type": "answer", "sdp": "v=0 sdp-secret" });
    bob.emit_with_ack("newAnswer", offer).await;
    amy.expect("answerResponse").await;
    let candidate = json!({ "didIOffer": true, "iceUserName": "amy-name",
                            "iceCandidate": { "candidate": "candidate-secret" } });
    amy.emit("sendIceCandidateToSignalingServer", candidate).await;
    amy.emit("unknown-event-secret", json!({})).await;
    amy.settle().await;
    let mut bare = Bare::enter(server, "userName=bare-name&token=query-secret").await;
    bare.send_text("frame-secret").await;
    bare.expect("signaling-error").await;
    bare.close().await;
    bob.leave().await;
    amy.leave().await;
}

fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

fn outcomes(spans: &[&Span]) -> BTreeSet<String> {
    spans.iter().filter_map(|span| span.attributes.get("switchboard.outcome").cloned()).collect()
}

#[tokio::test]
async fn spans_of_a_call_are_sent_and_hold_no_secrets() {
    let collector = Collector::open().await;
    let (hook, traceparents) = back_end().await;
    let variables = [
        AT_THE_END,
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=of-the-collector"),
    ];
    let flags = ["--otlp-endpoint", &collector.url(), "--auth-hook", &hook, "--auth-hook-secret", "hook-secret"];
    let mut program = start(&variables, &flags).await;
    call(&program.server).await;
    assert_eq!(program.server.get("/healthz").await.status, 200);
    assert_eq!(program.server.get("/path-secret?query-secret").await.status, 404);
    assert_eq!(program.server.request("METHOD-SECRET", "/", &[], b"").await.status, 405);
    assert_eq!(collector.requests().len(), 0, "it sends when it stops");
    assert!(program.stop().await.success());

    let spans = collector.spans();
    let of_commands = |name| named(&spans, name);
    for (name, expected) in [
        ("newOffer", &["accepted", "bad-payload"][..]),
        ("newAnswer", &["accepted"]),
        ("sendIceCandidateToSignalingServer", &["accepted"]),
        ("(frame)", &["bad-payload"]),
    ] {
        let found = of_commands(name);
        assert_eq!(outcomes(&found), expected.iter().map(ToString::to_string).collect(), "{name}: {found:#?}");
        for span in found {
            assert_eq!((span.kind, &*span.parent, span.status), (2, "", 0), "{span:?}");
            assert!(span.took > 0 && span.attributes["switchboard.peer"].len() == 16, "{span:?}");
            assert_ne!(span.attributes["switchboard.request"], "0", "{span:?}");
        }
    }
    let services: BTreeSet<_> = spans.iter().filter_map(|span| span.attributes.get("switchboard.service")).collect();
    assert_eq!(services.into_iter().collect::<Vec<_>>(), ["rooms", "socketio"]);

    // The question about a client is in the trace of the request by which it came.
    let questions = named(&spans, "auth-hook");
    assert_eq!((questions.len(), outcomes(&questions)), (3, BTreeSet::from(["admitted".to_owned()])));
    let sent: BTreeSet<_> = traceparents.try_iter().flatten().collect();
    let expected = questions.iter().map(|span| format!("00-{}-{}-01", span.trace, span.id)).collect();
    assert_eq!(sent, expected);
    for question in &questions {
        assert_eq!((question.kind, &*question.attributes["http.response.status_code"]), (3, "200"), "{question:?}");
        assert_eq!(question.attributes["server.address"], "localhost");
        let mut of = &question.parent;
        let mut names = Vec::new();
        while let Some(parent) = spans.iter().find(|span| span.id == *of) {
            assert_eq!(parent.trace, question.trace);
            names.push(parent.name.as_str());
            of = &parent.parent;
        }
        assert!(matches!(names[..], ["connect", "GET /socket.io/"] | ["GET /ws"]), "{names:?}");
    }
    let unknown = named(&spans, "GET");
    assert_eq!((unknown.len(), &*unknown[0].attributes["http.response.status_code"]), (1, "404"), "{unknown:?}");
    assert!(!unknown[0].attributes.contains_key("http.route"));
    assert!(spans.iter().all(|span| !span.name.contains("healthz") && span.events == 0));

    let resource = collector.resource();
    assert_eq!(resource["service.name"], "switchboard");
    assert_eq!((&*resource["deployment.environment.name"], resource["service.instance.id"].len()), ("test", 32));
    let (headers, _) = collector.requests().remove(0);
    assert_eq!(headers["content-type"], "application/x-protobuf");
    assert_eq!(headers["x-key"], "of-the-collector");
    let all: Vec<u8> = collector.requests().iter().flat_map(|(_, body)| body.to_vec()).collect();
    let all = String::from_utf8_lossy(&all).to_lowercase();
    // No secret, name, address, path or method of a client.
    for word in ["secret", "amy-name", "bob-name", "bare-name", "127.0.0.1"] {
        assert!(!all.contains(word), "{word}: {spans:#?}");
    }
}

#[tokio::test]
async fn trace_of_a_trusted_proxy_goes_on_and_others_are_linked() {
    let collector = Collector::open().await;
    let mut program = start(&[AT_THE_END], &["--otlp-endpoint", &collector.url(), "--trust-proxy=127.0.0.1"]).await;
    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    let by_proxy = [
        ("traceparent", traceparent.as_str()),
        ("tracestate", "vendor=state-sent"),
        ("X-Forwarded-For", "203.0.113.7"),
    ];
    let has_state = |collector: &Collector| {
        collector.requests().iter().any(|(_, body)| String::from_utf8_lossy(body).contains("state-sent"))
    };
    assert_eq!(program.server.get_with("/api/connection", &by_proxy).await.status, 200);
    assert!(program.stop().await.success());
    let spans = collector.spans();
    let [span] = named(&spans, "GET /api/connection")[..] else { panic!("{spans:?}") };
    assert_eq!((&*span.trace, &*span.parent, span.links.len()), (TRACE, PARENT, 0));
    assert!(has_state(&collector));

    let collector = Collector::open().await;
    let mut program = start(&[AT_THE_END], &["--otlp-endpoint", &collector.url()]).await;
    assert_eq!(program.server.get_with("/api/connection", &by_proxy).await.status, 200);
    assert!(program.stop().await.success());
    let spans = collector.spans();
    let [span] = named(&spans, "GET /api/connection")[..] else { panic!("{spans:?}") };
    assert!(span.trace != TRACE && span.parent.is_empty(), "{span:?}");
    assert_eq!(span.links, [TRACE]);
    assert!(!has_state(&collector), "a client could fill the memory by it");
}

#[tokio::test]
async fn collector_that_is_away_hinders_no_call() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    // By the environment, as an operator of many programs sets it.
    let url = format!("http://{gone}");
    let mut program = start(&[SOON, ("OTEL_EXPORTER_OTLP_ENDPOINT", &url)], &UNHURRIED).await;
    let mut amy = Client::connect(&program.server, "amy").await;
    let log = program.log_until("traces cannot be sent to the collector of --otlp-endpoint: no connection").await;
    assert!(log.iter().any(|line| line.contains("traces are sent collector=")), "{log:#?}");
    let again = async {
        loop {
            assert_eq!(amy.emit_with_ack("test", json!({})).await, "pong");
        }
    };
    let log = tokio::select! {
        log = program.log_until_times(3, "traces cannot be sent") => log,
        () = again => unreachable!("it does not end"),
    };
    let times: Vec<_> = log.iter().filter_map(|line| line.split_once(" times=")).map(|(_, times)| times).collect();
    assert_eq!(times[..3], ["1", "2", "4"], "{log:#?}");
    assert!(program.stop().await.success());
}

#[tokio::test]
async fn silent_collector_does_not_keep_the_server_from_stopping() {
    // The system accepts connections, and nobody reads them.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let mut program = start(&[AT_THE_END], &["--otlp-endpoint", &url]).await;
    Client::connect(&program.server, "amy").await.leave().await;
    assert!(program.stop().await.success());
    let log = program.log_until("traces have ended").await;
    assert!(log.iter().any(|line| line.contains("the last traces could not be sent in time")), "{log:#?}");
    assert!(log.iter().any(|line| line.contains("traces have ended sent=0 lost=")), "{log:#?}");
}

#[tokio::test]
async fn sampler_of_the_environment_holds() {
    let collector = Collector::open().await;
    let (hook, traceparents) = back_end().await;
    let flags = ["--otlp-endpoint", &collector.url(), "--auth-hook", &hook];
    let mut program = start(&[SOON, ("OTEL_TRACES_SAMPLER", "always_off")], &flags).await;
    call(&program.server).await;
    assert!(program.stop().await.success());
    assert_eq!(collector.requests().len(), 0);
    // The back end learns that this trace is not recorded.
    let sent: Vec<_> = traceparents.try_iter().flatten().collect();
    assert!(sent.len() == 3 && sent.iter().all(|sent| sent.ends_with("-00")), "{sent:?}");
}

#[tokio::test]
async fn collector_of_another_kind_ends_the_start() {
    let run = tokio::process::Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .args(["--bind", "127.0.0.1", "--port", "0", "--otlp-endpoint", "http://amy:word@localhost:4318"])
        .kill_on_drop(true)
        .output();
    let output = within("the end", run).await.expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("it holds a user name or password"), "{said}");
    assert!(!said.contains("word@"), "{said}");
}
