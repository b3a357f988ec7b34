//! What the histories of a run must not show.
//!
//! What a page was sent in the time of a fault may be late, but it is complete, in order and once. These are allowed:
//! - A candidate that was refused may be missing, or arrive all the same: the node may have appended it when Redis went away.
//! - So may one whose acknowledgement was lost, if the page was not told for as long as commands wait.
//! - The refusal of what comes in the moment in which the call ends may come before the news of the end.
//! - The call of a page that was without a connection for the grace may end as `lost`, and the server may forget the page.
//! - Of a page that has hung up, nothing is expected in that call any more.
//! - A page that the server has forgotten makes its offer again: one more page may answer it, since the caller has no call.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{Event, Histories, Record};

/// How much sooner than after the grace a page may be given up, in milliseconds: what it received last was on its way.
const SLACK: u64 = 1_500;

/// What one page had of a call.
#[derive(Debug, Default)]
struct End {
    /// It knows for sure that the call was there.
    is_begun: bool,
    is_caller: bool,
    /// When it has made its offer again.
    again: Vec<u64>,
    sent: BTreeMap<u64, Candidate>,
    received: Vec<u64>,
    /// Of these, those that came after the last fault.
    received_calm: usize,
    hung_up: Option<u64>,
    /// The server said that the hang-up ended something.
    has_ended: bool,
    peer_hangups: Vec<(u64, String)>,
    is_forgotten: bool,
    vanished: Option<u64>,
    /// The page was in it at the end.
    remains: bool,
}

#[derive(Debug, Default)]
struct Candidate {
    at: u64,
    is_acknowledged: bool,
    /// It may be missing at the other end.
    may_be_missing: bool,
}

/// One page.
#[derive(Debug, Default)]
struct Page {
    ends: BTreeMap<String, End>,
    /// When nothing came from the log.
    absences: Vec<(u64, u64)>,
    /// When it was forgotten in a call.
    forgotten: Vec<(u64, String)>,
    gaps: Vec<(u64, u64)>,
    is_connected: bool,
}

/// What is wrong with these histories: a sentence for each. `grace` in milliseconds.
pub fn check(histories: &Histories, grace: u64) -> Vec<String> {
    let pages: BTreeMap<&str, Page> =
        histories.iter().map(|(name, records)| (name.as_str(), Page::of(records, grace))).collect();
    let mut calls: BTreeMap<&str, Vec<(&str, &End)>> = BTreeMap::new();
    for (name, page) in &pages {
        for (call, end) in &page.ends {
            calls.entry(call).or_default().push((name, end));
        }
    }
    let mut wrong = Vec::new();
    for (name, page) in &pages {
        wrong.extend(
            page.gaps.iter().map(|(expected, number)| format!("{name}: event {number} came instead of {expected}")),
        );
        if !page.is_connected {
            wrong.push(format!("{name} was not connected at the end"));
        }
        for (at, call) in &page.forgotten {
            if !page.was_absent(*at, grace) {
                wrong.push(format!("{name}: forgotten at {at} in call {call} before the grace was over"));
            }
        }
    }
    for (call, ends) in &calls {
        check_call(call, ends, &pages, grace, &mut wrong);
    }
    wrong
}

fn check_call(call: &str, ends: &[(&str, &End)], pages: &BTreeMap<&str, Page>, grace: u64, wrong: &mut Vec<String>) {
    let begun: Vec<_> = ends.iter().filter(|(_, end)| end.is_begun && !end.is_caller).map(|(name, _)| *name).collect();
    let is_new = |name: &str, at: u64| pages.get(name).is_some_and(|page| page.was_absent(at, grace));
    let again: usize = ends.iter().map(|(name, end)| end.again.iter().filter(|at| is_new(name, **at)).count()).sum();
    if begun.len() > 1 + again {
        wrong.push(format!("call {call}: answered by {}", begun.join(" and ")));
    }
    for (name, end) in ends {
        let others: Vec<_> = ends.iter().filter(|(_, other)| other.is_caller != end.is_caller).collect();
        if let Some(at) = end.vanished.filter(|_| end.peer_hangups.is_empty()) {
            wrong.push(format!("{name}: call {call} was gone at {at}, and nothing said so"));
        }
        if end.peer_hangups.len() > 1 {
            wrong.push(format!("{name}: call {call} ended {} times", end.peer_hangups.len()));
        }
        if let Some((at, reason)) = end.peer_hangups.first() {
            let is_due = match reason.as_str() {
                "hangup" => others.iter().any(|(_, other)| other.hung_up.is_some_and(|hung_up| hung_up <= *at)),
                "lost" => others.iter().any(|(other, _)| pages[other].was_absent(*at, grace)),
                _ => false,
            };
            if !is_due {
                wrong.push(format!("{name}: call {call} ended at {at} as {reason} without a cause"));
            }
        }
        let is_over_here = end.hung_up.is_some() || end.is_forgotten || end.vanished.is_some();
        if end.is_begun && !is_over_here && end.peer_hangups.is_empty() {
            if let Some((other, _)) = others.iter().find(|(_, other)| other.is_begun && other.has_ended) {
                wrong.push(format!("{name}: call {call} was ended by {other}, and nothing said so"));
            } else if !end.remains {
                wrong.push(format!("{name}: call {call} has no end"));
            }
        }
        let partner = others.iter().find(|(_, other)| other.is_begun || end.is_caller && others.len() == 1);
        if let Some((other, sender)) = partner {
            check_candidates((name, end), (other, sender), call, wrong);
        }
        if end.remains {
            let talks = partner.is_some_and(|(_, other)| other.remains && other.received_calm > 0);
            if !talks || end.received_calm == 0 {
                wrong.push(format!("{name}: is in call {call} at the end, and cannot talk"));
            }
        }
    }
}

/// Candidates of one end arrive at the other one: in order, once, and all where it stayed.
fn check_candidates((name, end): (&str, &End), (other, sender): (&str, &End), call: &str, wrong: &mut Vec<String>) {
    if let Some(pair) = end.received.windows(2).find(|pair| pair[0] >= pair[1]) {
        wrong.push(format!("{name}: call {call}: candidate {} of {other} came after {}", pair[1], pair[0]));
    }
    let received: BTreeSet<u64> = end.received.iter().copied().collect();
    if let Some(unknown) = received.iter().find(|index| !sender.sent.contains_key(index)) {
        wrong.push(format!("{name}: call {call}: candidate {unknown} was never sent by {other}"));
    }
    let last = received.last().copied();
    let stayed = end.hung_up.is_none()
        && !end.is_forgotten
        && (end.remains || end.peer_hangups.first().is_some_and(|(_, reason)| reason == "hangup"));
    for (index, candidate) in &sender.sent {
        if received.contains(index) || candidate.may_be_missing {
            continue;
        }
        let is_passed = last.is_some_and(|last| *index < last);
        if is_passed || (stayed && candidate.is_acknowledged) {
            wrong.push(format!("{name}: call {call}: candidate {index} of {other}, sent at {}, is lost", candidate.at));
        }
    }
}

impl Candidate {
    /// No acknowledgement comes any more, if none has come: it may have been refused, if it had waited for long enough.
    fn lose_reply(&mut self, at: u64, grace: u64) {
        self.may_be_missing |= !self.is_acknowledged && at - self.at + SLACK >= grace;
    }
}

impl Page {
    fn of(records: &[Record], grace: u64) -> Self {
        let mut page = Self::default();
        let (mut current, mut broken, mut is_calm): (Option<String>, Option<u64>, bool) = (None, None, false);
        for Record { at, event } in records {
            match event.clone() {
                Event::Connected { .. } => page.absences.extend(broken.take().map(|last| (last, *at))),
                // The first one counts: a connection by which nothing came is none.
                Event::Broken { last } => {
                    broken.get_or_insert(last);
                    let candidates = page.ends.values_mut().flat_map(|end| end.sent.values_mut());
                    candidates.for_each(|candidate| candidate.lose_reply(*at, grace));
                }
                Event::Forgotten => {
                    if let Some(call) = current.take() {
                        page.absences.extend(broken.map(|last| (last, *at)));
                        page.end(&call).is_forgotten = true;
                        page.forgotten.push((*at, call));
                    }
                }
                Event::Calls { call, .. } => page.end(&call).is_caller = true,
                Event::CallsAgain { call } => page.end(&call).again.push(*at),
                Event::Answers { call } => _ = page.end(&call),
                Event::Begun { call } => {
                    page.end(&call).is_begun = true;
                    current = Some(call);
                }
                Event::NotBegun { .. } => {}
                Event::Sent { call, index } => {
                    let candidate = Candidate { at: *at, ..Candidate::default() };
                    page.end(&call).sent.insert(index, candidate);
                }
                Event::Acknowledged { call, index } => {
                    if let Some(candidate) = page.end(&call).sent.get_mut(&index) {
                        candidate.is_acknowledged = true;
                    }
                }
                Event::Settled { call, index } => {
                    if let Some(candidate) = page.end(&call).sent.get_mut(&index) {
                        candidate.lose_reply(*at, grace);
                    }
                }
                Event::Refused { call, index, .. } => {
                    if let Some(candidate) = page.end(&call).sent.get_mut(&index) {
                        candidate.may_be_missing = true;
                    }
                }
                Event::Received { call, index } => {
                    let end = page.end(&call);
                    end.received.push(index);
                    end.received_calm += usize::from(is_calm);
                }
                Event::HangsUp { call } => {
                    page.end(&call).hung_up.get_or_insert(*at);
                    current.take_if(|current| *current == call);
                }
                Event::HungUp { call, ended } => page.end(&call).has_ended |= ended > 0,
                Event::PeerHangup { call, reason } => {
                    page.end(&call).peer_hangups.push((*at, reason));
                    current.take_if(|current| *current == call);
                }
                Event::Vanished { call } => {
                    page.end(&call).vanished = Some(*at);
                    current.take_if(|current| *current == call);
                }
                Event::Gap { expected, number } => page.gaps.push((expected, number)),
                Event::Calm => is_calm = true,
                Event::End { is_connected, call } => {
                    page.is_connected = is_connected;
                    page.absences.extend(broken.take().map(|last| (last, *at)));
                    if let Some(end) = page.ends.get_mut(&call) {
                        end.remains = true;
                    }
                }
            }
        }
        page
    }

    fn end(&mut self, call: &str) -> &mut End {
        self.ends.entry(call.to_owned()).or_default()
    }

    /// Whether the page had been without the log for the grace at some time before.
    fn was_absent(&self, before: u64, grace: u64) -> bool {
        self.absences.iter().any(|(from, to)| to.min(&before).saturating_sub(*from) + SLACK >= grace)
    }
}
