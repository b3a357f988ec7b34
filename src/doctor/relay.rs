//! STUN and TURN: the ICE servers that the server gives to browsers, each tried as a browser does.

use std::net::{Ipv4Addr, SocketAddr};

use serde::Deserialize;
use switchboard_turn::client::{Client, ClientError, binding};
use tokio_util::either::Either;

use super::client::{PATIENCE, Target, tcp, within};
use super::report::{Finding, Status};
use super::tls::{self, Roots};

/// Peers that no relay for strangers may reach: this machine's loopback, and the metadata service of a cloud.
const FORBIDDEN: [Ipv4Addr; 2] = [Ipv4Addr::LOCALHOST, Ipv4Addr::new(169, 254, 169, 254)];
/// What is relayed.
const PAYLOAD: &[u8] = b"switchboard doctor";
/// Most URLs that are tried. A browser warns of more than four.
const MAX_URLS: usize = 8;

/// The reply of `/api/ice-servers`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    ice_servers: Vec<IceServer>,
}

#[derive(Deserialize)]
struct IceServer {
    urls: Vec<String>,
    username: Option<String>,
    credential: Option<String>,
}

/// An ICE server's URL (RFC 7064, RFC 7065).
#[derive(Debug, PartialEq, Eq)]
struct IceUrl {
    is_relay: bool,
    is_secure: bool,
    is_tcp: bool,
    host: String,
    port: u16,
}

/// Looks at the ICE servers that this server lists for a client with this password or token. A server for more than one
/// network (`is_public`) needs some.
pub(super) async fn look(target: &Target, secret: &str, is_public: bool, roots: &Roots) -> Vec<Finding> {
    let servers = match list(target, secret).await {
        Ok(servers) => servers,
        Err(finding) => return vec![finding],
    };
    let urls: usize = servers.iter().map(|server| server.urls.len()).sum();
    if urls == 0 {
        let sentence = "The server lists none: calls connect within one network, and between networks only sometimes; \
                        start it with --turn for those.";
        let status = if is_public { Status::Warning } else { Status::Ok };
        return vec![Finding { status, check: "ICE servers", sentence: sentence.to_owned() }];
    }
    let mut findings = vec![Finding::ok("ICE servers", format!("The server lists {urls} URLs."))];
    let pairs = servers.iter().flat_map(|server| server.urls.iter().map(move |url| (server, url)));
    let mut has_relay = false;
    for (server, text) in pairs.take(MAX_URLS) {
        let Some(url) = IceUrl::parse(text) else {
            findings
                .push(Finding::problem("ICE servers", format!("{text} is not the URL of an ICE server: correct it.")));
            continue;
        };
        let check = url.check();
        let tried = within("answer", url.try_out(server, roots)).await;
        findings.push(match tried.unwrap_or_else(|why| Err(format!("{why} from {text}: {}", url.cure()))) {
            Ok(sentence) => {
                has_relay |= url.is_relay;
                Finding { status: Status::Ok, check, sentence: format!("{text}: {sentence}") }
            }
            Err(why) => Finding::problem(check, why),
        });
    }
    if has_relay {
        let relays = pairs_of_relays(&servers);
        findings.extend(relayed(relays).await);
    }
    findings
}

async fn list(target: &Target, secret: &str) -> Result<Vec<IceServer>, Finding> {
    let authorization = format!("Bearer {secret}");
    let headers: &[(&str, &str)] = if secret.is_empty() { &[] } else { &[("Authorization", &authorization)] };
    let reply = target.get("/api/ice-servers", headers).await;
    let reply = reply.map_err(|why| Finding::problem("ICE servers", format!("{why}: run this again.")))?;
    match reply.status.as_u16() {
        200 => {}
        401 | 403 => {
            let sentence = "The server rejects the password or token: give this command the server's --password, or a \
                            --token.";
            return Err(Finding::skipped("ICE servers", sentence));
        }
        404 => return Err(Finding::skipped("ICE servers", "This version of the server has none.")),
        status => return Err(Finding::problem("ICE servers", format!("The reply is {status}: run this again later."))),
    }
    let list: Result<Reply, _> = serde_json::from_slice(&reply.body);
    list.map(|list| list.ice_servers)
        .map_err(|_| Finding::problem("ICE servers", "The reply is not a list: check what the proxy changes in it."))
}

impl IceUrl {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let (is_relay, is_secure) = match scheme {
            "stun" => (false, false),
            "stuns" => (false, true),
            "turn" => (true, false),
            "turns" => (true, true),
            _ => return None,
        };
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let is_tcp = is_secure || query == "transport=tcp";
        let default = if is_secure { 5349 } else { 3478 };
        let (host, port) = match address.strip_prefix('[').and_then(|address| address.split_once(']')) {
            Some((host, "")) => (host, default),
            Some((host, port)) => (host, port.strip_prefix(':')?.parse().ok()?),
            None => match address.split_once(':') {
                Some((host, port)) => (host, port.parse().ok()?),
                None => (address, default),
            },
        };
        (!host.is_empty()).then(|| Self { is_relay, is_secure, is_tcp, host: host.to_owned(), port })
    }

    fn check(&self) -> &'static str {
        match (self.is_relay, self.is_secure, self.is_tcp) {
            (false, ..) => "STUN",
            (true, true, _) => "TURN by TLS",
            (true, false, true) => "TURN by TCP",
            (true, false, false) => "TURN by UDP",
        }
    }

    fn cure(&self) -> String {
        let transport = if self.is_tcp { "TCP" } else { "UDP" };
        format!("start it, forward {transport} port {} in the router, and allow it in the firewall.", self.port)
    }

    async fn address(&self) -> Result<SocketAddr, String> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let first =
            found.map_err(|error| format!("{} has no address ({error}): enter it in the DNS.", self.host))?.next();
        first.ok_or_else(|| format!("{} has no address: enter it in the DNS.", self.host))
    }

    /// A connection to it, as a client of TURN.
    async fn connect(&self, roots: &Roots) -> Result<Client, String> {
        let address = self.address().await?;
        if !self.is_tcp {
            return Client::udp(address).await.map_err(|error| format!("{error}: {}", self.cure()));
        }
        let stream = tcp(address).await.map_err(|why| format!("{address}: {why}; {}", self.cure()))?;
        if !self.is_secure {
            return Ok(Client::over(Either::<_, tokio::net::TcpStream>::Left(stream), address));
        }
        let (stream, seen) = tls::handshake(stream, &self.host, roots, &[]).await?;
        if let Err(why) = seen.verdict {
            return Err(format!(
                "the certificate is not trusted ({why}), and browsers do not use turns: then: get one by --acme or --cert."
            ));
        }
        Ok(Client::over(stream, address))
    }

    /// Asks for the address by which it sees this machine, or for an allocation.
    async fn try_out(&self, server: &IceServer, roots: &Roots) -> Result<String, String> {
        if !self.is_relay && !self.is_tcp {
            let seen = binding(self.address().await?, PATIENCE).await.map_err(|error| self.explain(&error))?;
            return Ok(format!("it sees this machine as {}.", seen.ip()));
        }
        let mut client = self.connect(roots).await?;
        if !self.is_relay {
            return Ok("it accepts connections.".to_owned());
        }
        let relayed = self.allocate(&mut client, server).await?;
        // A server of the loopback relays there itself, for tests.
        for peer in FORBIDDEN.into_iter().filter(|peer| relayed.ip() != *peer) {
            if client.permit(SocketAddr::new(peer.into(), 9)).await.is_ok() {
                return Err(format!(
                    "it relays to {peer}, so that a caller reaches into the server's own network: forbid it \
                     (--turn-deny-peer; coturn: denied-peer-ip)."
                ));
            }
        }
        Ok(format!("it relays at {relayed}, and not into its own machine."))
    }

    async fn allocate(&self, client: &mut Client, server: &IceServer) -> Result<SocketAddr, String> {
        let (Some(username), Some(credential)) = (&server.username, &server.credential) else {
            return Err("the list has no credentials for it: give --ice-secret.".to_owned());
        };
        client.allocate(username, credential).await.map_err(|error| self.explain(&error))
    }

    fn explain(&self, error: &ClientError) -> String {
        match error.code() {
            Some(401) => {
                "it rejects the credentials: --ice-secret must be its own secret, and both clocks right.".into()
            }
            Some(486) => "this user has too many allocations: wait until they end, or see --turn-max-per-user.".into(),
            Some(508) => "it has no room: see --turn-max-allocations and --turn-ports.".into(),
            Some(_) => format!("{error}: see its log."),
            None => format!("{error}: {}", self.cure()),
        }
    }
}

/// The first relay in the list by UDP, else the first without TLS.
fn pairs_of_relays(servers: &[IceServer]) -> Option<(&IceServer, IceUrl)> {
    let all = || {
        let pairs = servers.iter().flat_map(|server| server.urls.iter().map(move |url| (server, IceUrl::parse(url))));
        pairs.filter_map(|(server, url)| Some((server, url?))).filter(|(_, url)| url.is_relay && !url.is_secure)
    };
    all().find(|(_, url)| !url.is_tcp).or_else(|| all().next())
}

/// Whether a packet passes from one allocation to another, as between two callers who both relay.
async fn relayed(relay: Option<(&IceServer, IceUrl)>) -> Option<Finding> {
    let (server, url) = relay?;
    let passed = within("packet by the relay", async {
        let roots = Roots::none();
        let (mut one, mut other) = (url.connect(&roots).await?, url.connect(&roots).await?);
        let (first, second) = (url.allocate(&mut one, server).await?, url.allocate(&mut other, server).await?);
        let permits = async { one.permit(second).await.and(other.permit(first).await) };
        permits.await.map_err(|error| url.explain(&error))?;
        one.send(second, PAYLOAD).await.map_err(|error| url.explain(&error))?;
        let (_, packet) = other.receive().await.map_err(|error| url.explain(&error))?;
        if packet == PAYLOAD { Ok(()) } else { Err("another packet came than the one that was sent".to_owned()) }
    });
    Some(match passed.await.and_then(|passed| passed) {
        Ok(()) => Finding::ok("relay", "A packet passes from one relayed address to another."),
        Err(why) => Finding::problem(
            "relay",
            format!(
                "No packet passes from one relayed address to another ({why}): allow the UDP ports of --turn-ports in the \
                 firewall, and check --turn-external-ip."
            ),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ice_url_is_parsed_with_its_default_port() {
        let url = |is_relay, is_secure, is_tcp, host: &str, port| {
            Some(IceUrl { is_relay, is_secure, is_tcp, host: host.to_owned(), port })
        };
        for (text, expected) in [
            ("stun:calls.example.org", url(false, false, false, "calls.example.org", 3478)),
            ("turn:192.0.2.7:3479", url(true, false, false, "192.0.2.7", 3479)),
            ("turn:[2001:db8::7]:3478?transport=tcp", url(true, false, true, "2001:db8::7", 3478)),
            ("turn:[2001:db8::7]?transport=udp", url(true, false, false, "2001:db8::7", 3478)),
            ("turns:calls.example.org?transport=tcp", url(true, true, true, "calls.example.org", 5349)),
            ("turn:", None),
            ("turn:host:port", None),
            ("https://calls.example.org", None),
        ] {
            assert_eq!(IceUrl::parse(text), expected, "{text}");
        }
    }
}
