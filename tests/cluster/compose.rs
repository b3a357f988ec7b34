//! deploy/cluster without containers: the commands, variables and files of its compose.yaml, with addresses of the loopback
//! in place of the names of its services.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use yaml_rust2::{Yaml, YamlLoader};

use crate::nodes::status_of;
use crate::support::redis::free_port;
use crate::support::server::{connect, state_dir};
use crate::support::{TestServer, within};

const COMPOSE: &str = include_str!("../../deploy/cluster/compose.yaml");
const HAPROXY: &str = include_str!("../../deploy/cluster/haproxy.cfg");
const BINARY: &str = env!("CARGO_BIN_EXE_switchboard");
pub const NODES: [&str; 3] = ["node1", "node2", "node3"];
pub const LOOK: Duration = Duration::from_millis(20);

/// What a user writes into `.env`.
const ENV: [(&str, &str); 3] =
    [("REDIS_PASSWORD", "aSecretOfRedis"), ("SWITCHBOARD_PASSWORD", "x"), ("PUBLIC_URL", "http://localhost:8080")];

/// The running services; they end with the test.
pub struct Compose {
    /// haproxy.
    pub balancer: TestServer,
    file: Yaml,
    /// Where each service is in place of `NAME:PORT`.
    addresses: BTreeMap<String, SocketAddr>,
    /// The address of each node's metrics.
    metrics: BTreeMap<String, SocketAddr>,
    nodes: BTreeMap<String, Child>,
    _others: Vec<Child>,
    folder: TempDir,
}

impl Compose {
    /// Starts all services, and waits until haproxy has clients for all nodes. `None` where there is no haproxy.
    pub async fn start() -> Option<Self> {
        if !is_installed("haproxy").await {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "haproxy is not installed");
            eprintln!("skipped: haproxy is not installed");
            return None;
        }
        let text = ENV.iter().fold(COMPOSE.to_owned(), |text, (name, value)| fill_in(&text, name, value));
        let file = YamlLoader::load_from_str(&text).expect("YAML").remove(0);
        let here = || SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let services = ["redis:6379", "node1:8181", "node2:8181", "node3:8181"];
        let mut compose = Self {
            balancer: TestServer::elsewhere(here()),
            file,
            addresses: services.map(|service| (service.to_owned(), here())).into(),
            metrics: NODES.map(|node| (node.to_owned(), here())).into(),
            nodes: BTreeMap::new(),
            _others: Vec::new(),
            folder: TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder"),
        };
        let redis = compose.start_redis().await;
        for node in NODES {
            compose.start_node(node).await;
        }
        let haproxy = compose.start_haproxy();
        compose._others = vec![redis, haproxy];
        within("haproxy to have a node", async {
            while connect(compose.balancer.address()).await.is_err() || status_of(&compose.balancer, "/").await != 200 {
                tokio::time::sleep(LOOK).await;
            }
        })
        .await;
        Some(compose)
    }

    /// Sends a node SIGTERM, as a container engine does, and waits for its end.
    pub async fn stop_node(&mut self, node: &str) {
        let mut child = self.nodes.remove(node).expect("it runs");
        let id = child.id().expect("it runs").to_string();
        assert!(Command::new("kill").arg(id).status().await.expect("kill runs").success());
        assert!(within("the node to end", child.wait()).await.expect("an exit status").success());
    }

    /// Starts a node, and waits until its health check succeeds.
    pub async fn start_node(&mut self, node: &str) {
        let (address, metrics) = (self.addresses[&format!("{node}:8181")], self.metrics[node].to_string());
        let mut command = self.command(node);
        let variables = merged(&self.file["services"][node], "environment");
        for (name, value) in variables.as_hash().expect("variables") {
            let (name, value) = (name.as_str().expect("a name"), value.as_str().expect("a text"));
            command.env(name, self.with_addresses(value));
        }
        // A container has a network and a folder of its own.
        command.env("SWITCHBOARD_BIND", "127.0.0.1").env("SWITCHBOARD_PORT", address.port().to_string());
        command.env("SWITCHBOARD_METRICS", &metrics).env("SWITCHBOARD_STATE_DIR", state_dir());
        self.nodes.insert(node.to_owned(), spawn(&mut command));
        let check = merged(&self.file["services"][node], "healthcheck")["test"].clone();
        let check = texts(&check);
        assert_eq!(check[..2], ["CMD", "switchboard"]);
        within("the node to be well", async {
            while !is_well(&check[2..], &metrics).await {
                tokio::time::sleep(LOOK).await;
            }
        })
        .await;
    }

    async fn start_redis(&self) -> Child {
        let content = self.file["configs"]["redis"]["content"].as_str().expect("a configuration");
        let address = self.addresses["redis:6379"];
        let folder = self.folder.path().display().to_string();
        let content = content.replace("dir /data", &format!("dir {folder}"));
        self.write("redis.conf", &format!("{content}bind {}\nport {}\n", address.ip(), address.port()));
        let redis = spawn(&mut self.command("redis"));
        within("Redis", async {
            while connect(address).await.is_err() {
                tokio::time::sleep(LOOK).await;
            }
        })
        .await;
        redis
    }

    fn start_haproxy(&self) -> Child {
        let configuration = self.with_addresses(HAPROXY);
        let own = format!("bind {}", self.balancer.address());
        assert!(configuration.contains("bind :8080\n"), "the port of clients");
        self.write("haproxy.cfg", &configuration.replacen("bind :8080\n", &format!("{own}\n"), 1));
        spawn(&mut self.command("haproxy"))
    }

    /// The command of a service, with its files where they are here.
    fn command(&self, service: &str) -> Command {
        let command = texts(&merged(&self.file["services"][service], "command"));
        let (program, arguments) = command.split_first().expect("a program");
        let mut command = Command::new(if program == "switchboard" { BINARY } else { program });
        command.env("PATH", path()).kill_on_drop(true).stdin(Stdio::null());
        let here = |argument: &String| match argument.rsplit_once('/') {
            Some((_, file)) => self.folder.path().join(file).display().to_string(),
            None => argument.clone(),
        };
        command.args(arguments.iter().map(here));
        command
    }

    fn with_addresses(&self, text: &str) -> String {
        self.addresses.iter().fold(text.to_owned(), |text, (name, address)| text.replace(name, &address.to_string()))
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("writable");
    }
}

pub fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

pub async fn is_well(check: &[String], metrics: &str) -> bool {
    let mut command = Command::new(BINARY);
    command.args(check).env("SWITCHBOARD_METRICS", metrics).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.expect("it starts").success()
}

async fn is_installed(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("-v").env("PATH", path()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.is_ok()
}

/// Debian has haproxy where not each user looks.
pub fn path() -> String {
    format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default())
}

/// `${NAME…}` replaced, as compose does.
pub fn fill_in(text: &str, name: &str, value: &str) -> String {
    let variable = format!("${{{name}");
    let mut parts = text.split(&variable);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + value + part.split_once('}').expect("a brace").1)
}

/// A key of a service: its own, or that of what it merges (`<<`).
pub fn merged(service: &Yaml, key: &str) -> Yaml {
    let own = &service[key];
    if own.is_badvalue() { service["<<"][key].clone() } else { own.clone() }
}

pub fn texts(list: &Yaml) -> Vec<String> {
    list.as_vec().expect("a list").iter().map(|item| item.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn variables_of_compose_are_replaced() {
    assert_eq!(fill_in("a ${B:?write it} c ${B} ${D}", "B", "x"), "a x c x ${D}");
}
