//! The URL of a STUN or TURN server (RFC 7064, RFC 7065).

use std::fmt;
use std::str::FromStr;

use url::Host;

/// The right form, for errors.
const FORM: &str = "write it as browsers do, without //, like stun:stun.example.org:3478, \
                    turn:turn.example.org:3478?transport=tcp or turns:turn.example.org:5349";

/// A URL that `RTCPeerConnection` accepts. Displays in lower case, with an IPv6 address in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IceUrl {
    text: String,
    is_turn: bool,
}

impl IceUrl {
    /// Whether it is a TURN server's, which needs credentials.
    pub fn is_turn(&self) -> bool {
        self.is_turn
    }
}

impl fmt::Display for IceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for IceUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text.trim()).ok_or_else(|| format!("\"{text}\" is not the URL of a STUN or TURN server: {FORM}."))
    }
}

fn parse(text: &str) -> Option<IceUrl> {
    let (scheme, rest) = text.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    let is_turn = match scheme.as_str() {
        "stun" | "stuns" => false,
        "turn" | "turns" => true,
        _ => return None,
    };
    let (address, query) = rest.split_once('?').map_or((rest, None), |(address, query)| (address, Some(query)));
    let query = match query.map(str::to_ascii_lowercase) {
        None => String::new(),
        // Browsers reject a query of stun URLs, and of another name.
        Some(query) if is_turn && matches!(query.as_str(), "transport=udp" | "transport=tcp") => format!("?{query}"),
        Some(_) => return None,
    };
    let (host, port) = split_port(address)?;
    let host = Host::parse(host).ok()?;
    let port = match port {
        None => String::new(),
        Some(port) => format!(":{}", port.parse::<u16>().ok().filter(|port| *port > 0)?),
    };
    Some(IceUrl { text: format!("{scheme}:{host}{port}{query}"), is_turn })
}

/// Splits `HOST:PORT`, where the port may be missing and the host may be an IPv6 address in brackets.
fn split_port(address: &str) -> Option<(&str, Option<&str>)> {
    let end = address.rfind(']').map_or(0, |bracket| bracket + 1);
    match address[end..].find(':') {
        Some(colon) => Some((&address[..end + colon], Some(&address[end + colon + 1..]))),
        None if end == 0 || end == address.len() => Some((address, None)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_is_read_as_browsers_read_it() {
        for (text, shown, is_turn) in [
            ("stun:stun.example.org", "stun:stun.example.org", false),
            ("STUN:Stun.Example.org:19302", "stun:stun.example.org:19302", false),
            ("stuns:stun.example.org:5349", "stuns:stun.example.org:5349", false),
            ("turn:192.0.2.1:3478?transport=udp", "turn:192.0.2.1:3478?transport=udp", true),
            ("turn:bücher.example?Transport=TCP", "turn:xn--bcher-kva.example?transport=tcp", true),
            (" turns:[2001:db8::1]:443?transport=tcp ", "turns:[2001:db8::1]:443?transport=tcp", true),
            ("turn:[2001:DB8::1]", "turn:[2001:db8::1]", true),
        ] {
            let url: IceUrl = text.parse().unwrap();
            assert_eq!((url.to_string().as_str(), url.is_turn()), (shown, is_turn));
        }
    }

    #[test]
    fn malformed_url_is_refused_with_the_right_form() {
        for wrong in [
            "",
            "turn.example.org",
            "turn.example.org:3478",
            "turn:",
            "turn://turn.example.org",
            "https://turn.example.org",
            "turn:me@turn.example.org",
            "turn:turn.example.org:0",
            "turn:turn.example.org:65536",
            "turn:turn.example.org:",
            "turn:turn.example.org/path",
            "turn:turn.example.org?transport=sctp",
            "turn:turn.example.org?transport=tcp&x=y",
            "stun:stun.example.org?transport=udp",
            "turn:2001:db8::1",
            "turn:[2001:db8::1]x",
            "turn:[2001:db8::1",
        ] {
            let sentence = wrong.parse::<IceUrl>().unwrap_err();
            assert!(sentence.contains("stun:stun.example.org:3478"), "{wrong}: {sentence}");
        }
    }
}
