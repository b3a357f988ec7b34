//! What is relayed: any JSON value, with some attachments.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use switchboard::protocol::json::Tree;
use switchboard::protocol::opaque::{OnWire, Opaque};

fuzz_target!(|data: (u8, &str)| {
    let (count, text) = data;
    let Ok(json) = serde_json::from_str::<&RawValue>(text) else { return };
    let attachments = vec![Bytes::from_static(b"bytes"); usize::from(count % 4)];
    let Ok(opaque) = Opaque::new(json, &attachments) else { return };
    assert_eq!(opaque.is_null(), json.get() == "null");
    assert!(opaque.size() >= json.get().len());
    let passed_on = serde_json::to_string(&OnWire(&opaque)).expect("it can be passed on");
    if !opaque.is_binary() {
        assert_eq!(passed_on, json.get(), "to the letter");
    }
    // Deeper inside it has to be readable, too.
    let object = format!(r#"["newOfferAwaiting",[{{"offer":{passed_on}}}]]"#);
    // Larger numbers than ours JavaScript takes for infinite.
    let read = serde_json::from_str::<Tree>(&object);
    assert!(
        read.is_ok() || read.is_err_and(|error| error.to_string().starts_with("number out of range")),
        "it can be read"
    );
    let stored = serde_json::to_string(&opaque).expect("it can be stored");
    assert_eq!(serde_json::from_str::<Opaque>(&stored).expect("it can be read"), opaque);
    assert!(!format!("{opaque:?}").contains('"'), "its content is not shown");
});
