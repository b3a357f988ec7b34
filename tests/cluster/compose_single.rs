//! deploy/compose without containers: the commands, variables and files of its compose.yaml, with other ports. Its Caddy is
//! tested by tests/browser/server-proxies.test.mjs.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;

use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use yaml_rust2::{Yaml, YamlLoader};

use crate::compose::{LOOK, fill_in, is_well, merged, path, spawn, texts};
use crate::support::payload::restored;
use crate::support::redis::free_port;
use crate::support::server::{connect, state_dir};
use crate::support::{Client, TestServer, within};

const COMPOSE: &str = include_str!("../../deploy/compose/compose.yaml");
const BINARY: &str = env!("CARGO_BIN_EXE_switchboard");
/// The course's own is public: the relay refuses it.
const PASSWORD: &str = "ofOurClass";
/// What a user writes into `.env`.
const ENV: [(&str, &str); 3] =
    [("DOMAIN", "calls.example.org"), ("REDIS_PASSWORD", "aSecretOfRedis"), ("SWITCHBOARD_PASSWORD", PASSWORD)];

struct Compose {
    file: Yaml,
    redis: SocketAddr,
    node: SocketAddr,
    metrics: SocketAddr,
    folder: TempDir,
}

impl Compose {
    fn new() -> Self {
        let text = ENV.iter().fold(COMPOSE.to_owned(), |text, (name, value)| fill_in(&text, name, value));
        let here = || SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        Self {
            file: YamlLoader::load_from_str(&text).expect("YAML").remove(0),
            redis: here(),
            node: here(),
            metrics: here(),
            folder: TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder"),
        }
    }

    async fn start_redis(&self) -> Child {
        let content = self.file["configs"]["redis"]["content"].as_str().expect("a configuration");
        let (folder, port) = (self.folder.path(), self.redis.port());
        let content = content.replace("dir /data", &format!("dir {}", folder.display()));
        let file = folder.join("redis.conf");
        std::fs::write(&file, content.replace("port 6379", &format!("port {port}"))).expect("writable");
        let [program, _] = &texts(&self.file["services"]["redis"]["command"])[..] else {
            panic!("a program and its file")
        };
        let mut command = Command::new(program);
        let redis = spawn(command.arg(file).env("PATH", path()).kill_on_drop(true).stdin(Stdio::null()));
        within("Redis", async {
            while connect(self.redis).await.is_err() {
                tokio::time::sleep(LOOK).await;
            }
        })
        .await;
        redis
    }

    /// Starts the server, and waits until its health check succeeds.
    async fn start_node(&self) -> Child {
        let service = &self.file["services"]["switchboard"];
        let command = texts(&service["command"]);
        assert_eq!(command[0], "switchboard");
        let mut node = Command::new(BINARY);
        node.args(&command[1..]).kill_on_drop(true).stdin(Stdio::null());
        for (name, value) in service["environment"].as_hash().expect("variables") {
            let (name, value) = (name.as_str().expect("a name"), value.as_str().expect("a text"));
            node.env(name, value.replace("127.0.0.1:6379", &self.redis.to_string()));
        }
        let metrics = self.metrics.to_string();
        node.env("SWITCHBOARD_METRICS", &metrics).env("SWITCHBOARD_PORT", self.node.port().to_string());
        node.env("SWITCHBOARD_TURN_PORT", "0").env("SWITCHBOARD_STATE_DIR", state_dir());
        let child = spawn(&mut node);
        let check = texts(&merged(service, "healthcheck")["test"]);
        within("the server to be well", async {
            while !is_well(&check[2..], &metrics).await {
                tokio::time::sleep(LOOK).await;
            }
        })
        .await;
        child
    }
}

#[tokio::test]
async fn single_server_of_compose_keeps_offers_over_its_restart() {
    let compose = Compose::new();
    let _redis = compose.start_redis().await;
    let mut node = compose.start_node().await;
    let server = TestServer::elsewhere(compose.node);
    let mut amy = Client::connect_as(&server, json!({ "userName": "amy", "password": PASSWORD })).await;
    let offer = amy.emit_with_ack("newOffer", json!({ "type": "offer", "sdp": "v=0" })).await["offerId"].clone();
    let id = node.id().expect("it runs").to_string();
    // As a container engine does.
    assert!(Command::new("kill").arg(id).status().await.expect("kill runs").success());
    assert!(within("the server to end", node.wait()).await.expect("an exit status").success());
    let _node = compose.start_node().await;
    let mut amy = Client::connect_as(&server, json!({ "userName": "amy", "password": PASSWORD })).await;
    assert_eq!(amy.expect("restored").await, restored(&offer, &[], 0));
}
