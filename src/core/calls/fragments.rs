//! The ICE username fragments that one peer has sent, by call.

use serde::{Deserialize, Serialize};

use crate::protocol::fragments::MOST;
use crate::protocol::id::OfferId;

/// Call by call, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Fragments(Vec<(OfferId, Vec<Box<str>>)>);

impl Fragments {
    /// The peer has sent a description with these in this call.
    pub fn add(&mut self, call: OfferId, fragments: &[Box<str>]) {
        if fragments.is_empty() {
            return;
        }
        let place = self.0.iter().position(|(id, _)| *id == call).unwrap_or_else(|| {
            self.0.push((call, Vec::new()));
            self.0.len() - 1
        });
        let known = &mut self.0[place].1;
        known.retain(|fragment| !fragments.contains(fragment));
        known.extend_from_slice(fragments);
        known.drain(..known.len().saturating_sub(MOST));
    }

    /// The call in which the peer has sent this fragment.
    pub fn call_of(&self, fragment: &str) -> Option<OfferId> {
        let has = |(_, known): &&(OfferId, Vec<Box<str>>)| known.iter().any(|known| **known == *fragment);
        self.0.iter().rev().find(has).map(|(id, _)| *id)
    }

    /// Whether the peer has sent any fragment in this call.
    pub fn has_any(&self, call: OfferId) -> bool {
        self.0.iter().rev().any(|(id, _)| *id == call)
    }

    /// The call is over.
    pub fn forget(&mut self, call: OfferId) {
        self.0.retain(|(id, _)| *id != call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_fragments_of_a_call_are_kept() {
        let mut fragments = Fragments::default();
        for number in 0..100 {
            fragments.add(OfferId(1), &[number.to_string().into()]);
        }
        assert_eq!(fragments.call_of("99"), Some(OfferId(1)));
        assert_eq!(fragments.call_of("0"), None);
        fragments.forget(OfferId(1));
        assert_eq!(fragments.call_of("99"), None);
        assert!(!fragments.has_any(OfferId(1)));
    }
}
