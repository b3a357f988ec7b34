//! The name of this machine in its local network, by multicast DNS (RFC 6762): `NAME.local` stays the same when DHCP gives
//! the machine another address.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mdns_sd::{DaemonEvent, HostnameResolutionEvent, IfKind, RRType, Receiver, ServiceDaemon, ServiceInfo};

use super::host;

/// The name of a machine that has none, or one that is not ASCII.
const DEFAULT_NAME: &str = "switchboard";
/// How long another responder of this machine may take to answer for its name.
const OTHER_RESPONDER: Duration = Duration::from_millis(700);
/// How long probing may take (RFC 6762, section 8.1): 1 s, and once more for each name that is taken.
const PROBING: Duration = Duration::from_secs(5);
/// How long the goodbye packets may take: the second one follows after 120 ms.
const GOODBYE: Duration = Duration::from_millis(300);

/// The name under which devices in the network find this machine, while the value exists.
#[derive(Debug)]
pub(crate) struct LocalName {
    /// `NAME.local`.
    name: String,
    responder: Option<Responder>,
}

/// A thread that answers queries.
struct Responder {
    daemon: ServiceDaemon,
    /// The full name of the service, by which it is withdrawn.
    service: String,
    events: Receiver<DaemonEvent>,
}

impl std::fmt::Debug for Responder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Responder").field("service", &self.service).finish_non_exhaustive()
    }
}

impl LocalName {
    /// Takes `NAME.local` for the listener at `bound`, or the next free one of `NAME-2.local`, `NAME-3.local` and so on
    /// where another machine has the name. `None` if other devices cannot reach the listener anyway. It serves pages by
    /// this scheme.
    ///
    /// # Errors
    /// A sentence that says why no device can find the name.
    pub(crate) async fn take(bound: SocketAddr, scheme: &str) -> Option<Result<Self, String>> {
        if bound.ip().is_loopback() {
            return None;
        }
        Some(Self::of_this_machine(bound, scheme).await)
    }

    async fn of_this_machine(bound: SocketAddr, scheme: &str) -> Result<Self, String> {
        let label = label(&host::host_name());
        let name = format!("{label}.local");
        if host::lan_addresses().is_empty() {
            return Err(format!("{name} is not announced: this machine is in no network."));
        }
        let cannot = |error: mdns_sd::Error| {
            format!(
                "{name} is not announced in the network: multicast DNS (UDP port 5353) is not possible here ({error})."
            )
        };
        let daemon = start(bound.ip()).map_err(cannot)?;
        // A machine with Avahi, Bonjour or Windows' own responder has its name already. Two responders that answer for
        // one name with different addresses would see a conflict, and the other one might rename the machine.
        if is_answered_here(&daemon, &name).await.map_err(cannot)? {
            let _ = daemon.shutdown();
            return Ok(Self { name, responder: None });
        }
        let events = daemon.monitor().map_err(cannot)?;
        let instance = format!("Switchboard on {label}");
        let port = bound.port();
        // Where devices look for web pages in the network (RFC 6763).
        let kind = format!("_{scheme}._tcp.local.");
        let service = ServiceInfo::new(&kind, &instance, &format!("{name}."), (), port, &[("path", "/")][..])
            .map_err(cannot)?
            .enable_addr_auto();
        let full_name = service.get_fullname().to_owned();
        daemon.register(service).map_err(cannot)?;
        let mut responder = Responder { daemon, service: full_name, events };
        match tokio::time::timeout(PROBING, responder.settled(&name)).await {
            Ok(Some(name)) => Ok(Self { name, responder: Some(responder) }),
            Ok(None) | Err(_) => {
                let _ = responder.daemon.shutdown();
                Err(format!("{name} is not announced: no network of this machine carries multicast (UDP port 5353)."))
            }
        }
    }

    /// `NAME.local`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Passes on the names that the machine takes later: in another network its name may belong to another machine. Ends
    /// with the responder.
    pub(crate) async fn follow(&self, mut on_name: impl FnMut(&str)) {
        let Some(responder) = &self.responder else { return std::future::pending().await };
        while let Ok(event) = responder.events.recv_async().await {
            if let Some(name) = new_name(&event) {
                tracing::info!("another machine in the network has the name; this one answers as {name}");
                on_name(name);
            }
        }
    }

    /// Sends goodbye packets (RFC 6762, section 10.1), so that no device keeps the name.
    pub(crate) async fn withdraw(self) {
        let Some(Responder { daemon, service, .. }) = self.responder else { return };
        let goodbye = async {
            if let Ok(sent) = daemon.unregister(&service) {
                let _ = sent.recv_async().await;
            }
        };
        let _ = tokio::time::timeout(GOODBYE, goodbye).await;
        if let Ok(ended) = daemon.shutdown() {
            let _ = tokio::time::timeout(GOODBYE, ended.recv_async()).await;
        }
    }
}

impl Responder {
    /// Waits until a name is announced: `name`, or the one that took its place in a conflict.
    async fn settled(&mut self, name: &str) -> Option<String> {
        let mut name = name.to_owned();
        while let Ok(event) = self.events.recv_async().await {
            match &event {
                DaemonEvent::Announce(..) => return Some(name),
                event => {
                    if let Some(new) = new_name(event) {
                        name = new.to_owned();
                    }
                }
            }
        }
        None
    }
}

/// A thread that sends and receives on the interfaces by which other devices reach `ip`.
fn start(ip: IpAddr) -> mdns_sd::Result<ServiceDaemon> {
    let daemon = ServiceDaemon::new()?;
    daemon.disable_interface(vec![IfKind::LoopbackV4, IfKind::LoopbackV6])?;
    if !ip.is_unspecified() {
        daemon.disable_interface(IfKind::All)?;
        daemon.enable_interface(IfKind::Addr(ip))?;
    } else if ip.is_ipv4() {
        daemon.disable_interface(IfKind::IPv6)?;
    }
    Ok(daemon)
}

/// Whether a program of this machine answers for `name`, with addresses of this machine only.
async fn is_answered_here(daemon: &ServiceDaemon, name: &str) -> mdns_sd::Result<bool> {
    let timeout = u64::try_from(OTHER_RESPONDER.as_millis()).unwrap_or(u64::MAX);
    let events = daemon.resolve_hostname(&format!("{name}."), Some(timeout))?;
    let own: HashSet<IpAddr> =
        if_addrs::get_if_addrs().unwrap_or_default().iter().map(if_addrs::Interface::ip).collect();
    while let Ok(event) = events.recv_async().await {
        match event {
            HostnameResolutionEvent::AddressesFound(_, found) => {
                let _ = daemon.stop_resolve_hostname(&format!("{name}."));
                return Ok(found.iter().all(|address| own.contains(&address.to_ip_addr())));
            }
            HostnameResolutionEvent::SearchTimeout(_) | HostnameResolutionEvent::SearchStopped(_) => break,
            _ => {}
        }
    }
    Ok(false)
}

/// The name that this machine took in place of one that another machine has, without the dot at its end.
fn new_name(event: &DaemonEvent) -> Option<&str> {
    match event {
        DaemonEvent::NameChange(change) if matches!(change.rr_type, RRType::A | RRType::AAAA) => {
            Some(change.new_name.trim_end_matches('.'))
        }
        _ => None,
    }
}

/// The first label of the name: that of the machine, if it is one of letters, digits and hyphens (RFC 1123, section 2.1).
fn label(host: &str) -> String {
    let is_plain = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_plain && host != "localhost" && host.len() <= 60 { host.to_owned() } else { DEFAULT_NAME.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_without_a_plain_name_is_switchboard() {
        assert_eq!(label("desk-7"), "desk-7");
        for other in ["", "localhost", "annes büro", &"a".repeat(64)] {
            assert_eq!(label(other), "switchboard", "{other}");
        }
    }

    #[tokio::test]
    async fn listener_on_loopback_takes_no_name() {
        assert!(LocalName::take(([127, 0, 0, 1], 8181).into(), "https").await.is_none());
    }
}
