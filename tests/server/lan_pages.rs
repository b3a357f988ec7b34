//! Pages for a phone in the local network: the helper page by http, the authority's page and files, the check page.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::TlsConnector;

use crate::support::folder::{folder, name};
use crate::support::http::{Reply, request};
use crate::support::{TestServer, within};

const LAN: (&str, &str) = ("Host", "192.168.1.7:8181");
const NAVIGATES: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
/// As a proxy in front says it.
const BY_HTTPS: (&str, &str) = ("X-Forwarded-Proto", "https");

const IPHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 Version/26.1 Safari/604.1";
const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36";

async fn open(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Reply {
    server.get_with(path, &[&[LAN, NAVIGATES], headers].concat()).await
}

/// The platform whose steps are open, if any.
fn open_steps(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<details open>\n<summary>")?;
    rest.split("</summary>").next().map(str::to_owned)
}

#[tokio::test]
async fn helper_page_opens_the_steps_of_the_platform() {
    let course = folder(&["index.html"]);
    for server in [TestServer::start(&[]).await, TestServer::start(&[name(&course)]).await] {
        for (agent, platform, word) in [
            (IPHONE, Some("iPhone and iPad"), "Show Details"),
            (ANDROID, Some("Android"), "Advanced"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0.0.0", Some("Windows"), "Advanced"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", Some("Mac"), "Show Details"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Firefox/153.0", Some("Linux"), "Accept the Risk"),
            ("a browser of another kind", None, "Show Details"),
        ] {
            let reply = open(&server, "/", &[("User-Agent", agent)]).await;
            let page = reply.text();
            assert_eq!(reply.status, 200);
            assert_eq!(open_steps(&page).as_deref(), platform, "{agent}");
            assert!(page.contains(word), "{agent}");
            // A choice by hand: the steps of all platforms are there.
            assert_eq!(page.matches("<details").count(), 5, "{agent}");
            for leads_to in
                ["https://192.168.1.7:8181/", "https://192.168.1.7:8181/ca", "https://192.168.1.7:8181/check"]
            {
                assert!(page.contains(&format!("href=\"{leads_to}\"")), "{leads_to}: {page}");
            }
            assert_eq!(reply.header("content-language"), Some("en"));
            assert_eq!(reply.header("vary"), Some("User-Agent, Sec-CH-UA-Platform, Accept-Language"));
        }
    }
}

#[tokio::test]
async fn pages_for_a_phone_are_in_its_language() {
    let server = TestServer::start(&[]).await;
    let german = ("Accept-Language", "fr, de-AT;q=0.8, en;q=0.7");
    for (path, headers, language, words) in [
        ("/", vec![german], "de", "Öffne diese Seite mit https"),
        ("/", vec![german, ("User-Agent", IPHONE)], "de", "Details einblenden"),
        ("/room/tea?lang=es", vec![german], "es", "Abre esta página con https"),
        ("/", vec![("Accept-Language", "fr")], "en", "Open this page with https"),
        ("/ca", vec![german], "de", "Das Zertifikat gibt es über https"),
        ("/ca", vec![german, BY_HTTPS, ("User-Agent", IPHONE)], "de", "Zertifikatsvertrauenseinstellungen"),
        ("/ca?lang=es", vec![BY_HTTPS], "es", "Qué no puede hacer"),
    ] {
        let reply = open(&server, path, &headers).await;
        let page = reply.text();
        assert!(page.contains(&format!("<html lang=\"{language}\">")) && page.contains(words), "{path}: {page}");
        assert!(!page.contains("{1}"), "{path}: {page}");
        assert_eq!(reply.header("content-language"), Some(language), "{path}");
        assert!(reply.header("vary").is_some_and(|vary| vary.contains("Accept-Language")), "{path}");
    }
}

#[tokio::test]
async fn helper_page_is_for_navigations_only() {
    let server = TestServer::start(&[]).await;
    for path in ["/", "/room/tea", "/check?a=b", "/chat.html?room=tea"] {
        let page = open(&server, path, &[]).await.text();
        assert!(page.contains(&format!("href=\"https://192.168.1.7:8181{path}\"")), "{path}: {page}");
    }
    for path in ["/", "/check", "/check/js/page.js", "/api/addresses", "/js/ui.js"] {
        let reply = server.get_with(path, &[LAN, ("Accept", "*/*")]).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(!reply.text().contains("Open this page with https"), "{path}");
    }
}

#[tokio::test]
async fn authority_is_given_out_by_https_only() {
    let server = TestServer::start(&[]).await;
    let paths = ["/switchboard-ca.crt", "/switchboard-ca.mobileconfig", "/ca"];
    for path in paths {
        for accept in ["*/*", "text/html"] {
            let reply = server.get_with(path, &[LAN, ("Accept", accept)]).await;
            assert_eq!(reply.status, 403, "{path}");
            assert!(reply.text().contains(&format!("href=\"https://192.168.1.7:8181{path}\"")), "{path}");
            assert!(!reply.text().contains("CERTIFICATE-----") && !reply.text().contains("com.apple"), "{path}");
        }
        assert_eq!(server.get_with(path, &[LAN, BY_HTTPS]).await.status, 200, "{path}");
        // On this machine nothing is between.
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }

    // By TLS, as a phone does it.
    let root = server.get("/switchboard-ca.crt").await.body;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&root).expect("a certificate")).expect("a root");
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let connector = TlsConnector::from(Arc::new(config));
    let stream = within("TLS", connector.connect(name, server.stream().await)).await.expect("TLS");
    let reply = request(stream, "GET", "/switchboard-ca.crt", &[LAN], b"").await;
    assert_eq!((reply.status, reply.body), (200, root));
}

#[tokio::test]
async fn profile_is_a_plist_that_contains_the_authority() {
    let server = TestServer::start(&[]).await;
    let reply = server.get_with("/switchboard-ca.mobileconfig", &[LAN, BY_HTTPS]).await;
    assert_eq!(reply.header("content-type"), Some("application/x-apple-aspen-config"));
    let root = server.get("/switchboard-ca.crt").await.body;
    let root = CertificateDer::from_pem_slice(&root).expect("a certificate");
    let profile = plist::Value::from_reader_xml(&reply.body[..]).expect("a property list");
    let profile = profile.as_dictionary().expect("a dictionary");
    let text = |key: &str| profile.get(key).and_then(plist::Value::as_string);
    assert_eq!(text("PayloadType"), Some("Configuration"));
    let payloads = profile.get("PayloadContent").and_then(plist::Value::as_array).expect("payloads");
    let [payload] = &payloads[..] else { panic!("{payloads:?}") };
    let payload = payload.as_dictionary().expect("a dictionary");
    assert_eq!(payload.get("PayloadType").and_then(plist::Value::as_string), Some("com.apple.security.root"));
    assert_eq!(payload.get("PayloadContent").and_then(plist::Value::as_data), Some(root.as_ref()));
    let uuids = [text("PayloadUUID"), payload.get("PayloadUUID").and_then(plist::Value::as_string)];
    assert!(uuids[0] != uuids[1] && uuids.iter().all(|uuid| uuid.is_some_and(|uuid| uuid.len() == 36)), "{uuids:?}");
    // A second download replaces the first.
    assert_eq!(server.get("/switchboard-ca.mobileconfig").await.body, reply.body);
}

#[tokio::test]
async fn authority_page_shows_its_fingerprint_and_limits() {
    let server = TestServer::start(&[]).await;
    let page = server.get_with("/ca", &[LAN, BY_HTTPS, ("User-Agent", IPHONE)]).await.text();
    let root = server.get("/switchboard-ca.crt").await.body;
    let root = CertificateDer::from_pem_slice(&root).expect("a certificate");
    let hash = ring::digest::digest(&ring::digest::SHA256, &root);
    let bytes: Vec<_> = hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(page.contains(&bytes.join(":<wbr>")), "{page}");
    assert_eq!(open_steps(&page).as_deref(), Some("iPhone and iPad"));
    for word in ["What it can do", "What it cannot do", "Certificate Trust Settings", "Device Management", "remove it"]
    {
        assert!(page.contains(word), "{word}");
    }
    assert!(!page.contains("earlier version"), "{page}");
}

#[tokio::test]
async fn nothing_of_the_authority_is_offered_where_it_does_not_count() {
    // The user's own certificate, and a proxy in front.
    let course = folder(&["index.html"]);
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(course.path().join("cert.crt"), made.cert.pem()).expect("a file");
    std::fs::write(course.path().join("cert.key"), made.signing_key.serialize_pem()).expect("a file");
    let own = TestServer::start(&[name(&course)]).await;
    let behind = TestServer::start(&["--public-url", "https://calls.example.org/signal"]).await;
    for (server, base) in [(&own, "https://192.168.1.7:8181"), (&behind, "https://calls.example.org/signal")] {
        let page = open(server, "/", &[("User-Agent", IPHONE)]).await.text();
        assert!(page.contains(&format!("href=\"{base}/check\"")), "{page}");
        assert!(!page.contains("/ca\"") && !page.contains("authority"), "{page}");
        for path in ["/ca", "/switchboard-ca.mobileconfig"] {
            assert_eq!(server.get_with(path, &[LAN, BY_HTTPS]).await.status, 404, "{base} {path}");
        }
    }
}

#[tokio::test]
async fn check_page_is_there_beside_a_course_page() {
    let course = folder(&["index.html"]);
    let server = TestServer::start(&[name(&course)]).await;
    for path in ["/check", "/check/js/page.js", "/check/js/ui.js", "/check/css/base.css", "/check/js/pages/invite.js"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
    // What the folder has under this name is served instead.
    let own = folder(&["index.html", "check/index.html"]);
    let server = TestServer::start(&[name(&own)]).await;
    assert_eq!(server.get("/check/").await.text(), "check/index.html");
}
