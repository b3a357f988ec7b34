//! One record of the history.

use std::sync::{Arc, OnceLock};

use super::content::Content;
use super::encode;
use crate::protocol::id::OfferId;

/// Something that happened, at a time.
#[derive(Debug)]
pub struct Record {
    /// Its number: 1 for the first one, and one more for each.
    pub number: u64,
    /// Microseconds since the start of the server.
    pub at: u64,
    /// What happened.
    pub content: Content,
    /// As readers receive it: masked, and as it is.
    encoded: [OnceLock<Arc<str>>; 2],
}

impl Record {
    /// A record.
    pub fn new(number: u64, at: u64, content: Content) -> Self {
        Self { number, at, content, encoded: Default::default() }
    }

    /// Its JSON object, without a line feed. `unmasked`: with addresses and secrets.
    pub fn json(&self, unmasked: bool) -> Arc<str> {
        self.encoded[usize::from(unmasked)]
            .get_or_init(|| encode::record(self.number, self.at, &self.content, unmasked).into())
            .clone()
    }

    /// About as many bytes as it holds before it is encoded.
    pub fn size(&self) -> usize {
        let content = match &self.content {
            Content::Receive { event, payload, .. } => event.len() + payload.held(),
            Content::Reply { payload, .. } | Content::Send { payload, .. } => payload.held(),
            Content::Reject { message, .. } | Content::Refuse { message, .. } => message.len(),
            Content::Probe { report, .. } | Content::Chaos(report) => report.len(),
            Content::Disconnect { offers, .. } => offers.len() * size_of::<OfferId>(),
            _ => 0,
        };
        size_of::<Self>() + content
    }
}
