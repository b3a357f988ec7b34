//! The Socket.IO namespaces that a session is connected to.

use engineioxide_core::Str;

/// Most namespaces other than `/` that are remembered.
const MOST: usize = 16;

/// The namespaces of one session.
#[derive(Debug, Default)]
pub(crate) struct Namespaces {
    root: bool,
    others: Vec<Str>,
}

impl Namespaces {
    pub(crate) fn has(&self, name: &str) -> bool {
        if name == "/" { self.root } else { self.others.iter().any(|other| **other == *name) }
    }

    /// Whether a namespace can be remembered.
    pub(crate) fn has_room(&self, name: &str) -> bool {
        name == "/" || self.others.len() < MOST
    }

    pub(crate) fn join(&mut self, name: &str) {
        if name == "/" {
            self.root = true;
        } else if !self.has(name) && self.has_room(name) {
            self.others.push(Str::copy_from_slice(name));
        }
    }

    pub(crate) fn leave(&mut self, name: &str) {
        if name == "/" {
            self.root = false;
        } else {
            self.others.retain(|other| **other != *name);
        }
    }
}

/// The namespace of a packet without binary parts, like `0/name?query,{…}` or `0{…}`.
pub(crate) fn namespace(text: &str) -> &str {
    match text.get(1..) {
        Some(rest) if rest.starts_with('/') => rest.split([',', '?']).next().unwrap_or(rest),
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespace_ends_before_its_query_or_the_payload() {
        for (packet, name) in
            [("0", "/"), ("0{}", "/"), ("", "/"), ("0/a", "/a"), ("0/a,{}", "/a"), ("0/a?b=,c,{}", "/a")]
        {
            assert_eq!(namespace(packet), name, "{packet}");
        }
    }

    #[test]
    fn namespaces_beyond_the_limit_are_not_remembered() {
        let mut namespaces = Namespaces::default();
        for number in 0..=MOST {
            namespaces.join(&format!("/{number}"));
        }
        namespaces.join("/");
        assert!(namespaces.has("/0") && namespaces.has("/") && !namespaces.has(&format!("/{MOST}")));
        namespaces.leave("/0");
        assert!(!namespaces.has("/0") && namespaces.has_room("/0"));
    }
}
