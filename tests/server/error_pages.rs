//! What a person gets who opens an address without a page, and what programs get there; files as browsers ask for them.

use crate::support::TestServer;
use crate::support::folder::{folder, name};
use crate::support::http::Reply;

/// What browsers send when they open an address.
const NAVIGATES: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

fn assert_page_with_way_on(reply: &Reply, status: u16, sentence: &str) {
    let text = reply.text();
    assert_eq!((reply.status, reply.header("content-type")), (status, Some("text/html; charset=utf-8")), "{text}");
    let policy = reply.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-"), "{policy}");
    assert!(text.contains("<h1>") && text.contains("To the start</a>") && text.contains(sentence), "{text}");
    assert_eq!(reply.header("content-length"), Some(text.len().to_string().as_str()));
}

#[tokio::test]
async fn refusals_are_pages_for_people_and_text_for_programs() {
    let server = TestServer::start(&[]).await;
    for (path, status, sentence) in [
        ("/no/such/page", 404, "There is no such page here."),
        ("/room/a/b", 404, "There is no such page here."),
        ("/api/qr.svg", 400, "A QR code needs a text of 1 to 512 bytes"),
        ("/socket.io/no.js", 404, "To the start"),
    ] {
        assert_page_with_way_on(&server.get_with(path, &[NAVIGATES]).await, status, sentence);
        for accept in ["*/*", "application/json", "image/avif,image/webp,*/*;q=0.8"] {
            let reply = server.get_with(path, &[("Accept", accept)]).await;
            assert_eq!(reply.status, status, "{path}");
            assert!(!reply.text().contains('<'), "{path}: {}", reply.text());
        }
    }
    assert_page_with_way_on(&server.request("POST", "/", &[NAVIGATES], b"").await, 405, "To the start");
    let link = server.get_with("/room/a/b", &[NAVIGATES]).await.text();
    assert!(link.contains("href=\"../../\""), "{link}");
}

#[tokio::test]
async fn refusals_are_in_the_language_of_the_browser_and_english_for_programs() {
    let course = folder(&["a.html"]);
    let built_in = TestServer::start(&[]).await;
    let of_folder = TestServer::start(&[name(&course)]).await;
    let german = ("Accept-Language", "en;q=0.5, de-CH");
    for (server, path, language, title, sentence) in [
        (&built_in, "/nothing", "de", "<h1>Seite nicht gefunden</h1>", "Hier gibt es keine solche Seite."),
        (&built_in, "/nothing?lang=es", "es", "<h1>Página no encontrada</h1>", "Al inicio</a>"),
        (&built_in, "/api/qr.svg", "de", "<h1>Das hat nicht geklappt</h1>", "Ein QR-Code braucht einen Text"),
        // A sentence without words in German.
        (&built_in, "/socket.io/no.js", "de", "<h1>Seite nicht gefunden</h1>", "<p lang=\"en\">There are"),
        (&of_folder, "/nothing.html", "de", "<h1>Seite nicht gefunden</h1>", "Im bereitgestellten Ordner"),
        (&of_folder, "/server.key", "de", "<h1>Seite nicht gefunden</h1>", "Dateien dieses Namens werden nie"),
        (&of_folder, "/", "de", "<h1>Seiten in /</h1>", "Der bereitgestellte Ordner hat keine index.html."),
    ] {
        let reply = server.get_with(path, &[NAVIGATES, german]).await;
        let page = reply.text();
        assert!(page.contains(title) && page.contains(sentence), "{path}: {page}");
        assert!(page.contains(&format!("<html lang=\"{language}\">")) && !page.contains("{1}"), "{path}: {page}");
        assert_eq!(reply.header("content-language"), Some(language), "{path}");
        assert_eq!(reply.header("vary"), Some("Accept-Language"), "{path}");
        if path != "/" {
            let programs = [server.get(path).await, server.get_with(path, &[german, ("Accept", "*/*")]).await];
            assert_eq!(programs[0].body, programs[1].body, "{path}");
            assert!(!programs[1].text().contains('<') && programs[1].header("content-language").is_none(), "{path}");
        }
    }
}

#[tokio::test]
async fn refusals_of_a_folder_are_pages_for_people() {
    let page = folder(&["index.html", "server.key"]);
    let server = TestServer::start(&[name(&page)]).await;
    assert_page_with_way_on(
        &server.get_with("/nothing.html", &[NAVIGATES]).await,
        404,
        "no such file in the served folder",
    );
    assert_page_with_way_on(
        &server.get_with("/server.key", &[NAVIGATES]).await,
        404,
        "Files of this name are never served",
    );
    assert_eq!(server.get_with("/", &[NAVIGATES]).await.text(), "index.html", "pages are as they are");
}

#[tokio::test]
async fn refusals_for_programs_stay_json_for_people() {
    let server = TestServer::start(&["--password", "oak"]).await;
    let reply = server.get_with("/api/ice-servers", &[NAVIGATES]).await;
    assert_eq!(reply.header("content-type"), Some("application/json"), "{}", reply.text());
}

#[tokio::test]
async fn asked_address_is_no_markup_in_the_page() {
    let server = TestServer::start(&[]).await;
    let text = server.get_with("/x'y&z&amp;/%3Cscript%3Ealert(1)%3C/script%3E", &[NAVIGATES]).await.text();
    assert!(text.contains("/x&#39;y&amp;z&amp;amp;/%3Cscript%3Ealert(1)"), "{text}");
}

#[tokio::test]
async fn built_in_files_are_compressed_where_that_is_accepted() {
    let server = TestServer::start(&[]).await;
    for path in ["/", "/room/tea", "/css/base.css", "/icons.svg", "/switchboard.esm.js", "/check"] {
        let plain = server.get(path).await;
        let packed = server.get_with(path, &[("Accept-Encoding", "gzip, deflate, br")]).await;
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None), "{path}");
        assert_eq!((packed.status, packed.header("content-encoding")), (200, Some("gzip")), "{path}");
        assert!(packed.body.len() < plain.body.len() * 2 / 3, "{path}: {} of {}", packed.body.len(), plain.body.len());
        let tags = [&plain, &packed].map(|reply| reply.header("etag").expect("a tag").to_owned());
        assert_ne!(tags[0], tags[1], "{path}");
        let again = server.get_with(path, &[("Accept-Encoding", "gzip"), ("If-None-Match", &tags[1])]).await;
        assert_eq!((again.status, again.header("vary")), (304, Some("accept-encoding")), "{path}");
    }
    let picture = server.get_with("/icons/icon-192.png", &[("Accept-Encoding", "gzip")]).await;
    assert_eq!((picture.header("content-type"), picture.header("content-encoding")), (Some("image/png"), None));
}

#[tokio::test]
async fn manifest_names_pictures_that_there_are() {
    let server = TestServer::start(&[]).await;
    let reply = server.get("/manifest.webmanifest").await;
    assert_eq!(reply.header("content-type"), Some("application/manifest+json"));
    let manifest: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
    let icons = manifest["icons"].as_array().expect("icons");
    assert!(icons.iter().any(|icon| icon["purpose"] == "maskable"));
    for icon in icons {
        // Relative, so that they are found below the path of a proxy.
        let source = icon["src"].as_str().expect("an address");
        assert!(!source.starts_with('/') && !source.contains("://"), "{source}");
        let picture = server.get(&format!("/{source}")).await;
        assert_eq!((picture.status, picture.header("content-type")), (200, icon["type"].as_str()), "{source}");
    }
}

#[tokio::test]
async fn built_in_names_are_the_folder_s_where_one_is_served() {
    let page = folder(&["index.html", "icons.svg"]);
    let server = TestServer::start(&[name(&page)]).await;
    assert_eq!(server.get("/icons.svg").await.text(), "icons.svg");
    for path in ["/manifest.webmanifest", "/icons/icon-192.png", "/styleguide", "/css/base.css"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn style_guide_is_in_debug_builds_alone() {
    let server = TestServer::start(&[]).await;
    let status = if cfg!(debug_assertions) { 200 } else { 404 };
    for path in ["/styleguide", "/styleguide/styleguide.css", "/styleguide/styleguide.js"] {
        assert_eq!(server.get(path).await.status, status, "{path}");
    }
    for path in ["/styleguide/../Cargo.toml", "/styleguide/%2e%2e/Cargo.toml", "/styleguide/no.css"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}
