//! One record of the history, taken out for a reader.

use std::ops::Range;
use std::sync::Arc;

use super::content::Content;

/// Something that happened, at a time.
#[derive(Debug)]
pub struct Record {
    /// Its number: 1 for the first one, and one more for each.
    pub number: u64,
    /// Microseconds since the start of the server.
    pub at: u64,
    /// What happened.
    pub content: Content,
    /// Where its text is within the text of all records that were taken out with it.
    pub text: Range<usize>,
    /// Its JSON object, if it was encoded for another reader.
    pub encoded: Option<Arc<str>>,
}
