//! A served folder: every file of a course page, and no file that must stay private ("Files on the same port").

use crate::support::folder::{folder, name};
use crate::support::program::Program;
use crate::support::{TestServer, server};

#[tokio::test]
async fn a_folder_is_served_as_it_is() {
    let page = folder(&["index.html", "scripts.js", "css/style.css", "sub/index.html", "ein name mit ümlaut.txt"]);
    let server = TestServer::start(&[name(&page)]).await;
    let expected = [
        ("/", "index.html", "text/html"),
        ("/index.html", "index.html", "text/html"),
        ("/scripts.js", "scripts.js", "text/javascript"),
        ("/css/style.css", "css/style.css", "text/css"),
        ("/sub/", "sub/index.html", "text/html"),
        ("/ein%20name%20mit%20%C3%BCmlaut.txt", "ein name mit ümlaut.txt", "text/plain"),
        ("/scripts.js?v=2", "scripts.js", "text/javascript"),
    ];
    for (path, content, kind) in expected {
        let reply = server.get(path).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, content), "{path}");
        assert!(reply.header("content-type").is_some_and(|given| given.starts_with(kind)), "{path}");
        // A course page may load from elsewhere: our policy is for our own pages.
        assert_eq!(reply.header("content-security-policy"), None, "{path}");
    }
    assert_eq!(server.get("/nothing.html").await.status, 404);
    assert_eq!(server.get("/socket.io/socket.io.js").await.status, 200, "the browser client is there too");
}

#[tokio::test]
async fn keys_and_the_old_servers_own_files_are_never_served() {
    let never = [
        "cert.key",
        "CERT.KEY",
        "sub/other.key",
        "server.pem",
        "sub/deep/x.PEM",
        ".env",
        ".git/config",
        "sub/.hidden/file",
        "node_modules/socket.io/index.js",
        "sub/node_modules/x.js",
        "server.js",
        "sub/server.js",
        "package.json",
        "package-lock.json",
    ];
    let page = folder(&[&never[..], &["index.html"]].concat());
    // Its cert.key would be looked at as a certificate's key, which is not what this is about.
    let state = server::state_dir();
    let cert = state.join("switchboard.crt");
    let key = state.join("switchboard.key");
    let (cert, key) = (cert.to_str().expect("a path"), key.to_str().expect("a path"));
    let server = TestServer::start(&[name(&page), "--cert", cert, "--key", key]).await;
    assert_eq!(server.get("/").await.status, 200);
    for file in never {
        let encoded: String = file.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for path in [format!("/{file}"), format!("/./{file}"), format!("//{file}"), format!("/{encoded}")] {
            let reply = server.get(&path).await;
            // Each file holds its own name.
            assert!(reply.text() != file && matches!(reply.status, 400 | 404), "{path}: {}", reply.status);
        }
    }
}

#[tokio::test]
async fn well_known_files_are_served_and_no_other_dot_files() {
    let served = [".well-known/security.txt", ".well-known/acme-challenge/token"];
    let withheld = [".well-known/.env", ".well-known/server.pem", "sub/.well-known/x.txt", ".well-known2/x.txt"];
    let page = folder(&[&served[..], &withheld, &["index.html"]].concat());
    let server = TestServer::start(&[name(&page)]).await;
    for file in served {
        let reply = server.get(&format!("/{file}")).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, file));
    }
    for file in withheld {
        assert_eq!(server.get(&format!("/{file}")).await.status, 404, "{file}");
    }
}

#[tokio::test]
async fn withheld_file_is_explained_to_page_and_logged_once() {
    let page = folder(&["index.html", "package.json"]);
    let mut program =
        Program::start_keeping(&[name(&page)], |line| line.contains("not served") || line.contains("since")).await;
    let there = program.server.get("/package.json").await;
    // Whether there is such a file stays private.
    let absent = program.server.get("/sub/package-data.json").await;
    assert_eq!((there.status, there.text()), (404, absent.text()));
    assert!(there.text().contains("package*.json") && there.text().contains("another name"), "{}", there.text());
    for _ in 0..5 {
        program.server.get("/package.json").await;
        program.server.get("/a%0Ab/.env").await;
    }
    assert!(!program.server.get("/nothing.html").await.text().contains("never served"));
    program.stop().await;
    let log = program.log_until("since the start").await;
    for path in ["/package.json", "/sub/package-data.json", "/a%0Ab/.env"] {
        let lines = log.iter().filter(|line| line.contains(&format!("\"{path}\""))).count();
        assert_eq!(lines, 1, "{path} in {log:#?}");
    }
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let outer = folder(&["secret.txt", "page/index.html", "page/sub/x.txt", "page2/secret.txt"]);
    let inner = outer.path().join("page");
    let server = TestServer::start(&[inner.to_str().expect("a path")]).await;
    let paths = [
        "/../secret.txt",
        "/sub/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2E%2Fsecret.txt",
        "/..%2fsecret.txt",
        "/sub/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/%252e%252e/secret.txt",
        "/..%00/secret.txt",
        "/../page2/secret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/....//secret.txt",
        "//secret.txt",
        "/sub/%2e%2e/%2e%2e/secret.txt",
    ];
    for path in paths {
        let reply = server.get(path).await;
        assert!(!reply.text().contains("secret"), "{path} leads outside");
        assert!(matches!(reply.status, 400 | 404), "{path}: {}", reply.status);
    }
    let absolute = format!("/{}", outer.path().join("secret.txt").display());
    assert_eq!(server.get(&absolute).await.status, 404);
}

#[cfg(unix)]
#[tokio::test]
async fn link_to_outside_or_to_a_key_is_not_followed() {
    use std::os::unix::fs::symlink;
    let outer = folder(&["secret.txt", "page/index.html", "page/.env", "page/real.txt"]);
    let inner = outer.path().join("page");
    symlink(outer.path().join("secret.txt"), inner.join("link.txt")).expect("a link");
    symlink(outer.path(), inner.join("up")).expect("a link");
    symlink(inner.join(".env"), inner.join("env.txt")).expect("a link");
    symlink(inner.join("real.txt"), inner.join("within.txt")).expect("a link");
    std::fs::create_dir(inner.join("sub")).expect("a folder");
    symlink(outer.path().join("secret.txt"), inner.join("sub/index.html")).expect("a link");
    let server = TestServer::start(&[inner.to_str().expect("a path")]).await;
    for path in ["/link.txt", "/up/secret.txt", "/env.txt", "/sub/", "/sub", "/sub/index.html"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
    assert_eq!(server.get("/within.txt").await.text(), "page/real.txt");
}

#[tokio::test]
async fn folder_without_index_lists_pages_and_folders() {
    let page = folder(&[
        "b.html",
        "A.HTM",
        "ein <b> & ümlaut.html",
        "notes.txt",
        ".hidden.html",
        "package.json",
        "node_modules/x.html",
        "sub/deep/page.html",
    ]);
    let server = TestServer::start(&[name(&page)]).await;
    let reply = server.get("/").await;
    assert_eq!(reply.status, 200);
    assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    let policy = reply.header("content-security-policy").expect("a policy of our own page");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-"), "{policy}");
    let links: Vec<_> = links(&reply.text());
    assert_eq!(links, ["./A.HTM", "./b.html", "./ein%20%3Cb%3E%20%26%20%C3%BCmlaut.html", "./sub/"]);
    assert!(reply.text().contains("ein &lt;b&gt; &amp; ümlaut.html"), "{}", reply.text());
    for link in &links {
        assert_eq!(server.get(&link[1..]).await.status, 200, "{link}");
    }
    assert_eq!(self::links(&server.get("/sub/").await.text()), ["../", "./deep/"]);
    let reply = server.get("/sub").await;
    assert_eq!((reply.status, reply.header("location")), (307, Some("./sub/")));
    assert_eq!(server.get("//sub").await.header("location"), Some("./sub/"));
    assert_eq!(server.request("POST", "/", &[], b"").await.status, 404);
    for path in ["/node_modules/", "/..", "/%2e%2e/", "/nothing/", "/b.html/"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

/// The addresses that a page leads to.
fn links(page: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1);
    links.map(|rest| rest.split('"').next().expect("an end").to_owned()).collect()
}

#[cfg(unix)]
#[tokio::test]
async fn listing_omits_files_outside_the_folder() {
    use std::os::unix::fs::symlink;
    let outer = folder(&["secret.html", "other/x.html", "page/own.html"]);
    let inner = outer.path().join("page");
    symlink(outer.path().join("secret.html"), inner.join("link.html")).expect("a link");
    symlink(outer.path().join("other"), inner.join("up")).expect("a link");
    let server = TestServer::start(&[inner.to_str().expect("a path")]).await;
    assert_eq!(links(&server.get("/").await.text()), ["./own.html"]);
    assert_eq!(server.get("/up/").await.status, 404);
}

#[tokio::test]
async fn long_listing_ends() {
    let page = folder(
        &(0..230).map(|n| format!("{n}.html")).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let server = TestServer::start(&[name(&page)]).await;
    let text = server.get("/").await.text();
    assert_eq!(links(&text).len(), 200);
    assert!(text.contains("And 30 more"), "{text}");
}

#[tokio::test]
async fn folder_with_index_is_not_listed() {
    let page = folder(&["index.html", "sub/page.html"]);
    let server = TestServer::start(&[name(&page)]).await;
    assert_eq!(server.get("/").await.text(), "index.html");
    for path in ["/sub", "/sub/"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn folder_without_index_causes_warning_at_start() {
    let page = folder(&["readme.txt", "client/index.html"]);
    let is_warning = |line: &str| line.contains("index.html");
    let program = Program::start_keeping(&[name(&page)], is_warning).await;
    let log = program.log_until("no index.html").await;
    assert!(log[0].contains("client: did you mean that?"), "{log:?}");
}

#[tokio::test]
async fn missing_folder_at_start_is_an_error_with_reason() {
    let page = folder(&["file.txt"]);
    for wrong in ["missing", "file.txt"] {
        let path = page.path().join(wrong);
        let fault = server::build(server::state_dir(), &[path.to_str().expect("a path")]).err().expect("a fault");
        let words = format!("{fault:#}");
        assert!(words.contains(wrong) && words.contains("index.html"), "{words}");
    }
}
