//! Checks the credentials of clients that connect.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use subtle::ConstantTimeEq;
use tokio::sync::Notify;

use super::asker::Asker;
use super::claims::Claims;
use super::client_addr::ClientAddr;
use super::credentials::Credentials;
use super::hook::AuthHook;
use super::identity::Identity;
use super::throttle::{AuthThrottle, ThrottleOptions, Verdict};
use super::tokens::Tokens;
use crate::net::changing::Changing;
use crate::protocol::refusal::{Code, Refusal};

/// Checks passwords and tokens. Cheap to clone; all clones count wrong ones together, and change together.
#[derive(Clone)]
pub struct Authenticator {
    method: Changing<AuthMethod>,
    /// That the method is another one.
    changed: Arc<Notify>,
    throttle: Arc<Mutex<AuthThrottle>>,
}

/// What a client needs to connect.
#[derive(Clone, PartialEq)]
pub enum AuthMethod {
    /// Nothing.
    Anybody,
    /// The password that all clients share. Names are claims.
    Password(Arc<str>),
    /// A token, which proves the client's name.
    Token(Arc<Tokens>),
    /// What a back end says.
    Hook(Arc<AuthHook>),
}

/// Why a client may not connect.
#[derive(Debug, Clone)]
pub struct AuthError {
    /// `wrong-password`, `wrong-token`, `not-admitted`, `too-large` for a name that is too long, or `unavailable`.
    pub refusal: Refusal,
    /// How long to wait before the server sends the refusal.
    pub wait: Duration,
}

impl From<Refusal> for AuthError {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, wait: Duration::ZERO }
    }
}

impl Authenticator {
    /// An authenticator that has counted no wrong credentials yet.
    pub fn new(method: AuthMethod, options: ThrottleOptions) -> Self {
        let throttle = Arc::new(Mutex::new(AuthThrottle::new(options)));
        Self { method: Changing::new(method), changed: Arc::default(), throttle }
    }

    /// An authenticator with another method that counts wrong credentials together with this one.
    pub fn with_method(&self, method: AuthMethod) -> Self {
        Self { method: Changing::new(method), changed: Arc::default(), throttle: self.throttle.clone() }
    }

    /// What a client needs now.
    pub fn method(&self) -> AuthMethod {
        self.method.get()
    }

    /// Whether both ask for the same.
    pub(crate) fn has_method_of(&self, other: &Self) -> bool {
        self.method.with(|method| *method == other.method())
    }

    /// Asks for what the other one does, from now on. What is the same already stays, with the keys that it has fetched, and
    /// looks at its source again.
    pub(crate) fn take_method_of(&self, other: &Self) {
        if self.has_method_of(other) {
            self.method.with(AuthMethod::refresh);
        } else {
            self.method.set(other.method());
            self.changed.notify_one();
        }
    }

    /// Keeps current what the method needs, until the future is dropped.
    pub(crate) async fn keep_current(self) {
        loop {
            let method = self.method();
            tokio::select! {
                () = method.keep_current() => {}
                () = self.changed.notified() => {}
            }
        }
    }

    /// Identifies a client by the name that is proven, or else by the name that it claims.
    ///
    /// # Errors
    /// As [`Authenticator::check`]; and `too-large` for a name, lobby or session that is too long.
    pub async fn admit(&self, asker: &Asker<'_>, given: &Credentials) -> Result<Identity, AuthError> {
        let claims = self.check(asker, given).await?;
        Ok(Identity::new(given, claims)?)
    }

    /// Checks the password or token, or asks the back end. Returns what is proven of the client.
    ///
    /// # Errors
    /// `wrong-password`, `wrong-token`, `not-admitted`, `unavailable`.
    pub async fn check(&self, asker: &Asker<'_>, given: &Credentials) -> Result<Option<Claims>, AuthError> {
        let checked = match self.method() {
            AuthMethod::Anybody => Ok(None),
            AuthMethod::Password(password) => check_password(&password, given.password.as_deref()).map(|()| None),
            AuthMethod::Token(tokens) => tokens.read(given.token.as_deref()).await.map(Some),
            AuthMethod::Hook(hook) => hook.ask(asker, given).await.map(Some),
        };
        checked.map_err(|refusal| match refusal.code {
            // Not a fault of the client.
            Code::Unavailable => refusal.into(),
            _ => self.wrong(asker.client_addr, refusal),
        })
    }

    /// Counts wrong credentials. Returns how they are rejected.
    fn wrong(&self, client_addr: ClientAddr, refusal: Refusal) -> AuthError {
        match self.throttle.lock().wrong(client_addr.network(), Instant::now()) {
            Verdict::Wait(wait) => AuthError { refusal, wait },
            Verdict::Crowded => {
                let sentence = "Too many wrong passwords or tokens from your address: try again in a minute.";
                AuthError { refusal: Refusal::new(refusal.code, sentence), wait: Duration::ZERO }
            }
        }
    }
}

impl AuthMethod {
    async fn keep_current(&self) {
        match self {
            Self::Token(tokens) => tokens.keep_current().await,
            Self::Anybody | Self::Password(_) | Self::Hook(_) => std::future::pending().await,
        }
    }

    fn refresh(&self) {
        if let Self::Token(tokens) = self {
            tokens.refresh();
        }
    }
}

fn check_password(password: &str, given: Option<&str>) -> Result<(), Refusal> {
    // Compared in constant time: the time must not reveal how much of it was right.
    if given.unwrap_or_default().as_bytes().ct_eq(password.as_bytes()).into() {
        return Ok(());
    }
    let sentence = "Wrong password: send the server's password as \"password\" (the course's is \"x\").";
    Err(Refusal::new(Code::WrongPassword, sentence))
}
