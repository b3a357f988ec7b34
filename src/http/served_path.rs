//! Which paths of a served folder may be served.

use std::path::{Component, Path};

/// Whether a path relative to the folder may be served.
pub(super) fn is_served(path: &Path) -> bool {
    is_sound(path) && !is_withheld(path)
}

/// Whether a path leads down only, by names that mean the same on every operating system: no `..`, no drive letters, no
/// backslashes.
pub(super) fn is_sound(path: &Path) -> bool {
    path.components().all(|component| match component {
        Component::Normal(name) => name.to_str().is_some_and(|name| !name.contains(['\\', '\0', ':'])),
        _ => false,
    })
}

/// Whether a path names a private key, a dot file, an installed package or a file of the old server. `/.well-known/` at the
/// top is public (RFC 8615).
pub(super) fn is_withheld(path: &Path) -> bool {
    path.components().enumerate().any(|(depth, component)| {
        let name = component.as_os_str().to_string_lossy().to_lowercase();
        let key = name.ends_with(".key") || name.ends_with(".pem");
        let package = name.starts_with("package") && name.ends_with(".json");
        let dot = name.starts_with('.') && !(depth == 0 && name == ".well-known");
        dot || key || package || name == "node_modules" || name == "server.js"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn served_path_leads_down_to_a_public_file() {
        for path in ["", "index.html", "js/call.js", ".well-known/acme", "keys.html", "pack.json"] {
            assert!(is_served(Path::new(path)), "{path}");
        }
        for path in ["..", "js/../../x", "/etc/passwd", "c:x", "a\\b", "a\0"] {
            assert!(!is_sound(Path::new(path)), "{path}");
        }
        for path in
            ["cert.KEY", "a.pem", ".git/config", "js/.well-known/x", "node_modules/a.js", "server.js", "Package.json"]
        {
            assert!(is_withheld(Path::new(path)), "{path}");
        }
    }
}
