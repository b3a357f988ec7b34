//! STUN messages and ChannelData (RFC 8489 section 5, RFC 8656 section 12): read in place, written into buffers that are
//! used again.

mod address;
pub mod attribute;
mod channel_data;
mod header;
mod integrity;
mod reader;
mod writer;

pub(crate) use channel_data::is_channel;
pub use channel_data::{ChannelData, frame_length};
pub use header::{Class, Method, TransactionId};
pub use reader::{Attribute, Message};
pub use writer::{Writer, data_indication};
