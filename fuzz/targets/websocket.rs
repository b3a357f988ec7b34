//! One WebSocket of the engine on a connection that does what the input says: crates/engine/tests/support/scripted.rs.

#![no_main]

#[path = "../../crates/engine/tests/support/frames.rs"]
mod frames;
#[path = "../../crates/engine/tests/support/received.rs"]
mod received;
#[path = "../../crates/engine/tests/support/recorder.rs"]
mod recorder;
#[path = "../../crates/engine/tests/support/script.rs"]
mod script;
#[path = "../../crates/engine/tests/support/scripted.rs"]
mod scripted;
#[path = "../../crates/engine/tests/support/wire.rs"]
mod wire;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| scripted::run(input));
