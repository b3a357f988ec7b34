//! The table of the comparison.

use serde_json::Value;

use super::servers::Server;
use crate::compare::results::median;

/// A scenario that was played.
pub struct Run {
    /// Which one.
    pub scenario: &'static str,
    /// By whom.
    pub server: Server,
    /// In which round.
    pub round: usize,
    /// What the load tool printed.
    pub figures: Value,
}

/// One line: what it is, the scenario, and the figure as its JSON pointer.
const ROWS: [(&str, &str, &str); 9] = [
    ("calls a second", "calls", "/calls_per_s"),
    ("CPU of 1,000 calls, all nodes, s", "calls", "/cpu_s_per_1000"),
    ("CPU of Redis in it, s", "calls", "/redis_cpu_s"),
    ("1,500 candidates/s: p50, ms", "relay-1500", "/relay_ms/p50"),
    ("1,500 candidates/s: p99, ms", "relay-1500", "/relay_ms/p99"),
    ("15,000 candidates/s: p50, ms", "relay-15000", "/relay_ms/p50"),
    ("15,000 candidates/s: p99, ms", "relay-15000", "/relay_ms/p99"),
    ("15,000 candidates/s: CPU of a candidate, all nodes, µs", "relay-15000", "/cpu_us_per_message"),
    ("15,000 candidates/s: CPU of Redis for a candidate, µs", "relay-15000", "/redis_cpu_us_per_message"),
];

/// Medians, and medians of the ratios of a round to one node.
pub fn table(runs: &[Run]) -> String {
    let mut lines = vec![String::new(), String::from("|---|")];
    lines[0].push_str("| |");
    for server in Server::ALL {
        lines[0].push_str(&format!(" {server} |"));
        lines[1].push_str("---:|");
    }
    for (title, scenario, pointer) in ROWS {
        let of = |server: Server| {
            let mine = runs.iter().filter(move |run| run.scenario == scenario && run.server == server);
            mine.filter_map(move |run| Some((run.round, run.figures.pointer(pointer)?.as_f64()?)))
        };
        let mut line = format!("| {title} |");
        for server in Server::ALL {
            let Some(value) = median(of(server).map(|(_, value)| value)) else {
                line.push_str(" |");
                continue;
            };
            let base = |round| of(Server::One).find(|(other, base)| *other == round && *base > 0.0);
            let ratio = median(of(server).filter_map(|(round, value)| Some(value / base(round)?.1)));
            match ratio.filter(|_| server != Server::One) {
                Some(ratio) => line.push_str(&format!(" {value:.4} (×{ratio:.3}) |")),
                None => line.push_str(&format!(" {value:.4} |")),
            }
        }
        lines.push(line);
    }
    lines.join("\n")
}
