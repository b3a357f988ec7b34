#!/usr/bin/env bash
# Runs socketioxide's own tests on the engine in crates/engine. They are in its published package: cargo has downloaded
# that already, and they are compiled from a copy in target/. With --no-run they are only compiled.
set -euo pipefail
cd "$(dirname "$0")/../.."

# What does not hold on this engine, on purpose (docs/engine.md):
# - server_ws_closing expects an Engine.IO close packet before the close frame of a WebSocket;
# - server_http_closing expects that a polling session which the server closed is unknown at once, and its client does
#   not hear of the end.
skip=(server_ws_closing server_http_closing)

manifest=$(cargo metadata --locked --format-version 1 |
  grep -o '"manifest_path":"[^"]*/socketioxide-[0-9][^"/]*/Cargo.toml"' | cut -d '"' -f 4)
copy=$PWD/target/socketioxide
mkdir -p "$copy"
rm -rf "$copy"/{src,tests,docs}
# With their times, so that a second copy is not compiled again.
cp -Rp "$(dirname "$manifest")"/{src,tests,docs} "$copy"
# Without the benchmarks and what only they need; no part of this workspace, but with the versions that it uses.
awk '/^\[/ { skip = /criterion|\[\[bench/ } !skip; END { print "[workspace]" }' "$manifest" >"$copy/Cargo.toml"
cp Cargo.lock "$copy"

run() {
  cargo test --quiet --manifest-path "$copy/Cargo.toml" \
    --config "patch.crates-io.engineioxide.path='$PWD/crates/engine'" \
    --all-features --lib --tests --no-fail-fast "$@"
}
# Some of them have time limits of 10 ms, which a busy machine exceeds: no more at a time than there are cores.
RUST_TEST_THREADS=$(nproc)
export RUST_TEST_THREADS
try() { run -- --exact "${skip[@]/#/--skip=}" "$@"; }
if [ "${1-}" = --no-run ]; then
  run --no-run
else
  try || try --test-threads=1 || try --test-threads=1
fi
