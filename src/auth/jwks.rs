//! The keys that an issuer of tokens publishes (`--jwt-jwks`), kept current: issuers replace their keys.
//!
//! A URL is asked again as often as its reply says, and when a token names a key that is not known: at most once in ten
//! seconds, whatever clients send. A file is read again when it changes. What cannot be fetched or read leaves the keys
//! as they are.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use jsonwebtoken::Algorithm;
use parking_lot::RwLock;
use tokio::sync::{Mutex, Notify, OwnedMutexGuard};
use tokio::time::{sleep, timeout};
use url::Url;

use super::key_set::{Found, KeySet};
use crate::file_version::FileVersion;
use crate::metrics::totals::{KEYS_FETCHED, KEYS_NOT_FETCHED};
use crate::net::http_client::{HttpClient, is_loopback};
use crate::traces::span::Span;

/// Largest document, in bytes.
pub const MAX_DOCUMENT: usize = 256 * 1024;
/// How long a URL may take to reply.
const FETCH_TIME: Duration = Duration::from_secs(3);
/// The shortest time between two requests that follow from tokens.
pub const AT_MOST_EVERY: Duration = Duration::from_secs(10);
/// When a URL is asked again that does not say how long its reply holds,
pub const USUAL: Duration = Duration::from_secs(600);
/// and within which bounds it may say so.
pub const SHORTEST: Duration = Duration::from_secs(60);
/// The longest time.
pub const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// When a URL is asked again that could not be reached.
const AFTER_FAILURE: Duration = Duration::from_secs(30);
/// How often the server looks whether a file has changed.
const LOOK: Duration = Duration::from_secs(1);

/// The keys, and where they come from. Cheap to clone.
#[derive(Clone)]
pub struct Jwks(Arc<Shared>);

struct Shared {
    source: Source,
    keys: RwLock<Arc<KeySet>>,
    /// When the URL was last asked because of a token. Locked while it is asked.
    asked: Arc<Mutex<Option<Instant>>>,
    /// That the keys are to be looked at again now.
    refresh: Notify,
}

enum Source {
    Url(Box<HttpClient>),
    File(PathBuf),
}

impl PartialEq for Jwks {
    /// Whether both have the same source, and for files the same keys.
    fn eq(&self, other: &Self) -> bool {
        match (&self.0.source, &other.0.source) {
            (Source::Url(one), Source::Url(other)) => one.url() == other.url(),
            (Source::File(one), Source::File(file)) => one == file && self.keys() == other.keys(),
            _ => false,
        }
    }
}

impl Jwks {
    /// The keys of a URL, which are fetched later, or of a file, which is read now.
    ///
    /// # Errors
    /// A URL that others could reply to, a file that cannot be read or holds no keys.
    pub fn open(source: &str) -> Result<Self> {
        if !source.contains("://") {
            let file = PathBuf::from(source);
            let keys = Arc::new(read(&file)?);
            return Ok(Self::new(Source::File(file), keys));
        }
        let url: Url = source.parse().with_context(|| format!("--jwt-jwks {source} cannot be read as a URL"))?;
        if url.scheme() == "http" && !is_loopback(&url) {
            bail!(
                "--jwt-jwks {source} is http: who can change the keys on their way here signs tokens of their own. Use \
                 https; http only for localhost."
            );
        }
        match HttpClient::new(&url) {
            Ok(client) => Ok(Self::new(Source::Url(Box::new(client)), Arc::default())),
            // A password in the URL is not repeated.
            Err(why) => bail!("The URL of --jwt-jwks cannot be used: {why}."),
        }
    }

    fn new(source: Source, keys: Arc<KeySet>) -> Self {
        Self(Arc::new(Shared { source, keys: RwLock::new(keys), asked: Arc::default(), refresh: Notify::new() }))
    }

    /// The keys now.
    fn keys(&self) -> Arc<KeySet> {
        self.0.keys.read().clone()
    }

    /// The keys in which a token's own may be found: those of now, or, if the token names one that is not among them, those
    /// that the source has now.
    pub async fn keys_for(&self, id: Option<&str>, algorithm: Algorithm) -> Arc<KeySet> {
        let keys = self.keys();
        if keys.is_empty() || matches!(keys.find(id, algorithm), Found::Unknown) {
            self.ask(&keys).await;
            return self.keys();
        }
        keys
    }

    /// Looks at the source again soon.
    pub fn refresh(&self) {
        self.0.refresh.notify_one();
    }

    /// Keeps the keys current until the future is dropped.
    pub async fn keep_current(&self) {
        match &self.0.source {
            Source::Url(_) => loop {
                let turn = self.0.asked.clone().lock_owned().await;
                let next = self.fetch_now(turn).await;
                tokio::select! {
                    () = sleep(next) => {}
                    () = self.0.refresh.notified() => {}
                }
            },
            Source::File(file) => self.watch(file).await,
        }
    }

    /// Asks the URL, unless that was done since these keys, or a moment ago.
    async fn ask(&self, known: &Arc<KeySet>) {
        if let Source::File(_) = self.0.source {
            return;
        }
        let mut turn = self.0.asked.clone().lock_owned().await;
        let is_recent = turn.is_some_and(|then| then.elapsed() < AT_MOST_EVERY);
        if !is_recent && Arc::ptr_eq(known, &self.keys()) {
            *turn = Some(Instant::now());
            self.fetch_now(turn).await;
        }
    }

    /// Asks the URL in a task: a client that leaves meanwhile does not end it. Returns when to ask next.
    async fn fetch_now(&self, turn: OwnedMutexGuard<Option<Instant>>) -> Duration {
        let this = self.clone();
        let fetching = tokio::spawn(async move {
            let fetched = this.fetch().await;
            let next = match fetched {
                Ok((keys, next)) => {
                    this.take(keys);
                    KEYS_FETCHED.add(1);
                    next
                }
                Err(error) => {
                    KEYS_NOT_FETCHED.add(1);
                    let kept = this.keys().len();
                    tracing::warn!(kept, "the keys of --jwt-jwks cannot be fetched, and the last ones hold: {error:#}");
                    AFTER_FAILURE
                }
            };
            drop(turn);
            next
        });
        fetching.await.unwrap_or(AFTER_FAILURE)
    }

    async fn fetch(&self) -> Result<(KeySet, Duration)> {
        let Source::Url(client) = &self.0.source else { bail!("a file is not fetched") };
        // Its issuer is no part of this system: it is sent no trace.
        let span = Span::question("jwt-jwks", "GET", client.url());
        let fetched = Self::fetch_from(client, &span).await;
        match fetched {
            Ok(_) => span.outcome("fetched"),
            Err(_) => span.failed("failed"),
        }
        fetched
    }

    async fn fetch_from(client: &HttpClient, span: &Span) -> Result<(KeySet, Duration)> {
        let mut headers = HeaderMap::new();
        let wanted = HeaderValue::from_static("application/jwk-set+json, application/json");
        headers.insert(header::ACCEPT, wanted);
        let sent = timeout(FETCH_TIME, client.send(Method::GET, &headers, &Bytes::new(), MAX_DOCUMENT)).await;
        let reply = sent.with_context(|| format!("no reply within {} s", FETCH_TIME.as_secs()))??;
        span.status(reply.status);
        if reply.status != StatusCode::OK {
            bail!("the reply is {}", reply.status);
        }
        Ok((parsed(&reply.body)?, next(&reply.headers)))
    }

    /// Replaces the keys, and says so where they are others.
    fn take(&self, keys: KeySet) {
        let mut held = self.0.keys.write();
        if **held != keys {
            tracing::info!(keys = keys.len(), "the keys of --jwt-jwks are others now");
        }
        *held = Arc::new(keys);
    }

    /// Reads the file again after each change, and when it is asked to.
    async fn watch(&self, file: &Path) {
        let mut read_last = FileVersion::of(file);
        let mut seen = read_last;
        loop {
            let is_asked = tokio::select! {
                () = sleep(LOOK) => false,
                () = self.0.refresh.notified() => true,
            };
            let now = FileVersion::of(file);
            // Another program may still be writing it.
            let is_settled = now == seen;
            seen = now;
            if !is_asked && (!is_settled || now == read_last) {
                continue;
            }
            read_last = now;
            let path = file.to_owned();
            let keys = tokio::task::spawn_blocking(move || read(&path)).await.context("It cannot be read").flatten();
            match keys {
                Ok(keys) => self.take(keys),
                Err(error) => tracing::warn!("the changed file is not used, and the last keys hold: {error:#}"),
            }
        }
    }
}

fn read(file: &Path) -> Result<KeySet> {
    let name = file.display();
    let metadata = std::fs::metadata(file).with_context(|| format!("The file {name} of --jwt-jwks cannot be read"))?;
    if metadata.len() > MAX_DOCUMENT as u64 {
        bail!("The file {name} of --jwt-jwks has more than {} KiB.", MAX_DOCUMENT / 1024);
    }
    let bytes = std::fs::read(file).with_context(|| format!("The file {name} of --jwt-jwks cannot be read"))?;
    parsed(&bytes).with_context(|| format!("The file {name} of --jwt-jwks cannot be used"))
}

fn parsed(document: &[u8]) -> Result<KeySet> {
    let (keys, left_out) = KeySet::parse(document)?;
    if left_out > 0 {
        tracing::debug!(left_out, "some keys of --jwt-jwks are of no use for tokens");
    }
    Ok(keys)
}

/// For how long a reply holds (RFC 9111, section 5.2.2), within bounds.
fn next(headers: &HeaderMap) -> Duration {
    let words = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = words.flat_map(|value| value.split(',')).map(str::trim);
    let said = directives.find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        name.eq_ignore_ascii_case("max-age").then(|| value.trim_matches('"').parse::<u64>().ok())?
    });
    said.map_or(USUAL, Duration::from_secs).clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reply_holds_as_long_as_it_says_within_bounds() {
        for (value, seconds) in [
            ("public, max-age=3600", 3600),
            ("Max-Age=\"120\"", 120),
            ("max-age=1", 60),
            ("max-age=0, must-revalidate", 60),
            ("max-age=99999999", 86_400),
            ("max-age=99999999999999999999", 600),
            ("no-store", 600),
            ("s-maxage=90", 600),
        ] {
            let headers = HeaderMap::from_iter([(header::CACHE_CONTROL, HeaderValue::from_static(value))]);
            assert_eq!(next(&headers).as_secs(), seconds, "{value}");
        }
        assert_eq!(next(&HeaderMap::new()), USUAL);
    }

    #[test]
    fn url_that_others_could_reply_to_is_refused() {
        for source in [
            "http://keys.example/jwks.json",
            "http://10.0.0.1/",
            "ftp://localhost/",
            "https://amy:secret@keys.example/",
            "https://",
        ] {
            let error = Jwks::open(source).err().unwrap_or_else(|| panic!("{source}"));
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert!(Jwks::open("http://localhost:8080/keys").is_ok());
        assert!(Jwks::open("https://keys.example/keys").is_ok());
    }
}
