//! The Socket.IO side: all that comes goes into one channel.

use std::collections::HashMap;
use std::error::Error;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use native_tls::{Certificate, TlsConnector};
use rust_socketio::client::Client;
use rust_socketio::{ClientBuilder, Event, Payload, TransportType};
use serde_json::{Value, json};

pub struct Signaling {
    client: Client,
    put: Sender<(String, Value)>,
    /// Events with their first argument, and acknowledgements under the names that `ask` was given.
    pub events: Receiver<(String, Value)>,
}

impl Signaling {
    pub fn connect(url: &str, options: &HashMap<String, String>) -> Result<Self, Box<dyn Error>> {
        let option = |name: &str| options.get(name).cloned();
        let name = option("--name").unwrap_or_else(|| format!("Rust-{}", std::process::id()));
        // Different for each run: so the server gives back what a broken connection had, even before it notices the
        // break.
        let auth = json!({
            "userName": name, "password": option("--password").unwrap_or("x".into()), "lobby": option("--lobby"),
            "session": format!("{name}-{:?}", std::time::SystemTime::now()),
        });
        let (put, events) = channel();
        let mut builder = ClientBuilder::new(url).transport_type(TransportType::Websocket).auth(auth);
        if let Some(file) = option("--ca") {
            let authority = Certificate::from_pem(&std::fs::read(file)?)?;
            builder = builder.tls_config(TlsConnector::builder().add_root_certificate(authority).build()?);
        }
        let any = put.clone();
        builder = builder.on_any(move |event, payload, _| drop(any.send((String::from(event), first(payload)))));
        for event in [Event::Connect, Event::Close, Event::Error] {
            let put = put.clone();
            let name = String::from(event.clone());
            builder = builder.on(event, move |payload, _| {
                if name != "open" {
                    println!("{name}: {payload:?}");
                }
                drop(put.send((name.clone(), Value::Null)));
            });
        }
        let interrupted = put.clone();
        ctrlc::set_handler(move || drop(interrupted.send(("Ctrl-C".into(), Value::Null))))?;
        Ok(Self { client: builder.connect()?, put, events })
    }

    /// Sends an event. Its acknowledgement comes as the event `reply`.
    pub fn ask(&self, event: &str, data: Value, reply: &'static str) -> Result<(), Box<dyn Error>> {
        let put = self.put.clone();
        let acknowledged = move |payload: Payload, _| {
            // The arguments are within one more array than those of events.
            drop(put.send((reply.into(), first(payload)[0].clone())));
        };
        Ok(self.client.emit_with_ack(event, data, Duration::from_secs(60), acknowledged)?)
    }

    pub fn disconnect(&self) -> Result<(), Box<dyn Error>> {
        Ok(self.client.disconnect()?)
    }
}

fn first(payload: Payload) -> Value {
    match payload {
        Payload::Text(arguments) => arguments.into_iter().next().unwrap_or_default(),
        _ => Value::Null,
    }
}
