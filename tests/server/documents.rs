//! What the documents name in the code is there.

use std::fs;
use std::path::{Path, PathBuf};

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(project().join(path)).expect("a readable document")
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn course_table_names_functions_that_exist() {
    let course = read("docs/course.md");
    let rows = course.lines().filter(|line| line.starts_with("| ") || line.starts_with("| ~"));
    let mut pairs = 0;
    for row in rows {
        for [file, name] in quoted(row).windows(2).map(|pair| [pair[0], pair[1]]) {
            let folder = match file.rsplit('.').next() {
                Some("js") => "public",
                Some("rs") => "src",
                _ => continue,
            };
            if name.contains('/') {
                continue;
            }
            let text = read(Path::new(folder).join(file));
            assert!(text.contains(name), "{file} has no {name}: {row}");
            pairs += 1;
        }
    }
    assert!(pairs > 40, "{pairs} pairs of a file and a name in docs/course.md");
}

#[test]
fn documents_name_source_files_that_exist() {
    let decisions = fs::read_dir(project().join("docs/decisions")).expect("a readable folder");
    let mut documents: Vec<PathBuf> = decisions.map(|entry| entry.expect("a readable entry").path()).collect();
    for name in ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/engine.md", "docs/limits.md", "docs/protocol.md"]
    {
        documents.push(name.into());
    }
    for document in documents {
        let text = read(&document);
        for path in quoted(&text).into_iter().filter(|path| path.ends_with(".rs") && path.contains('/')) {
            let is_there =
                [".", "src", "crates", "crates/engine/src"].iter().any(|root| project().join(root).join(path).exists());
            assert!(is_there, "{} names {path}", document.display());
        }
    }
}
