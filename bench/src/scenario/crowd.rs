//! Sockets that are connected and say nothing: they hear what everybody hears.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Stage;
use crate::client::Client;
use crate::course;
use crate::figures::Latencies;

/// How many connect at once.
const AT_ONCE: u64 = 32;

/// What the crowd has heard.
#[derive(Default)]
pub struct Heard {
    /// Offers, each counted for everybody who heard it.
    pub offers: AtomicU64,
    /// Offers that came twice, out of order or not at all.
    pub wrong: AtomicU64,
    /// Connections that ended.
    pub lost: AtomicU64,
    /// How long each offer was on its way, where its sender set the time.
    pub latencies: Mutex<Latencies>,
    /// When the offer was made that is on its way.
    pub made: Mutex<Option<Instant>>,
    /// Notified when so many offers have been heard.
    pub goal: AtomicU64,
    /// Tells that it is so.
    pub reached: Notify,
}

/// The crowd. Its connections end with it.
pub struct ConnectionLimiter {
    /// What it has heard.
    pub heard: Arc<Heard>,
    listeners: JoinSet<()>,
}

impl ConnectionLimiter {
    /// Connects so many.
    ///
    /// # Errors
    /// One that cannot.
    pub async fn gather(stage: &Stage, size: u64) -> Result<Self> {
        let heard = Arc::new(Heard::default());
        let mut listeners = JoinSet::new();
        let next = Arc::new(AtomicU64::new(0));
        let mut connecting = JoinSet::new();
        stage.part("connecting", size);
        for _ in 0..AT_ONCE.min(size) {
            let (stage, next) = (stage.clone(), next.clone());
            connecting.spawn(async move {
                let mut clients = Vec::new();
                loop {
                    let number = next.fetch_add(1, Relaxed);
                    if number >= size {
                        return anyhow::Ok(clients);
                    }
                    let client = Client::connect(&stage.target.node(number), &format!("listener-{number}")).await;
                    clients.push(client.with_context(|| format!("socket {number} of {size}"))?);
                    stage.bar.inc(1);
                }
            });
        }
        while let Some(clients) = connecting.join_next().await {
            for client in clients?? {
                listeners.spawn(listen(client, heard.clone()));
            }
        }
        Ok(Self { heard, listeners })
    }

    /// How many are still connected.
    pub fn connected(&self) -> u64 {
        self.listeners.len() as u64 - self.heard.lost.load(Relaxed)
    }

    /// From now on offers are marked with 0 and up. Resolves when `count` have been heard in all.
    ///
    /// # Errors
    /// A client was lost on the way.
    pub async fn hear(&self, count: u64) -> Result<()> {
        self.heard.goal.store(count, Relaxed);
        while self.heard.offers.load(Relaxed) < count {
            self.heard.reached.notified().await;
            if self.heard.lost.load(Relaxed) > 0 {
                bail!("{} connections were lost", self.heard.lost.load(Relaxed));
            }
        }
        Ok(())
    }
}

async fn listen(mut client: Client, heard: Arc<Heard>) {
    let mut next = 0;
    while let Ok(packet) = client.packet().await {
        if !course::is(packet, "newOfferAwaiting") {
            continue;
        }
        if let Some(made) = *heard.made.lock() {
            if course::description_mark(packet) != Some(next) {
                heard.wrong.fetch_add(1, Relaxed);
            }
            next += 1;
            heard.latencies.lock().note(made.elapsed());
        }
        if heard.offers.fetch_add(1, Relaxed) + 1 == heard.goal.load(Relaxed) {
            heard.reached.notify_one();
        }
    }
    heard.lost.fetch_add(1, Relaxed);
    heard.reached.notify_one();
}
