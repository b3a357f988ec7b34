//! Each error code.

use std::sync::Mutex;

use switchboard_turn::credentials::rest_credentials;
use switchboard_turn::message::{Class, Method, Writer, attribute};
use switchboard_turn::{Limits, PeerPolicy};

use crate::support::{Client, NOW, PEER, SECRET, Server, Setup, address, udp};

const CLIENT: &str = "11.1.1.1:5000";

fn attribute(kind: u16, value: &'static [u8]) -> impl Fn(&mut Writer) {
    move |writer| {
        udp(writer);
        writer.attribute(kind, value);
    }
}

#[test]
fn request_without_credential_is_challenged_with_401() {
    let mut server = Server::new();
    let response = server.unsigned(&Client::new("ann", CLIENT), Method::ALLOCATE, udp);
    assert_eq!(response.code(), 401);
    assert_eq!(response.text(attribute::REALM).as_deref(), Some("switchboard"));
    assert!(response.text(attribute::NONCE).is_some() && !response.message().is_signed());
    assert_eq!(server.machine.counters().refused_requests, 0);
}

#[test]
fn request_with_a_wrong_password_gets_401() {
    let mut server = Server::new();
    let mut client = Client { password: "wrong".into(), ..Client::new("ann", CLIENT) };
    let response = server.allocate(&mut client);
    assert_eq!(response.code(), 401);
    assert!(!response.message().is_signed());
    assert_eq!(server.machine.counters().refused_requests, 1);
}

#[test]
fn refusals_are_reported_but_for_challenges() {
    static REPORTS: Mutex<Vec<(String, u16)>> = Mutex::new(Vec::new());
    let mut server = Server::new();
    server.machine.set_on_refusal(|username, code, _| REPORTS.lock().unwrap().push((username.to_owned(), code)));
    let mut client = Client { password: "wrong".into(), ..Client::new("ann", CLIENT) };
    server.unsigned(&client, Method::ALLOCATE, udp);
    server.allocate(&mut client);
    let reports = REPORTS.lock().unwrap();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].0.ends_with(":ann") && reports[0].1 == 401, "{reports:?}");
}

#[test]
fn username_of_another_shape_gets_401() {
    for username in ["ann", ":ann", "+1800003600:ann", " 1800003600:ann", "1800003600", "18446744073709551616:ann"] {
        let (mut server, mut client) = (Server::new(), Client::new("ann", CLIENT));
        client.username = username.into();
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, SECRET);
        client.password =
            base64::Engine::encode(&base64::prelude::BASE64_STANDARD, ring::hmac::sign(&key, username.as_bytes()));
        assert_eq!(server.allocate(&mut client).code(), 401, "{username}");
    }
}

#[test]
fn allocate_with_an_expired_credential_gets_401() {
    for (expiry, code) in [(NOW - 1, 401), (NOW, 200), (NOW + 172_800, 200), (NOW + 172_801, 401), (u64::MAX, 401)] {
        let (mut server, mut client) = (Server::new(), Client::with_expiry("ann", CLIENT, expiry));
        assert_eq!(server.allocate(&mut client).code(), code, "{expiry}");
    }
}

#[test]
fn signed_request_without_a_nonce_gets_400() {
    let (mut server, client) = (Server::new(), Client::new("ann", CLIENT));
    let response = server.unsigned(&client, Method::ALLOCATE, |writer| {
        udp(writer);
        writer.attribute(attribute::USERNAME, client.username.as_bytes());
        writer.attribute(attribute::REALM, b"switchboard");
        writer.sign(&client.key());
    });
    assert_eq!(response.code(), 400);
}

#[test]
fn username_that_is_too_long_gets_400() {
    let mut server = Server::new();
    let mut client = Client::new(&"n".repeat(500), CLIENT);
    assert_eq!(client.username.len(), 511);
    assert_eq!(server.allocate(&mut client).code(), 400);
}

#[test]
fn nonce_of_an_hour_ago_gets_438_and_a_new_one() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    let old = client.nonce.clone();
    for _ in 0..7 {
        server.wait(590);
        assert_eq!(server.refresh(&mut client, 600).code(), 200);
    }
    assert_ne!(client.nonce, old);
    client.nonce = old;
    let response = server.unsigned(&client, Method::REFRESH, |writer| client.sign(writer));
    assert_eq!(response.code(), 438);
    assert!(response.text(attribute::NONCE).is_some() && response.text(attribute::REALM).is_some());
}

#[test]
fn nonce_of_another_address_gets_438() {
    let mut server = Server::new();
    let first = server.allocated("ann", CLIENT);
    let second = Client { nonce: first.nonce, ..Client::new("ann", "11.1.1.1:5001") };
    let response = server.unsigned(&second, Method::ALLOCATE, |writer| {
        udp(writer);
        second.sign(writer);
    });
    assert_eq!(response.code(), 438);
}

#[test]
fn allocate_without_a_transport_gets_400() {
    let (mut server, mut client) = (Server::new(), Client::new("ann", CLIENT));
    assert_eq!(server.request(&mut client, Method::ALLOCATE, |_| {}).code(), 400);
}

#[test]
fn attribute_of_a_wrong_length_gets_400() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    for (method, kind) in [
        (Method::REFRESH, attribute::LIFETIME),
        (Method::REFRESH, attribute::REQUESTED_ADDRESS_FAMILY),
        (Method::CREATE_PERMISSION, attribute::XOR_PEER_ADDRESS),
        (Method::CHANNEL_BIND, attribute::CHANNEL_NUMBER),
    ] {
        let response = server.request(&mut client, method, attribute(kind, b"7"));
        assert_eq!(response.code(), 400, "{method:?} {kind:#x}");
    }
    let mut other = Client::new("ann", "11.1.1.1:5001");
    let response = server.request(&mut other, Method::ALLOCATE, |writer| {
        writer.attribute(attribute::REQUESTED_TRANSPORT, &[17]);
    });
    assert_eq!(response.code(), 400);
}

#[test]
fn peer_that_is_not_public_gets_403() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    assert_eq!(server.permit(&mut client, &[PEER, "169.254.169.254:80"]), 403);
    assert_eq!(server.bind(&mut client, 0x4000, "127.0.0.1:80"), 403);
    assert!(!server.send(&client, PEER, b"none of a refused request is permitted"));
}

#[test]
fn unknown_attribute_gets_420_with_its_number() {
    let mut server = Server::new();
    let client = Client::new("ann", CLIENT);
    // Those above 0x7FFF may be unknown.
    for kind in [0x0003, attribute::DONT_FRAGMENT, 0x7fff] {
        let response = server.unsigned(&client, Method::BINDING, |writer| {
            writer.attribute(0xc057, b"abc").attribute(kind, b"");
        });
        assert_eq!(response.code(), 420);
        assert_eq!(response.message().get(attribute::UNKNOWN_ATTRIBUTES), Some(&kind.to_be_bytes()[..]));
    }
    let response = server.unsigned(&client, Method::BINDING, |writer| {
        writer.attribute(0xc057, b"abc");
    });
    assert_eq!(response.code(), 200);
}

#[test]
fn allocate_that_must_not_fragment_gets_420() {
    let (mut server, mut client) = (Server::new(), Client::new("ann", CLIENT));
    let response = server.request(&mut client, Method::ALLOCATE, attribute(attribute::DONT_FRAGMENT, b""));
    assert_eq!(response.code(), 420);
    assert!(response.message().is_signed_with(&client.key()));
}

#[test]
fn request_without_an_allocation_gets_437() {
    let (mut server, mut client) = (Server::new(), Client::new("ann", CLIENT));
    assert_eq!(server.refresh(&mut client, 600).code(), 437);
    assert_eq!(server.permit(&mut client, &[PEER]), 437);
    assert_eq!(server.bind(&mut client, 0x4000, PEER), 437);
}

#[test]
fn second_allocate_of_a_client_gets_437() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    assert_eq!(server.allocate(&mut client).code(), 437);
    assert_eq!(server.machine.allocations(), 1);
}

#[test]
fn family_without_a_relay_gets_440() {
    let mut server = Setup { ips: [Some("12.0.0.1"), None], ..Setup::default() }.start();
    let mut client = Client::new("ann", CLIENT);
    for value in [&[2, 0, 0, 0], &[3, 0, 0, 0]] {
        let wanted = attribute(attribute::REQUESTED_ADDRESS_FAMILY, value);
        assert_eq!(server.request(&mut client, Method::ALLOCATE, wanted).code(), 440);
    }
    assert_eq!(server.quotas.allocations(), 0);
}

#[test]
fn username_other_than_of_the_allocation_gets_441() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    (client.username, client.password) = rest_credentials(SECRET, "ann", NOW + 7200);
    assert_eq!(server.refresh(&mut client, 0).code(), 441);
    assert_eq!(server.permit(&mut client, &[PEER]), 441);
    assert_eq!(server.bind(&mut client, 0x4000, PEER), 441);
    assert_eq!(server.machine.allocations(), 1);
}

#[test]
fn relay_over_tcp_gets_442() {
    let (mut server, mut client) = (Server::new(), Client::new("ann", CLIENT));
    let response = server.request(&mut client, Method::ALLOCATE, |writer| {
        writer.attribute(attribute::REQUESTED_TRANSPORT, &[6, 0, 0, 0]);
    });
    assert_eq!(response.code(), 442);
}

#[test]
fn peer_of_another_family_gets_443() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    assert_eq!(server.permit(&mut client, &["[2a01::1]:7000"]), 443);
    assert_eq!(server.bind(&mut client, 0x4000, "[2a01::1]:7000"), 443);
    let response =
        server.request(&mut client, Method::REFRESH, attribute(attribute::REQUESTED_ADDRESS_FAMILY, &[2, 0, 0, 0]));
    assert_eq!(response.code(), 443);
}

#[test]
fn allocation_beyond_a_quota_gets_486_or_508() {
    let limits = Limits { allocations: 4, per_user: 2, per_address: 3, ..Limits::default() };
    let mut server = Setup { limits, ..Setup::default() }.start();
    let mut code = |name, client| server.allocate(&mut Client::new(name, client)).code();
    assert_eq!([code("ann", "11.1.1.1:1"), code("ann", "11.1.1.1:2"), code("ann", "11.1.1.1:3")], [200, 200, 486]);
    assert_eq!([code("bob", "11.1.1.1:4"), code("bob", "11.1.1.1:5"), code("bob", "11.1.1.2:1")], [200, 486, 200]);
    assert_eq!(code("cem", "11.1.1.3:1"), 508);
}

#[test]
fn allocation_without_a_free_port_gets_508() {
    let mut server = Server::new();
    server.sockets.ports = 1;
    server.allocated("ann", CLIENT);
    assert_eq!(server.allocate(&mut Client::new("bob", "11.1.1.1:5001")).code(), 508);
    assert_eq!((server.machine.allocations(), server.quotas.allocations()), (1, 1));
}

#[test]
fn reserved_port_gets_508() {
    let (mut server, mut client) = (Server::new(), Client::new("ann", CLIENT));
    for (kind, value) in [(attribute::EVEN_PORT, &[0x80][..]), (attribute::RESERVATION_TOKEN, b"12345678")] {
        assert_eq!(server.request(&mut client, Method::ALLOCATE, attribute(kind, value)).code(), 508);
    }
}

#[test]
fn even_port_without_reservation_is_opened() {
    let (mut server, mut client) = (Server::new(), Client::new("ann", CLIENT));
    assert_eq!(server.request(&mut client, Method::ALLOCATE, attribute(attribute::EVEN_PORT, &[0])).code(), 200);
    assert!(server.sockets.even_port);
}

#[test]
fn attributes_that_exclude_each_other_get_400() {
    let v6 = [2, 0, 0, 0];
    let excluded: [&[(u16, &[u8])]; 5] = [
        &[(attribute::RESERVATION_TOKEN, b"12345678"), (attribute::EVEN_PORT, &[0])],
        &[(attribute::RESERVATION_TOKEN, b"12345678"), (attribute::REQUESTED_ADDRESS_FAMILY, &v6)],
        &[(attribute::REQUESTED_ADDRESS_FAMILY, &v6), (attribute::ADDITIONAL_ADDRESS_FAMILY, &v6)],
        &[(attribute::ADDITIONAL_ADDRESS_FAMILY, &[1, 0, 0, 0])],
        &[(attribute::ADDITIONAL_ADDRESS_FAMILY, &v6), (attribute::EVEN_PORT, &[0x80])],
    ];
    for attributes in excluded {
        let (mut server, mut client) = (Server::new(), Client::new("ann", CLIENT));
        let response = server.request(&mut client, Method::ALLOCATE, |writer| {
            udp(writer);
            for (kind, value) in attributes {
                writer.attribute(*kind, value);
            }
        });
        assert_eq!(response.code(), 400, "{attributes:?}");
    }
}

#[test]
fn channel_number_out_of_range_gets_400() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    for (number, code) in [(0x3fff, 400), (0x4000, 200), (0x8000, 400), (0xffff, 400)] {
        assert_eq!(server.bind(&mut client, number, PEER), code, "{number:#x}");
    }
}

#[test]
fn reason_of_a_refusal_is_a_sentence_for_people() {
    let policy = PeerPolicy { deny: vec!["11.0.0.0/8".parse().expect("a network")], ..PeerPolicy::default() };
    let mut server = Setup { policy, ..Setup::default() }.start();
    let mut client = server.allocated("ann", CLIENT);
    let response = server.request(&mut client, Method::CREATE_PERMISSION, |writer| {
        writer.address(attribute::XOR_PEER_ADDRESS, address(PEER));
    });
    assert_eq!(response.message().class, Class::Error);
    assert_eq!(response.message().error(), Some((403, "Forbidden: this server does not relay to that address")));
}
