//! The table: what was wanted beside what was seen.

use serde_json::Value;

use super::peer::Peer::{self, Bun, Floor, Node, NodeTidy, Switchboard};
use super::plan::Size;
use super::results::Results;

/// How good is good enough, as a ratio to Node.
#[derive(Clone, Copy)]
enum Want {
    AtMost(f64, Option<f64>),
    AtLeast(f64, Option<f64>),
    Nothing,
}
use Want::{AtLeast, AtMost, Nothing};

/// One line: what it is, its unit, the measurement, the figure in it, the target and what one would be proud of.
type Row = (&'static str, &'static str, &'static str, &'static str, Want);

const ROWS: [Row; 23] = [
    ("calls: CPU for 1,000", "s", "calls", "/cpu_s_per_1000", AtMost(0.03, Some(0.024))),
    ("calls: how many a second", "/s", "calls", "/calls_per_s", AtLeast(28.0, Some(34.0))),
    ("calls: answer, p50", "ms", "calls", "/answer_ms/p50", AtMost(0.1, Some(0.08))),
    ("calls: answer, p99", "ms", "calls", "/answer_ms/p99", AtMost(0.07, Some(0.055))),
    ("calls over TLS: CPU for 1,000", "s", "calls-tls", "/cpu_s_per_1000", Nothing),
    ("calls by polling: CPU for 1,000", "s", "calls-polling", "/cpu_s_per_1000", Nothing),
    ("calls, answerer comes late: CPU for 1,000", "s", "calls-late", "/cpu_s_per_1000", Nothing),
    ("broadcast: CPU a delivery", "µs", "broadcast", "/cpu_us_per_delivery", AtMost(0.65, Some(0.55))),
    ("broadcast over TLS: CPU a delivery", "µs", "broadcast-tls", "/cpu_us_per_delivery", AtMost(0.75, None)),
    ("broadcast: last receiver, p50", "ms", "broadcast", "/last_receiver_ms/p50", Nothing),
    ("relay: most messages a second", "/s", "relay", "/messages_per_s", AtLeast(9.0, Some(12.0))),
    ("relay: CPU a message", "µs", "relay", "/cpu_us_per_message", AtMost(0.16, Some(0.12))),
    ("relay at a fixed pace: p50", "ms", "relay-paced", "/relay_ms/p50", Nothing),
    ("relay at a fixed pace: p99", "ms", "relay-paced", "/relay_ms/p99", Nothing),
    ("rooms: CPU for 1,000 calls in them", "s", "rooms", "/cpu_s_per_1000", Nothing),
    ("memory an idle socket, many", "KiB", "idle", "/kib_per_socket", AtMost(0.3, Some(0.22))),
    ("memory an idle socket, many, TLS", "KiB", "idle-tls", "/kib_per_socket", AtMost(0.33, Some(0.25))),
    ("memory a socket after broadcasts", "KiB", "broadcast-long", "/kib_per_socket_after", AtMost(0.2, Some(0.12))),
    ("idle CPU, many sockets, a minute", "s", "idle", "/idle_cpu_s_per_minute", AtMost(0.33, Some(0.25))),
    ("connects a second", "/s", "connect", "/connects_per_s", AtLeast(5.0, Some(6.0))),
    ("connecting: CPU for 1,000", "s", "connect", "/connect_cpu_s_per_1000", AtMost(0.14, None)),
    ("connects a second, TLS", "/s", "idle-tls", "/connects_per_s", AtLeast(4.0, None)),
    ("memory of an empty server", "KiB", "connect", "/base_rss_kib", Nothing),
];

/// A slope that is smaller cannot be distinguished from none, in ms for 1,000 of what there is more of.
const NOISE: f64 = 0.05;

/// The largest memory of a server to which nobody is connected, in KiB.
const BASE: f64 = 10.0 * 1024.0;

/// The whole table in Markdown.
pub fn table(results: &Results, size: Size) -> String {
    let mut lines = vec![
        "| | wanted of Node's | Switchboard | Node | ratio | | floor | Node, tidy | Bun |".to_string(),
        "|---|---|---:|---:|---:|---|---:|---:|---:|".to_string(),
    ];
    lines.push(failed_calls(results));
    for (title, unit, measurement, pointer, want) in ROWS {
        let cell = |peer| match (results.median(measurement, peer, pointer), results.ratio(measurement, peer, pointer))
        {
            (Some(value), Some(ratio)) if peer != Switchboard => format!("{} (×{})", show(value), show(ratio)),
            (Some(value), _) => show(value),
            _ => String::new(),
        };
        let node = results.median(measurement, Node, pointer).map(show).unwrap_or_default();
        let own = results.median(measurement, Switchboard, pointer);
        let ratio = results.ratio(measurement, Switchboard, pointer);
        let (wanted, verdict) = if pointer == "/base_rss_kib" {
            ("≤ 10 MiB".into(), own.map_or("", |own| if own <= BASE { "reached" } else { "**missed**" }))
        } else {
            (wanted(want), verdict(want, ratio))
        };
        lines.push(format!(
            "| {title}, {unit} | {wanted} | {} | {node} | {} | {verdict} | {} | {} | {} |",
            own.map(show).unwrap_or_default(),
            ratio.map(|ratio| format!("×{}", show(ratio))).unwrap_or_default(),
            cell(Floor),
            cell(NodeTidy),
            cell(Bun),
        ));
    }
    lines.push(slope(
        results,
        "calls-idle-",
        "growth of CPU a call with 1,000 connected sockets, ms",
        AtMost(0.3, None),
    ));
    lines.push(slope(results, "calls-past-", "growth of CPU a call with 1,000 past offers, ms", Nothing));
    lines.push(growth(results));
    if size == Size::Quick {
        lines.push(
            "\nOne round of small sizes: this shows that it works, not how fast it is, nor what is reached.".into(),
        );
    }
    lines.join("\n") + "\n"
}

fn slope(results: &Results, prefix: &str, title: &str, want: Want) -> String {
    let of = |peer: Peer| results.slope(prefix, peer, "/cpu_s_per_1000");
    let (own, node) = (of(Switchboard), of(Node));
    let ratio = own.filter(|own| *own >= NOISE).zip(node).map(|(own, node)| own / node);
    let show = |slope: f64| if slope < NOISE { "none".to_string() } else { show(slope) };
    format!(
        "| {title} | {} | {} | {} | {} | {} | {} | | |",
        wanted(want),
        own.map(show).unwrap_or_default(),
        node.map(show).unwrap_or_default(),
        ratio.map(|ratio| format!("×{}", self::show(ratio))).unwrap_or_default(),
        verdict(want, ratio),
        of(Floor).map(show).unwrap_or_default(),
    )
}

/// Calls with whatever is not as it should be, in every run of Switchboard.
fn failed_calls(results: &Results) -> String {
    let (mut made, mut failed, mut measured) = (0, 0, Vec::new());
    for (measurement, what) in
        [("calls-many", "alone"), ("calls-many-idle", "with idle sockets"), ("calls-many-open", "with open offers")]
    {
        for (_, figures) in results.rounds(measurement, Switchboard) {
            let (pairs, lost) = (figures["pairs"].as_u64().unwrap_or(0), figures["failed"].as_u64().unwrap_or(0));
            made += pairs;
            failed += lost;
            measured.push(format!("{pairs} {what}"));
        }
    }
    let verdict = if made == 0 {
        ""
    } else if failed == 0 {
        "reached"
    } else {
        "**missed**"
    };
    format!("| failed calls ({}) | 0 | {failed} of {made} | | | {verdict} | | | |", measured.join(", "))
}

/// First against last quarter of many calls.
fn growth(results: &Results) -> String {
    let Some((_, figures)) = results.rounds("calls-many", Switchboard).last() else { return String::new() };
    let buckets = figures["buckets"].as_array().map(Vec::as_slice).unwrap_or_default();
    let quarter = buckets.len() / 4;
    if quarter == 0 {
        return String::new();
    }
    let mean = |buckets: &[Value], key: &str| {
        buckets.iter().filter_map(|bucket| bucket[key].as_f64()).sum::<f64>() / buckets.len() as f64
    };
    let (first, last) = (&buckets[..quarter], &buckets[buckets.len() - quarter..]);
    format!(
        "| {} calls, first and last quarter: CPU a call, ms; memory, MiB | no growth | {}, {}; {}, {} | | | | | | |",
        figures["pairs"],
        show(mean(first, "cpu_ms_per_call")),
        show(mean(last, "cpu_ms_per_call")),
        show(mean(first, "rss_kib") / 1024.0),
        show(mean(last, "rss_kib") / 1024.0),
    )
}

fn wanted(want: Want) -> String {
    let proud = |proud: Option<f64>| proud.map(|proud| format!(" ({proud})")).unwrap_or_default();
    match want {
        AtMost(most, best) => format!("≤ {most}{}", proud(best)),
        AtLeast(least, best) => format!("≥ {least}{}", proud(best)),
        Nothing => String::new(),
    }
}

fn verdict(want: Want, ratio: Option<f64>) -> &'static str {
    let Some(ratio) = ratio else { return "" };
    let (reached, proud) = match want {
        AtMost(most, best) => (ratio <= most, best.is_some_and(|best| ratio <= best)),
        AtLeast(least, best) => (ratio >= least, best.is_some_and(|best| ratio >= best)),
        Nothing => return "",
    };
    match (reached, proud) {
        (_, true) => "reached, with pride",
        (true, _) => "reached",
        (false, _) => "**missed**",
    }
}

/// Three significant digits.
pub fn show(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let decimals = usize::try_from((2 - value.abs().log10().floor() as i64).clamp(0, 5)).unwrap_or(0);
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!([0.0, 0.01234, 1.0, 12.345, 1234.5].map(show), ["0", "0.0123", "1.00", "12.3", "1234"]);
    }

    #[test]
    fn a_target_is_reached_or_missed() {
        assert_eq!(verdict(AtMost(0.5, Some(0.2)), Some(0.3)), "reached");
        assert_eq!(verdict(AtLeast(4.0, Some(6.0)), Some(7.0)), "reached, with pride");
        assert_eq!(verdict(AtLeast(4.0, None), Some(3.0)), "**missed**");
    }
}
