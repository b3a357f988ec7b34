//! Messages that a client sends right after a Socket.IO CONNECT, before the reply.
//!
//! socketioxide answers a CONNECT in a task of its own, and ends the session of a client whose event comes before that
//! task is done. The official server acts on such an event after the reply. So messages that follow a CONNECT are held
//! until the reply to it goes out: CONNECT (`0`) or CONNECT_ERROR (`4`) of the same namespace.
//!
//! Invariants:
//! - Messages are delivered in the order in which they arrived, by one task at a time.
//! - Messages are held only for a CONNECT that will be answered. socketioxide ignores a CONNECT to a namespace that is
//!   connected already. A CONNECT to a namespace that cannot be remembered holds nothing either.
//! - At most [`MOST`] messages are held, and at most as many bytes as the largest message may have.

use std::collections::VecDeque;

use engineioxide_core::Str;
use parking_lot::Mutex;

use crate::namespaces::{Namespaces, namespace};
use crate::packet::Message;

/// Most messages that are held.
const MOST: usize = 256;

const CONNECT: u8 = b'0';
const DISCONNECT: u8 = b'1';
const CONNECT_ERROR: u8 = b'4';

/// What happens to a message that has arrived.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It is delivered at once.
    Deliver(Message),
    /// It is held. For the first one, the caller limits how long.
    Held { first: bool },
    /// The limit of held messages is exceeded.
    TooMuch,
}

/// The CONNECTs of one session.
#[derive(Debug, Default)]
pub(crate) struct Connects(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    connected: Namespaces,
    hold: Option<Box<Hold>>,
}

#[derive(Debug)]
struct Hold {
    /// The namespace whose reply is awaited; `None` once it was sent and the held messages are being delivered.
    reply: Option<Str>,
    held: VecDeque<Message>,
    bytes: usize,
    /// Whether a task delivers them.
    delivering: bool,
}

impl Connects {
    /// A message has arrived.
    pub(crate) fn arrive(&self, message: Message, most_bytes: usize) -> Arrival {
        let mut inner = self.0.lock();
        let Some(hold) = &mut inner.hold else {
            if let Some(reply) = inner.pass(&message) {
                inner.hold =
                    Some(Box::new(Hold { reply: Some(reply), held: VecDeque::new(), bytes: 0, delivering: false }));
            }
            return Arrival::Deliver(message);
        };
        if hold.is_repeated(&message) {
            return Arrival::Deliver(message);
        }
        hold.bytes += message.len();
        if hold.held.len() >= MOST || hold.bytes > most_bytes {
            return Arrival::TooMuch;
        }
        hold.held.push_back(message);
        Arrival::Held { first: hold.held.len() == 1 && hold.reply.is_some() }
    }

    /// A message is sent. Returns true if the caller has to deliver the held messages, by [`Connects::next`] until it
    /// returns `None`.
    pub(crate) fn send(&self, text: &str) -> bool {
        let Some(kind @ (CONNECT | DISCONNECT | CONNECT_ERROR)) = text.bytes().next() else { return false };
        let name = namespace(text);
        let mut inner = self.0.lock();
        match kind {
            CONNECT => inner.connected.join(name),
            DISCONNECT => inner.connected.leave(name),
            _ => {}
        }
        let is_reply = kind != DISCONNECT
            && inner.hold.as_ref().is_some_and(|hold| hold.reply.as_ref().is_some_and(|reply| **reply == *name));
        is_reply && inner.release()
    }

    /// No reply was sent in time. Returns as [`Connects::send`].
    pub(crate) fn give_up(&self) -> bool {
        let mut inner = self.0.lock();
        inner.hold.as_ref().is_some_and(|hold| hold.reply.is_some()) && inner.release()
    }

    /// The next held message; `None` if there is none, or if it has to wait for another reply.
    pub(crate) fn next(&self) -> Option<Message> {
        let mut inner = self.0.lock();
        let hold = inner.hold.as_mut()?;
        if hold.reply.is_some() {
            hold.delivering = false;
            return None;
        }
        let Some(message) = hold.held.pop_front() else {
            inner.hold = None;
            return None;
        };
        hold.bytes -= message.len();
        let reply = inner.pass(&message);
        if let Some(hold) = &mut inner.hold {
            hold.reply = reply;
        }
        Some(message)
    }
}

impl Hold {
    /// Whether this repeats the CONNECT whose reply is awaited. socketioxide ignores it.
    fn is_repeated(&self, message: &Message) -> bool {
        matches!(control(message), Some((CONNECT, name)) if self.reply.as_deref() == Some(name))
            && !self.held.iter().any(|held| matches!(control(held), Some((DISCONNECT, _))))
    }
}

impl Inner {
    /// A message is about to be delivered. Returns its namespace if a reply to it has to be awaited.
    fn pass(&mut self, message: &Message) -> Option<Str> {
        let (kind, name) = control(message)?;
        if kind == DISCONNECT {
            self.connected.leave(name);
            return None;
        }
        (!self.connected.has(name) && self.connected.has_room(name)).then(|| Str::copy_from_slice(name))
    }

    /// The reply is sent. Returns true if there are messages to deliver and no task delivers them.
    fn release(&mut self) -> bool {
        let Some(hold) = &mut self.hold else { return false };
        hold.reply = None;
        if hold.delivering {
            return false;
        }
        hold.delivering = !hold.held.is_empty();
        let delivers = hold.delivering;
        if !delivers {
            self.hold = None;
        }
        delivers
    }
}

/// Whether a message is a CONNECT or a DISCONNECT, and of which namespace.
fn control(message: &Message) -> Option<(u8, &str)> {
    let Message::Text(text) = message else { return None };
    let kind = text.bytes().next().filter(|kind| matches!(*kind, CONNECT | DISCONNECT))?;
    Some((kind, namespace(text)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn text(text: &'static str) -> Message {
        Message::Text(text.into())
    }

    fn deliver(connects: &Connects, message: Message) {
        assert_eq!(connects.arrive(message.clone(), 1_000), Arrival::Deliver(message));
    }

    fn held(connects: &Connects) -> Vec<Message> {
        std::iter::from_fn(|| connects.next()).collect()
    }

    #[test]
    fn event_behind_connect_waits_for_the_reply() {
        let connects = Connects::default();
        deliver(&connects, text("0{}"));
        assert_eq!(connects.arrive(text("2[]"), 1_000), Arrival::Held { first: true });
        assert_eq!(connects.arrive(Message::Binary(Bytes::new()), 1_000), Arrival::Held { first: false });
        assert!(!connects.send("2[]"));
        assert!(!connects.send("0/other,{}"));
        assert!(connects.send("0{}"));
        assert_eq!(held(&connects), [text("2[]"), Message::Binary(Bytes::new())]);
        deliver(&connects, text("2[]"));
    }

    #[test]
    fn event_during_the_delivery_comes_behind_what_was_held() {
        let connects = Connects::default();
        deliver(&connects, text("0"));
        connects.arrive(text("21[]"), 1_000);
        assert!(connects.send("0{}"));
        assert_eq!(connects.arrive(text("22[]"), 1_000), Arrival::Held { first: false });
        assert_eq!(held(&connects), [text("21[]"), text("22[]")]);
    }

    #[test]
    fn connect_that_was_held_is_waited_for_in_turn() {
        let connects = Connects::default();
        for (number, message) in ["0", "0/a,", "2/a,[]"].into_iter().enumerate() {
            assert_eq!(connects.arrive(text(message), 1_000) == Arrival::Deliver(text(message)), number == 0);
        }
        assert!(connects.send("0{}"));
        assert_eq!(held(&connects), [text("0/a,")]);
        assert!(connects.send("4/a,{}"));
        assert_eq!(held(&connects), [text("2/a,[]")]);
    }

    #[test]
    fn connect_answered_in_its_own_delivery_does_not_wait() {
        let connects = Connects::default();
        for message in ["0", "0/none,", "2[]"] {
            connects.arrive(text(message), 1_000);
        }
        assert!(connects.send("0{}"));
        assert_eq!(connects.next(), Some(text("0/none,")));
        // The task that delivers goes on.
        assert!(!connects.send("4/none,{}"));
        assert_eq!(held(&connects), [text("2[]")]);
    }

    #[test]
    fn second_connect_of_a_namespace_is_not_waited_for() {
        let connects = Connects::default();
        deliver(&connects, text("0"));
        connects.send("0{}");
        deliver(&connects, text("0"));
        deliver(&connects, text("2[]"));
        deliver(&connects, text("1"));
        deliver(&connects, text("0"));
        assert!(matches!(connects.arrive(text("2[]"), 1_000), Arrival::Held { .. }));
    }

    #[test]
    fn connect_that_is_repeated_is_not_held() {
        let connects = Connects::default();
        for _ in 0..2 * MOST {
            deliver(&connects, text("0{}"));
        }
        connects.arrive(text("1"), 1_000);
        assert_eq!(connects.arrive(text("0{}"), 1_000), Arrival::Held { first: false });
    }

    #[test]
    fn held_messages_are_bounded_in_number_and_bytes() {
        let connects = Connects::default();
        deliver(&connects, text("0"));
        for _ in 0..MOST {
            assert!(matches!(connects.arrive(text("2[]"), 1_000), Arrival::Held { .. }));
        }
        assert_eq!(connects.arrive(text("2[]"), 1_000), Arrival::TooMuch);
        let connects = Connects::default();
        deliver(&connects, text("0"));
        assert_eq!(connects.arrive(text("2[]"), 2), Arrival::TooMuch);
    }

    #[test]
    fn reply_that_never_comes_is_given_up() {
        let connects = Connects::default();
        deliver(&connects, text("0"));
        assert!(!connects.give_up());
        deliver(&connects, text("0/a,"));
        connects.arrive(text("2[]"), 1_000);
        assert!(connects.give_up());
        assert_eq!(held(&connects), [text("2[]")]);
        assert!(!connects.give_up());
    }
}
