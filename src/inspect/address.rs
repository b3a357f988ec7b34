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
    match kind(host) {
        _ if host.to_ascii_lowercase().ends_with(".local") => format!("mdns.local{port}").into(),
        Some(kind) if kind.starts_with("unspecified") => text.into(),
        Some(kind) => format!("{kind}{port}").into(),
        None if host.contains(['.', ':']) => format!("host-name{port}").into(),
        None => text.into(),
    }
}

/// The kind of an address: its range, and the version of IP.
fn kind(host: &str) -> Option<String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let bare = bare.split('%').next().unwrap_or_default();
    // Some browsers hide the end of an address so.
    let whole = bare.strip_suffix(".x").map(|start| format!("{start}.0"));
    let address: IpAddr = whole.as_deref().unwrap_or(bare).parse().ok()?;
    let version = if address.is_ipv4() { "ipv4" } else { "ipv6" };
    let range = match address.to_canonical() {
        address if address.is_unspecified() => "unspecified",
        address if address.is_loopback() => "loopback",
        IpAddr::V4(v4) if v4.is_private() => "private",
        IpAddr::V4(v4) if v4.is_link_local() => "link-local",
        IpAddr::V4(v4) if v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64 => "shared",
        IpAddr::V6(v6) if v6.is_unique_local() => "private",
        IpAddr::V6(v6) if v6.is_unicast_link_local() => "link-local",
        _ => "public",
    };
    Some(format!("{range}-{version}"))
}
