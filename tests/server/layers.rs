//! The layers and the rules of the code (docs/decisions/0001-layers.md), held against the source itself.

use std::fs;
use std::path::{Path, PathBuf};

/// All that `core` may use, and what it must do without: it is plain data and rules.
const IN_CORE: [&str; 8] = ["std", "serde", "serde_json", "bytes", "thiserror", "crate", "super", "self"];
const NOT_IN_CORE: [&str; 6] = ["tokio", "async fn", ".await", "Instant::now", "SystemTime::now", "std::net"];

const SERVER_STEPS: [usize; 6] = [8, 9, 10, 11, 19, 21];
const BROWSER_STEPS: [usize; 17] = [1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, 20, 22, 23];

struct Source {
    /// Below the folder that was read, with `/` between the parts.
    name: String,
    text: String,
}

impl Source {
    /// The text without the unit tests at its end.
    fn without_tests(&self) -> &str {
        self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default()
    }

    /// The top-level module that it belongs to: its folder, or its own name.
    fn module(&self) -> &str {
        self.name.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }
}

/// All files below a folder of the project whose names end so.
fn sources(folder: &str, ending: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut folders, mut sources) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path: PathBuf = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let name = path.strip_prefix(&root).expect("below the root").to_string_lossy().replace('\\', "/");
                sources.push(Source { name, text: fs::read_to_string(&path).expect("a readable file") });
            }
        }
    }
    assert!(!sources.is_empty(), "no *{ending} in {folder}");
    sources
}

/// The table of the decision: each module, and the modules that it may import.
fn table() -> Vec<(String, Vec<String>)> {
    let decision = sources("docs/decisions", "0001-layers.md").remove(0).text;
    let rows = decision.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|');
        let module = cells.next()?.trim().trim_end_matches('`').to_owned();
        let imports = cells.next()?.split('`').map(str::trim).filter(|name| !name.is_empty());
        Some((module, imports.map(str::to_owned).collect()))
    });
    rows.collect()
}

/// The paths that a text names, `{...}` resolved one level deep: `crate::a::b`, `super::c`.
fn paths_named(text: &str) -> Vec<String> {
    let mut named = Vec::new();
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|l| format!("{l}\n")).collect();
    for root in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(root) {
            let is_part = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            if is_part {
                continue;
            }
            let rest = &code[at..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(rest.len());
            let (path, rest) = rest.split_at(end);
            match rest.strip_prefix('{').and_then(|group| group.split('}').next()) {
                Some(group) if path.ends_with("::") => {
                    named.extend(group.split(',').map(|name| format!("{path}{}", name.trim())));
                }
                _ => named.push(path.to_owned()),
            }
        }
    }
    named
}

/// The module path of a file: `hub/peer.rs` is `hub::peer`, `hub/mod.rs` is `hub`.
fn path_of(file: &str) -> String {
    let path = file.trim_end_matches(".rs").replace('/', "::");
    path.strip_suffix("::mod").unwrap_or(&path).to_owned()
}

/// The file that a path, as it stands in a file, leads to: that of the longest module path in it.
fn target(path: &str, from: &str, files: &[String]) -> Option<String> {
    let mut parts: Vec<&str> = from.split("::").collect();
    let mut rest = path;
    while let Some((first, after)) = rest.split_once("::") {
        match first {
            "crate" => parts.clear(),
            "super" => _ = parts.pop(),
            "self" => {}
            _ => break,
        }
        rest = after;
    }
    parts.extend(rest.split("::"));
    (1..=parts.len()).rev().map(|count| parts[..count].join("::")).find(|path| files.contains(path))
}

#[test]
fn imports_are_as_the_table_says() {
    let table = table();
    let mut faults = Vec::new();
    for source in sources("src", ".rs") {
        let Some((module, allowed)) = table.iter().find(|(module, _)| module == source.module()) else {
            let is_root = matches!(source.name.as_str(), "lib.rs" | "main.rs");
            assert!(is_root, "{} is in no module of the table", source.name);
            continue;
        };
        for path in paths_named(source.without_tests()) {
            let Some(named) = path.strip_prefix("crate::").map(|path| path.split("::").next().unwrap_or_default())
            else {
                continue;
            };
            assert!(table.iter().any(|(module, _)| module == named), "{} names {path}, not in the table", source.name);
            if named != module && !allowed.iter().any(|allowed| allowed == named) {
                faults.push(format!("{} must not name {named}", source.name));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn files_import_each_other_in_no_circle() {
    let sources = sources("src", ".rs");
    let files: Vec<String> = sources.iter().map(|source| path_of(&source.name)).collect();
    let mut imports: Vec<(String, Vec<String>)> = Vec::new();
    for source in &sources {
        let from = path_of(&source.name);
        let named = paths_named(source.without_tests());
        let to: std::collections::BTreeSet<String> =
            named.iter().filter_map(|path| target(path, &from, &files)).filter(|to| *to != from).collect();
        imports.push((from.clone(), to.into_iter().collect()));
    }
    // Files that import none of those left, or that none of those left imports, are taken away, again and again.
    loop {
        let left: Vec<String> = imports.iter().map(|(file, _)| file.clone()).collect();
        imports.iter_mut().for_each(|(_, to)| to.retain(|to| left.contains(to)));
        let imported: Vec<String> = imports.iter().flat_map(|(_, to)| to.clone()).collect();
        imports.retain(|(file, to)| !to.is_empty() && imported.contains(file));
        if imports.len() == left.len() {
            break;
        }
    }
    assert!(imports.is_empty(), "circles among {imports:#?}");
}

#[test]
fn the_reader_of_imports_sees_all_of_them() {
    let text =
        "use crate::hub::Hub;\nuse crate::{http, core::call};\nuse super::item;\nfn f(x: crate::tls::Options) {}";
    assert_eq!(
        paths_named(text),
        ["crate::hub::Hub", "crate::http", "crate::core::call", "crate::tls::Options", "super::item"]
    );
    let files = ["hub".to_owned(), "hub::peer".to_owned()];
    assert_eq!(target("super::peer::Peer", "hub::outbox", &files).as_deref(), Some("hub::peer"));
    assert_eq!(target("super::Hub", "hub::peer", &files).as_deref(), Some("hub"));
    assert_eq!(target("crate::hub::peer", "core", &files).as_deref(), Some("hub::peer"));
}

#[test]
fn core_is_plain_data_and_rules() {
    for source in sources("src/core", ".rs").into_iter().chain(sources("src/protocol", ".rs")) {
        let code = source.without_tests().lines().map(str::trim).filter(|line| !line.starts_with("//"));
        for line in code {
            for word in NOT_IN_CORE {
                let has = line.split(word).skip(1).any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
                assert!(!has, "{} (core, protocol) must do without {word}", source.name);
            }
            if let Some(path) = line.strip_prefix("use ") {
                let root = path.split(':').next().unwrap_or_default();
                assert!(IN_CORE.contains(&root), "{} (core, protocol) must not use {root}", source.name);
            }
        }
    }
}

#[test]
fn root_defines_nothing() {
    let root = sources("src", "lib.rs").remove(0).text;
    let other = root.lines().find(|line| !(line.is_empty() || line.starts_with("//!") || line.starts_with("pub mod ")));
    assert_eq!(other, None);
}

/// Whether `text` marks this step of a list and not merely one whose number begins the same.
fn marks(text: &str, list: &str, step: usize) -> bool {
    let mark = format!("{list} step {step}");
    text.split(&mark).skip(1).any(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[test]
fn every_step_of_the_course_that_is_the_servers_is_marked() {
    let server = [sources("src/transport/socketio", ".rs"), sources("src/core", ".rs")].concat_all();
    for step in SERVER_STEPS {
        assert!(marks(&server, "Course", step), "no \"Course step {step}\" in src/transport/socketio or src/core");
    }
}

#[test]
fn every_step_of_the_course_that_is_the_browsers_is_marked() {
    let pages = [sources("public/js", ".js"), sources("public/switchboard", ".js")].concat_all();
    for step in BROWSER_STEPS {
        assert!(marks(&pages, "Course", step), "no \"Course step {step}\" in public/js or public/switchboard");
    }
}

#[test]
fn every_step_of_the_data_channel_course_is_marked_in_the_pages() {
    let pages = [sources("public/js", ".js"), sources("public/switchboard", ".js")].concat_all();
    for step in 1..=16 {
        assert!(marks(&pages, "Pair", step), "no \"Pair step {step}\" in public/js or public/switchboard");
    }
}

/// All texts one after the other.
trait ConcatAll {
    fn concat_all(self) -> String;
}

impl<const N: usize> ConcatAll for [Vec<Source>; N] {
    fn concat_all(self) -> String {
        self.into_iter().flatten().map(|source| source.text).collect()
    }
}

#[test]
fn every_file_is_short_and_says_what_it_is() {
    for source in sources("src", ".rs") {
        assert!(source.text.starts_with("//! "), "{} does not open with //!", source.name);
        let lines = source.text.lines().count();
        assert!(lines <= 350, "{} has {lines} lines", source.name);
    }
}

/// What reads JSON into whatever is wanted of it, by name.
const READERS: [&str; 5] = ["from_str", "from_slice", "from_reader", "from_value", "object"];

/// What a library reads into for us, by name.
const EXTRACTORS: [&str; 6] = ["Data", "TryData", "Json", "Query", "Form", "Path"];

/// The one line that may read a `Value`: by then the signature has proven that the claims are from whom we trust, and
/// tokens are short.
const MAY_READ_A_VALUE: (&str, &str) = ("auth/tokens.rs", "decode::<Value>(token");

/// The words of a line of code.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// The lines by which a file reads a `serde_json::Value`. Where that type is known, each line with a reader has to say
/// that it is a `Tree` what it reads; and neither what a library reads for us may hold one, nor a type that is read.
fn lines_that_read_a_value(text: &str) -> Vec<&str> {
    let is_import = |line: &str| line.contains("serde_json::Value") || line.trim().starts_with("use serde_json::{");
    if !text.lines().any(|line| is_import(line) && words(line).any(|word| word == "Value")) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut is_in_a_type_that_is_read = false;
    for line in text.lines().filter(|line| !line.trim().starts_with("//")) {
        let has = |names: &[&str], ends: &[&str]| {
            let called = |name: &&str| ends.iter().any(|end| line.contains(&format!("{name}{end}")));
            names.iter().filter(|name| words(line).any(|word| word == **name)).any(called)
        };
        let names_it = words(line).any(|word| word == "Value") && !line.trim().starts_with("use ");
        is_in_a_type_that_is_read |= line.contains("#[derive(") && words(line).any(|word| word == "Deserialize");
        if ((has(&READERS, &["(", "::<"]) || has(&["decode"], &["::<"])) && !words(line).any(|word| word == "Tree"))
            || (has(&EXTRACTORS, &["<"]) && names_it)
            || (is_in_a_type_that_is_read && names_it)
        {
            found.push(line.trim());
        }
        is_in_a_type_that_is_read &= line.trim() != "}" && !line.ends_with(';');
    }
    found
}

#[test]
fn what_comes_from_outside_is_read_as_a_tree() {
    let mut is_needed = false;
    for source in sources("src", ".rs").iter().filter(|source| source.name != "protocol/json.rs") {
        for line in lines_that_read_a_value(source.without_tests()) {
            let may = source.name == MAY_READ_A_VALUE.0 && line.contains(MAY_READ_A_VALUE.1);
            assert!(may, "{}: read a protocol::json::Tree instead: {line}", source.name);
            is_needed = true;
        }
    }
    assert!(is_needed, "{MAY_READ_A_VALUE:?} is an exception no more");
}

#[test]
fn the_search_for_what_reads_a_value_finds_each_way() {
    let finds = |code: &str| {
        let text = format!("use serde_json::{{Map, Value}};\n\nfn f() {{\n{code}\n}}\n");
        lines_that_read_a_value(&text).len()
    };
    for code in [
        "let body: Value = serde_json::from_slice(body)?;",
        "let body = serde_json::from_str::<Value>(text);",
        "serde_json::from_reader(body).ok()",
        "let head: Option<Value> = rooms::object(text);",
        "decode::<Value>(token, &key, &validation)",
        "async fn create(Json(body): Json<Value>) {}",
        "move |TryData(auth): TryData<Option<Value>>| {}",
        "#[derive(Debug, Deserialize)]\nstruct Head {\n    id: u8,\n    data: Map<String, Value>,\n}",
        "#[derive(Deserialize)]\nstruct Body(Value);",
        "#[derive(Deserialize)]\nenum Body {\n    Join { id: u8 },\n    Other(Value),\n}",
    ] {
        assert_eq!(finds(code), 1, "{code}");
    }
    for code in [
        "let Tree(body) = serde_json::from_slice(body)?;",
        "move |TryData(auth): TryData<Tree>| {}",
        "#[derive(Deserialize)]\nstruct Head<'a> {\n    data: &'a RawValue,\n}\nstruct Shown(Value);",
        "#[derive(Serialize)]\nstruct Sent(Value);",
        "// let body: Value = serde_json::from_slice(body)?;",
        "fn text(object: &Value) -> &str {}",
    ] {
        assert_eq!(finds(code), 0, "{code}");
    }
    let elsewhere = "use socketioxide_core::Value;\nfn f() { serde_json::from_str(text) }";
    assert!(lines_that_read_a_value(elsewhere).is_empty(), "another type of this name");
    let spelled_out = "fn f() { let body: serde_json::Value = serde_json::from_str(text)?; }";
    assert_eq!(lines_that_read_a_value(spelled_out).len(), 1);
}
