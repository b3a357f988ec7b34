//! The user's certificate files, which are read again when they change.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::hang_up::HangUps;
use super::pair::Pair;
use crate::file_version::FileVersion;
use crate::net::system_roots::system_roots;

/// How often the server looks whether the files have changed.
const LOOK: Duration = Duration::from_secs(1);

/// A certificate file and its key file.
#[derive(Debug, Clone)]
pub(super) struct WatchedFiles {
    cert: PathBuf,
    key: PathBuf,
    /// The versions that were read last.
    read: Versions,
}

/// Which versions the files have.
type Versions = [Option<FileVersion>; 2];

impl WatchedFiles {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// Those of [`Pair::read`].
    pub(super) fn open(cert: &Path, key: &Path) -> Result<(Self, Pair)> {
        let read = versions(cert, key);
        let pair = Pair::read(cert, key, &system_roots())?;
        Ok((Self { cert: cert.to_owned(), key: key.to_owned(), read }, pair))
    }

    /// Reads the files again after each change and each SIGHUP, and passes on what can be used. What cannot be used is
    /// reported in the log, once.
    pub(super) async fn watch(self, mut hang_ups: HangUps, replace: impl Fn(Pair)) {
        let Self { cert, key, mut read } = self;
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut seen = read;
        loop {
            let is_asked = tokio::select! {
                _ = ticks.tick() => false,
                () = hang_ups.next() => true,
            };
            let now = versions(&cert, &key);
            // Another program may still be writing the files, one after the other.
            let is_settled = now == seen;
            seen = now;
            if !is_asked && (!is_settled || now == read) {
                continue;
            }
            read = now;
            match load(cert.clone(), key.clone()).await {
                Ok(pair) => {
                    replace(pair);
                    tracing::info!("the certificate {} has been read again", cert.display());
                }
                Err(error) => {
                    tracing::warn!("the changed certificate is not used, and the earlier one stays: {error:#}");
                }
            }
        }
    }
}

async fn load(cert: PathBuf, key: PathBuf) -> Result<Pair> {
    let load = move || Pair::read(&cert, &key, &system_roots());
    tokio::task::spawn_blocking(load).await.context("The files cannot be read")?
}

fn versions(cert: &Path, key: &Path) -> Versions {
    [cert, key].map(FileVersion::of)
}
