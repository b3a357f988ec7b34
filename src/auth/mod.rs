//! Who may come in, and under which name: the same at every door.

pub mod client_addr;
pub mod rate_limiter;
pub mod throttle;
pub mod tokens;
pub mod verifier;

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq;

use self::client_addr::ClientAddr;
use self::throttle::{AuthThrottle, Verdict};
use self::tokens::{Claims, Tokens};
use crate::hub;
use crate::protocol::name::{Lobby, Session, UserName};
use crate::protocol::refusal::{Code, Refusal};

/// The one who looks at passwords and tokens. Cheap to clone; all clones count wrong ones together.
#[derive(Clone)]
pub struct Authenticator {
    rule: AuthMethod,
    throttle: Arc<Mutex<AuthThrottle>>,
}

/// What lets somebody in.
#[derive(Clone)]
pub enum AuthMethod {
    /// Nothing is asked for.
    Anybody,
    /// This password, which all share. Names are claims.
    Password(Arc<str>),
    /// A token. It says who its bearer is.
    Token(Arc<Tokens>),
}

/// What somebody shows and says who wants to come in.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Credentials {
    /// What it calls itself.
    #[serde(alias = "username")]
    pub user_name: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// The token.
    pub token: Option<String>,
    /// Whose offers and rooms it wants to see.
    pub lobby: Option<String>,
    /// Which load of a page it is.
    pub session: Option<String>,
}

/// What a connection is known by.
#[derive(Debug, Clone)]
pub struct Identity {
    /// What its person is called.
    pub name: UserName,
    /// Whose offers and rooms it sees.
    pub lobby: Lobby,
    /// Which load of a page it is, if it says so.
    pub session: Option<Session>,
    /// That it said something else than its token does, which did not count.
    pub remark: Option<Refusal>,
}

/// Why somebody is not let in.
#[derive(Debug, Clone)]
pub struct AuthError {
    /// The reason: `wrong-password`, `wrong-token`, or that a name is too long.
    pub refusal: Refusal,
    /// How long to wait before it is told.
    pub wait: Duration,
}

impl From<Refusal> for AuthError {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, wait: Duration::ZERO }
    }
}

impl Authenticator {
    /// A gate at which nobody has been yet.
    pub fn new(rule: AuthMethod, options: throttle::ThrottleOptions) -> Self {
        Self { rule, throttle: Arc::new(Mutex::new(AuthThrottle::new(options))) }
    }

    /// The same gate with another rule: wrong ones are counted together.
    pub fn with_rule(&self, rule: AuthMethod) -> Self {
        Self { rule, throttle: self.throttle.clone() }
    }

    /// Lets somebody in, under the name that is proven or claimed.
    ///
    /// # Errors
    /// As [`Authenticator::check`]; and `too-large` for a name, lobby or session that is too long.
    pub fn admit(&self, client_addr: ClientAddr, given: &Credentials) -> Result<Identity, AuthError> {
        let proof = self.check(client_addr, given)?;
        Ok(Identity::new(given, proof)?)
    }

    /// Looks at password or token; a token proves something.
    ///
    /// # Errors
    /// `wrong-password`, `wrong-token`.
    pub fn check(&self, client_addr: ClientAddr, given: &Credentials) -> Result<Option<Claims>, AuthError> {
        let checked = match &self.rule {
            AuthMethod::Anybody => Ok(None),
            AuthMethod::Password(password) => check_password(password, given.password.as_deref()).map(|()| None),
            AuthMethod::Token(tokens) => tokens.read(given.token.as_deref()).map(Some),
        };
        checked.map_err(|refusal| match self.throttle.lock().wrong(client_addr.network(), Instant::now()) {
            Verdict::Wait(wait) => AuthError { refusal, wait },
            Verdict::Crowded => {
                let sentence = "Too many wrong passwords or tokens from your address: try again in a minute.";
                AuthError { refusal: Refusal::new(refusal.code, sentence), wait: Duration::ZERO }
            }
        })
    }
}

fn check_password(password: &str, given: Option<&str>) -> Result<(), Refusal> {
    // Compared in constant time: how long it takes must not tell how much of it was right.
    if given.unwrap_or_default().as_bytes().ct_eq(password.as_bytes()).into() {
        return Ok(());
    }
    let sentence = "Wrong password: send the server's password as \"password\" (the course's is \"x\").";
    Err(Refusal::new(Code::WrongPassword, sentence))
}

impl Credentials {
    /// Reads the `auth` of a Socket.IO CONNECT; `username`, `passWord` and `jwt` are understood as well.
    pub fn from_auth(auth: &Value) -> Self {
        Self {
            user_name: text(auth, &["userName", "username"]),
            password: text(auth, &["password", "passWord"]),
            token: text(auth, &["token", "jwt"]),
            lobby: text(auth, &["lobby"]),
            session: text(auth, &["session"]),
        }
    }
}

impl Identity {
    /// What is proven counts, and else what was said; who does not say its name gets one.
    fn new(given: &Credentials, proof: Option<Claims>) -> Result<Self, Refusal> {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (mut name, mut lobby) = (said(&given.user_name), said(&given.lobby));
        let mut remark = None;
        if let Some(proof) = proof {
            let differs = |said: &Option<String>, proven: &str| said.as_ref().is_some_and(|said| said != proven);
            if differs(&name, &proof.name) || proof.lobby.as_ref().is_some_and(|proven| differs(&lobby, proven)) {
                let sentence = "You are known by the name and lobby of your token: what else was sent does not count.";
                remark = Some(Refusal::new(Code::BadPayload, sentence));
            }
            name = Some(proof.name);
            lobby = proof.lobby.or(lobby);
        }
        let name = match name {
            Some(name) => UserName::new(&name)?,
            None => UserName::new(&format!("guest-{:04X}", hub::random() & 0xFFFF))?,
        };
        let session = said(&given.session).as_deref().map(Session::new).transpose()?;
        Ok(Self { name, lobby: Lobby::new(&lobby.unwrap_or_default())?, session, remark })
    }
}

/// The first of these keys of an object that holds a text, or a number as pages with numbered users send.
fn text(object: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match &object[*key] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}
