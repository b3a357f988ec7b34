//! The life of a page: it connects to some node, stays until the connection ends or it breaks it itself, and connects again.

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::history::Event;
use super::line::Line;
use super::nodes::Addresses;
use super::page::{Call, Page, Phase};

/// How far the run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Faults,
    /// No more faults, no new calls: who is in a call can talk.
    Calm,
    /// Nobody sends any more: what was sent arrives.
    Silence,
    Over,
}

/// Most events that may wait to be received by the server: then the page sends no more.
const MOST_WAITING: usize = 40;
/// How long a page waits to know whether its answer was the first, before it connects again to ask.
const UNKNOWN: Duration = Duration::from_secs(15);

/// What all pages share.
#[derive(Clone)]
pub struct Surroundings {
    pub addresses: Arc<RwLock<Addresses>>,
    pub stage: watch::Receiver<Stage>,
    /// The pages of the lobby.
    pub names: Vec<String>,
}

impl Page {
    /// Lives until the run is over.
    pub async fn live(mut self, mut surroundings: Surroundings) {
        // Connections that the page has left, and that still look alive to the server.
        let mut left = Vec::new();
        let mut is_connected = false;
        let mut stage = Stage::Faults;
        while *surroundings.stage.borrow() != Stage::Over {
            is_connected = false;
            let pause = self.random.time(20, 400);
            tokio::time::sleep(pause).await;
            let known: Vec<_> = {
                let addresses = surroundings.addresses.read().expect("readable");
                addresses.iter().enumerate().filter_map(|(node, address)| Some((node, (*address)?))).collect()
            };
            if known.is_empty() {
                continue;
            }
            let (node, address) = known[self.random.below(known.len())];
            let Some(mut line) = Line::open(address, &self.auth()).await else { continue };
            self.is_open = false;
            self.last = self.history.now();
            is_connected = self.stay(&mut line, node, &mut stage, &mut surroundings).await.is_some();
            if !is_connected {
                self.history.record(Event::Broken { last: self.last });
                left.truncate(2);
                if self.random.is_one_of_hundred(50) {
                    left.insert(0, line);
                }
            }
        }
        let call = self.call.as_ref().filter(|_| self.is_talking()).map(|call| call.name.clone());
        self.history.record(Event::End { is_connected, call: call.unwrap_or_default() });
        self.history.close();
    }

    /// Nothing when the connection is over, something when the run is.
    async fn stay(
        &mut self,
        line: &mut Line,
        node: usize,
        stage: &mut Stage,
        surroundings: &mut Surroundings,
    ) -> Option<()> {
        let mut turn = Instant::now();
        let opened = Instant::now();
        loop {
            let before = std::mem::replace(stage, *surroundings.stage.borrow_and_update());
            if before == Stage::Faults && *stage != before {
                self.history.record(Event::Calm);
            }
            if *stage == Stage::Over {
                return self.is_open.then_some(());
            }
            tokio::select! {
                coming = line.receive() => self.take(line, coming?, node).await?,
                () = tokio::time::sleep_until(turn.into()) => {
                    if !self.is_open && opened.elapsed() > UNKNOWN {
                        return None;
                    }
                    if self.is_open {
                        self.act(line, *stage, &surroundings.names).await?;
                    }
                    turn = Instant::now() + self.random.time(150, 900);
                }
                _ = surroundings.stage.changed() => {}
            }
        }
    }

    /// Does what the page does from time to time.
    async fn act(&mut self, line: &mut Line, stage: Stage, names: &[String]) -> Option<()> {
        let is_busy = stage == Stage::Faults;
        if is_busy && self.random.is_one_of_hundred(2) {
            return None;
        }
        if self.delivery.waiting() > MOST_WAITING || stage == Stage::Silence {
            return Some(());
        }
        let now = Instant::now();
        match self.call.clone() {
            None if is_busy && self.idle_until < now => {
                let others: Vec<_> = names.iter().filter(|name| **name != self.name).collect();
                let to_all = self.random.is_one_of_hundred(25);
                let to = if to_all { String::new() } else { others[self.random.below(others.len())].clone() };
                self.call(line, to).await
            }
            None => Some(()),
            Some(Call { phase: Phase::Offering, until, .. }) if until < now => self.cancel(line).await,
            Some(Call { phase: Phase::Offering, sent, .. }) if sent < 3 => self.send_candidate(line).await,
            Some(Call { phase: Phase::Offering | Phase::Cancelling, .. }) => Some(()),
            Some(Call { phase: Phase::Answering, until, .. }) => (now < until + UNKNOWN).then_some(()),
            Some(Call { phase: Phase::Talking, until, name, id: Some(id), .. }) if is_busy && until < now => {
                self.end(line, name, id).await
            }
            Some(Call { phase: Phase::Talking, .. }) => self.send_candidate(line).await,
        }
    }
}
