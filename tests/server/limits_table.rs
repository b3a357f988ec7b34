//! docs/limits.md says what is true.

use clap::CommandFactory;
use switchboard::auth::hook::{HookLimits, MAX_ANSWER};
use switchboard::auth::jwks::{AT_MOST_EVERY, MAX_DOCUMENT};
use switchboard::auth::rate_limiter::RateLimit;
use switchboard::auth::throttle::ThrottleOptions;
use switchboard::auth::tokens::{MAX_HEADER, MAX_TOKEN};
use switchboard::config::Config;
use switchboard::ice::limits::REQUESTS as ICE_REQUESTS;
use switchboard::inspect::limits::{
    CHAOS_LASTS, MAX_ADDRESSES, MAX_AWAY, MAX_BATCH, MAX_BYTES, MAX_DELAY, MAX_FRAME, MAX_LOBBIES, MAX_PAGES,
    MAX_RECORDS, PAUSE, REPORT_RATE,
};
use switchboard::protocol::limits::{Limits, MAX_DEPTH, MAX_NAME};

const TABLES: &str = include_str!("../../docs/limits.md");

/// The rows of the table under this heading.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let section = TABLES.split("\n## ").find(|section| section.starts_with(heading)).expect("the section");
    let lines = section.lines().filter(|line| line.starts_with('|')).skip(2);
    lines.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn limit_flags_are_in_the_table_with_their_defaults() {
    let rows = rows("Flags");
    let command = Config::command();
    let limits: Vec<_> = command
        .get_arguments()
        .filter(|flag| flag.get_help_heading().is_some_and(|h| h.starts_with("Limits")))
        .collect();
    assert_eq!(limits.len(), rows.len(), "as many rows as flags");
    for flag in limits {
        let name = format!("`--{}`", flag.get_long().expect("a flag"));
        let row = rows.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("{name} is not in the table"));
        let default = match flag.get_default_values().first() {
            Some(value) => value.to_string_lossy().into_owned(),
            None => "as `--max-message`".to_owned(),
        };
        assert_eq!(row[1], default, "{name}");
    }
}

#[test]
fn constants_are_in_the_table_as_they_are_in_the_code() {
    let rows = rows("Constants");
    let limits = Limits::default();
    let mib = |bytes: usize| format!("{} MiB", bytes / 1024 / 1024);
    let kib = |bytes: usize| format!("{} KiB", bytes / 1024);
    let (throttle, hook) = (ThrottleOptions::default(), HookLimits::default());
    let constants = [
        ("user name, lobby, room name", format!("{MAX_NAME} characters (Unicode scalar values)")),
        ("nested brackets of a description or candidate", MAX_DEPTH.to_string()),
        ("bytes of all open offers", mib(limits.max_offer_bytes)),
        ("calls, or sessions at `/gst`, of one connection", limits.max_calls.to_string()),
        ("rooms of one connection, with the rooms that it waits to enter", limits.max_rooms_of_one.to_string()),
        ("rooms of pairs created from one address whose creators have not connected", limits.max_unclaimed.to_string()),
        ("peers with a role at `/gst` in one lobby", limits.max_gst_peers.to_string()),
        (
            "`meta` of a peer at `/gst`; of all producers and consumers of one lobby",
            format!("{}; {}", kib(limits.max_meta), kib(limits.list_bytes)),
        ),
        ("offers listed to a client that connects", format!("{}, and {}", limits.list_offers, kib(limits.list_bytes))),
        (
            "events kept for a client whose connection broke",
            format!(
                "{}, and {}: half of `--max-queue` and `--max-queue-bytes`",
                limits.max_replay,
                kib(limits.max_replay_bytes)
            ),
        ),
        (
            "user names kept as addressees of offers, of clients whose connection broke while they had nothing",
            format!("{} in each group of lobbies", limits.max_away),
        ),
        ("clients kept whose connection broke", limits.max_away.to_string()),
        ("a close that a trusted proxy passes on (code 1001)", format!("{} s", limits.unconfirmed_ttl.as_secs())),
        (
            "candidates that come before their description",
            format!("{} s, and {} of one connection", limits.early_ttl.as_secs(), mib(limits.max_early_bytes)),
        ),
        (
            "wrong passwords or tokens from one address",
            format!("{} in {} min", throttle.free, throttle.window.as_secs() / 60),
        ),
        ("token, and its header", format!("{}, {}", kib(MAX_TOKEN), kib(MAX_HEADER))),
        (
            "the document of `--jwt-jwks`; how often tokens with unknown keys make the server fetch it",
            format!("{}; every {} s", kib(MAX_DOCUMENT), AT_MOST_EVERY.as_secs()),
        ),
        (
            "questions to the back end of `--auth-hook`",
            format!(
                "{} at once, and {} more that wait; {} of one address; answers of {}",
                hook.calls,
                hook.waiting,
                hook.per_address,
                kib(MAX_ANSWER)
            ),
        ),
        (
            "failures of that back end in a row",
            format!("{}; then a pause of {} s", hook.failures, hook.pause.as_secs()),
        ),
        (
            "requests for ICE servers from one address",
            format!("{} at once, {} a second", ICE_REQUESTS.burst, ICE_REQUESTS.rate),
        ),
    ];
    assert_eq!(constants.len(), rows.len(), "as many rows as constants");
    for (what, value) in constants {
        let row = rows.iter().find(|row| row[0] == what).unwrap_or_else(|| panic!("{what} is not in the table"));
        assert_eq!(row[1], value, "{what}");
    }
    let delays = format!(
        "after {} s, {} s, … {} s; with {} waiting",
        throttle.step.as_secs(),
        2 * throttle.step.as_secs(),
        throttle.longest.as_secs(),
        throttle.waiting
    );
    assert!(TABLES.contains(&delays), "{delays}");
}

#[test]
fn inspector_limits_are_in_the_table_as_they_are_in_the_code() {
    let (records, bytes) = MAX_BATCH;
    let RateLimit { burst, rate } = REPORT_RATE;
    let limits = [
        ("records", format!("{MAX_RECORDS}, and {} MiB of texts", MAX_BYTES / 1024 / 1024)),
        (
            "what one reader receives",
            format!("{records} records or about {} KiB each {} ms", bytes / 1024, PAUSE.as_millis()),
        ),
        ("pages that report by the probe", MAX_PAGES.to_string()),
        ("reports of one page", format!("{burst} at once, {rate} a second, {} KiB a frame", MAX_FRAME / 1024)),
        ("addresses that have numbers", MAX_ADDRESSES.to_string()),
        ("switches of chaos", format!("{} min, in {MAX_LOBBIES} lobbies", CHAOS_LASTS.as_secs() / 60)),
        ("the relay is forced", format!("{} min", CHAOS_LASTS.as_secs() / 60)),
        (
            "what chaos does",
            format!("a delay of {} s, a client kept away for {} s", MAX_DELAY.as_secs(), MAX_AWAY.as_secs()),
        ),
    ];
    let rows = rows("The inspector");
    assert_eq!(limits.len(), rows.len(), "as many rows as limits");
    for (row, (what, value)) in rows.iter().zip(limits) {
        assert_eq!((row[0], row[1]), (what, value.as_str()));
    }
}

#[test]
fn relay_flags_are_in_the_table_with_their_defaults() {
    let command = Config::command();
    let rows = rows("The relay");
    for row in &rows {
        let flag =
            command.get_arguments().find(|flag| flag.get_long().is_some_and(|name| row[0] == format!("`--{name}`")));
        let flag = flag.unwrap_or_else(|| panic!("{} is no flag", row[0]));
        assert_eq!(flag.get_default_values()[0].to_string_lossy(), row[1], "{}", row[0]);
    }
    let limits = switchboard_turn::Limits::default();
    let of_code = [limits.allocations, limits.per_user, limits.per_address].map(|limit| limit.to_string());
    assert_eq!(rows[..3].iter().map(|row| row[1]).collect::<Vec<_>>(), of_code);
    assert_eq!(limits.bytes_per_second_per_user, 10_000_000);
    let others = format!("{} permissions and {} channels", limits.permissions, limits.channels);
    assert!(TABLES.contains(&others), "{others}");
}
