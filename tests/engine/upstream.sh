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
  log_refusals::older_client_is_counted_and_logged_with_advice
  # Requests that are refused otherwise: an empty sid, a session of another transport, a polling body that cannot be read
  # or has a content type, a handshake that is none.
  robustness_engine::a_polling_body_that_cannot_be_read_ends_its_session_only
  robustness_engine::session_of_one_transport_is_unknown_to_the_other
  robustness_engine::polling_body_is_read_with_each_content_type_but_binary
  robustness_engine::extra_query_parameters_are_ignored_and_not_echoed
  robustness_upgrade::websocket_for_unknown_session_is_rejected
  robustness_upgrade::invalid_handshake_is_rejected_for_the_course
  doctor_nginx::shortest_nginx_is_a_problem_with_cure
  doctor_public_url::proxy_that_drops_upgrade_is_a_problem
  # The code of a close frame is not known: a page that is closed is lost first.
  absence::returning_client_receives_how_the_call_ended
  call::a_page_that_reloads_calls_again
  close::close_frame_ends_a_call_only_with_code_1001
  close::close_packet_and_disconnect_end_a_call_on_all_transports
  hangup::hangup_of_one_call_leaves_other_calls_open
  lobby::event_of_one_lobby_never_reaches_another
  log_lines::call_is_logged_with_names_and_offer_ids
  reconnect::closed_on_purpose_ends_everything_at_once
  rejoin::later_rejoin_receives_how_the_call_ended
  robustness_connect::javascript_prototype_keys_are_ordinary_keys
  room::member_of_two_rooms_has_two_peer_ids_and_no_socket_id
  room::first_member_of_a_room_finds_no_members
  room_presence::member_that_closes_leaves_all_its_rooms_at_once
  room_return::absence_of_member_with_too_many_events_ends_at_once
  room_return::clients_of_one_name_are_two_members
  # The bytes that wait are not known, and a slow reader that polls is not closed.
  limits::polling_client_that_fetches_no_lists_is_closed
  limits::client_that_does_not_read_is_closed_for_queued_bytes
  slow_reader::polling_client_that_stops_polling_is_closed_without_gaps
  slow_reader::unfetched_rejections_are_bounded
  # Nothing is held behind a CONNECT that is not answered yet.
  auth_hook::events_before_the_answer_wait_and_keep_their_order
  # A connection cannot be cut: its namespace is disconnected, or it keeps its place until the client leaves.
  limits::client_with_wrong_password_frees_its_connection_slot
  session::second_connection_of_session_replaces_first_unnoticed
  # What a session ends for is not known.
  log_refusals::session_that_begins_otherwise_than_by_connect_is_counted
  log_refusals::unreadable_packet_and_large_message_are_counted_and_logged
  # Packets without meaning end the session.
  robustness_engine::packet_of_any_type_is_accepted_or_ends_its_session_only
  robustness_engine::engine_pongs_and_noops_without_end_change_nothing
  # An upgrade that fails ends the session, and polls are not answered while one is under way.
  upgrade::upgrade_that_stalls_is_given_up_and_polling_goes_on
  robustness_upgrade::an_upgrade_without_a_probe_leaves_its_session_polling
  robustness_upgrade::polls_and_posts_during_upgrade_are_answered_without_loss
)

# A copy of the workspace without the engine and without the patch: the rest is linked.
copy=$PWD/target/upstream-engine
mkdir -p "$copy"
ln -sfn "$PWD"/{src,public,tests,benches,examples,docs,README.md,CHANGELOG.md,CONTRIBUTING.md,SECURITY.md} "$copy"
mkdir -p "$copy/crates"
ln -sfn "$PWD"/crates/{conn,turn} "$copy/crates"
awk '/^\[/ { skip = /^\[patch/ } !skip' Cargo.toml | sed 's|"crates/engine", ||' >"$copy/Cargo.toml"
# Without the entry of our engine: cargo then finds the other one, and keeps the versions of the rest.
awk 'BEGIN { RS = ""; ORS = "\n\n" } !/name = "engineioxide"\n/' Cargo.lock >"$copy/Cargo.lock"

cd "$copy"
cargo test --quiet --test server --test slow "$@" -- "${skip[@]/#/--skip=}"
