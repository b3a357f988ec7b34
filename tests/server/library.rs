//! The library for people's own pages: `/switchboard.js` and `/switchboard.esm.js`, and what these fetch.

use crate::support::TestServer;
use crate::support::folder::{folder, name};

const SCRIPTS: [&str; 5] = [
    "/switchboard.js",
    "/switchboard.esm.js",
    "/switchboard.details.js",
    "/switchboard.rooms.js",
    "/switchboard.files.js",
];

#[tokio::test]
async fn library_is_served_as_script_and_as_module() {
    let server = TestServer::start(&[]).await;
    for path in SCRIPTS {
        let reply = server.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("content-type"), Some("text/javascript; charset=utf-8"), "{path}");
        assert_eq!(reply.header("cache-control"), Some("no-cache"), "{path}");
    }
    let (classic, module) = (server.get(SCRIPTS[0]).await.text(), server.get(SCRIPTS[1]).await.text());
    assert!(classic.contains("globalThis.Switchboard="), "the classic script sets the global");
    assert!(!classic.contains("import.meta"), "a classic script has no import.meta");
    assert!(module.contains(" as connect,"), "the module exports");
}

#[tokio::test]
async fn library_with_known_etag_is_not_sent_again() {
    let server = TestServer::start(&[]).await;
    for path in SCRIPTS {
        let tag = server.get(path).await.header("etag").expect("an ETag").to_owned();
        let again = server.get_with(path, &[("If-None-Match", &tag)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let changed = server.get_with(path, &[("If-None-Match", "\"an older one\"")]).await;
        assert_eq!(changed.status, 200, "{path}");
    }
}

#[tokio::test]
async fn library_is_public_for_every_origin() {
    let server = TestServer::start(&[]).await;
    for path in SCRIPTS {
        for origin in ["https://elsewhere.example", "null", "http://localhost:3000"] {
            let reply = server.get_with(path, &[("Origin", origin)]).await;
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{path} for {origin}");
        }
    }
}

#[tokio::test]
async fn library_beside_a_folder_is_served_too() {
    let page = folder(&["index.html"]);
    let server = TestServer::start(&[name(&page)]).await;
    for path in SCRIPTS {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn library_in_a_folder_is_served_instead() {
    let page = folder(&["index.html", "switchboard.js"]);
    let server = TestServer::start(&[name(&page)]).await;
    assert_eq!(server.get("/switchboard.js").await.text(), "switchboard.js");
    assert!(server.get("/switchboard.esm.js").await.text().contains(" as connect,"));
}
