//! The value of `--cluster`: where the log is.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use url::Url;

/// The port of a Sentinel, where the address names none.
const SENTINEL_PORT: u16 = 26379;
/// What names the keys of a cluster, where the address says nothing.
const PREFIX: &str = "switchboard";

/// Where the log is. `Debug` prints no password.
///
/// - `redis://[USER:PASSWORD@]HOST[:PORT][/DB]`, and `rediss://…` with TLS;
/// - `redis+sentinel://[USER:PASSWORD@]HOST[:PORT],HOST[:PORT]/SERVICE[/DB]`, and `rediss+sentinel://…`, whose user and
///   password are those of Redis, and of the Sentinels unless `?sentinel-password=` differs.
///
/// `?prefix=NAME` separates clusters that share a Redis.
#[derive(Clone, PartialEq, Eq)]
pub struct LogAddress {
    /// The server, or its Sentinels.
    pub server: LogServer,
    /// What the names of all keys begin with.
    pub prefix: String,
}

/// Where Redis or Valkey is.
#[derive(Clone, PartialEq, Eq)]
pub enum LogServer {
    /// At this URL.
    Direct(String),
    /// Where Sentinels say.
    Sentinel {
        /// The URLs of the Sentinels.
        sentinels: Vec<String>,
        /// The name of the service.
        service: String,
        /// The user of Redis.
        user: Option<String>,
        /// The password of Redis.
        password: Option<String>,
        /// The number of the database.
        db: i64,
        /// Whether Redis is reached by TLS.
        tls: bool,
    },
}

/// The value cannot be read. Never holds the value, which may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("it must be redis://HOST:PORT, rediss://HOST:PORT or redis+sentinel://HOST:PORT,HOST:PORT/SERVICE ({0})")]
pub struct InvalidAddress(&'static str);

impl FromStr for LogAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidAddress("it has no scheme"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let parameter = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let known = ["prefix", "sentinel-password"];
        if url::form_urlencoded::parse(query.as_bytes()).any(|(key, _)| !known.contains(&&*key)) {
            return Err(InvalidAddress("it has an unknown parameter"));
        }
        let prefix = parameter("prefix").unwrap_or_else(|| PREFIX.to_owned());
        let server = match scheme {
            "redis" | "rediss" => {
                let url = format!("{scheme}://{rest}");
                let parsed = Url::parse(&url).map_err(|_| InvalidAddress("its host or port cannot be read"))?;
                if parsed.host_str().unwrap_or_default().is_empty() {
                    return Err(InvalidAddress("it has no host"));
                }
                LogServer::Direct(url)
            }
            "redis+sentinel" | "rediss+sentinel" => {
                sentinel(rest, scheme.starts_with("rediss"), parameter("sentinel-password"))?
            }
            _ => return Err(InvalidAddress("its scheme is unknown")),
        };
        Ok(Self { server, prefix })
    }
}

fn sentinel(rest: &str, tls: bool, sentinel_password: Option<String>) -> Result<LogServer, InvalidAddress> {
    let (credentials, rest) = rest.rsplit_once('@').map_or((None, rest), |(before, rest)| (Some(before), rest));
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (user, password) = match credentials.map(|text| text.split_once(':').unwrap_or(("", text))) {
        Some((user, password)) => (Some(user).filter(|user| !user.is_empty()).map(decode), Some(decode(password))),
        None => (None, None),
    };
    let mut parts = rest.split('/');
    let hosts = parts.next().unwrap_or_default();
    let service = parts.next().filter(|service| !service.is_empty());
    let service = service.ok_or(InvalidAddress("it names no service of the Sentinels"))?.to_owned();
    let db = match parts.next().filter(|db| !db.is_empty()) {
        Some(db) => db.parse().map_err(|_| InvalidAddress("its database is no number"))?,
        None => 0,
    };
    let of_sentinels = sentinel_password.or_else(|| password.clone());
    let sentinels = hosts.split(',').map(|host| {
        let scheme = if tls { "rediss" } else { "redis" };
        let mut url = Url::parse(&format!("{scheme}://{host}")).map_err(|_| InvalidAddress("a host cannot be read"))?;
        if url.host_str().unwrap_or_default().is_empty() {
            return Err(InvalidAddress("a host is empty"));
        }
        let port = url.port().unwrap_or(SENTINEL_PORT);
        let set = url.set_port(Some(port)).and_then(|()| url.set_password(of_sentinels.as_deref()));
        set.map_err(|()| InvalidAddress("a host cannot be read"))?;
        Ok(url.to_string())
    });
    let sentinels = sentinels.collect::<Result<_, _>>()?;
    Ok(LogServer::Sentinel { sentinels, service, user, password, db, tls })
}

impl fmt::Debug for LogAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogAddress(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_of_one_server_is_passed_on() {
        let address: LogAddress = "rediss://user:pass@redis.example:6380/2?prefix=calls".parse().expect("an address");
        assert!(address.server == LogServer::Direct("rediss://user:pass@redis.example:6380/2".to_owned()));
        assert_eq!(address.prefix, "calls");
        assert!(!format!("{address:?}").contains("pass@"));
    }

    #[test]
    fn address_of_sentinels_names_their_service() {
        let text = "redis+sentinel://:p%40ss@one.example,two.example:5000/main/3?sentinel-password=other";
        let address: LogAddress = text.parse().expect("an address");
        let expected = LogServer::Sentinel {
            sentinels: vec![
                "redis://:other@one.example:26379".to_owned(),
                "redis://:other@two.example:5000".to_owned(),
            ],
            service: "main".to_owned(),
            user: None,
            password: Some("p@ss".to_owned()),
            db: 3,
            tls: false,
        };
        assert!(address.server == expected);
        assert_eq!(address.prefix, "switchboard");
    }

    #[test]
    fn address_that_cannot_be_meant_is_rejected_without_its_password() {
        for text in ["", "host:6379", "http://host", "redis://", "redis+sentinel://host", "redis://:secret@h?prefx=a"] {
            let error = text.parse::<LogAddress>().expect_err(text);
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
