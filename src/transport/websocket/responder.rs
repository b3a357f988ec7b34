//! Replies to what one client has sent.

use std::sync::Arc;

use parking_lot::Mutex;

use super::dialect::ReplyTo;
use super::frame_queue::FrameQueue;
use crate::core::id::PeerId;
use crate::core::reply::Reply;
use crate::inspect::content::Payload;
use crate::inspect::recorder::Recorder;
use crate::metrics;
use crate::net::request_id::RequestId;
use crate::protocol::name::UserName;
use crate::protocol::refusal::Refusal;
use crate::refusals::{RefusalLog, Who};

/// Replies to a client. Kept besides by what it has sent and what is not applied yet.
pub struct Responder {
    /// The client's user name.
    pub name: UserName,
    /// The number of the request that opened the connection.
    pub request: RequestId,
    /// The peer that it is.
    pub client: PeerId,
    /// What is sent to it.
    pub queue: Arc<FrameQueue>,
    /// Takes reports for the inspector.
    pub recorder: Recorder,
    /// Logs what is refused.
    pub refusals: Mutex<RefusalLog>,
}

impl Responder {
    /// Replies to a message, as the client wants to be replied to.
    pub fn respond(&self, result: Result<Reply, Refusal>, record: Option<u64>, event: &str, reply_to: &ReplyTo) {
        match result {
            Ok(reply) => {
                self.recorder.accepted(self.client, record, &reply);
                if let Some(frame) = reply_to.accepted(&reply) {
                    self.reply(record, event, frame);
                }
            }
            Err(refusal) => {
                self.log_refusal(event, record, &refusal);
                self.reply(record, event, reply_to.rejected(&refusal));
            }
        }
    }

    /// Sends the frame that replies to a message.
    fn reply(&self, record: Option<u64>, event: &str, frame: String) {
        if self.recorder.is_on() {
            let payload = || Payload::Frame(frame.as_str().into());
            self.recorder.replied(self.client, record, (event.to_owned(), None), payload);
        }
        self.queue.push(frame);
    }

    /// Counts and logs that the connection is closed because of what the client did.
    pub fn log_closed(&self, reason: &'static str, why: &str) {
        let user = self.name.as_str();
        if let Some(times) = metrics::counted_about(reason, user) {
            let (request, peer) = (self.request.0, self.client);
            tracing::warn!(times, request, %peer, "connection of {user:?} closed: {why}");
        }
    }

    /// Counts, logs and reports a refusal.
    pub fn log_refusal(&self, event: &str, record: Option<u64>, refusal: &Refusal) {
        let Refusal { code, message, .. } = refusal;
        let who = Who { request: self.request.0, peer: Some(&self.client), user: self.name.as_str() };
        self.refusals.lock().refused(who, event, code.name(), message);
        if self.recorder.is_on() {
            self.recorder.refused(self.client, record, event.to_owned(), refusal);
        }
    }
}
