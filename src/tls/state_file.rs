//! The files that the server keeps between runs: its certificates and keys.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use etcetera::BaseStrategy;

/// Which users may read a file. On Windows a file has the access rights of its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Mode 0600.
    Owner,
    /// Mode 0644.
    All,
}

/// The folder for the server's files: `--state-dir`, or `switchboard` in the platform's data folder. Makes it if needed.
///
/// # Errors
/// A user without a home folder, and a folder that cannot be made.
pub(super) fn state_dir(chosen: Option<&Path>) -> Result<PathBuf> {
    let dir = match chosen {
        Some(dir) => dir.to_owned(),
        None => etcetera::choose_base_strategy()
            .context("There is no home folder to keep the certificate in: name a folder with --state-dir.")?
            .data_dir()
            .join("switchboard"),
    };
    fs::create_dir_all(&dir)
        .with_context(|| format!("{} cannot be made: choose another folder with --state-dir.", dir.display()))?;
    Ok(dir)
}

/// Locks a folder against other servers that start at the same moment. Dropping the file unlocks it.
///
/// # Errors
/// A folder that cannot be written.
pub(super) fn lock(dir: &Path) -> Result<fs::File> {
    let path = dir.join("switchboard.lock");
    fs::File::create(&path).and_then(|file| file.lock().map(|()| file)).with_context(|| cannot_write(&path))
}

/// Reads a text file.
///
/// # Errors
/// A file that cannot be read.
pub(super) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read.", path.display()))
}

/// Writes a file atomically: other programs read either the old content or the new one.
///
/// # Errors
/// A folder that cannot be written. The old file is unchanged then.
pub(super) fn write(path: &Path, text: &str, readers: Readers) -> Result<()> {
    persist(path, text, readers).with_context(|| cannot_write(path))
}

fn persist(path: &Path, text: &str, readers: Readers) -> std::io::Result<()> {
    let mut draft = tempfile::Builder::new();
    draft.prefix("switchboard.draft-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        draft.permissions(fs::Permissions::from_mode(match readers {
            Readers::Owner => 0o600,
            Readers::All => 0o644,
        }));
    }
    #[cfg(not(unix))]
    let _ = readers;
    // A file can only be renamed within its file system: the draft is in the same folder.
    let mut file = draft.tempfile_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

fn cannot_write(path: &Path) -> String {
    format!("{} cannot be written: choose another folder with --state-dir.", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn write_replaces_the_file_and_leaves_no_draft() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("switchboard.key");
        for text in ["old and longer", "new"] {
            write(&path, text, Readers::Owner).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert!(write(&dir.path().join("none/switchboard.key"), "", Readers::Owner).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn key_file_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (key, cert) = (dir.path().join("switchboard.key"), dir.path().join("switchboard.crt"));
        // A key that replaces a file with more readers has its own mode.
        write(&key, "", Readers::All).unwrap();
        write(&key, "", Readers::Owner).unwrap();
        write(&cert, "", Readers::All).unwrap();
        assert_eq!(mode(&key), 0o600);
        // The user's umask may take rights away.
        assert_eq!(mode(&cert) & 0o600, 0o600);
    }
}
