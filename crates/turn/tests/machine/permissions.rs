//! Permissions and channels: what they let through, and for how long.

use switchboard_turn::Limits;
use switchboard_turn::message::{Method, attribute};

use crate::support::{OTHER_PEER, PEER, Server, Setup};

const CLIENT: &str = "11.1.1.1:5000";

#[test]
fn peer_without_a_permission_is_not_relayed() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    assert!(!server.send(&client, PEER, b"data") && server.peer_sends(PEER, b"data").is_none());
    assert_eq!(server.permit(&mut client, &[PEER]), 200);
    assert!(server.send(&client, PEER, b"data") && server.peer_sends(PEER, b"data").is_some());
    assert!(!server.send(&client, OTHER_PEER, b"data") && server.peer_sends(OTHER_PEER, b"data").is_none());
    assert_eq!(server.machine.counters().dropped_packets, 4);
}

#[test]
fn permission_is_for_all_ports_of_an_address() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    assert_eq!(server.permit(&mut client, &[PEER]), 200);
    assert!(server.send(&client, "11.0.0.1:9", b"data") && server.peer_sends("11.0.0.1:8", b"data").is_some());
}

#[test]
fn permission_ends_after_five_minutes() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    assert_eq!(server.permit(&mut client, &[PEER, OTHER_PEER]), 200);
    server.wait(300);
    assert!(server.send(&client, PEER, b"data") && server.peer_sends(PEER, b"data").is_some());
    assert_eq!(server.permit(&mut client, &[PEER]), 200);
    server.wait(200);
    assert!(server.send(&client, PEER, b"data") && server.peer_sends(PEER, b"data").is_some());
    assert!(!server.send(&client, OTHER_PEER, b"data") && server.peer_sends(OTHER_PEER, b"data").is_none());
}

#[test]
fn channel_whose_permission_ended_is_silent() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    assert_eq!(server.bind(&mut client, 0x4001, PEER), 200);
    server.wait(302);
    assert!(!server.channel(&client, 0x4001, PEER, b"data") && server.peer_sends(PEER, b"data").is_none());
    // The channel is still bound: another permission is enough.
    assert_eq!(server.permit(&mut client, &[PEER]), 200);
    assert!(server.channel(&client, 0x4001, PEER, b"data"));
    assert_eq!(server.peer_sends(PEER, b"data").expect("relayed").header(), [0x40, 1, 0, 4]);
}

#[test]
fn channel_ends_after_ten_minutes() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    server.refresh(&mut client, 3600);
    assert_eq!(server.bind(&mut client, 0x4001, PEER), 200);
    server.wait(601);
    assert_eq!(server.permit(&mut client, &[PEER]), 200);
    assert!(!server.channel(&client, 0x4001, PEER, b"data"));
    // What the peer sends comes as an indication.
    assert_eq!(server.peer_sends(PEER, b"data").expect("relayed").header().len(), 36);
    assert_eq!(server.bind(&mut client, 0x4001, OTHER_PEER), 200);
}

#[test]
fn channel_that_is_bound_again_lasts_longer() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    server.refresh(&mut client, 3600);
    for _ in 0..4 {
        assert_eq!(server.bind(&mut client, 0x4001, PEER), 200);
        server.wait(290);
        assert!(server.channel(&client, 0x4001, PEER, b"data"));
    }
}

#[test]
fn channel_of_another_peer_gets_400() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    assert_eq!(server.bind(&mut client, 0x4001, PEER), 200);
    assert_eq!(server.bind(&mut client, 0x4001, OTHER_PEER), 400);
    assert_eq!(server.bind(&mut client, 0x4002, PEER), 400);
    assert_eq!(server.bind(&mut client, 0x4002, "11.0.0.1:7001"), 200);
}

#[test]
fn channels_and_permissions_beyond_their_limit_get_508() {
    let limits = Limits { permissions: 2, channels: 3, ..Limits::default() };
    let mut server = Setup { limits, ..Setup::default() }.start();
    let mut client = server.allocated("ann", CLIENT);
    assert_eq!(server.permit(&mut client, &["11.0.0.1:1", "11.0.0.2:1", "11.0.0.3:1"]), 508);
    for (number, peer, code) in [
        (0x4000, "11.0.0.1:1", 200),
        (0x4001, "11.0.0.2:1", 200),
        (0x4002, "11.0.0.3:1", 508),
        (0x4002, "11.0.0.2:2", 200),
        (0x4003, "11.0.0.2:3", 508),
        (0x4002, "11.0.0.2:2", 200),
    ] {
        assert_eq!(server.bind(&mut client, number, peer), code, "{peer}");
    }
    assert_eq!(server.permit(&mut client, &["11.0.0.1:9", "11.0.0.1:8", "11.0.0.2:1"]), 200);
    // Permissions that have ended make room.
    server.wait(302);
    assert_eq!(server.permit(&mut client, &["11.0.0.3:1"]), 200);
}

#[test]
fn permission_without_a_peer_gets_400() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    assert_eq!(server.permit(&mut client, &[]), 400);
    let response = server.request(&mut client, Method::CHANNEL_BIND, |writer| {
        writer.attribute(attribute::CHANNEL_NUMBER, &[0x40, 0, 0, 0]);
    });
    assert_eq!(response.code(), 400);
}
