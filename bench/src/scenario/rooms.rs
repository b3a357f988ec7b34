//! Rooms: everybody who comes in makes a call with each who is there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Stage, within};
use crate::client::Client;
use crate::course::{self, CANDIDATES, Expected, Side, mark};
use crate::figures::{Failures, Latencies, join, round};

/// A room that is not complete after this long will not be.
const LIMIT: Duration = Duration::from_secs(60);

/// What can be chosen.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How many rooms
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub rooms: u64,
    /// People in each
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub members: u64,
    /// Rooms at once
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub concurrency: u64,
}

/// Fills the rooms.
///
/// # Errors
/// A server that is gone.
pub async fn run(stage: &Stage, options: &Options) -> Result<Value> {
    within("--rooms", options.rooms, 2_000)?;
    within("--members", options.members, 16)?;
    within("--concurrency", options.concurrency, 64)?;
    ensure!(options.members > 1 && options.concurrency > 0, "nobody to speak with");
    stage.part("rooms", options.rooms);
    let at_once = Arc::new(Semaphore::new(options.concurrency as usize));
    let complete = Arc::new(Mutex::new(Latencies::default()));
    let measurement = stage.measure()?;
    let mut rooms = JoinSet::new();
    for number in 0..options.rooms {
        let (stage, at_once, complete, members) = (stage.clone(), at_once.clone(), complete.clone(), options.members);
        rooms.spawn(async move {
            let _place = at_once.acquire().await?;
            let began = Instant::now();
            timeout(LIMIT, fill(&stage, number, members)).await.map_err(|_| anyhow!("a room took too long"))??;
            complete.lock().note(began.elapsed());
            stage.bar.inc(1);
            anyhow::Ok(())
        });
    }
    let mut failures = Failures::default();
    while let Some(room) = rooms.join_next().await {
        if let Err(error) = room? {
            failures.note(&error);
        }
    }
    let measured = measurement.now()?;
    let good = (options.rooms - failures.count()) as f64;
    let calls = good * (options.members * (options.members - 1) / 2) as f64;
    Ok(join([
        measured.to_json(),
        json!({
            "rooms": options.rooms, "members": options.members, "concurrency": options.concurrency,
            "failed": failures.count(), "failures": failures.to_json(),
            "calls_per_s": round(calls / measured.time.as_secs_f64()),
            "cpu_s_per_1000": round(measured.cpu.as_secs_f64() * 1000.0 / calls.max(1.0)),
            "room_ms": complete.lock().to_json(),
        }),
    ]))
}

async fn fill(stage: &Stage, room: u64, members: u64) -> Result<()> {
    let (door, done) = (Arc::new(tokio::sync::Mutex::new(())), Arc::new(Barrier::new(members as usize)));
    let mut people = JoinSet::new();
    for number in 0..members {
        let (target, door, done) = (stage.target.clone(), door.clone(), done.clone());
        people.spawn(async move {
            let name = format!("member-{room}-{number}");
            let client = Client::connect(&target, &name).await?;
            let others = HashMap::new();
            let mut member = Member { client, room, number, members, others, is_in: false, unanswered: 0 };
            let coming_in = door.lock().await;
            member.emit("joining-room", "").await?;
            member.listen(|member| member.is_in).await.context("coming in")?;
            drop(coming_in);
            member.listen(Member::is_complete).await.context("calls")?;
            done.wait().await;
            member.client.close().await;
            anyhow::Ok(())
        });
    }
    while let Some(person) = people.join_next().await {
        person??;
    }
    Ok(())
}

/// A member of a room.
struct Member {
    client: Client,
    room: u64,
    number: u64,
    members: u64,
    /// What is still to come from each, by their id.
    others: HashMap<String, Expected>,
    /// Whether it has come in, and has called the members that were there before.
    is_in: bool,
    /// Own offers to which no answer has come.
    unanswered: u64,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Heard {
    from: String,
    user_name: String,
    members: Vec<Other>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Other {
    peer_id: String,
    user_name: String,
}

impl Member {
    async fn emit(&mut self, event: &str, more: &str) -> Result<()> {
        let packet = format!(r#"42["{event}",{{"room":"bench-{}"{more}}}]"#, self.room);
        self.client.emit(packet.as_bytes()).await
    }

    fn is_complete(&self) -> bool {
        self.others.len() as u64 == self.members - 1
            && self.unanswered == 0
            && self.others.values().all(|other| other.heard() == CANDIDATES)
    }

    async fn listen(&mut self, enough: impl Fn(&Self) -> bool) -> Result<()> {
        while !enough(self) {
            let packet = self.client.packet().await?;
            if course::is(packet, "receiving-ICE-candidate") {
                let heard = read(packet)?;
                let other = self.others.get_mut(&heard.from).context("a candidate before the description")?;
                other.hear(packet)?;
            } else if course::is(packet, "requesting-SDP-offer") {
                for other in read(packet)?.members {
                    self.others.insert(other.peer_id.clone(), self.expect(&other.user_name)?);
                    let offer = course::description("offer", self.number);
                    self.emit("sending-SDP-offer", &format!(r#","to":"{}","offer":{offer}"#, other.peer_id)).await?;
                    self.trickle(&other.peer_id).await?;
                    self.unanswered += 1;
                }
                self.is_in = true;
            } else if course::is(packet, "joined-room") {
                // The first to come in is asked for no offers.
                self.is_in |= read(packet)?.members.is_empty();
            } else if course::is(packet, "receiving-SDP-offer") {
                let heard = read(packet)?;
                self.others.insert(heard.from.clone(), self.expect(&heard.user_name)?);
                let answer = course::description("answer", self.number);
                self.emit("accepting-SDP-offer", &format!(r#","to":"{}","answer":{answer}"#, heard.from)).await?;
                self.trickle(&heard.from).await?;
            } else if course::is(packet, "accepting-SDP-offer") {
                self.unanswered = self.unanswered.checked_sub(1).context("an answer to no offer")?;
            } else if course::is(packet, "signalingError") {
                bail!("refused: {}", String::from_utf8_lossy(packet));
            }
        }
        Ok(())
    }

    async fn trickle(&mut self, to: &str) -> Result<()> {
        for number in 0..CANDIDATES {
            let candidate = course::candidate(mark(self.call(self.number), Side::Offerer, number), 1);
            let more = format!(r#","to":"{to}","candidate":{candidate}"#);
            self.emit("sending-ICE-candidate", &more).await?;
        }
        Ok(())
    }

    /// Candidates of the one with this name.
    fn expect(&self, user_name: &str) -> Result<Expected> {
        let number = user_name.rsplit('-').next().and_then(|number| number.parse().ok()).context("a member's name")?;
        Ok(Expected::new(self.call(number), Side::Offerer))
    }

    fn call(&self, member: u64) -> u64 {
        self.room * 16 + member
    }
}

fn read(packet: &[u8]) -> Result<Heard> {
    let (_, heard): (String, Heard) = serde_json::from_slice(&packet[1..]).context("a room's event")?;
    Ok(heard)
}
