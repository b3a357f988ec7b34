//! The contract of calls, rooms, pairs and returns against two servers with one log: the tests of one server, whose clients
//! connect to one of the two in turn.

#[path = "../server/support/mod.rs"]
#[allow(dead_code)]
mod support;

mod api;
mod balancer;
mod compose;
mod compose_single;
mod failures;
mod faults;
mod nodes;
mod restarts;
mod status;
mod streams;

macro_rules! contract {
    ($($module:ident: $path:literal),* $(,)?) => {
        $(#[path = $path]
        mod $module;)*
    };
}

contract! {
    absence: "../server/absence.rs",
    answer: "../server/answer.rs",
    bare: "../server/bare.rs",
    bare_end: "../server/bare_end.rs",
    call: "../server/call.rs",
    candidate: "../server/candidate.rs",
    directed: "../server/directed.rs",
    directed_absence: "../server/directed_absence.rs",
    directed_decline: "../server/directed_decline.rs",
    fragment: "../server/fragment.rs",
    gst: "../server/gst.rs",
    hangup: "../server/hangup.rs",
    list: "../server/list.rs",
    lobby: "../server/lobby.rs",
    numbers: "../server/numbers.rs",
    offer: "../server/offer.rs",
    order: "../slow/order.rs",
    pairs: "../server/pairs.rs",
    pairs_refusal: "../server/pairs_refusal.rs",
    presence: "../server/presence.rs",
    reconnect: "../server/reconnect.rs",
    rejoin: "../server/rejoin.rs",
    renegotiation: "../server/renegotiation.rs",
    room: "../server/room.rs",
    room_access: "../server/room_access.rs",
    room_presence: "../server/room_presence.rs",
    room_refusal: "../server/room_refusal.rs",
    room_relay: "../server/room_relay.rs",
    room_return: "../server/room_return.rs",
    room_waiting: "../server/room_waiting.rs",
    session: "../server/session.rs",
    withdrawal: "../server/withdrawal.rs",
}
