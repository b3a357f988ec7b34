#!/usr/bin/env bash
# Builds the server on the engine that socketioxide has from crates.io, as the published package does (`[patch]` does not
# travel), and runs the server's tests on it. Takes as long as a first build: not part of the CI. Arguments, such as a
# filter, go to `cargo test`.
set -euo pipefail
cd "$(dirname "$0")/../.."

# What differs there. Names of tests, or parts of them.
skip=(
  # Assert that the engine is our own: its handle, its memory, and the official server's bodies.
  engine::engine_beneath_socketioxide_is_our_own
  engine::idle_websocket_costs_less_than_seven_kibibytes
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
  # The code of a close frame is not known: a page that is closed is lost first.
  absence::how_the_other_one_ended_the_call_is_told_after_the_return
  call::a_page_that_reloads_calls_again
  close::close_frame_ends_a_call_only_with_code_1001
  close::close_packet_and_disconnect_end_a_call_on_all_transports
  hangup::the_end_of_one_call_leaves_the_others_alone
  lobby::nothing_of_one_lobby_is_heard_in_another
  log_lines::call_is_logged_with_names_and_offer_ids
  reconnect::closed_on_purpose_ends_everything_at_once
  rejoin::the_other_end_that_comes_later_hears_how_the_first_one_ended_the_call
  robustness_connect::keys_that_mean_something_to_javascript_are_keys_like_any_other
  room::one_who_is_in_two_rooms_has_two_peer_ids_and_neither_is_a_socket_id
  room::the_first_one_in_a_room_finds_nobody_and_is_asked_for_nothing
  room_presence::one_who_closes_is_out_of_all_its_rooms_at_once
  room_return::an_absence_in_which_too_much_is_said_ends_as_if_its_time_were_over
  room_return::two_who_live_under_one_name_are_two_members
  # The bytes that wait are not known, and a slow reader that polls is not closed.
  limits::polling_client_that_fetches_no_lists_is_closed_for_their_bytes
  limits::whoever_does_not_read_is_closed_for_the_bytes_that_wait
  slow_reader::a_polling_client_that_stops_asking_is_closed_rather_than_told_half
  slow_reader::refusals_that_nobody_fetches_are_bounded
  # A connection cannot be cut: its namespace is disconnected, or it keeps its place until the client leaves.
  limits::client_with_a_wrong_password_gives_its_place_free
  session::a_second_connection_replaces_the_first_which_is_closed_and_the_other_party_hears_nothing
  # What a session ends for is not known.
  log_refusals::session_that_begins_otherwise_than_by_connect_is_counted
  log_refusals::unreadable_packet_and_large_message_are_counted_and_told
  # Packets without meaning end the session.
  robustness_engine::a_packet_of_any_type_is_taken_or_ends_its_own_session
  robustness_engine::engine_pongs_and_noops_without_end_change_nothing
  # An upgrade that fails ends the session, and polls are not answered while one is under way.
  upgrade::an_upgrade_that_is_begun_and_not_gone_on_with_is_given_up
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
cargo test --quiet --test server --test slow "$@" -- "${skip[@]/#/--skip=}"
