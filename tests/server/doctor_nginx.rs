//! `switchboard doctor` behind a real nginx: its shortest configuration, and the lines of docs/proxies.md.

use std::fs;
use std::net::Ipv4Addr;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::support::doctor::examine;
use crate::support::{TestServer, within};

const LOOK: Duration = Duration::from_millis(20);

/// nginx in front of a server; it ends with the test.
struct Nginx {
    _process: Child,
    _folder: TempDir,
}

impl Nginx {
    /// Starts it with these lines in its `location /`. `None` where it is not installed.
    async fn start(port: u16, lines: &str) -> Option<Self> {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let path = folder.path().display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {path}/{kind};\n"))
            .concat();
        let text = format!(
            "daemon off; master_process off; pid {path}/pid; error_log {path}/log;\nevents {{}}\nhttp {{\n{temporary}access_log \
             off;\nmap $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}\nserver {{ listen 127.0.0.1:{port}; \
             location / {{ {lines} }} }}\n}}\n"
        );
        fs::write(folder.path().join("nginx.conf"), text).expect("a file");
        let mut command = Command::new("nginx");
        let path_of_programs = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
        command.env("PATH", path_of_programs).args(["-e", &format!("{path}/log"), "-c", &format!("{path}/nginx.conf")]);
        let started = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn();
        let Ok(mut process) = started else {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "nginx is not installed");
            eprintln!("skipped: nginx is not installed");
            return None;
        };
        // It does not say when it listens.
        within("nginx", async {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
                let ended = process.try_wait().expect("a process of our own");
                let log = || fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                assert!(ended.is_none(), "nginx has ended: {}", log());
                tokio::time::sleep(LOOK).await;
            }
        })
        .await;
        Some(Self { _process: process, _folder: folder })
    }
}

/// What the doctor says of a server behind nginx with these lines; `None` where there is no nginx.
async fn examine_behind(lines: &str) -> Option<crate::support::doctor::Examined> {
    // nginx takes no port 0: one that is free now.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let url = format!("http://localhost:{port}");
    let server = TestServer::start(&["--public-url", &url, "--trust-proxy"]).await;
    let _nginx = Nginx::start(port, &lines.replace("8181", &server.address().port().to_string())).await?;
    Some(examine(&[&url]).await)
}

#[tokio::test]
async fn nginx_with_lines_of_the_docs_has_no_problem() {
    let docs = include_str!("../../docs/proxies.md");
    let block = docs.split("location / {").nth(1).and_then(|rest| rest.split('}').next()).expect("the lines");
    let Some(found) = examine_behind(block).await else { return };
    found.is_well_but_for(&[]);
    for check in ["proxy", "WebSocket", "polling"] {
        found.has("ok", check);
    }
}

#[tokio::test]
async fn shortest_nginx_is_a_problem_with_cure() {
    let Some(found) = examine_behind("proxy_pass http://127.0.0.1:8181;").await else { return };
    assert!(found.has("problem", "WebSocket").contains("Upgrade"));
    assert!(found.has("problem", "proxy").contains("any address"));
    found.has("ok", "polling");
}

#[tokio::test]
async fn nginx_without_server_behind_it_is_a_problem() {
    let nothing = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let upstream = nothing.local_addr().expect("an address");
    drop(nothing);
    let Some(found) = examine_behind(&format!("proxy_pass http://{upstream};")).await else { return };
    assert!(found.has("problem", "server").contains("502"));
}
