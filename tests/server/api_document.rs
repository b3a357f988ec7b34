//! What the documents say of the API, held against the server: deploy/openapi.yaml with each request, parameter, status and
//! field, in both directions; the examples of docs/api.md; and the names of events that the protocol has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use switchboard::api::Operation;
use switchboard::protocol::custom_event::CustomEvent;
use yaml_rust2::{Yaml, YamlLoader};

use crate::support::back_end::{BackEnd, TOKEN};
use crate::support::pair_user::User;
use crate::support::payload::offer;
use crate::support::{Bare, Client};

/// Statuses that only a server in a cluster gives: tests/cluster holds them.
const OF_CLUSTERS: [(&str, u16); 2] = [("getPeer", 409), ("disconnectPeer", 409)];

/// The file.
struct Document(Yaml);

impl Document {
    fn read() -> Self {
        let text = include_str!("../../deploy/openapi.yaml");
        Self(YamlLoader::load_from_str(text).expect("YAML").remove(0))
    }

    /// What stands there, or what it refers to.
    fn resolved<'a>(&'a self, node: &'a Yaml) -> &'a Yaml {
        let Some(reference) = node["$ref"].as_str() else { return node };
        let path = reference.strip_prefix("#/").expect("a reference into this file");
        let found = path.split('/').fold(&self.0, |node, name| &node[name]);
        assert!(!found.is_badvalue(), "{reference} is nowhere");
        found
    }

    /// Each operation by its id, with its method and path.
    fn operations(&self) -> BTreeMap<String, (String, String, &Yaml)> {
        let mut operations = BTreeMap::new();
        for (path, methods) in self.0["paths"].as_hash().expect("paths") {
            for (method, operation) in methods.as_hash().expect("methods") {
                let id = operation["operationId"].as_str().expect("an id").to_owned();
                let method = method.as_str().expect("a method").to_uppercase();
                let path = path.as_str().expect("a path").to_owned();
                assert!(operations.insert(id, (method, path, operation)).is_none(), "ids are unique");
            }
        }
        operations
    }

    fn statuses(&self, operation: &Yaml) -> BTreeSet<u16> {
        let responses = operation["responses"].as_hash().expect("responses").keys();
        responses.map(|status| status.as_str().and_then(|status| status.parse().ok()).expect("a status")).collect()
    }

    /// The schema of a response; nothing for one without a body.
    fn schema<'a>(&'a self, operation: &'a Yaml, status: u16) -> Option<&'a Yaml> {
        let responses = &operation["responses"];
        let response =
            responses.as_hash().expect("responses").iter().find(|(key, _)| key.as_str() == Some(&status.to_string()));
        let response = self.resolved(response.unwrap_or_else(|| panic!("{status} is not documented")).1);
        let schema = &response["content"]["application/json"]["schema"];
        (!schema.is_badvalue()).then_some(schema)
    }

    /// Parameters in the query.
    fn in_query(&self, operation: &Yaml) -> BTreeSet<String> {
        let parameters = operation["parameters"].as_vec().map_or(&[][..], Vec::as_slice).iter();
        let parameters = parameters.map(|parameter| self.resolved(parameter));
        let in_query = parameters.filter(|parameter| parameter["in"].as_str() == Some("query"));
        in_query.map(|parameter| parameter["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// Fails where a value is not as the schema says: each object has the properties of its schema, all and no others.
    fn check(&self, value: &Value, schema: &Yaml, place: &str) {
        let schema = self.resolved(schema);
        if let Some(choices) = schema["anyOf"].as_vec() {
            let choice = choices.iter().find(|choice| (choice["type"].as_str() == Some("null")) == value.is_null());
            return self.check(value, choice.expect("a choice"), place);
        }
        let types: Vec<&str> = match &schema["type"] {
            Yaml::Array(types) => types.iter().filter_map(Yaml::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert!(types.contains(&kind), "{place}: {value} is not of {types:?}");
        match value {
            Value::Object(fields) => {
                let properties = schema["properties"].as_hash().expect("properties");
                let names = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
                let declared = names(properties.keys().filter_map(Yaml::as_str).collect());
                let required =
                    names(schema["required"].as_vec().expect("required").iter().filter_map(Yaml::as_str).collect());
                assert_eq!(declared, required, "{place}: each field is always there");
                assert_eq!(fields.keys().cloned().collect::<BTreeSet<_>>(), declared, "{place}: {value}");
                assert_eq!(schema["additionalProperties"].as_bool(), Some(false), "{place}");
                for (name, field) in fields {
                    self.check(field, &schema["properties"][name.as_str()], &format!("{place}.{name}"));
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.check(item, &schema["items"], place)),
            Value::String(text) => {
                if let Some(allowed) = schema["enum"].as_vec() {
                    assert!(allowed.iter().any(|one| one.as_str() == Some(text)), "{place}: {text}");
                }
                if !schema["pattern"].is_badvalue() {
                    assert_eq!(schema["pattern"].as_str(), Some("^[0-9a-f]{16}$"));
                    let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                    assert!(is_id, "{place}: {text}");
                }
            }
            _ => {}
        }
    }
}

/// The names in grave accents behind "expected" in a sentence: what the server says that it takes.
fn expected(sentence: &str) -> BTreeSet<String> {
    let (_, after) = sentence.split_once("expected").unwrap_or_else(|| panic!("nothing is expected: {sentence}"));
    after.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn document_has_the_operations_of_the_server() {
    let document = Document::read();
    let documented: BTreeMap<_, _> =
        document.operations().into_iter().map(|(id, (method, path, _))| (id, (method, path))).collect();
    let served = Operation::ALL.map(|operation| {
        // ListPeers is listPeers.
        let mut id = format!("{operation:?}");
        id[..1].make_ascii_lowercase();
        (id, (operation.method().to_owned(), operation.path().to_owned()))
    });
    assert_eq!(documented, BTreeMap::from(served));
}

#[tokio::test]
async fn answers_are_as_the_document_says() {
    let document = Document::read();
    let back_end = BackEnd::start(&["--reconnect-grace", "1h"]).await;
    let mut amy = Client::connect(back_end.server(), "amy").await;
    let mut bob = Client::connect(back_end.server(), "bob").await;
    let mut cem = Bare::connect(back_end.server(), "cem").await;
    let _pair = User::connect(back_end.server(), "7").await;
    amy.emit_with_ack("joining-room", json!({ "room": "tea" })).await;
    amy.emit_with_ack("setting-access", json!({ "room": "tea", "access": "ask" })).await;
    cem.ask(json!({ "action": "joining-room", "room": "tea" })).await;
    amy.emit_with_ack("newOffer", offer("one")).await;
    bob.emit_with_ack("newOffer", json!({ "offer": offer("two"), "to": "amy" })).await;
    let peer = |id: &str, rest: &str| format!("/v1/peers/{id}{rest}");
    let (id, other, pair) = (back_end.id("amy").await, back_end.id("bob").await, back_end.id("7").await);
    let (nobody, event) = ("0000000000000000", r#"{"event":"news","args":[1]}"#);
    let large = json!({ "event": "x", "args": ["x".repeat(70_000)] }).to_string();
    let cases = [
        ("listPeers", "/v1/peers?limit=3".to_owned(), "", 200),
        ("listPeers", "/v1/peers?limit=x".to_owned(), "", 422),
        ("getPeer", peer(&id, ""), "", 200),
        ("getPeer", peer(nobody, "?lobby=tea"), "", 404),
        ("getPeer", peer(&id, "?x=1"), "", 422),
        ("sendToPeer", peer(&id, "/events"), event, 204),
        ("sendToPeer", peer(&id, "/events"), "no JSON", 400),
        ("sendToPeer", peer(nobody, "/events"), event, 404),
        ("sendToPeer", peer(&pair, "/events"), event, 409),
        ("sendToPeer", peer(&id, "/events"), &large, 413),
        ("sendToPeer", peer(&id, "/events"), "{}", 422),
        ("listCalls", "/v1/calls".to_owned(), "", 200),
        ("listCalls", "/v1/calls?after=1".to_owned(), "", 422),
        ("listRooms", "/v1/rooms".to_owned(), "", 200),
        ("listRooms", "/v1/rooms?name=tea".to_owned(), "", 422),
        ("getRoom", "/v1/rooms/~/tea".to_owned(), "", 200),
        ("getRoom", "/v1/rooms/~/coffee".to_owned(), "", 404),
        ("getRoom", format!("/v1/rooms/{}/tea", "x".repeat(70)), "", 422),
        ("closeRoom", "/v1/rooms/~/tea/close".to_owned(), "", 204),
        ("closeRoom", "/v1/rooms/~/tea/close".to_owned(), "", 404),
        ("closeRoom", format!("/v1/rooms/~/{}/close", "x".repeat(70)), "", 422),
        ("sendToLobby", "/v1/lobbies/~/events".to_owned(), event, 204),
        ("sendToLobby", "/v1/lobbies/~/events".to_owned(), "[", 400),
        ("sendToLobby", "/v1/lobbies/~/events".to_owned(), &large, 413),
        ("sendToLobby", "/v1/lobbies/~/events".to_owned(), "[]", 422),
        ("disconnectPeer", peer(&id, "/disconnect"), "{", 400),
        ("disconnectPeer", peer(&id, "/disconnect"), &large, 413),
        ("disconnectPeer", peer(&id, "/disconnect"), "[]", 422),
        ("disconnectPeer", peer(nobody, "/disconnect"), "", 404),
        ("disconnectPeer", peer(&id, "/disconnect"), r#"{"reason":"x"}"#, 204),
        ("disconnectPeer", peer(&other, "/disconnect?lobby="), r#"{"reason":null}"#, 204),
    ];
    let operations = document.operations();
    let mut seen: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
    for (operation, path, body, status) in &cases {
        let (method, _, described) = &operations[*operation];
        let (given, json) = back_end.request(method, path, body).await;
        assert_eq!(given, *status, "{method} {path}: {json}");
        match document.schema(described, given) {
            Some(schema) => document.check(&json, schema, &format!("{operation} {given}")),
            None => assert_eq!(json, Value::Null, "{operation} {given}"),
        }
        seen.entry(operation).or_default().insert(given);
    }
    // Wrong tokens are answered at once five times. A server without its cluster is never ready.
    let others = [BackEnd::start(&[]).await, BackEnd::start(&[]).await];
    let alone = BackEnd::start(&["--cluster", "redis://127.0.0.1:1"]).await;
    for (number, (operation, (method, path, described))) in operations.iter().enumerate() {
        let path = path.replace(['{', '}'], "");
        for (status, reply) in [
            (401, others[number % 2].request_as("wrong", method, &path, "").await),
            (503, alone.request_as(TOKEN, method, &path, "").await),
        ] {
            assert_eq!(reply.status, status, "{method} {path}");
            let schema = document.schema(described, status).expect("a body");
            document.check(&crate::support::back_end::json_of(&reply), schema, operation);
            seen.entry(operation).or_default().insert(status);
        }
        let mut documented = document.statuses(described);
        documented.retain(|status| !OF_CLUSTERS.contains(&(operation, *status)));
        assert_eq!(seen[&**operation], documented, "{operation}");
    }
}

#[tokio::test]
async fn parameters_and_bodies_are_as_the_document_says() {
    let document = Document::read();
    let back_end = BackEnd::start(&[]).await;
    let _amy = Client::connect(back_end.server(), "amy").await;
    let id = back_end.id("amy").await;
    for (operation, (method, path, described)) in document.operations() {
        let path = path.replace("{peerId}", &id).replace("{lobby}", "~").replace("{room}", "tea");
        let documented = document.in_query(described);
        if !documented.is_empty() {
            let (status, json) = back_end.request(&method, &format!("{path}?nothing=1"), r#"{"event":"x"}"#).await;
            assert_eq!(status, 422, "{operation}");
            assert_eq!(expected(json["message"].as_str().expect("a sentence")), documented, "{operation}");
        }
        let schema = &described["requestBody"]["content"]["application/json"]["schema"];
        if !schema.is_badvalue() {
            let properties = document.resolved(schema)["properties"].as_hash().expect("properties");
            let documented: BTreeSet<_> = properties.keys().filter_map(Yaml::as_str).map(str::to_owned).collect();
            let (status, json) = back_end.request(&method, &path, r#"{"nothing":1}"#).await;
            assert_eq!(status, 422, "{operation}");
            assert_eq!(expected(json["message"].as_str().expect("a sentence")), documented, "{operation}");
        }
    }
}

#[tokio::test]
async fn examples_of_the_document_do_what_it_says() {
    let back_end = BackEnd::start(&[]).await;
    let auth = json!({ "userName": "amy", "password": "x", "lobby": "class-7" });
    let mut amy = Client::connect_as(back_end.server(), auth).await;
    amy.emit_with_ack("joining-room", json!({ "room": "maths" })).await;
    let id = back_end.id("amy").await;
    let text = include_str!("../../docs/api.md");
    let commands: Vec<_> = text.lines().filter(|line| line.starts_with("curl ")).collect();
    assert!(commands.len() > 5, "{commands:?}");
    for command in commands {
        let words = words(command);
        let after = |flag: &str| words.iter().position(|word| word == flag).map(|place| words[place + 1].clone());
        assert_eq!(after("-H").as_deref(), Some("Authorization: Bearer $TOKEN"), "{command}");
        let url = words.iter().find_map(|word| word.strip_prefix("$API")).expect("an address").replace("$PEER", &id);
        let body = after("--json").unwrap_or_default();
        let method = after("-X").unwrap_or_else(|| if body.is_empty() { "GET" } else { "POST" }.to_owned());
        let (status, json) = back_end.request(&method, &url, &body).await;
        assert_eq!(status, if method == "GET" { 200 } else { 204 }, "{command}: {json}");
    }
    let left = back_end.get("/v1/peers").await;
    assert_eq!(left["items"], json!([]), "the last example disconnects the peer");
}

/// The words of a command line, of which those with blanks stand in quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().expect("a word").push(character),
        }
    }
    words
}

#[test]
fn no_event_of_the_protocol_can_be_sent() {
    let types = include_str!("../../docs/protocol.d.ts");
    let mut names = BTreeSet::new();
    for interface in ["CallEventsToServer", "CallEventsToClient", "RoomEventsToServer", "RoomSignals"] {
        let (_, body) = types.split_once(&format!("export interface {interface}")).expect(interface);
        let (body, _) = body.split_once("\n}").expect("its end");
        names.extend(body.lines().filter_map(|line| {
            let name =
                line.strip_prefix("  ").filter(|line| line.starts_with(|c: char| c == '\'' || c.is_alphabetic()))?;
            Some(name.split([':', '(', '?']).next()?.trim_matches(['\'', '"']).to_owned())
        }));
    }
    assert!(names.len() > 25 && names.contains("newOffer") && names.contains("user-left"), "{names:?}");
    for name in names {
        assert!(CustomEvent::new(&name, &[]).is_err(), "{name}");
    }
}
