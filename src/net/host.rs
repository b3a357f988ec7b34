//! The names and addresses of this machine. The certificate, the origin check and the banner use the same ones.

use std::net::IpAddr;

/// This machine's name in lower case, without its domain. Empty for a machine without a name.
pub(crate) fn host_name() -> String {
    full_host_name().split('.').next().unwrap_or_default().to_owned()
}

/// The addresses of this machine's network interfaces, sorted, without loopback and link-local addresses.
pub(crate) fn lan_addresses() -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .filter(|interface| !interface.is_loopback() && !interface.is_link_local())
        .map(|interface| interface.ip())
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

/// This machine's names: the short one, and the one in its Tailscale network. The tailnet's own name has to be known:
/// `NAME.OTHER-TAILNET.ts.net` may be a machine on the open Internet.
pub(crate) fn own_names() -> Vec<String> {
    let (short, full) = (host_name(), full_host_name());
    let mut names = vec![short.clone()];
    names.extend(is_tailnet(&full).then_some(full));
    names.extend(tailnet_names(&short, &resolver_settings()));
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

fn full_host_name() -> String {
    gethostname::gethostname().to_string_lossy().to_lowercase()
}

/// The settings of the system's resolver, where Tailscale enters the name of its network.
#[cfg(unix)]
fn resolver_settings() -> String {
    std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default()
}

/// Windows keeps them elsewhere: there, `--allow-origin` names the machine.
#[cfg(not(unix))]
fn resolver_settings() -> String {
    String::new()
}

fn tailnet_names(host: &str, settings: &str) -> Vec<String> {
    let searched =
        settings.lines().filter_map(|line| line.trim().strip_prefix("search")).flat_map(str::split_whitespace);
    let domains = searched.map(|domain| domain.trim_end_matches('.').to_lowercase());
    domains.filter(|domain| is_tailnet(domain)).map(|domain| format!("{host}.{domain}")).collect()
}

/// Whether a domain is `TAILNET.ts.net`, or a name in it.
fn is_tailnet(domain: &str) -> bool {
    domain.strip_suffix(".ts.net").is_some_and(|tailnet| !tailnet.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tailnet_name_is_read_from_the_resolver_settings() {
        let settings = "nameserver 100.100.100.100\nsearch tail1234.ts.net. example.org\n";
        assert_eq!(tailnet_names("desk", settings), ["desk.tail1234.ts.net"]);
        for other in ["", "search example.org", "search ts.net", "nameserver tail1234.ts.net"] {
            assert!(tailnet_names("desk", other).is_empty(), "{other}");
        }
    }
}
