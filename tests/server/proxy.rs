//! Behind a reverse proxy, and opened by http: what forwarded headers change, where pages lead, what `--public-url` sets.

use switchboard::config::Config;
use switchboard::net::proxies::TrustedProxies;

use crate::support::TestServer;
use crate::support::folder::{folder, name};
use crate::support::http::Reply;
use crate::support::program::Program;

const LAN: (&str, &str) = ("Host", "192.168.1.7:8181");
/// What browsers accept when a person opens an address.
const NAVIGATES: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

async fn navigate(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Reply {
    server.get_with(path, &[&[NAVIGATES], headers].concat()).await
}

fn leads_to_https(reply: &Reply, address: &str) -> bool {
    assert_eq!(reply.header("location"), None);
    let leads = reply.text().contains(&format!("href=\"{address}\""));
    let is_ours = reply.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'"));
    assert_eq!(leads, is_ours, "{}", reply.text());
    leads
}

#[tokio::test]
async fn page_opened_by_http_in_lan_leads_to_https() {
    let page = folder(&["index.html", "scripts.js", "sub/index.html"]);
    let with_folder = TestServer::start(&[name(&page)]).await;
    let built_in = TestServer::start(&[]).await;
    for server in [&with_folder, &built_in] {
        let reply = navigate(server, "/?a=b&c='", &[LAN]).await;
        assert_eq!(reply.status, 200);
        assert!(leads_to_https(&reply, "https://192.168.1.7:8181/?a=b&amp;c=&#39;"), "{}", reply.text());
        for host in ["desk.lan:8181", "100.64.0.7:8181", "my-laptop.local:8181", "[fd00::7]:8181"] {
            let reply = navigate(server, "/", &[("Host", host)]).await;
            assert!(leads_to_https(&reply, &format!("https://{host}/")), "{host}");
        }
        // https on the port that http has by default.
        let reply = navigate(server, "/", &[("Host", "192.168.1.7")]).await;
        assert!(leads_to_https(&reply, "https://192.168.1.7:80/"));
        // Not on this machine, where cameras work by http; not at a name on the Internet, where a proxy may be.
        for host in ["localhost:8181", "127.0.0.1", "[::1]:8181", "app.localhost", "calls.example.org", "\"><b>"] {
            let reply = navigate(server, "/", &[("Host", host)]).await;
            assert!(!reply.text().contains("Open this page with https"), "{host}");
            assert_eq!(reply.status, 200, "{host}");
        }
    }
    assert_eq!(navigate(&with_folder, "/nothing", &[LAN]).await.status, 404);
    assert_eq!(navigate(&with_folder, "/scripts.js", &[LAN]).await.text(), "scripts.js");
}

#[tokio::test]
async fn files_and_sockets_in_lan_are_served_by_http() {
    let page = folder(&["index.html", "part.html"]);
    let server = TestServer::start(&[name(&page)]).await;
    let poll = "/socket.io/?EIO=4&transport=polling";
    for path in ["/index.html", "/part.html", "/socket.io/socket.io.js", poll, "/healthz"] {
        let reply = server.get_with(path, &[LAN, ("Accept", "*/*")]).await;
        assert_eq!((reply.status, reply.header("location")), (200, None), "{path}");
    }
    assert_eq!(server.get_with("/part.html", &[LAN]).await.text(), "part.html");
}

#[tokio::test]
async fn request_that_proxy_received_by_https_stays() {
    for flags in [&[][..], &["--trust-proxy"], &["--public-url", "https://calls.lan"]] {
        let server = TestServer::start(flags).await;
        for forwarded in [
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-For", "203.0.113.7"),
            ("X-Forwarded-Host", "calls.lan"),
            ("Forwarded", "for=203.0.113.7;proto=https"),
            ("Via", "1.1 proxy"),
            ("Sec-Fetch-Mode", "navigate"),
        ] {
            let reply = navigate(&server, "/", &[("Host", "calls.lan"), forwarded]).await;
            assert_eq!((reply.status, reply.header("location")), (200, None), "{flags:?} {forwarded:?}");
            assert!(reply.text().contains("id=\"call\""), "{flags:?} {forwarded:?}");
        }
    }
}

#[tokio::test]
async fn public_url_is_allowed_and_redirected_to() {
    let public = "https://calls.example.org/signal/";
    let server = TestServer::start(&["--public-url", public]).await;
    let poll = "/socket.io/?EIO=4&transport=polling";
    assert_eq!(server.get_with(poll, &[("Origin", "https://calls.example.org")]).await.status, 200);
    assert_eq!(server.get_with(poll, &[("Origin", "https://example.org")]).await.status, 403);
    let by_http = [("Host", "calls.example.org"), ("X-Forwarded-Proto", "http")];
    let reply = navigate(&server, "/room/tea?a=b", &by_http).await;
    assert_eq!(reply.status, 307);
    assert_eq!(reply.header("location"), Some("https://calls.example.org/signal/room/tea?a=b"));
    let reply = server.get_with(poll, &by_http).await;
    assert_eq!((reply.status, reply.header("location")), (200, None));
    let reply = navigate(&server, "/room/tea", &[LAN]).await;
    assert!(leads_to_https(&reply, "https://calls.example.org/signal/room/tea"));
    let addresses: serde_json::Value = serde_json::from_str(&server.get("/api/addresses").await.text()).expect("JSON");
    assert_eq!(addresses["publicUrl"], "https://calls.example.org/signal");
    // Without https there is nothing better to lead to.
    let server = TestServer::start(&["--public-url", "http://calls.example.org"]).await;
    assert_eq!(navigate(&server, "/", &by_http).await.status, 200);
}

#[tokio::test]
async fn forwarded_header_without_flag_causes_one_warning() {
    let is_warning = |line: &str| line.contains("--trust-proxy");
    let mut program =
        Program::start_keeping(&[], |line| line.contains("--trust-proxy") || line.contains("since")).await;
    for path in ["/", "/healthz", "/socket.io/?EIO=4&transport=polling", "/api/addresses"] {
        program.server.get_with(path, &[("X-Forwarded-For", "203.0.113.7")]).await;
    }
    program.stop().await;
    let log = program.log_until("since the start").await;
    let warnings: Vec<_> = log.iter().filter(|line| is_warning(line)).collect();
    assert_eq!(warnings.len(), 1, "{log:?}");
    // What it advises is what the command line takes.
    let flag = warnings[0].split(' ').find(|word| word.starts_with("--trust-proxy")).expect("a flag");
    let flag = flag.trim_end_matches([';', ',']);
    assert_eq!(Config::from_args([flag]).expect("flags").listening.trust_proxy, "127.0.0.1".parse().expect("a proxy"));
}

#[tokio::test]
async fn trusted_proxy_causes_no_warning() {
    let mut program = Program::start_keeping(&["--trust-proxy=127.0.0.1"], |line| {
        line.contains("--trust-proxy") || line.contains("since")
    })
    .await;
    program.server.get_with("/", &[("X-Forwarded-For", "203.0.113.7")]).await;
    program.stop().await;
    assert_eq!(program.log_until("since the start").await.len(), 1);
}

#[tokio::test]
async fn forged_forwarded_entries_do_not_change_the_address() {
    // Both connections come from one client, which writes something else before what the proxies add.
    let most = ["--max-connections-per-address", "1"];
    for (flag, added) in [
        ("--trust-proxy", "203.0.113.7"),
        ("--trust-proxy=127.0.0.1", "203.0.113.7"),
        ("--trust-proxy=127.0.0.0/8,192.0.2.8", "203.0.113.7, 192.0.2.8"),
    ] {
        let server = TestServer::start(&[&[flag], &most[..]].concat()).await;
        let poll = "/socket.io/?EIO=4&transport=polling";
        let mut answers = Vec::new();
        for forged in ["", "198.51.100.1, ", "198.51.100.2, 127.0.0.1, "] {
            let header = format!("{forged}{added}");
            answers.push(server.get_with(poll, &[("X-Forwarded-For", &header)]).await.status);
        }
        assert_eq!(answers, [200, 503, 503], "{flag}");
        assert_eq!(server.get_with(poll, &[("X-Forwarded-For", "203.0.113.8")]).await.status, 200, "{flag}");
    }
    // From an address that is no proxy the header changes nothing.
    let server = TestServer::start(&[&["--trust-proxy=192.0.2.8"], &most[..]].concat()).await;
    let poll = "/socket.io/?EIO=4&transport=polling";
    for (number, expected) in [(1, 200), (2, 503)] {
        let header = format!("203.0.113.{number}");
        assert_eq!(server.get_with(poll, &[("X-Forwarded-For", &header)]).await.status, expected);
    }
}

#[test]
fn proxies_are_named_behind_an_equals_sign() {
    let parsed = |flags: &[&str]| Config::from_args(flags.iter().copied()).expect("flags");
    assert_eq!(parsed(&[]).listening.trust_proxy, TrustedProxies::None);
    let config = parsed(&["--trust-proxy", "folder"]);
    assert_eq!(config.listening.trust_proxy, TrustedProxies::Private);
    assert_eq!(config.folder.expect("a folder").to_str(), Some("folder"));
    let listed = parsed(&["--trust-proxy=10.0.0.1,2001:db8::/32"]).listening.trust_proxy;
    assert!(matches!(&listed, TrustedProxies::Listed(networks) if networks.len() == 2), "{listed:?}");
    for wrong in ["--trust-proxy=proxy.example.org", "--public-url=calls.example.org"] {
        let fault = Config::from_args([wrong]).expect_err("a fault").to_string();
        assert!(fault.contains("write") || fault.contains("like"), "{fault}");
    }
}
