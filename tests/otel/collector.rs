//! A collector: receives OTLP over HTTP and reads the protobuf by hand, so that no crate of OpenTelemetry decodes what
//! another one of them has encoded.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

/// The collector.
pub struct Collector {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

/// A span that it has received.
#[derive(Debug, Default, Clone)]
pub struct Span {
    pub trace: String,
    pub id: String,
    pub parent: String,
    pub name: String,
    /// 2: of a server, 3: of a client.
    pub kind: u64,
    /// In nanoseconds.
    pub took: u64,
    pub attributes: BTreeMap<String, String>,
    /// The traces that it is linked to.
    pub links: Vec<String>,
    pub events: usize,
    /// 2: an error.
    pub status: u64,
}

impl Collector {
    /// A collector on a free port, which accepts all that comes.
    pub async fn open() -> Self {
        let requests: Arc<Mutex<Vec<(HeaderMap, Bytes)>>> = Arc::default();
        let kept = requests.clone();
        let take = async move |headers: HeaderMap, body: Bytes| {
            kept.lock().expect("writable").push((headers, body));
            StatusCode::OK
        };
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, requests }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<(HeaderMap, Bytes)> {
        self.requests.lock().expect("readable").clone()
    }

    /// The spans so far.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        for (_, body) in self.requests() {
            for resource_spans in parts(&body, 1) {
                for scope_spans in parts(resource_spans, 2) {
                    spans.extend(parts(scope_spans, 2).into_iter().map(span));
                }
            }
        }
        spans
    }

    /// What the first request says of the server.
    pub fn resource(&self) -> BTreeMap<String, String> {
        let (_, body) = self.requests().remove(0);
        let resource_spans = parts(&body, 1).remove(0);
        attributes(&parts(resource_spans, 1), 1)
    }
}

/// A field of a message.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().expect("a byte");
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return number;
        }
    }
    panic!("a number of more than ten bytes");
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}

/// All fields of a message, by their numbers.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let field = match key & 7 {
            0 => Field::Number(varint(&mut bytes)),
            1 => Field::Number(u64::from_le_bytes(take(&mut bytes, 8).try_into().expect("8 bytes"))),
            2 => {
                let length = varint(&mut bytes);
                Field::Bytes(take(&mut bytes, usize::try_from(length).expect("short")))
            }
            5 => Field::Number(u32::from_le_bytes(take(&mut bytes, 4).try_into().expect("4 bytes")).into()),
            other => panic!("a field of type {other}"),
        };
        fields.push((key >> 3, field));
    }
    fields
}

fn parts(message: &[u8], wanted: u64) -> Vec<&[u8]> {
    let part = |(number, field)| match field {
        Field::Bytes(bytes) if number == wanted => Some(bytes),
        _ => None,
    };
    fields(message).into_iter().filter_map(part).collect()
}

fn number(message: &[u8], wanted: u64) -> u64 {
    let found = |(number, field)| match field {
        Field::Number(value) if number == wanted => Some(value),
        _ => None,
    };
    fields(message).into_iter().find_map(found).unwrap_or_default()
}

fn text(message: &[u8], wanted: u64) -> String {
    String::from_utf8(parts(message, wanted).first().unwrap_or(&&b""[..]).to_vec()).expect("text")
}

fn hex(message: &[u8], wanted: u64) -> String {
    let bytes = parts(message, wanted).first().copied().unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The attributes among the parts of these messages.
fn attributes(messages: &[&[u8]], wanted: u64) -> BTreeMap<String, String> {
    let pairs = messages.iter().flat_map(|message| parts(message, wanted));
    let pair = |pair: &[u8]| {
        let value = parts(pair, 2).remove(0);
        let shown = match fields(value).remove(0) {
            (1, Field::Bytes(text)) => String::from_utf8(text.to_vec()).expect("text"),
            (3, Field::Number(number)) => number.to_string(),
            (other, _) => panic!("a value of kind {other}"),
        };
        (text(pair, 1), shown)
    };
    pairs.map(pair).collect()
}

fn span(message: &[u8]) -> Span {
    Span {
        trace: hex(message, 1),
        id: hex(message, 2),
        parent: hex(message, 4),
        name: text(message, 5),
        kind: number(message, 6),
        took: number(message, 8) - number(message, 7),
        attributes: attributes(&[message], 9),
        links: parts(message, 13).into_iter().map(|link| hex(link, 1)).collect(),
        events: parts(message, 11).len(),
        status: parts(message, 15).first().map_or(0, |status| number(status, 3)),
    }
}
