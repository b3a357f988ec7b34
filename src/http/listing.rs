//! The list of pages in a served folder that has no `index.html`.

use std::fs;
use std::path::{Path, PathBuf};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::language::Language;
use super::own_page::{escape, page};
use super::page_words as words;
use super::served_path::is_served;

/// Most names that a page lists, and most that the server reads for it.
const MAX_LISTED: usize = 200;
const MAX_READ: usize = 10_000;
/// Every character with a meaning in a URL is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The list for this URL path, or a redirect to the path with a slash at the end. `None` if the path is not a folder, or if
/// the folder or the served folder has an `index.html`: then that page decides what is shown.
pub(super) async fn listing(root: &Path, path: &str, language: Language) -> Option<Response> {
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let relative = PathBuf::from(decoded.trim_start_matches('/'));
    if !is_served(&relative) {
        return None;
    }
    let root = root.to_owned();
    let names = tokio::task::spawn_blocking(move || read(&root, &relative)).await.ok()??;
    if !path.ends_with('/') {
        // The links in the list are relative to the folder. The redirect is relative, too: `//host/` would lead to another
        // server.
        let folder = format!("./{}/", path.rsplit('/').next().unwrap_or_default());
        let to = HeaderValue::from_str(&folder).ok()?;
        return Some((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response());
    }
    Some(show(decoded.trim_matches('/'), &names, language))
}

/// The pages and folders in a folder. The names of folders end with a slash.
fn read(root: &Path, relative: &Path) -> Option<Vec<String>> {
    let is_page_of_its_own = |folder: &Path| folder.join("index.html").exists();
    let folder = fs::canonicalize(root.join(relative)).ok()?;
    let is_inside = folder.strip_prefix(root).is_ok_and(is_served);
    if !is_inside || is_page_of_its_own(root) || is_page_of_its_own(&folder) {
        return None;
    }
    let mut names: Vec<String> = fs::read_dir(&folder)
        .ok()?
        .take(MAX_READ)
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let real = fs::canonicalize(folder.join(&name)).ok()?;
            if name.starts_with('.') || !is_served(Path::new(&name)) || !real.strip_prefix(root).is_ok_and(is_served) {
                return None;
            }
            if real.is_dir() { Some(format!("{name}/")) } else { is_page(&name).then_some(name) }
        })
        .collect();
    names.sort_by_key(|name| (name.ends_with('/'), name.to_lowercase()));
    Some(names)
}

fn is_page(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".html") || name.ends_with(".htm")
}

fn show(folder: &str, names: &[String], language: Language) -> Response {
    let mut main = format!("<p>{}</p>\n<ul>\n", words::NO_INDEX.in_language(language));
    if !folder.is_empty() {
        main += &format!("<li><a href=\"../\">{}</a></li>\n", words::FOLDER_ABOVE.in_language(language));
    }
    for name in names.iter().take(MAX_LISTED) {
        let (bare, slash) = name.strip_suffix('/').map_or((name.as_str(), ""), |bare| (bare, "/"));
        let link = utf8_percent_encode(bare, ENCODED);
        main += &format!("<li><a href=\"./{link}{slash}\">{}</a></li>\n", escape(name));
    }
    main += "</ul>\n";
    if names.len() > MAX_LISTED {
        let more = (names.len() - MAX_LISTED).to_string();
        main += &format!("<p>{}</p>\n", words::MORE.with(language, &more));
    }
    if names.is_empty() {
        main += &format!("<p>{}</p>\n", words::EMPTY.in_language(language));
    }
    page(language, &words::PAGES_IN.with(language, folder), &main)
}

/// The warning at the start about a folder without an `index.html`.
pub(super) fn warning(folder: &Path) -> Option<String> {
    if folder.join("index.html").exists() {
        return None;
    }
    let inside = fs::read_dir(folder).into_iter().flatten().take(MAX_READ).filter_map(|entry| {
        let path = entry.ok()?.path();
        let is_served = path.file_name().is_some_and(|name| is_served(Path::new(name)));
        (is_served && path.join("index.html").is_file()).then_some(path)
    });
    let meant = inside.min().map(|path| format!(" There is one in {}: did you mean that?", path.display()));
    Some(format!(
        "{} has no index.html: the server lists the pages in it instead.{}",
        folder.display(),
        meant.unwrap_or_default()
    ))
}
