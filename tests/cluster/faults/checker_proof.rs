//! The checker finds each kind of fault in small histories, and none in one that is well.

use serde_json::{Value, json};

use super::checker::check;
use super::history::{Histories, Record};

const GRACE: u64 = 10_000;

/// The histories of a call from amy to bob, each event with its time, changed by `change`.
fn wrong_of(change: impl FnOnce(&mut Vec<Value>, &mut Vec<Value>)) -> Vec<String> {
    let mut amy = vec![
        json!({ "at": 0, "event": "connected", "node": 0 }),
        json!({ "at": 1, "event": "calls", "call": "c", "to": "bob" }),
        json!({ "at": 3, "event": "begun", "call": "c" }),
        json!({ "at": 4, "event": "sent", "call": "c", "index": 0 }),
        json!({ "at": 5, "event": "sent", "call": "c", "index": 1 }),
        json!({ "at": 6, "event": "acknowledged", "call": "c", "index": 0 }),
        json!({ "at": 7, "event": "acknowledged", "call": "c", "index": 1 }),
        json!({ "at": 8, "event": "hangsUp", "call": "c" }),
        json!({ "at": 10, "event": "hungUp", "call": "c", "ended": 1 }),
        json!({ "at": 50_000, "event": "end", "is_connected": true, "call": "" }),
    ];
    let mut bob = vec![
        json!({ "at": 0, "event": "connected", "node": 1 }),
        json!({ "at": 2, "event": "answers", "call": "c" }),
        json!({ "at": 5, "event": "begun", "call": "c" }),
        json!({ "at": 6, "event": "received", "call": "c", "index": 0 }),
        json!({ "at": 7, "event": "received", "call": "c", "index": 1 }),
        json!({ "at": 9, "event": "peerHangup", "call": "c", "reason": "hangup" }),
        json!({ "at": 50_000, "event": "end", "is_connected": true, "call": "" }),
    ];
    change(&mut amy, &mut bob);
    let read = |events: Vec<Value>| -> Vec<Record> {
        events.into_iter().map(|event| serde_json::from_value(event).expect("a record")).collect()
    };
    check(&Histories::from([("amy".to_owned(), read(amy)), ("bob".to_owned(), read(bob))]), GRACE)
}

/// Fails unless these histories have faults that are all of this kind.
fn assert_found(kind: &str, change: impl FnOnce(&mut Vec<Value>, &mut Vec<Value>)) {
    let wrong = wrong_of(change);
    assert!(!wrong.is_empty() && wrong.iter().all(|wrong| wrong.contains(kind)), "{kind}: {wrong:#?}");
}

#[test]
fn history_that_is_well_has_no_fault() {
    assert_eq!(wrong_of(|_, _| {}), Vec::<String>::new());
}

#[test]
fn candidate_that_comes_twice_or_out_of_order_or_from_nowhere_is_found() {
    assert_found("came after", |_, bob| bob.insert(5, bob[4].clone()));
    assert_found("came after", |_, bob| bob.swap(3, 4));
    assert_found("never sent", |_, bob| {
        bob.insert(5, json!({ "at": 8, "event": "received", "call": "c", "index": 2 }))
    });
}

#[test]
fn candidate_that_is_lost_is_found_unless_it_was_refused() {
    assert_found("is lost", |_, bob| drop(bob.remove(3)));
    assert_found("is lost", |_, bob| drop(bob.remove(4)));
    let is_well = wrong_of(|amy, bob| {
        bob.remove(3);
        amy[5] = json!({ "at": 6, "event": "refused", "call": "c", "index": 0, "code": "unavailable" });
    });
    assert_eq!(is_well, Vec::<String>::new());
}

#[test]
fn offer_with_two_answers_is_found() {
    let mut histories = Histories::new();
    for name in ["bob", "cem"] {
        let events = [
            json!({ "at": 2, "event": "answers", "call": "c" }),
            json!({ "at": 5, "event": "begun", "call": "c" }),
            json!({ "at": 9, "event": "hangsUp", "call": "c" }),
            json!({ "at": 50_000, "event": "end", "is_connected": true, "call": "" }),
        ];
        let records = events.into_iter().map(|event| serde_json::from_value(event).expect("a record")).collect();
        histories.insert(name.to_owned(), records);
    }
    assert_eq!(check(&histories, GRACE), ["call c: answered by bob and cem"]);
}

#[test]
fn offer_that_is_made_again_may_have_another_answer_after_the_grace_alone() {
    for (away, wrong) in [(GRACE / 2, 1), (2 * GRACE, 0)] {
        let mut histories = Histories::new();
        let back = 10 + away;
        let caller = [
            json!({ "at": 1, "event": "connected", "node": 0 }),
            json!({ "at": 2, "event": "calls", "call": "c", "to": "" }),
            json!({ "at": 10, "event": "broken", "last": 2 }),
            json!({ "at": back, "event": "callsAgain", "call": "c" }),
            json!({ "at": back, "event": "connected", "node": 1 }),
            json!({ "at": back + 1, "event": "hangsUp", "call": "c" }),
            json!({ "at": back + 50_000, "event": "end", "is_connected": true, "call": "" }),
        ];
        let answers = |at: u64| {
            [
                json!({ "at": at, "event": "answers", "call": "c" }),
                json!({ "at": at, "event": "begun", "call": "c" }),
                json!({ "at": at + 1, "event": "hangsUp", "call": "c" }),
                json!({ "at": back + 50_000, "event": "end", "is_connected": true, "call": "" }),
            ]
        };
        for (name, events) in [("amy", &caller[..]), ("bob", &answers(3)), ("cem", &answers(back))] {
            let records = events.iter().cloned().map(|event| serde_json::from_value(event).expect("a record"));
            histories.insert(name.to_owned(), records.collect());
        }
        let found = check(&histories, GRACE);
        assert_eq!(found.iter().filter(|sentence| sentence.contains("answered by")).count(), wrong, "{away} {found:?}");
    }
}

#[test]
fn end_of_a_call_that_is_not_told_or_told_twice_or_without_a_cause_is_found() {
    assert_found("nothing said so", |_, bob| drop(bob.remove(5)));
    assert_found("ended 2 times", |_, bob| bob.insert(6, bob[5].clone()));
    let wrong = wrong_of(|amy, _| drop(amy.drain(7..9)));
    assert_eq!(wrong, ["amy: call c has no end", "bob: call c ended at 9 as hangup without a cause"]);
    assert_found("without a cause", |_, bob| bob[5]["reason"] = json!("closed"));
    assert_found("without a cause", |_, bob| bob[5]["reason"] = json!("lost"));
    assert_found("was gone", |_, bob| bob[5] = json!({ "at": 9, "event": "vanished", "call": "c" }));
}

/// Amy's connection breaks in the call and is made again so much later, when the server does not know her any more.
fn forget(time: u64) -> impl FnOnce(&mut Vec<Value>, &mut Vec<Value>) {
    move |amy, bob| {
        let away = [
            json!({ "at": 8, "event": "broken", "last": 7 }),
            json!({ "at": 8 + time, "event": "forgotten" }),
            json!({ "at": 8 + time, "event": "connected", "node": 2 }),
        ];
        amy.splice(7..9, away);
        bob[5] = json!({ "at": 8 + time, "event": "peerHangup", "call": "c", "reason": "lost" });
    }
}

#[test]
fn page_that_is_given_up_before_the_grace_is_over_is_found() {
    assert_eq!(wrong_of(forget(GRACE)), Vec::<String>::new());
    let wrong = wrong_of(forget(GRACE / 2));
    assert!(
        wrong[0].contains("before the grace was over") && wrong[1].contains("as lost without a cause"),
        "{wrong:#?}"
    );
}

#[test]
fn page_that_stays_in_a_call_that_is_over_or_never_returns_is_found() {
    assert_found("nothing said so", |_, bob| {
        bob.remove(5);
        bob[5]["call"] = json!("");
    });
    let wrong = wrong_of(|amy, bob| {
        amy.drain(7..9);
        bob.remove(5);
        amy[7]["call"] = json!("c");
        bob[5]["call"] = json!("c");
    });
    assert_eq!(wrong.len(), 2);
    assert!(wrong.iter().all(|wrong| wrong.contains("cannot talk")), "{wrong:#?}");
    assert_found("not connected", |_, bob| bob[6]["is_connected"] = json!(false));
    assert_found("came instead of", |_, bob| {
        bob.insert(5, json!({ "at": 8, "event": "gap", "expected": 3, "number": 4 }));
    });
}
