//! What the flags of `reach.rs` mean, and which of them do not go together.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use ipnet::IpNet;
use switchboard_turn::{Limits, PeerPolicy};

use super::access::AccessArgs;
use super::listening::ListeningArgs;
use super::reach::ReachArgs;
use super::secret::Secret;
use crate::http::public_url::PublicUrl;
use crate::ice::ice_url::IceUrl;
use crate::ice::options::{IceOptions, InsideOptions, host};

/// Fewest relay ports. Each of the two peers of a call takes one for each URL and connection.
const MIN_RELAY_PORTS: usize = 16;
/// The longest time for which credentials may be valid: the TURN server refuses any that are valid for twice as long.
const MAX_TTL: Duration = Duration::from_secs(24 * 3600);

impl ReachArgs {
    /// The options of ICE servers.
    ///
    /// # Errors
    /// What cannot be parsed; a relay for everybody; a secret that nothing uses, or none where one is needed.
    pub(super) fn ice(&self, access: &AccessArgs, listening: &ListeningArgs) -> Result<IceOptions> {
        let outside =
            given(&self.ice_server).map(|url| url.parse::<IceUrl>().map_err(|error| flag("--ice-server", error)));
        let outside: Vec<IceUrl> = outside.collect::<Result<_>>()?;
        let secret = self.ice_secret.as_ref().map(Secret::text).transpose().context("--ice-secret")?;
        if self.ice_ttl > MAX_TTL || self.ice_ttl < Duration::from_secs(1) {
            bail!("--ice-ttl must be from 1s to 24h: a credential that leaks can be used for so long.");
        }
        let outside_turn = outside.iter().find(|url| url.is_turn());
        match (&secret, outside_turn) {
            (Some(secret), _) if secret.is_empty() => bail!("The secret of --ice-secret is empty."),
            (Some(_), None) if !self.turn => bail!(
                "--ice-secret is the secret of TURN servers, and there are none: add --turn for the one inside, or \
                 --ice-server turn:HOST for another one."
            ),
            (None, Some(url)) => bail!(
                "--ice-server {url} needs --ice-secret: the secret by which that server checks credentials (coturn: \
                 use-auth-secret and static-auth-secret)."
            ),
            _ => {}
        }
        if self.turn || secret.is_some() {
            self.reject_relay_for_everybody(access, listening)?;
        }
        let inside = self.turn.then(|| self.inside(listening)).transpose()?;
        Ok(IceOptions { outside, secret, ttl: self.ice_ttl, inside })
    }

    fn reject_relay_for_everybody(&self, access: &AccessArgs, listening: &ListeningArgs) -> Result<()> {
        let flag = if self.turn { "--turn" } else { "--ice-secret" };
        if is_on_loopback(listening) && !is_public(listening) {
            return Ok(());
        }
        let why = if access.no_password {
            "with --no-password"
        } else if access.is_open_to_the_course() {
            "with the course's password, which is public,"
        } else {
            return Ok(());
        };
        let trial = if is_on_loopback(listening) { "leave out --public-url" } else { "add --bind 127.0.0.1" };
        bail!(
            "{flag} {why} would relay the traffic of everybody: choose a password of your own with --password, or tokens \
             with --jwt-secret, --jwt-public-key or --jwt-jwks. Only to try it on this machine, {trial}."
        )
    }

    fn inside(&self, listening: &ListeningArgs) -> Result<InsideOptions> {
        let ports = &self.turn_ports;
        if ports.clone().count() < MIN_RELAY_PORTS {
            bail!(
                "--turn-ports {}-{} are too few: a relayed call takes several of them. Choose at least {MIN_RELAY_PORTS}, \
                 better hundreds, like 49152-65535.",
                ports.start(),
                ports.end()
            );
        }
        let external_ip: Vec<IpAddr> = parsed("--turn-external-ip", &self.turn_external_ip, external_ip)?;
        if external_ip.len() > 2 || external_ip.len() == 2 && external_ip[0].is_ipv4() == external_ip[1].is_ipv4() {
            bail!("--turn-external-ip can be given twice: once for IPv4 and once for IPv6.");
        }
        let policy = PeerPolicy {
            allow: parsed("--turn-allow-peer", &self.turn_allow_peer, network)?,
            deny: parsed("--turn-deny-peer", &self.turn_deny_peer, network)?,
            private_by_interface: listening.public_url.is_none(),
        };
        let limits = Limits {
            allocations: self.turn_max_allocations,
            per_user: self.turn_max_per_user,
            per_address: self.turn_max_per_address,
            bytes_per_second_per_user: self.turn_max_bandwidth.as_u64(),
            ..Limits::default()
        };
        let known = external_ip.first().copied().or(listening.bind.filter(|address| !address.is_unspecified()));
        let public = listening.public_url.as_ref();
        // Behind a reverse proxy on this machine HTTP listens on loopback. But the proxy does not forward TURN.
        let bind = listening.bind.filter(|_| !(is_on_loopback(listening) && is_public(listening)));
        Ok(InsideOptions {
            host: public.map(|url| url.host().to_owned()).or_else(|| known.map(host)),
            public_port: public.and_then(PublicUrl::port),
            turn: switchboard_turn::Options {
                bind,
                port: self.turn_port,
                relay_ports: ports.clone(),
                external_ip,
                secret: Vec::new(),
                policy,
                limits,
                workers: 0,
            },
        })
    }
}

fn is_on_loopback(listening: &ListeningArgs) -> bool {
    listening.bind.is_some_and(|address| address.to_canonical().is_loopback())
}

/// Whether browsers on other machines open the pages, by `--public-url`.
fn is_public(listening: &ListeningArgs) -> bool {
    listening.public_url.as_ref().is_some_and(|url| !url.is_loopback())
}

/// The values that are not empty: an empty environment variable is an unset one.
fn given(values: &[String]) -> impl Iterator<Item = &str> {
    values.iter().map(|value| value.trim()).filter(|value| !value.is_empty())
}

fn parsed<T>(name: &str, values: &[String], parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>> {
    given(values).map(|value| parse(value).map_err(|error| flag(name, error))).collect()
}

fn flag(name: &str, error: String) -> anyhow::Error {
    anyhow::anyhow!("{name}: {error}")
}

/// A network, or an address, which is a network of one.
fn network(text: &str) -> Result<IpNet, String> {
    let address = text.parse().map(|address: IpAddr| IpNet::from(address.to_canonical()));
    address.or_else(|_| text.parse()).map_err(|_| {
        format!(
            "\"{text}\" is not a network: write an address and the length of its prefix, like 10.1.0.0/16 or fd00::/8."
        )
    })
}

fn external_ip(text: &str) -> Result<IpAddr, String> {
    let address = IpAddr::from_str(text).ok().filter(|address| !address.is_unspecified() && !address.is_multicast());
    address.map(|address| address.to_canonical()).ok_or_else(|| {
        format!(
            "\"{text}\" is not an address of a machine: write the one at which the Internet sees it, like 203.0.113.7."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn ice(flags: &[&str]) -> Result<IceOptions> {
        Config::from_args(flags.to_vec()).map_err(anyhow::Error::from)?.ice()
    }

    /// The sentence by which these flags are refused.
    fn refusal(flags: &str) -> String {
        let flags: Vec<&str> = flags.split(' ').collect();
        match ice(&flags) {
            Ok(_) => panic!("{flags:?} is accepted"),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn flags_that_do_not_go_together_are_refused() {
        for (flags, part) in [
            ("--turn", "--turn with the course's password, which is public, would relay the traffic of everybody"),
            ("--turn --password x", "course's password"),
            ("--turn --no-password", "--turn with --no-password would relay"),
            ("--turn --no-password --bind 192.0.2.1", "--bind 127.0.0.1"),
            ("--turn --bind 127.0.0.1 --public-url https://example.org", "this machine, leave out --public-url"),
            ("--ice-secret s --ice-server turn:example.org", "--ice-secret with the course's password"),
            ("--ice-secret s", "there are none: add --turn"),
            ("--password p --ice-secret s --ice-server stun:example.org", "there are none"),
            ("--ice-server turn:example.org", "--ice-server turn:example.org needs --ice-secret"),
            ("--turn --password p --ice-server turns:example.org", "static-auth-secret"),
            ("--ice-server example.org", "--ice-server: \"example.org\" is not the URL"),
            ("--turn --password p --turn-ports 50000-50014", "50000-50014 are too few"),
            ("--turn --password p --turn-ports 4000", "like 49152-65535"),
            ("--turn --password p --turn-ports 5000-4000", "like 49152-65535"),
            ("--turn --password p --turn-external-ip example.org", "\"example.org\" is not an address"),
            ("--turn --password p --turn-external-ip 0.0.0.0", "not an address of a machine"),
            ("--turn --password p --turn-external-ip 192.0.2.1,192.0.2.2", "once for IPv4"),
            ("--turn --password p --turn-allow-peer 10.0.0.0/33", "--turn-allow-peer: \"10.0.0.0/33\""),
            ("--turn --password p --turn-deny-peer lan", "--turn-deny-peer: \"lan\""),
            ("--turn-port 3479 --password p", "--turn"),
            ("--ice-ttl 25h", "from 1s to 24h"),
            ("--ice-ttl 0s", "from 1s to 24h"),
        ] {
            let sentence = refusal(flags);
            assert!(sentence.contains(part), "{flags}: {sentence}");
        }
    }

    #[test]
    fn relay_of_ones_own_is_accepted() {
        for flags in [
            "--turn --bind 127.0.0.1",
            "--turn --bind ::1 --no-password",
            "--turn --bind 127.0.0.1 --public-url http://localhost:8181",
            "--turn --password p",
            "--turn --jwt-secret s",
            "--ice-server stun:example.org",
            "--password p --ice-secret s --ice-server turn:example.org",
            "--turn --password p --ice-secret s",
        ] {
            let flags: Vec<&str> = flags.split(' ').collect();
            assert!(ice(&flags).is_ok(), "{flags:?}");
        }
    }

    #[test]
    fn host_is_public_url_then_outside_address_then_bound_one() {
        let host = |flags: &str| {
            let flags = format!("--turn --password p {flags}");
            ice(&flags.split_whitespace().collect::<Vec<_>>()).unwrap().inside.unwrap()
        };
        for (flags, expected, port) in [
            ("", None, None),
            ("--bind 0.0.0.0", None, None),
            ("--bind 192.0.2.1", Some("192.0.2.1"), None),
            ("--bind 2001:db8::1", Some("[2001:db8::1]"), None),
            ("--bind 10.0.0.1 --turn-external-ip 203.0.113.7", Some("203.0.113.7"), None),
            ("--turn-external-ip 203.0.113.7 --public-url https://example.org/calls", Some("example.org"), Some(443)),
            ("--public-url http://[2001:db8::1]:8181", Some("[2001:db8::1]"), Some(8181)),
        ] {
            let inside = host(flags);
            assert_eq!((inside.host.as_deref(), inside.public_port), (expected, port), "{flags}");
            assert_eq!(inside.turn.bind.is_some(), flags.contains("--bind"), "{flags}");
            assert_eq!(inside.turn.policy.private_by_interface, !flags.contains("--public-url"), "{flags}");
        }
    }

    #[test]
    fn relay_behind_a_proxy_of_this_machine_is_open_to_others() {
        for (flags, bind) in [
            ("--bind 127.0.0.1 --public-url https://example.org", None),
            ("--bind 192.0.2.1 --public-url https://example.org", Some("192.0.2.1")),
            ("--bind ::1 --public-url http://[::1]:8181", Some("::1")),
        ] {
            let flags = format!("--turn --password p {flags}");
            let inside = ice(&flags.split_whitespace().collect::<Vec<_>>()).unwrap().inside.unwrap();
            assert_eq!(inside.turn.bind, bind.map(|address| address.parse().unwrap()), "{flags}");
        }
    }

    #[test]
    fn values_of_the_flags_arrive() {
        let flags = "--turn --password p --turn-port 3479 --turn-ports 50000-50100 --turn-allow-peer 10.1.0.0/16,fd00::1 \
                     --turn-deny-peer 192.0.2.0/24 --turn-max-allocations 9 --turn-max-per-user 3 --turn-max-per-address 5 \
                     --turn-max-bandwidth 1KiB --ice-ttl 2h --ice-secret s --ice-server stun:example.org,turn:example.net";
        let options = ice(&flags.split_whitespace().collect::<Vec<_>>()).unwrap();
        let turn = options.inside.unwrap().turn;
        assert_eq!((turn.port, turn.relay_ports), (3479, 50_000..=50_100));
        assert_eq!(turn.policy.allow, ["10.1.0.0/16".parse().unwrap(), "fd00::1/128".parse().unwrap()]);
        assert_eq!(turn.policy.deny, ["192.0.2.0/24".parse().unwrap()]);
        let limits = turn.limits;
        assert_eq!((limits.allocations, limits.per_user, limits.per_address), (9, 3, 5));
        assert_eq!(limits.bytes_per_second_per_user, 1024);
        assert_eq!((options.ttl, options.secret.as_deref()), (Duration::from_secs(7200), Some("s")));
        let urls: Vec<_> = options.outside.iter().map(ToString::to_string).collect();
        assert_eq!(urls, ["stun:example.org", "turn:example.net"]);
    }
}
