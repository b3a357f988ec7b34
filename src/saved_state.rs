//! The file of `--state-file`: what a stopped server leaves to the next one.
//!
//! One line of JSON for the file itself, then one for each shard of the hub. Descriptions and candidates are in it, so only
//! its owner can read it. It is written at the end, and, without calls, from time to time before: of a server that was
//! killed, rooms and sessions are taken up. A file that cannot be used is set aside, and the server starts without it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::core::command::Taken;
use crate::core::state::Core;
use crate::core::time::Timestamp;
use crate::hub::order::Hub;
use crate::hub::snapshot::Snapshot;

/// Counts up with each change of what the file holds.
const FORMAT: u32 = 1;

/// How often it is written while the server runs.
const INTERVAL: Duration = Duration::from_secs(30);

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: u32,
    clock: Timestamp,
    taken: Taken,
}

/// The file.
pub struct SavedState {
    path: PathBuf,
    /// Whether the last state was written.
    is_final: Mutex<bool>,
    /// Unlocked when it is dropped.
    _lock: File,
}

impl SavedState {
    /// Locks the file of this path against other servers. It need not exist.
    ///
    /// # Errors
    /// A path inside `folder`, which is served; a folder that cannot be written; a file that another server uses.
    pub fn open(path: &Path, folder: Option<&Path>) -> Result<Self> {
        let name = path.file_name().with_context(|| format!("--state-file needs a file, not {}.", path.display()))?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let parent = parent.canonicalize().with_context(|| format!("{} does not exist.", parent.display()))?;
        if folder.and_then(|folder| folder.canonicalize().ok()).is_some_and(|folder| parent.starts_with(folder)) {
            bail!("--state-file must not be inside the folder that is served: it holds what clients sent each other.");
        }
        let path = parent.join(name);
        let mut locked = path.clone().into_os_string();
        locked.push(".lock");
        let lock = File::create(&locked).with_context(|| format!("{} cannot be written.", parent.display()))?;
        if lock.try_lock().is_err() {
            bail!("{} is used by another server: name another file with --state-file.", path.display());
        }
        Ok(Self { path, is_final: Mutex::new(false), _lock: lock })
    }

    /// Gives an empty hub what the file holds. A file that cannot be used is renamed, and the log says why.
    ///
    /// # Errors
    /// A file that can be neither renamed nor replaced.
    pub fn restore(&self, hub: &mut Hub) -> Result<()> {
        if !self.path.exists() {
            return Ok(());
        }
        let restored = self.read().and_then(|snapshot| Ok(hub.restore(snapshot)?));
        match restored {
            Ok(()) => tracing::info!("took up the state of {}", self.path.display()),
            Err(error) => {
                let aside = self.path.with_extension("unusable");
                fs::rename(&self.path, &aside)
                    .with_context(|| format!("{} cannot be renamed.", self.path.display()))?;
                tracing::warn!("the state of --state-file cannot be used, and is now {}: {error:#}", aside.display());
            }
        }
        // From now on it is old.
        self.write(hub, Taken::Before)
    }

    fn read(&self) -> Result<Snapshot> {
        let text = fs::read_to_string(&self.path).context("it cannot be read")?;
        let mut lines = text.lines();
        let head: Head = serde_json::from_str(lines.next().unwrap_or_default()).context("its first line is broken")?;
        if head.format != FORMAT {
            bail!("it is of another version of Switchboard");
        }
        let cores: Result<Vec<Core>, _> = lines.map(serde_json::from_str).collect();
        // The error of serde_json names a line and a column, and never what stands there.
        let cores = cores.map_err(|error| anyhow::anyhow!("it is broken ({:?})", error.classify()))?;
        Ok(Snapshot { clock: head.clock, taken: head.taken, cores })
    }

    /// Writes the file from time to time, for as long as the future is polled.
    pub async fn keep(self: Arc<Self>, hub: Arc<Hub>) {
        let mut ticks = tokio::time::interval(INTERVAL);
        ticks.tick().await;
        loop {
            ticks.tick().await;
            self.clone().save(hub.clone(), Taken::Before).await;
        }
    }

    /// Writes the file. After [`Taken::AtTheEnd`] the hub changes no more.
    pub async fn save(self: Arc<Self>, hub: Arc<Hub>, taken: Taken) {
        let writing = tokio::task::spawn_blocking(move || self.write(&hub, taken));
        if let Ok(Err(error)) = writing.await {
            tracing::error!("the state was not saved: {error:#}");
        }
    }

    fn write(&self, hub: &Hub, taken: Taken) -> Result<()> {
        let mut is_final = self.is_final.lock();
        if *is_final {
            return Ok(());
        }
        *is_final = taken == Taken::AtTheEnd;
        let shards = hub.serialize(taken, |shard| serde_json::to_vec(&shard)).context("It cannot be serialized")?;
        let head = serde_json::to_vec(&Head { format: FORMAT, clock: hub.clock(), taken })?;
        self.replace(std::iter::once(head).chain(shards))
            .with_context(|| format!("{} cannot be written", self.path.display()))
    }

    /// Other programs read either the old content or the new one.
    fn replace(&self, lines: impl Iterator<Item = Vec<u8>>) -> io::Result<()> {
        let mut draft = tempfile::Builder::new();
        draft.prefix("switchboard.draft-");
        let mut draft = draft.tempfile_in(self.path.parent().unwrap_or(Path::new(".")))?;
        for line in lines {
            draft.write_all(&line)?;
            draft.write_all(b"\n")?;
        }
        draft.as_file().sync_data()?;
        draft.persist(&self.path)?;
        Ok(())
    }
}
