//! A back end that uses the API of a program, and the program.

use serde_json::Value;

use super::TestServer;
use super::http::Reply;
use super::program::Program;

/// The token of `--api-token`.
pub const TOKEN: &str = "a-token-that-is-long";

/// A program with `--api`.
pub struct BackEnd {
    pub program: Program,
    /// The listener of `--api`.
    pub api: TestServer,
}

impl BackEnd {
    /// Starts the program with these flags and those of the API.
    pub async fn start(flags: &[&str]) -> Self {
        Self::of(Program::start(&[&["--api", "127.0.0.1:0", "--api-token", TOKEN], flags].concat()).await)
    }

    /// The back end of a program that was started with `--api`.
    pub fn of(program: Program) -> Self {
        let address = program.line("api: ").and_then(|line| line.strip_prefix("api: ")).expect("the line of --api");
        let api = TestServer::elsewhere(address.parse().expect("an address"));
        Self { program, api }
    }

    /// Where the clients connect.
    pub fn server(&self) -> &TestServer {
        &self.program.server
    }

    /// Sends a request with this token.
    pub async fn request_as(&self, token: &str, method: &str, path: &str, body: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        self.api.request(method, path, &[("Authorization", &bearer)], body.as_bytes()).await
    }

    /// The status and the JSON that a request gets.
    pub async fn request(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let reply = self.request_as(TOKEN, method, path, body).await;
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{method} {path}");
        let json = if reply.body.is_empty() { Value::Null } else { json_of(&reply) };
        (reply.status, json)
    }

    /// What is read, which must be there.
    pub async fn get(&self, path: &str) -> Value {
        let (status, json) = self.request("GET", path, "").await;
        assert_eq!(status, 200, "GET {path}: {json}");
        json
    }

    /// Does something, which must succeed.
    pub async fn post(&self, path: &str, body: Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, json) = self.request("POST", path, &body).await;
        assert_eq!(status, 204, "POST {path}: {json}");
    }

    /// The code with which a request is refused, by this status and some words.
    pub async fn refusal(&self, status: u16, method: &str, path: &str, body: &str) -> String {
        let (given, json) = self.request(method, path, body).await;
        assert_eq!(given, status, "{method} {path}: {json}");
        assert!(json["message"].as_str().is_some_and(|message| message.contains(' ')), "a sentence: {json}");
        json["code"].as_str().expect("a code").to_owned()
    }

    /// The peer of this user name, of which there must be one.
    pub async fn peer(&self, name: &str) -> Value {
        let list = self.get(&format!("/v1/peers?name={name}")).await;
        let items = list["items"].as_array().expect("a list");
        assert_eq!(items.len(), 1, "{list}");
        items[0].clone()
    }

    /// The id of that.
    pub async fn id(&self, name: &str) -> String {
        self.peer(name).await["peerId"].as_str().expect("an id").to_owned()
    }
}

/// The JSON of a reply.
pub fn json_of(reply: &Reply) -> Value {
    assert_eq!(reply.header("content-type"), Some("application/json"), "{}", reply.text());
    serde_json::from_slice(&reply.body).unwrap_or_else(|fault| panic!("{fault}: {}", reply.text()))
}
