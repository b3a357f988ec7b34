//! A server that repeats what it is sent, over the same engine as Switchboard: what the protocols' own tests ask for.
//! `/engine.io/` speaks bare Engine.IO 4, `/socket.io/` Socket.IO 5 with the namespaces `/` and `/custom`.
//!
//! `cargo run --example echo` prints `ready: http://127.0.0.1:PORT` and runs until it is ended. Milliseconds of the ping
//! interval, the ping time-out and the time for CONNECT may stand behind it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use engineioxide::Str;
use engineioxide::config::EngineIoConfig;
use engineioxide::handler::EngineIoHandler;
use engineioxide::service::EngineIoService;
use engineioxide::socket::{DisconnectReason, Socket};
use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeTupleStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef, TryData};
use tokio::net::TcpListener;

/// The times that a client has, as the official server's defaults.
struct Times {
    ping_interval: Duration,
    ping_timeout: Duration,
    connect_timeout: Duration,
}

impl Times {
    fn from_args() -> Self {
        let mut given = std::env::args().skip(1).map(|ms| ms.parse().ok().map(Duration::from_millis));
        let mut next = |usual| given.next().flatten().unwrap_or(Duration::from_secs(usual));
        Self { ping_interval: next(25), ping_timeout: next(20), connect_timeout: next(45) }
    }
}

/// Repeats each message of Engine.IO.
#[derive(Debug)]
struct Echo;

impl EngineIoHandler for Echo {
    type Data = ();

    fn on_connect(self: Arc<Self>, _: Arc<Socket<()>>) {}

    fn on_disconnect(&self, _: Arc<Socket<()>>, _: DisconnectReason) {}

    fn on_message(self: &Arc<Self>, message: Str, socket: Arc<Socket<()>>) {
        // Who does not read what is repeated does without it.
        socket.emit(message).ok();
    }

    fn on_binary(self: &Arc<Self>, bytes: Bytes, socket: Arc<Socket<()>>) {
        socket.emit_binary(bytes).ok();
    }
}

/// The arguments of an event, as many as there are. socketioxide gives all of them to tuples only, which this poses as.
struct Arguments(Vec<Argument>);

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Argument {
    /// Anything but bytes: those are tried last, since they would take texts, too.
    Json(Value),
    Binary(Bytes),
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Arguments;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("the arguments of an event")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut arguments: A) -> Result<Arguments, A::Error> {
                let mut all = Vec::new();
                while let Some(argument) = arguments.next_element()? {
                    all.push(argument);
                }
                Ok(Arguments(all))
            }
        }

        deserializer.deserialize_tuple_struct("Arguments", usize::MAX, All)
    }
}

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple_struct("Arguments", self.0.len())?;
        for argument in &self.0 {
            tuple.serialize_field(argument)?;
        }
        tuple.end()
    }
}

/// Says who was let in, and repeats what comes.
async fn repeat(socket: SocketRef, TryData(auth): TryData<Value>) {
    // Without a payload `auth` is an empty object.
    let auth = auth.ok().filter(|auth| !auth.is_null()).unwrap_or_else(|| Value::Object(Default::default()));
    socket.emit("auth", &auth).ok();
    socket.on("message", async |socket: SocketRef, Data::<Arguments>(arguments)| {
        socket.emit("message-back", &arguments).ok();
    });
    socket.on("message-with-ack", async |Data::<Arguments>(arguments), ack: AckSender| {
        ack.send(&arguments).ok();
    });
}

/// Both protocols, each at its path.
fn routes(times: &Times) -> Router {
    let config = EngineIoConfig::builder()
        .req_path("/engine.io")
        .ping_interval(times.ping_interval)
        .ping_timeout(times.ping_timeout);
    let engine = EngineIoService::with_config(Arc::new(Echo), config.build());
    let (socketio, io) = SocketIo::builder()
        .ping_interval(times.ping_interval)
        .ping_timeout(times.ping_timeout)
        .connect_timeout(times.connect_timeout)
        .max_payload(1_000_000)
        .build_svc();
    io.ns("/", repeat);
    io.ns("/custom", repeat);
    Router::new().route_service("/engine.io/", engine).route_service("/socket.io/", socketio)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready: http://{}", listener.local_addr()?);
    axum::serve(listener, routes(&Times::from_args())).await
}
