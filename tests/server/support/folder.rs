//! Folders made for one test; they are removed when it ends.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// A folder with these files, each holding its own name.
pub fn folder(files: &[&str]) -> TempDir {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    for file in files {
        write(folder.path(), file, file);
    }
    folder
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

pub fn name(folder: &TempDir) -> &str {
    folder.path().to_str().expect("a readable path")
}
