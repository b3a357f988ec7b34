#!/usr/bin/env bash
# Builds the server on the engine that socketioxide has from crates.io, as the published package does (`[patch]` does not
# travel), and runs the server's tests on it. Takes as long as a first build: not part of the CI. Arguments, such as a
# filter, go to `cargo test`.
set -euo pipefail
cd "$(dirname "$0")/../.."

# What differs there. Names of tests, or parts of them.
skip=(
  # Assert that the engine is our own: its handle, and the official server's bodies.
  engine::engine_beneath_socketioxide_is_our_own
  engine::refused_handshake_has_the_official_body
  log_refusals::older_client_is_counted_and_told_with_what_it_needs
  # Requests that are refused otherwise: an empty sid, a session of another transport, a polling body that cannot be read
  # or has a content type, a handshake that is none.
  robustness_engine::a_polling_body_that_cannot_be_read_ends_its_session_only
  robustness_engine::a_session_of_one_transport_is_none_of_the_other
  robustness_engine::polling_bodies_of_any_content_type_but_binary_are_read
  robustness_engine::what_is_added_to_a_query_is_neither_believed_nor_repeated
  robustness_upgrade::a_websocket_for_a_session_that_is_none_is_refused
  robustness_upgrade::what_is_no_handshake_of_a_websocket_opens_none_for_the_course
  # Packets without meaning end the session.
  robustness_engine::a_packet_of_any_type_is_taken_or_ends_its_own_session
  robustness_engine::engine_pongs_and_noops_without_end_change_nothing
  # An upgrade that fails ends the session, and polls are not answered while one is under way.
  robustness_upgrade::an_upgrade_that_is_begun_and_not_gone_on_with_is_given_up
  robustness_upgrade::an_upgrade_without_a_probe_leaves_its_session_polling
  robustness_upgrade::polls_and_posts_during_an_upgrade_are_answered_and_nothing_is_lost
)

# A copy of the workspace without the engine and without the patch: the rest is linked.
copy=$PWD/target/upstream-engine
mkdir -p "$copy"
ln -sfn "$PWD"/{src,public,tests,benches,examples,docs,README.md,CHANGELOG.md} "$copy"
mkdir -p "$copy/crates"
ln -sfn "$PWD/crates/conn" "$copy/crates"
awk '/^\[/ { skip = /^\[patch/ } !skip' Cargo.toml | sed 's|"crates/engine", ||' >"$copy/Cargo.toml"
# Without the entry of our engine: cargo then finds the other one, and keeps the versions of the rest.
awk 'BEGIN { RS = ""; ORS = "\n\n" } !/name = "engineioxide"\n/' Cargo.lock >"$copy/Cargo.lock"

cd "$copy"
cargo test --quiet --test server "$@" -- "${skip[@]/#/--skip=}"
