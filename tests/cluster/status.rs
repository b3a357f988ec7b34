//! `switchboard status` of the nodes of a cluster.

use serde_json::Value;

use crate::nodes::nodes;
use crate::support::program::Program;
use crate::support::redis::{Redis, free_port, own_log};
use crate::support::status::{Told, status};
use crate::support::{Client, within};

async fn told(node: &Program, flags: &[&str]) -> Told {
    let address = node.metrics.as_ref().expect("metrics").address().to_string();
    status(&[flags, &[&address]].concat()).await
}

#[tokio::test]
async fn status_tells_the_nodes_their_clients_and_a_log_that_is_away() {
    let redis = Redis::start(free_port(), &[]);
    let [first, second] = nodes(&own_log(&redis.address()), &[]).await;
    let _amy = Client::connect(&first.server, "amy").await;
    let _bob = Client::connect(&second.server, "bob").await;
    // A node says every 2 s how many clients it has.
    within("the clients of both nodes", async {
        while !told(&first, &[]).await.output.contains(" of a cluster of 2, with 2 clients in all: ready") {}
    })
    .await;
    let well = told(&second, &["--json"]).await;
    let answer: Value = serde_json::from_str(&well.output).expect("JSON");
    assert_eq!((well.code, &answer["faults"]), (0, &Value::Array(Vec::new())), "{answer}");
    let nodes = answer["cluster"]["nodes"].as_array().expect("nodes");
    assert_eq!((nodes.len(), &nodes[0]["version"]), (2, &env!("CARGO_PKG_VERSION").into()), "{answer}");
    assert_eq!(answer["cluster"]["shards"].as_array().map(Vec::len), Some(1), "{answer}");
    redis.stop();
    within("the node to notice that the log is away", async { while told(&first, &[]).await.code == 0 {} }).await;
    let away = told(&first, &[]).await;
    assert_eq!(away.code, 1, "{away:?}");
    assert!(away.output.contains("Redis is away, or slow."), "{away:?}");
}
