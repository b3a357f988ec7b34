//! What is shown of an address: its kind.

use std::borrow::Cow;
use std::net::IpAddr;

/// What stands in the place of an address: its kind. `0.0.0.0` and `::` say nothing and stay, as do words that are no
/// addresses. A port behind the address stays.
pub fn masked_address(text: &str) -> Cow<'_, str> {
    let port = text.rfind(':').filter(|at| {
        let is_bracketed = text.starts_with('[') && text[..*at].ends_with(']');
        let digits = &text[at + 1..];
        (is_bracketed || !text[..*at].contains(':')) && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    let (host, port) = text.split_at(port.unwrap_or(text.len()));
    let is_mdns = host.len() > 6 && host.as_bytes()[host.len() - 6..].eq_ignore_ascii_case(b".local");
    match kind(host) {
        _ if is_mdns => with_port("mdns.local", port),
        Some(UNSPECIFIED) => text.into(),
        Some(kind) => with_port(kind, port),
        None if host.contains(['.', ':']) => with_port("host-name", port),
        None => text.into(),
    }
}

fn with_port(kind: &'static str, port: &str) -> Cow<'static, str> {
    if port.is_empty() { kind.into() } else { format!("{kind}{port}").into() }
}

/// For `0.0.0.0` and `::`, which say nothing.
const UNSPECIFIED: &str = "unspecified";

/// The kind of an address: its range, and the version of IP.
fn kind(host: &str) -> Option<&'static str> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let bare = bare.split('%').next().unwrap_or_default();
    // Some browsers hide the end of an address so.
    let whole = bare.strip_suffix(".x").map(|start| format!("{start}.0"));
    let address: IpAddr = whole.as_deref().unwrap_or(bare).parse().ok()?;
    let (v4, v6) = match address.to_canonical() {
        address if address.is_unspecified() => return Some(UNSPECIFIED),
        address if address.is_loopback() => ("loopback-ipv4", "loopback-ipv6"),
        IpAddr::V4(v4) if v4.is_private() => ("private-ipv4", "private-ipv6"),
        IpAddr::V4(v4) if v4.is_link_local() => ("link-local-ipv4", "link-local-ipv6"),
        IpAddr::V4(v4) if v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64 => ("shared-ipv4", "shared-ipv6"),
        IpAddr::V6(v6) if v6.is_unique_local() => ("private-ipv4", "private-ipv6"),
        IpAddr::V6(v6) if v6.is_unicast_link_local() => ("link-local-ipv4", "link-local-ipv6"),
        _ => ("public-ipv4", "public-ipv6"),
    };
    Some(if address.is_ipv4() { v4 } else { v6 })
}
