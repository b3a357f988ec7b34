//! Files on the same port: the browser client, the built-in pages, and health ("Files on the same port").

use crate::support::folder::{folder, name};
use crate::support::{Client, TestServer, Transport, server};

const SCRIPTS: [&str; 3] =
    ["/socket.io/socket.io.js", "/socket.io/socket.io.min.js", "/socket.io/socket.io.esm.min.js"];

#[tokio::test]
async fn the_browser_client_is_served_as_javascript() {
    let server = TestServer::start(&[]).await;
    for path in SCRIPTS {
        let reply = server.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        let kind = reply.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/javascript") || kind.starts_with("application/javascript"), "{path}: {kind}");
        assert!(reply.text().len() > 1_000, "{path}");
    }
    let (classic, module) = (server.get(SCRIPTS[0]).await.text(), server.get(SCRIPTS[2]).await.text());
    assert!(classic.contains("globalThis.io = io"), "the classic script sets the global io");
    assert!(module.contains("export {"), "the module exports");
    // Neither form may keep what belongs to its parts alone.
    for text in [&classic, &module] {
        assert!(!text.lines().any(|line| line.starts_with("import ")), "a part's import is left over");
    }
    assert!(!classic.lines().any(|line| line.starts_with("export ")), "a part's export is left over");
}

#[tokio::test]
async fn the_browser_client_has_an_etag_and_is_not_sent_twice() {
    let server = TestServer::start(&[]).await;
    for path in SCRIPTS {
        let tag = server.get(path).await.header("etag").expect("an ETag").to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = server.get_with(path, &[("If-None-Match", &known)]).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path} with {known}");
            assert_eq!(again.header("etag"), Some(tag.as_str()), "{path}");
        }
        let changed = server.get_with(path, &[("If-None-Match", "\"an older one\"")]).await;
        assert_eq!(changed.status, 200, "{path}");
    }
}

#[tokio::test]
async fn other_builds_and_source_maps_are_not_found() {
    let server = TestServer::start(&[]).await;
    let others = [
        "socket.io.msgpack.min.js",
        "socket.io.js.map",
        "socket.io.min.js.map",
        "socket.io.esm.min.js.map",
        "engine.js",
        "README.md",
        "nothing",
    ];
    for file in others {
        assert_eq!(server.get(&format!("/socket.io/{file}")).await.status, 404, "{file}");
    }
}

#[tokio::test]
async fn client_scripts_are_served_and_unknown_transport_gets_400() {
    let server = TestServer::start(&[]).await;
    for path in ["/socket.io/", "/socket.io/?EIO=4", "/socket.io/?EIO=4&transport=pigeon"] {
        assert_eq!(server.get(path).await.status, 400, "{path}");
    }
    assert_eq!(server.get("/socket.io/?EIO=4&transport=polling").await.status, 200);
}

#[tokio::test]
async fn a_client_dir_serves_the_official_files_instead() {
    let dir = folder(&["socket.io.js", "socket.io.min.js", "socket.io.js.map", "socket.io.esm.min.js", "secret.txt"]);
    let server = TestServer::start(&["--client-dir", name(&dir)]).await;
    for file in ["socket.io.js", "socket.io.min.js", "socket.io.js.map", "socket.io.esm.min.js"] {
        let reply = server.get(&format!("/socket.io/{file}")).await;
        assert_eq!((reply.status, reply.text()), (200, file.to_owned()));
        let tag = reply.header("etag").expect("an ETag").to_owned();
        let again = server.get_with(&format!("/socket.io/{file}"), &[("If-None-Match", &tag)]).await;
        assert_eq!(again.status, 304);
    }
    for file in ["socket.io.msgpack.min.js", "secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt"] {
        assert_eq!(server.get(&format!("/socket.io/{file}")).await.status, 404, "{file}");
    }
    let mut amy = Client::connect_by(&server, Transport::Upgrade, "amy").await;
    amy.settle().await;
}

#[tokio::test]
async fn client_dir_without_client_is_an_error_with_reason() {
    let empty = folder(&[]);
    let fault = server::build(server::state_dir(), &["--client-dir", name(&empty)]).err().expect("a fault");
    assert!(format!("{fault:#}").contains("socket.io.js"), "{fault:#}");
}

#[tokio::test]
async fn built_in_page_is_served_with_strict_csp() {
    let server = TestServer::start(&[]).await;
    for path in ["/", "/index.html", "/chat.html?room=tea"] {
        let reply = server.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{path}");
        let policy = reply.header("content-security-policy").expect("a policy").to_owned();
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe-"), "{policy}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        let tag = reply.header("etag").expect("an ETag").to_owned();
        assert_eq!(server.get_with(path, &[("If-None-Match", &tag)]).await.status, 304, "{path}");
    }
    assert_eq!(server.get("/no/such/page").await.status, 404);
    assert_eq!(server.request("HEAD", "/", &[], b"").await.status, 200);
    assert_eq!(server.request("POST", "/", &[], b"").await.status, 405);
}

#[tokio::test]
async fn built_in_pages_are_exactly_the_public_files() {
    let server = TestServer::start(&[]).await;
    for path in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/..%2fCargo.toml", "/../src/main.rs", "//etc/passwd"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn health_and_readiness_answer_requests() {
    let server = TestServer::start(&[]).await;
    assert_eq!(server.get("/healthz").await.status, 200);
    assert_eq!(server.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn health_answers_beside_a_served_folder() {
    let page = folder(&["index.html"]);
    let server = TestServer::start(&[name(&page)]).await;
    assert_eq!(server.get("/healthz").await.status, 200);
    assert_eq!(server.get("/readyz").await.status, 200);
}
