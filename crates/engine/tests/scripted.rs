//! WebSockets on connections that do what scripts say.

#![allow(missing_docs)]

#[path = "support/frames.rs"]
mod frames;
#[path = "support/received.rs"]
mod received;
#[path = "support/recorder.rs"]
mod recorder;
#[path = "support/script.rs"]
mod script;
#[path = "support/scripted.rs"]
mod scripted;
#[path = "support/wire.rs"]
mod wire;

use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn websocket_with_any_script_keeps_its_promises(script in vec(any::<u8>(), 0..160)) {
        scripted::run(&script);
    }
}

#[test]
fn client_that_closes_while_much_waits_leaves_nothing() {
    // Room for 10 bytes, three messages of 300, a close frame.
    scripted::run(&[0, 105, 10, 151, 7, 151, 7, 151, 7, 90, 0]);
}
