//! Where flags come from: the command line, environment variables, the file of `--config`; and what the documents say of them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use clap::{Arg, ArgAction, CommandFactory};
use switchboard::config::{Config, Program};
use tempfile::TempDir;
use tokio::process::Command;

use crate::support::within;

/// A folder with a file of this text.
fn file(text: &str) -> (TempDir, String) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("switchboard.toml");
    fs::write(&path, text).expect("written");
    let path = path.to_str().expect("readable").to_owned();
    (folder, path)
}

/// What the program does with these arguments and variables, and no others.
async fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(arguments).kill_on_drop(true);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SWITCHBOARD_")) {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    within("the program to end", command.output()).await.expect("the program can be started")
}

/// What it prints with `--print-config`.
async fn printed(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(&[arguments, &["--print-config"]].concat(), variables).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Why the program does not start with a file of this text.
fn refusal(text: &str, flags: &[&str]) -> String {
    let (_folder, path) = file(text);
    let args = [&["switchboard", "--config", &path], flags].concat();
    let error = Program::from_args(args).expect_err("it does not start").to_string();
    error.replace(&path, "FILE").trim_end().to_owned()
}

#[tokio::test]
async fn command_line_stands_before_environment_and_both_before_the_file() {
    let (_folder, path) =
        file("port = 1001\nmax-room = 5\nmax-rooms = 6\nlan = true\nallow-origin = [\"https://a.example\"]\n");
    let variables = [("SWITCHBOARD_PORT", "1002"), ("SWITCHBOARD_MAX_ROOM", "7")];
    let flags = ["--config", &path, "--port", "1003", "--allow-origin", "https://b.example"];
    let text = printed(&flags, &variables).await.replace(&path, "FILE");
    for line in [
        "port = 1003 # command line",
        "max-room = 7 # SWITCHBOARD_MAX_ROOM",
        "max-rooms = 6 # FILE, line 3",
        "lan = true # FILE, line 4",
        "allow-origin = [\"https://b.example\"] # command line",
        "# max-queue = 1024",
        "# bind is not set",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line}: {text}");
    }
}

#[tokio::test]
async fn file_may_be_named_by_the_environment_and_set_the_folder() {
    let (folder, path) = file("folder = \"doctor\"\n");
    let text = printed(&[], &[("SWITCHBOARD_CONFIG", &path)]).await;
    assert!(text.contains("folder = \"./doctor\""), "{text}");
    drop(folder);
}

#[tokio::test]
async fn what_is_printed_is_a_file_that_says_the_same() {
    let flags = [
        "page",
        "--port",
        "1",
        "--turn",
        "--turn-ports",
        "50000-51000",
        "--ice-server",
        "stun:a",
        "--ice-server",
        "stun:b",
    ];
    let more =
        ["--trust-proxy=10.0.0.0/8", "--inspector=off", "--offer-ttl", "90s", "--public-url", "https://a.example/b/"];
    let first = printed(&[&flags[..], &more].concat(), &[]).await;
    let (_folder, path) = file(&first);
    let second = printed(&["--config", &path], &[]).await;
    let values = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.rsplit_once(" # ").map_or(line, |(value, _)| value).to_owned()).collect()
    };
    assert_eq!(values(&first), values(&second));
}

#[tokio::test]
async fn secret_is_printed_from_no_source() {
    let (_folder, path) = file("ice-secret = \"hunter1\"\n");
    let text = printed(&["--config", &path, "--jwt-secret", "hunter2"], &[("SWITCHBOARD_PASSWORD", "hunter3")]).await;
    assert!(!text.contains("hunter"), "{text}");
    for flag in ["ice-secret", "jwt-secret", "password"] {
        assert!(text.contains(&format!("\n{flag} = \"***\" # ")), "{flag}: {text}");
    }
}

#[test]
fn flags_that_need_each_other_may_come_from_different_places() {
    let (_folder, path) = file("turn = true\nturn-max-allocations = 5\n");
    let Ok(Program::Serve(config)) = Program::from_args(["switchboard", "--config", &path, "--turn-port", "1"]) else {
        panic!("it serves");
    };
    assert_eq!((config.reach.turn, config.reach.turn_port, config.reach.turn_max_allocations), (true, 1, 5));
}

#[test]
fn doctor_takes_the_file_of_the_server() {
    let (_folder, path) = file("port = 7\n");
    let Ok(Program::Doctor(doctor)) = Program::from_args(["switchboard", "doctor", "--config", &path]) else {
        panic!("it examines");
    };
    assert_eq!(doctor.config.listening.port, 7);
}

#[test]
fn key_that_is_no_flag_is_reported_with_its_line_and_the_nearest_flag() {
    for (text, said) in [
        ("\npasswort = \"x\"", "error: FILE, line 2: there is no flag --passwort, perhaps \"password\" is meant"),
        ("quite-else = 1", "error: FILE, line 1: there is no flag --quite-else"),
        ("config = \"other\"", "error: FILE, line 1: there is no flag --config"),
        ("[turn]\nport = 1", "error: FILE, line 1: write the flags without sections like [turn]: port = 8181"),
    ] {
        assert!(refusal(text, &[]).starts_with(said), "{text}: {}", refusal(text, &[]));
    }
}

#[test]
fn value_that_a_flag_does_not_take_is_reported_with_its_line() {
    for (text, said) in [
        ("port = 99999", "line 1: invalid value '99999' for '--port <N>'"),
        ("\nport = \"a\"", "line 2: invalid value 'a' for '--port <N>'"),
        ("lan = 1", "line 1: lan is true or false, without quotes"),
        ("port = [1, 2]", "line 1: port takes one value"),
        ("offer-ttl = 30", "line 1: invalid value '30' for '--offer-ttl <TIME>'"),
        ("offer-ttl = 2026-01-01", "line 1: offer-ttl takes a text in quotes or a number"),
    ] {
        assert!(refusal(text, &[]).contains(said), "{text}: {}", refusal(text, &[]));
    }
}

#[test]
fn file_that_is_no_toml_is_reported_without_its_text() {
    let said = refusal("port = 1\npassword = hunter2\n", &[]);
    assert!(said.starts_with("error: FILE, line 2: this is not TOML"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let missing = Program::from_args(["switchboard", "--config", "missing.toml"]).expect_err("no file").to_string();
    assert!(missing.starts_with("error: missing.toml cannot be read"), "{missing}");
}

#[tokio::test]
async fn variables_of_kubernetes_are_no_flags_and_others_are_reported() {
    let links = [
        ("SWITCHBOARD_PORT", "tcp://10.0.0.1:8181"),
        ("SWITCHBOARD_TURN_PORT", "udp://10.0.0.1:3478"),
        ("SWITCHBOARD_SERVICE_HOST", "10.0.0.1"),
    ];
    let text = printed(&[], &links).await;
    assert!(text.contains("\n# port = 8181\n"), "{text}");
    let variables = [&links[..], &[("SWITCHBOARD_PASWORD", "x")]].concat();
    // It ends at once, since it may not serve this.
    let output = run(&["missing-folder", "--bind", "127.0.0.1"], &variables).await;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(said.contains("SWITCHBOARD_PASWORD sets nothing, perhaps SWITCHBOARD_PASSWORD is meant"), "{said}");
    assert_eq!(said.matches("sets nothing").count(), 1, "{said}");
}

#[cfg(not(feature = "otel"))]
#[tokio::test]
async fn collector_of_traces_needs_another_build() {
    let url = [("SWITCHBOARD_OTLP_ENDPOINT", "http://localhost:4318")];
    let output = run(&["--bind", "127.0.0.1", "--port", "0"], &url).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("cargo build --release --features otel"), "{said}");
}

/// Compares a file of the project with what the flags say; writes it where `UPDATE_DOCS` is set.
fn compare(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, text).expect("written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "{file} is old: UPDATE_DOCS=1 cargo test --test server configuration writes it");
}

/// The flags that a file may set, by heading.
fn flags() -> Vec<(String, Vec<Arg>)> {
    let mut headings: Vec<(String, Vec<Arg>)> = Vec::new();
    for flag in Config::command().get_arguments() {
        let heading = flag.get_help_heading().unwrap_or("Pages").split(" (").next().unwrap_or_default().to_owned();
        if heading == "Configuration" || matches!(flag.get_id().as_str(), "help" | "version") {
            continue;
        }
        match headings.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, flags)) => flags.push(flag.clone()),
            None => headings.push((heading, vec![flag.clone()])),
        }
    }
    headings
}

fn key(flag: &Arg) -> &str {
    flag.get_long().unwrap_or(flag.get_id().as_str())
}

fn default_of(flag: &Arg) -> Option<String> {
    let values: Vec<OsString> = flag.get_default_values().iter().map(|value| value.to_os_string()).collect();
    let is_switch = matches!(flag.get_action(), ArgAction::SetTrue);
    values.first().map(|value| value.to_string_lossy().into_owned()).filter(|_| !is_switch)
}

/// An example of a value, as TOML.
fn example_of(flag: &Arg) -> String {
    match default_of(flag) {
        _ if matches!(flag.get_action(), ArgAction::SetTrue) => String::from("true"),
        Some(value) if value.parse::<u64>().is_ok() => value,
        Some(value) => format!("\"{value}\""),
        None => {
            let name =
                flag.get_value_names().and_then(|names| names.first().map(ToString::to_string)).unwrap_or_default();
            let is_list = matches!(flag.get_action(), ArgAction::Append);
            if is_list { format!("[\"{name}\"]") } else { format!("\"{name}\"") }
        }
    }
}

#[test]
fn documents_list_every_flag_as_it_is() {
    let mut example = String::from(
        "# The file of `switchboard --config FILE`, with every flag. What begins with # holds nothing: take the # away.\n\
         # Written from the flags by tests/server/configuration.rs.\n",
    );
    let mut table = String::new();
    for (heading, flags) in flags() {
        example += &format!("\n# --- {heading} ---\n");
        table += &format!("### {heading}\n\n| key, and flag with `--` | default | |\n|---|---|---|\n");
        for flag in flags {
            let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
            example += &format!("\n# {help}\n# {} = {}\n", key(&flag), example_of(&flag));
            let default = default_of(&flag).map(|value| format!("`{value}`")).unwrap_or_default();
            table += &format!("| `{}` | {default} | {} |\n", key(&flag), help.replace('|', "\\|"));
        }
        table += "\n";
    }
    compare("deploy/switchboard.toml", &example);
    let document = "docs/configuration.md";
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = fs::read_to_string(path).expect("the document");
    let (before, _) = text.split_once("## Every flag\n\n").expect("its section");
    compare(document, &format!("{before}## Every flag\n\n{}", table.trim_end_matches('\n').to_owned() + "\n"));
}

#[test]
fn example_without_its_signs_is_a_file_that_parses() {
    let example = include_str!("../../deploy/switchboard.toml");
    let lines = example.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| {
        line.split_once(" = ").is_some_and(|(key, _)| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
    });
    let text = lines.clone().collect::<Vec<_>>().join("\n");
    let table = toml::de::DeTable::parse(&text).expect("TOML");
    assert_eq!(table.get_ref().len(), lines.count());
    assert!(table.get_ref().keys().any(|key| key.get_ref() == "folder"));
}

#[tokio::test]
async fn example_of_the_page_about_servers_holds() {
    let page = include_str!("../../docs/deploy.md");
    let (_, rest) = page.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    // The file of the password is not there.
    let (folder, path) = file(&example.replace("@/etc/switchboard/password", "tea"));
    let text = printed(&["--config", &path], &[]).await;
    let keys = example.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key);
    for key in keys {
        let is_from_file =
            |line: &str| line.starts_with(&format!("{key} = ")) && line.contains("switchboard.toml, line ");
        assert!(text.lines().any(is_from_file), "{key}: {text}");
    }
    drop(folder);
}

/// The names of all flags as they are written on the command line.
fn long_flags() -> Vec<String> {
    Config::command().get_arguments().filter_map(|flag| Some(format!("--{}", flag.get_long()?))).collect()
}

#[tokio::test]
async fn manual_has_every_flag_and_every_command() {
    let output = run(&["man"], &[]).await;
    let page = String::from_utf8(output.stdout).expect("text").replace("\\-", "-");
    assert!(output.status.success() && page.contains(".TH switchboard 1"), "{page}");
    for words in long_flags().iter().map(String::as_str).chain(["switchboard-doctor(1)", "switchboard-status(1)"]) {
        assert!(page.contains(words), "{words}");
    }
    let output = run(&["man", "doctor"], &[]).await;
    let page = String::from_utf8(output.stdout).expect("text").replace("\\-", "-");
    assert!(page.contains(".TH switchboard-doctor 1") && page.contains("--json"), "{page}");
    let output = run(&["man", "tea"], &[]).await;
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("no command \"tea\""));
}

#[tokio::test]
async fn completions_of_every_shell_have_every_flag_and_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&["completions", shell], &[]).await;
        let script = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{shell}");
        for words in long_flags().iter().map(|flag| &flag[2..]).chain(["doctor", "status", "completions"]) {
            assert!(script.contains(words), "{shell}: {words}");
        }
    }
}
