//! The program as it is started in a terminal: what it prints, what it reports when it cannot start, and how it ends.

use std::process::{Output, Stdio};

use clap::CommandFactory;
use switchboard::config::Config;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::support::{server, within};

fn switchboard(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(arguments).arg("--state-dir").arg(server::state_dir()).kill_on_drop(true);
    // What the developer has set for his own server must not reach this one.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SWITCHBOARD_") || name == "RUST_LOG") {
        command.env_remove(name);
    }
    command
}

async fn run(arguments: &[&str]) -> Output {
    within("the program to end", switchboard(arguments).output()).await.expect("the program can be started")
}

/// It must not start, and must say why in a sentence with these words.
async fn does_not_start(arguments: &[&str], words: &[&str]) {
    let output = run(arguments).await;
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{arguments:?} started");
    for word in words {
        assert!(printed.contains(word), "{arguments:?} says nothing of {word:?}: {printed}");
    }
    assert!(!printed.contains("panicked"), "{printed}");
}

/// Starts it on a free port; gives back everything that it prints up to the line that says it is ready.
async fn start(arguments: &[&str]) -> (Child, Vec<String>) {
    let here: &[&str] = if arguments.contains(&"--bind") { &[] } else { &["--bind", "127.0.0.1"] };
    let arguments = [here, &["--port", "0"], arguments].concat();
    let mut child = switchboard(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut printed = Vec::new();
    within("the ready line", async {
        while let Some(line) = lines.next_line().await.expect("readable output") {
            printed.push(line);
            if printed.last().is_some_and(|line| line.starts_with("ready: ")) {
                break;
            }
        }
    })
    .await;
    // What it prints from now on does not matter, but its pipe must stay open.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, printed)
}

fn port_of(ready: &str) -> u16 {
    let address = ready.strip_prefix("ready: ").and_then(|line| line.split(' ').next()).expect("an address");
    address.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
}

#[tokio::test]
async fn startup_output_ends_with_the_ready_line() {
    let (_child, printed) = start(&[]).await;
    let ready = printed.last().expect("a line");
    let addresses: Vec<_> = ready.strip_prefix("ready: ").expect("ready").split(' ').collect();
    assert!(addresses.iter().any(|address| address.starts_with("https://")), "{ready}");
    assert!(addresses.iter().any(|address| address.starts_with("http://")), "{ready}");
    assert_ne!(port_of(ready), 0);
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port_of(ready))).await.expect("it accepts");
    let reply = crate::support::http::request(stream, "GET", "/readyz", &[], b"").await;
    assert_eq!(reply.status, 200);
}

/// The address that the start-up lines tell to open.
fn address_to_open(printed: &[String]) -> &str {
    let line = printed.iter().find_map(|line| line.trim().strip_prefix("Open "));
    line.expect("a line that says what to open").trim()
}

#[tokio::test]
async fn banner_with_folder_names_https_first() {
    let page = crate::support::folder::folder(&["index.html"]);
    let (_child, printed) = start(&[crate::support::folder::name(&page)]).await;
    let port = port_of(printed.last().expect("a line"));
    assert_eq!(address_to_open(&printed), format!("https://localhost:{port}"));
    let (_child, printed) = start(&[]).await;
    assert!(address_to_open(&printed).starts_with("http://localhost:"), "{printed:?}");
}

#[tokio::test]
async fn banner_with_public_url_names_it_first() {
    let (_child, printed) = start(&["--public-url", "https://calls.example.org/signal/", "--lan"]).await;
    let public = "https://calls.example.org/signal";
    assert_eq!(address_to_open(&printed), public);
    // Scripts find the port there.
    assert!(printed.last().expect("a line").starts_with("ready: https://localhost:"), "{printed:?}");
    let qr = printed.iter().position(|line| line.contains('█') || line.contains('▀')).expect("a QR code");
    assert!(printed[..qr].iter().any(|line| line.trim() == public), "{printed:?}");
}

#[tokio::test]
async fn lan_addresses_need_the_key_of_the_banner() {
    // On all addresses, so that there are some to tell.
    let arguments = ["--bind", "0.0.0.0"];
    let (_child, printed) = start(&arguments).await;
    let (_, key) = address_to_open(&printed).split_once("/#key=").expect("a key in the address to open");
    assert!(key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    let port = port_of(printed.last().expect("a line"));
    let ask = async |headers: &[(&str, &str)]| {
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("it accepts");
        let reply = crate::support::http::request(stream, "GET", "/api/addresses", headers, b"").await;
        serde_json::from_slice::<serde_json::Value>(&reply.body).expect("JSON")
    };
    let lan: Vec<_> = printed.last().expect("a line").split(' ').skip(3).collect();
    let printed = ask(&[("Authorization", &format!("Bearer {key}"))]).await;
    assert_eq!(
        printed,
        serde_json::json!({ "publicUrl": null, "addresses": lan, "ownAuthority": true, "https": true })
    );
    let other = format!("Bearer {}", "0".repeat(32));
    for headers in [&[][..], &[("Authorization", "Bearer ")], &[("Authorization", &other)], &[("Authorization", key)]] {
        assert_eq!(ask(headers).await["addresses"], serde_json::Value::Null, "{headers:?}");
    }
    let (_child, again) = start(&arguments).await;
    assert!(!address_to_open(&again).contains(key), "another one each time");
}

#[tokio::test]
async fn without_lan_addresses_everyone_may_know_that() {
    let (_child, printed) = start(&["--bind", "127.0.0.1"]).await;
    let port = port_of(printed.last().expect("a line"));
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("it accepts");
    let reply = crate::support::http::request(stream, "GET", "/api/addresses", &[], b"").await;
    let told: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
    assert_eq!(told, serde_json::json!({ "publicUrl": null, "addresses": [], "ownAuthority": true, "https": true }));
}

#[tokio::test]
async fn port_in_use_is_reported_with_advice() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    does_not_start(&["--bind", "127.0.0.1", "--port", &port], &[&port, "--port"]).await;
}

#[tokio::test]
async fn missing_folder_is_reported() {
    does_not_start(&["--port", "0", "no/such/folder"], &["no/such/folder"]).await;
}

#[tokio::test]
async fn invalid_flag_is_reported() {
    does_not_start(&["--prot", "1"], &["--prot", "--port"]).await;
    does_not_start(&["--offer-ttl", "soon"], &["--offer-ttl", "soon"]).await;
    does_not_start(&["--max-message", "big"], &["--max-message", "big"]).await;
}

#[tokio::test]
async fn invalid_origin_is_reported() {
    for origin in ["example.org", "https://example.org/path", "*", "https://*", "https://*.org", "wss://example.org"] {
        does_not_start(&["--bind", "127.0.0.1", "--port", "0", "--allow-origin", origin], &[origin]).await;
    }
}

#[tokio::test]
async fn help_names_every_flag_and_never_prints_the_password() {
    let mut command = switchboard(&["--help"]);
    command.env("SWITCHBOARD_PASSWORD", "hunter2").env("SWITCHBOARD_JWT_SECRET", "hunter2");
    let output = command.output().await.expect("started");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success());
    for flag in [
        "FOLDER",
        "--port",
        "--bind",
        "--password",
        "--no-password",
        "--jwt-secret",
        "--jwt-public-key",
        "--jwt-audience",
        "--allow-origin",
        "--offer-ttl",
    ] {
        assert!(help.contains(flag), "{flag} is missing: {help}");
    }
    assert!(!help.contains("hunter2"), "{help}");
}

#[tokio::test]
async fn metrics_port_taken_ends_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    does_not_start(&["--bind", "127.0.0.1", "--port", "0", "--metrics", &address], &["--metrics", &address]).await;
}

#[test]
fn flag_each_has_its_environment_variable_and_heading() {
    let headings = ["Configuration", "Listening", "Reach", "Access", "API", "Content", "Limits", "Logging"];
    for flag in Config::command().get_arguments() {
        // What only prints is asked for on the command line.
        let Some(name) = flag.get_long().filter(|name| *name != "print-config") else { continue };
        let variable = format!("SWITCHBOARD_{}", name.replace('-', "_").to_uppercase());
        assert_eq!(flag.get_env().and_then(|name| name.to_str()), Some(variable.as_str()), "--{name}");
        let heading = flag.get_help_heading().unwrap_or_default();
        assert!(headings.iter().any(|known| heading.starts_with(known)), "--{name} is under {heading:?}");
    }
}

/// A file with this in it, and its name.
fn file(text: &str) -> (tempfile::NamedTempFile, String) {
    let file = tempfile::NamedTempFile::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a file");
    std::fs::write(file.path(), text).expect("written");
    let name = file.path().to_str().expect("a readable path").to_owned();
    (file, name)
}

#[tokio::test]
async fn authentication_flags_exclude_each_other() {
    let ways =
        [&["--password", "hunter2"][..], &["--no-password"], &["--jwt-secret", "hunter2"], &["--jwt-public-key", "k"]];
    for (number, one) in ways.iter().enumerate() {
        for other in &ways[number + 1..] {
            does_not_start(&[*one, *other].concat(), &[one[0], other[0], "cannot be used with"]).await;
        }
    }
    let mut command = switchboard(&["--no-password", "--port", "0"]);
    let output = within("the program to end", command.env("SWITCHBOARD_JWT_SECRET", "hunter2").output()).await;
    let printed = String::from_utf8_lossy(&output.expect("started").stderr).into_owned();
    assert!(printed.contains("--jwt-secret") && !printed.contains("hunter2"), "{printed}");
    // What is switched off is not chosen.
    for off in ["0", "false", ""] {
        let mut command = switchboard(&["--password", "hunter2", "--bind", "127.0.0.1", "no/such/folder"]);
        let output = within("the program to end", command.env("SWITCHBOARD_NO_PASSWORD", off).output()).await;
        let printed = String::from_utf8_lossy(&output.expect("started").stderr).into_owned();
        assert!(printed.contains("no/such/folder") && !printed.contains("cannot be used with"), "{printed}");
    }
}

#[tokio::test]
async fn audience_without_tokens_is_reported() {
    let here = &["--bind", "127.0.0.1", "--port", "0"];
    let words = ["--jwt-audience", "--jwt-secret", "--jwt-public-key"];
    does_not_start(&[&here[..], &["--jwt-audience", "calls"]].concat(), &words).await;
    does_not_start(&[&here[..], &["--no-password", "--jwt-audience", "calls"]].concat(), &words).await;
    let set_to = async |audience: &str| {
        let mut command = switchboard(&[&here[..], &["no/such/folder"]].concat());
        let ended = command.env("SWITCHBOARD_JWT_AUDIENCE", audience).output();
        let output = within("the program to end", ended).await.expect("started");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(set_to("calls,chat").await.contains("--jwt-audience"));
    // What is set to nothing is not set.
    let printed = set_to("").await;
    assert!(printed.contains("no/such/folder") && !printed.contains("--jwt-audience"), "{printed}");
}

#[tokio::test]
async fn invalid_public_key_is_reported() {
    let here = &["--bind", "127.0.0.1", "--port", "0", "--jwt-public-key"];
    does_not_start(&[here, &["no/such/key"][..]].concat(), &["no/such/key", "cannot be read"]).await;
    let weak = "-----BEGIN PUBLIC KEY-----\n\
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD0PtQUzzqOx+1QyOwTHb9jer8k\n\
        j6kIWvzHEqJl4p6AW72SXpY/IGKd+LmnAdPo4NCv3CtaN5AUxKpBQ0Jtf+26yUFe\n\
        10HjpIowHjKIL7rZxMiTyqYXvAcVJTZC74PrSRUWyDnvXdSZUHfGzy8nlFDsB0ZO\n\
        SUJBjljyKkFHnSFPgwIDAQAB\n-----END PUBLIC KEY-----\n";
    for (text, words) in [
        ("", "no public key"),
        ("hunter2", "no public key"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no public key"),
        (weak, "2048"),
        ("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n", "private"),
    ] {
        let (_file, name) = file(text);
        let output = run(&[here, &[name.as_str()][..]].concat()).await;
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && printed.contains(&name) && printed.contains(words), "{printed}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }
    does_not_start(&["--bind", "127.0.0.1", "--port", "0", "--jwt-secret", ""], &["empty"]).await;
}

#[test]
fn secret_is_hidden_in_debug_output_of_flags() {
    for flag in ["--password", "--jwt-secret"] {
        let shown = format!("{:?}", Config::from_args([flag, "hunter2"]).expect("flags"));
        assert!(shown.contains("***") && !shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test]
async fn secret_may_be_in_file_and_missing_file_is_reported() {
    for flag in ["--password", "--jwt-secret"] {
        let output = run(&["--bind", "127.0.0.1", "--port", "0", flag, "@hunter2"]).await;
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && printed.contains(flag) && printed.contains("cannot be read"), "{printed}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}

#[tokio::test]
async fn a_flag_can_be_set_by_the_environment() {
    let mut command = switchboard(&["--bind", "127.0.0.1"]);
    command.env("SWITCHBOARD_PORT", "none");
    let output = within("the program to end", command.output()).await.expect("started");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--port"));
}

#[cfg(unix)]
#[tokio::test]
async fn signal_stops_the_program_in_order() {
    for signal in ["-TERM", "-INT"] {
        let (mut child, printed) = start(&[]).await;
        let port = port_of(printed.last().expect("a line"));
        let id = child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args([signal, &id]).status().await.expect("kill can be started");
        assert!(sent.success());
        let status = within("the program to end", child.wait()).await.expect("its status");
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err());
    }
}
