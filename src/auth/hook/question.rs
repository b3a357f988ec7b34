//! One question to the back end: what is asked, and what comes of it.

use std::time::Instant;

use anyhow::{Result, bail};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::{timeout, timeout_at};

use super::answer::{self, Decision};
use super::breaker::Breaker;
use super::memory::{MAX_KEPT, Memory, Question};
use super::options::HookOptions;
use super::places::Places;
use crate::auth::asker::Asker;
use crate::auth::claims::Claims;
use crate::auth::credentials::Credentials;
use crate::auth::tokens::MAX_TOKEN;
use crate::metrics::hook::{self as counts, Outcome};
use crate::net::http_client::HttpClient;
use crate::protocol::name::{Lobby, UserName};
use crate::protocol::refusal::{Code, Refusal};
use crate::traces::span::Span;

/// Largest answer, in bytes.
pub const MAX_ANSWER: usize = 64 * 1024;
/// When a client may connect again,
const RETRY: std::time::Duration = std::time::Duration::from_secs(2);
/// and the sentence that it receives.
const UNAVAILABLE: &str = "The service that decides who may connect does not answer: try again in a moment.";

/// The back end.
pub struct AuthHook {
    options: HookOptions,
    client: HttpClient,
    headers: HeaderMap,
    places: Places,
    calls: Semaphore,
    breaker: Mutex<Breaker>,
    memory: Mutex<Memory>,
}

/// The body of a request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    service: &'a str,
    token: Option<&'a str>,
    user_name: Option<&'a str>,
    lobby: Option<&'a str>,
    address: String,
    origin: Option<&'a str>,
}

impl PartialEq for AuthHook {
    /// Whether both ask the same back end in the same way.
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (&self.options, &other.options);
        one.url == other.url && one.secret == other.secret && one.timeout == other.timeout
    }
}

impl AuthHook {
    /// A back end that has not been asked yet.
    ///
    /// # Errors
    /// A URL that cannot be asked, a secret that no header can hold.
    pub fn new(options: HookOptions) -> Result<Self> {
        let client = match HttpClient::new(&options.url) {
            Ok(client) => client,
            Err(why) => bail!("The URL of --auth-hook cannot be used: {why}."),
        };
        let json = HeaderValue::from_static("application/json");
        let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json.clone()), (header::ACCEPT, json)]);
        if let Some(secret) = &options.secret {
            let Ok(mut value) = HeaderValue::try_from(format!("Bearer {secret}")) else {
                bail!("The secret of --auth-hook-secret cannot be sent: it holds a line break or the like.");
            };
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        let limits = &options.limits;
        Ok(Self {
            client,
            headers,
            places: Places::new(limits),
            calls: Semaphore::new(limits.calls),
            breaker: Mutex::new(Breaker::new(limits.failures, limits.pause)),
            memory: Mutex::new(Memory::new()),
            options,
        })
    }

    /// What the back end says of a client.
    ///
    /// # Errors
    /// `not-admitted` with its sentence; `wrong-token` or `too-large` for what is too long to be asked about; `unavailable` if it does not say.
    pub async fn ask(&self, asker: &Asker<'_>, given: &Credentials) -> Result<Claims, Refusal> {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (token, name, lobby) = (said(&given.token), said(&given.user_name), said(&given.lobby));
        if token.as_ref().is_some_and(|token| token.len() > MAX_TOKEN) {
            return Err(Refusal::new(Code::WrongToken, "The token is too long."));
        }
        name.as_deref().map(UserName::new).transpose()?;
        lobby.as_deref().map(Lobby::new).transpose()?;
        let body = Body {
            service: asker.service,
            token: token.as_deref(),
            user_name: name.as_deref(),
            lobby: lobby.as_deref(),
            address: asker.client_addr.address().to_string(),
            origin: asker.origin,
        };
        let (service, address) = (Some(body.service), Some(body.address.as_str()));
        let question = Question::of(&[service, address, body.token, body.user_name, body.lobby, body.origin]);
        let kept = self.memory.lock().find(&question, Instant::now());
        if let Some(claims) = kept {
            return Ok(claims);
        }
        let Some(_place) = self.places.take(asker.client_addr.network()) else { return Err(busy()) };
        // A question that waits for so long that little time is left for the answer would blame the back end for it.
        let asked = Instant::now();
        let Ok(_turn) = timeout(self.options.timeout / 2, self.calls.acquire()).await else { return Err(busy()) };
        let question = body.token.is_some().then_some(question);
        self.call(&body, question, asked).await
    }

    async fn call(&self, body: &Body<'_>, question: Option<Question>, asked: Instant) -> Result<Claims, Refusal> {
        if let Err(wait) = self.breaker.lock().admit(Instant::now()) {
            counts::count(Outcome::Open);
            return Err(Refusal::unavailable_for(UNAVAILABLE, wait.max(RETRY)));
        }
        let trial = Trial { hook: self, is_decided: false };
        let start = Instant::now();
        let bytes = Bytes::from(serde_json::to_vec(body).unwrap_or_default());
        let span = Span::question("auth-hook", "POST", self.client.url());
        let headers = span.headers(&self.headers);
        let sending = self.client.send(Method::POST, &headers, &bytes, MAX_ANSWER);
        let reply = match timeout_at((asked + self.options.timeout).into(), sending).await {
            Ok(reply) => reply.map_err(|error| error.to_string()),
            Err(_) => {
                span.failed("timed-out");
                trial.failed("it did not answer in time");
                counts::count(Outcome::TimedOut);
                return Err(Refusal::unavailable_for(UNAVAILABLE, RETRY));
            }
        };
        if let Ok(reply) = &reply {
            span.status(reply.status);
        }
        match reply.and_then(|reply| Ok((answer::read(&reply)?, reply.body.len()))) {
            Ok((Decision::Admit(claims), size)) => {
                span.outcome("admitted");
                trial.answered(start);
                counts::count(Outcome::Admitted);
                if let (Some(question), Some(ttl)) = (question, claims.ttl)
                    && size <= MAX_KEPT
                {
                    self.memory.lock().keep(question, claims.clone(), ttl, Instant::now());
                }
                Ok(claims)
            }
            Ok((Decision::Refuse(sentence), _)) => {
                span.outcome("refused");
                trial.answered(start);
                counts::count(Outcome::Refused);
                Err(Refusal::new(Code::NotAdmitted, sentence))
            }
            Err(why) => {
                span.failed("failed");
                trial.failed(&why);
                counts::count(Outcome::Failed);
                Err(Refusal::unavailable_for(UNAVAILABLE, RETRY))
            }
        }
    }
}

fn busy() -> Refusal {
    counts::count(Outcome::Busy);
    Refusal::unavailable_for(UNAVAILABLE, RETRY)
}

/// A request that is under way. Dropped when its client leaves: that says nothing of the back end.
struct Trial<'a> {
    hook: &'a AuthHook,
    is_decided: bool,
}

impl Trial<'_> {
    fn answered(mut self, start: Instant) {
        self.is_decided = true;
        counts::record(start.elapsed());
        let mut breaker = self.hook.breaker.lock();
        if breaker.answered() {
            tracing::info!("the back end of --auth-hook answers again");
        }
        counts::set_open(breaker.is_open());
    }

    fn failed(mut self, why: &str) {
        self.is_decided = true;
        let mut breaker = self.hook.breaker.lock();
        let times = breaker.failed(Instant::now());
        counts::set_open(breaker.is_open());
        // As often as other lines that clients can bring about.
        if times.is_power_of_two() {
            tracing::warn!(times, "the back end of --auth-hook cannot be asked: {why}");
        }
        if times == self.hook.options.limits.failures {
            let pause = self.hook.options.limits.pause;
            tracing::warn!(?pause, "the back end of --auth-hook has failed {times} times in a row, and is not asked");
        }
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if !self.is_decided {
            self.hook.breaker.lock().abandoned();
        }
    }
}
