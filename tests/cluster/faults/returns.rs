//! What a restart of the nodes, one after the other, may not do to the pages.

use super::history::{Event, Histories};

/// A page is back within this time, in milliseconds.
const BACK_MS: u64 = 5_000;

/// What should not have happened: a page that was away for longer, one that was forgotten with its call (one without a call has
/// nothing to keep), something that was refused for the server's sake. Prints how many returned, and how long that took.
pub fn check(histories: &Histories) -> Vec<String> {
    let (mut wrong, mut returns) = (Vec::new(), Vec::new());
    for (page, records) in histories {
        let (mut broken, mut is_talking) = (None, false);
        for record in records {
            match &record.event {
                Event::Broken { .. } => _ = broken.get_or_insert(record.at),
                Event::Connected { .. } => returns.extend(broken.take().map(|since| record.at - since)),
                Event::Begun { .. } => is_talking = true,
                Event::HangsUp { .. } | Event::PeerHangup { .. } | Event::Vanished { .. } => is_talking = false,
                Event::Forgotten if is_talking => wrong.push(format!("{page} was forgotten at {}", record.at)),
                Event::NotBegun { call, why: code } | Event::Refused { call, code, .. } if code == "unavailable" => {
                    wrong.push(format!("{page}: {code} for {call} at {}", record.at));
                }
                _ => {}
            }
        }
        wrong.extend(broken.map(|since| format!("{page} did not return after {since}")));
    }
    returns.sort_unstable();
    let at = |of_hundred: usize| {
        returns.get(returns.len().saturating_sub(1) * of_hundred / 100).copied().unwrap_or_default()
    };
    println!("faults: {} returns, in ms: median {}, of 99 % {}, slowest {}", returns.len(), at(50), at(99), at(100));
    if at(100) > BACK_MS {
        wrong.push(format!("a page was away for {} ms", at(100)));
    }
    wrong
}
