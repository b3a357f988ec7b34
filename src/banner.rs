//! The start-up lines: which address to open, which certificate browsers show, what to click.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::SystemTime;

use humantime::format_rfc3339_micros;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::{Value, json};

use crate::ice::self_test::Finding;
use crate::tls::OwnAuthority;

/// What the start-up lines say.
#[derive(Debug, Clone)]
pub struct Banner {
    /// The address that the server listens on.
    pub(crate) bound: SocketAddr,
    /// The addresses of this machine in its networks.
    pub(crate) lan: Vec<IpAddr>,
    /// `NAME.local` in the local network, or the sentence that says why there is none. `None` if it was not tried.
    pub(crate) local_name: Option<Result<String, String>>,
    /// The value of `--public-url`.
    pub(crate) public_url: Option<String>,
    /// A built-in page sends this key to receive the addresses of this machine.
    pub(crate) key: String,
    /// The served folder; `None` for the built-in pages.
    pub(crate) folder: Option<String>,
    /// The origin of the certificate, as a text. `None` if the server speaks http alone.
    pub(crate) certificate: Option<String>,
    /// The SHA-256 fingerprint of the server's own authority, if it signed the certificate.
    pub(crate) authority_fingerprint: Option<String>,
    /// Whether browsers trust the certificate.
    pub(crate) certificate_is_trusted: bool,
    /// The server's own authority, if it signs what the server presents.
    pub(crate) authority: Option<OwnAuthority>,
    /// Whether the password is the course's, which is public.
    pub(crate) default_password: bool,
    /// Whether to print a QR code for a phone.
    pub(crate) qr: bool,
    /// The key of the inspector, if it is on.
    pub(crate) inspector: Option<String>,
    /// The address of `--metrics`.
    pub(crate) metrics: Option<SocketAddr>,
    /// The address of `--api`.
    pub(crate) api: Option<SocketAddr>,
    /// The address of `--acme-http`.
    pub(crate) acme_http: Option<SocketAddr>,
    /// The TURN server, if it is on.
    pub(crate) turn: Option<TurnLine>,
}

/// What the start-up lines say of the TURN server.
#[derive(Debug, Clone)]
pub(crate) struct TurnLine {
    /// `HOST:PORT`.
    pub(crate) address: String,
    /// What its self-test found.
    pub(crate) finding: Option<Finding>,
}

impl Banner {
    /// Adds what the self-test of the TURN server found.
    pub fn with_finding(mut self, finding: Finding) -> Self {
        if let Some(turn) = &mut self.turn {
            turn.finding = Some(finding);
        }
        self
    }

    /// The addresses to open, the best first: `https://localhost:8181 http://localhost:8181 ...`.
    fn addresses(&self) -> Vec<String> {
        let port = self.bound.port();
        let mut addresses = Vec::new();
        let ip = self.bound.ip();
        if ip.is_unspecified() || ip.is_loopback() {
            let secure = self.certificate.as_ref().map(|_| format!("https://localhost:{port}"));
            addresses.extend(secure);
            addresses.push(format!("http://localhost:{port}"));
        } else {
            addresses.push(format!("{}://{}", self.scheme(), SocketAddr::new(ip, port)));
        }
        addresses.extend(self.lan_addresses());
        addresses
    }

    /// By which other devices open the pages.
    fn scheme(&self) -> &'static str {
        if self.certificate.is_some() { "https" } else { "http" }
    }

    /// The addresses for other devices in the network.
    pub(crate) fn lan_addresses(&self) -> impl Iterator<Item = String> {
        let reachable = self.bound.ip().is_unspecified();
        let port = self.bound.port();
        // IPv6 addresses are many and long: listed only where there are no others.
        let v4_only = self.bound.is_ipv4() || self.lan.iter().any(IpAddr::is_ipv4);
        self.lan
            .iter()
            .filter(move |ip| reachable && (ip.is_ipv4() || !v4_only))
            .map(move |ip| format!("{}://{}", self.scheme(), SocketAddr::new(*ip, port)))
    }

    /// Course pages connect to https://localhost:8181: the browser must have accepted the certificate there. The built-in
    /// pages also work by http, without a warning.
    fn address_to_open(&self) -> String {
        if self.public_url.is_some() || self.folder.is_some() {
            return self.base();
        }
        // Browsers send what stands behind the # to no server.
        format!("{}/#key={}", self.base(), self.key)
    }

    /// The address of the pages, without a path of their own.
    fn base(&self) -> String {
        if let Some(public) = &self.public_url {
            return public.clone();
        }
        let addresses = self.addresses();
        let first = addresses.first().cloned().unwrap_or_default();
        if self.folder.is_some() {
            return first;
        }
        addresses.into_iter().find(|address| address.starts_with("http:")).unwrap_or(first)
    }

    /// All lines but the last.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    /// The last line: stable, so that a script can wait for it.
    pub fn ready_line(&self) -> String {
        format!("ready: {}", self.addresses().join(" "))
    }

    /// The same for a collector of logs: one JSON object in the form of a log line, whatever the log level. Its message
    /// is "ready".
    pub fn json(&self, now: SystemTime) -> String {
        let timestamp = format_rfc3339_micros(now).to_string();
        json!({ "timestamp": timestamp, "level": "INFO", "fields": self.fields(), "target": "switchboard" }).to_string()
    }

    /// The same as `key=value` pairs. What there is none of is left out.
    pub fn logfmt(&self, now: SystemTime) -> String {
        let mut line = format!("ts={} level=info target=switchboard", format_rfc3339_micros(now));
        let Value::Object(fields) = self.fields() else { return line };
        for (key, value) in fields {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
                other => other.to_string(),
            };
            let is_plain =
                !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'=');
            // Writing to a String cannot fail.
            let _ = if is_plain { write!(line, " {key}={text}") } else { write!(line, " {key}={text:?}") };
        }
        line
    }

    /// The key of the pages' own addresses is left out: it is of use only in the browser of the person who starts the server.
    fn fields(&self) -> Value {
        json!({
            "message": "ready",
            "version": env!("CARGO_PKG_VERSION"),
            "addresses": self.addresses(),
            "local_name": self.local_name.as_ref().and_then(|name| name.as_ref().ok()),
            "public_url": self.public_url,
            "folder": self.folder,
            "inspector": self.inspector_address(),
            "certificate": self.certificate,
            "authority_sha256": self.authority_fingerprint,
            "default_password": self.default_password,
            "metrics": self.metrics,
            "api": self.api,
            "acme_http": self.acme_http,
            "turn": self.turn.as_ref().map(|turn| &turn.address),
            "turn_self_test": self.turn.as_ref().and_then(|turn| turn.finding.as_ref()).map(ToString::to_string),
        })
    }

    /// The inspector's page, with the key that it needs.
    fn inspector_address(&self) -> Option<String> {
        let key = self.inspector.as_ref()?;
        Some(format!("{}/inspector#{key}", self.base().trim_end_matches('/')))
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "Switchboard {}", env!("CARGO_PKG_VERSION"))?;
        writeln!(text)?;
        writeln!(text, "  Open         {}", self.address_to_open())?;
        match &self.folder {
            Some(folder) => writeln!(text, "  Serving      the pages in {folder}")?,
            None => writeln!(text, "  Then         open it in two tabs: Call in one, Answer in the other")?,
        }
        if let Some(address) = self.inspector_address() {
            writeln!(text, "  Inspector    {address}")?;
        }
        for (label, address) in std::iter::once("Phone").chain(std::iter::repeat("")).zip(self.lan_addresses()) {
            writeln!(text, "  {label:<12} {address}")?;
        }
        match &self.local_name {
            // Behind the addresses: many phones with Android do not look up such names.
            Some(Ok(name)) => writeln!(text, "  {:<12} {}://{name}:{}", "", self.scheme(), self.bound.port())?,
            Some(Err(sentence)) => writeln!(text, "  {:<12} {sentence}", "")?,
            None => {}
        }
        if self.qr {
            // With the key, so that the page knows the addresses above.
            let key = if self.public_url.is_none() { format!("#key={}", self.key) } else { String::new() };
            writeln!(text, "  Check        {}/check{key}", self.base())?;
        }
        match &self.certificate {
            Some(origin) => writeln!(text, "  Certificate  {origin}")?,
            None => {
                writeln!(text, "  Certificate  none (--http-only): browsers give cameras to https pages and to this")?;
                writeln!(text, "               machine, so a proxy in front has to speak https.")?;
            }
        }
        if self.certificate.is_some() && !self.certificate_is_trusted {
            writeln!(text, "               Browsers warn of it once on https: choose \"Advanced\", then \"Proceed\".")?;
        }
        // With --public-url browsers see the certificate of a proxy.
        let is_shown = self.public_url.is_none() && !self.certificate_is_trusted;
        if let Some(fingerprint) = self.authority_fingerprint.as_ref().filter(|_| is_shown) {
            writeln!(text, "               Without a warning: {}/ca, and compare there", self.base())?;
            writeln!(text, "  Fingerprint  {fingerprint}")?;
        }
        if let Some(authority) = self.authority.as_ref().filter(|authority| !authority.is_limited) {
            writeln!(
                text,
                "               It signs for every name, as an earlier version made it. For one that signs for"
            )?;
            writeln!(text, "               private networks only, remove {}", authority.file.display())?;
            writeln!(text, "               and install the new one on your devices.")?;
        }
        if let Some(turn) = &self.turn {
            write!(
                text,
                "  TURN         turn:{} by UDP and TCP, and by TCP on port {}",
                turn.address,
                self.bound.port()
            )?;
            turn.finding.as_ref().map_or(Ok(()), |finding| write!(text, "; {finding}"))?;
            writeln!(text)?;
        }
        if self.default_password && !self.bound.ip().is_loopback() {
            writeln!(
                text,
                "  Password     \"x\", as in the course: every client that can reach this machine can call."
            )?;
            writeln!(text, "               Choose another one with --password.")?;
        }
        if self.qr {
            self.write_qr(text)?;
        }
        writeln!(text)?;
        self.turn.as_ref().map_or(Ok(()), |turn| writeln!(text, "turn: {}", turn.address))?;
        if let Some(address) = self.acme_http {
            writeln!(text, "acme-http: {address}")?;
        }
        self.metrics.map_or(Ok(()), |address| writeln!(text, "metrics: {address}"))?;
        self.api.map_or(Ok(()), |address| writeln!(text, "api: {address}"))
    }

    fn write_qr(&self, text: &mut String) -> std::fmt::Result {
        let Some(address) = self.public_url.clone().or_else(|| self.lan_addresses().next()) else {
            return writeln!(text, "\n  This machine is in no network that a phone can reach.");
        };
        let Ok(code) = QrCode::new(&address) else { return Ok(()) };
        let picture = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
        writeln!(text, "\n  {address}\n{picture}")
    }
}
