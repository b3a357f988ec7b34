//! What a server said of itself and its cluster.

use std::collections::BTreeMap;

use serde::Serialize;

use super::table::{Align, table};
use crate::cluster::status::{NodeStatus, ShardStatus, Status};

/// A command that waits so long, in milliseconds, is felt in a call.
const LAGS_MS: u64 = 1_000;
/// A node says every 2 s that it is there, and after 8 s it is lost.
const SILENT_MS: u64 = 5_000;
/// A node waits a second at most for entries, and Redis may take two to answer.
const UNREAD_MS: u64 = 4_000;
/// The number of the shard of pairs.
const PAIRS: usize = 64;

/// What a server said of itself and its cluster.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    version: String,
    /// What is not well, in sentences.
    faults: Vec<String>,
    /// `None`: a server of its own.
    cluster: Option<Status>,
    /// The samples of `/metrics`, by name and labels.
    metrics: BTreeMap<String, f64>,
}

impl Answer {
    /// Of the text of `/metrics`, and of `/api/cluster`.
    pub fn new(metrics: &str, cluster: Option<Status>) -> Self {
        // Prometheus documentation, "Text-based format": a name, labels in braces, a blank, the value.
        let samples = metrics.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
        let mut samples: BTreeMap<String, f64> =
            samples.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect();
        let info = samples.keys().find(|name| name.starts_with("switchboard_build_info")).cloned().unwrap_or_default();
        samples.remove(&info);
        let version = info.split('"').nth(1).unwrap_or_default().to_owned();
        let faults = cluster.as_ref().map(faults).unwrap_or_default();
        Self { version, faults, cluster, metrics: samples }
    }

    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.faults.is_empty()
    }

    /// As one JSON document: `{"version", "faults", "cluster", "metrics"}`.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// For people.
    pub fn text(&self) -> String {
        let metrics = self.metrics.iter().map(|(name, value)| vec![name.clone(), value.to_string()]);
        let metrics = table(&[("Metric", Align::Start), ("Value", Align::End)], metrics);
        let Some(cluster) = &self.cluster else {
            return format!("Switchboard {}, a server of its own (without --cluster)\n\n{metrics}", self.version);
        };
        let nodes = table(
            &[
                ("Node", Align::Start),
                ("Name", Align::Start),
                ("Version", Align::Start),
                ("Clients", Align::End),
                ("Shards", Align::End),
                ("Lag", Align::End),
                ("Last heard", Align::End),
            ],
            cluster.nodes.iter().map(|node| node_row(node, &cluster.node)),
        );
        let shards = table(
            &[("Shard", Align::End), ("Position", Align::Start), ("Last entry", Align::End)],
            cluster.shards.iter().map(shard_row),
        );
        let state = if cluster.ready { "ready" } else { "not ready" };
        let read = cluster.log_read_ms.map_or("never".to_owned(), ago);
        let clients: usize = cluster.nodes.iter().map(|node| node.state.clients).sum();
        let count = cluster.nodes.len();
        let end = if self.is_well() { "All is well.".to_owned() } else { self.faults.join("\n") };
        format!(
            "Node {} of a cluster of {count}, with {clients} clients in all: {state}, log last read {read}\n\n\
             {nodes}\nThe shards that this node reads:\n\n{shards}\n{metrics}\n{end}\n",
            cluster.node
        )
    }
}

fn faults(status: &Status) -> Vec<String> {
    let mut faults = Vec::new();
    if !status.ready {
        faults.push("This node is not ready: it has not reached the log, or it stops. Its log says which.".to_owned());
    }
    if let Some(ms) = status.log_read_ms.filter(|ms| *ms > UNREAD_MS) {
        faults.push(format!("This node last read the log {}: Redis is away, or slow.", ago(ms)));
    }
    if status.lag_ms > LAGS_MS {
        faults.push(format!("This node lags: what a client sends waits {}.", time(status.lag_ms)));
    }
    for NodeStatus { node, heard_ms, state } in status.nodes.iter().filter(|other| other.node != status.node) {
        if state.lag_ms > LAGS_MS {
            faults.push(format!("{} ({node}) lags: what a client sends waits {}.", state.name, time(state.lag_ms)));
        }
        if *heard_ms > SILENT_MS {
            faults.push(format!("{} ({node}) was last heard {}: after 8 s it is lost.", state.name, ago(*heard_ms)));
        }
    }
    faults
}

fn node_row(NodeStatus { node, heard_ms, state }: &NodeStatus, own: &str) -> Vec<String> {
    let mark = if node == own { " *" } else { "" };
    vec![
        format!("{node}{mark}"),
        state.name.clone(),
        state.version.clone(),
        state.clients.to_string(),
        state.shards.to_string(),
        time(state.lag_ms),
        ago(*heard_ms),
    ]
}

fn shard_row(ShardStatus { shard, position, age_ms }: &ShardStatus) -> Vec<String> {
    let number = if *shard == PAIRS { "pairs".to_owned() } else { shard.to_string() };
    // Before its first entry.
    let age = if position.ms == 0 { "none".to_owned() } else { ago(*age_ms) };
    vec![number, position.to_string(), age]
}

fn ago(ms: u64) -> String {
    format!("{} ago", time(ms))
}

fn time(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min", ms / 60_000),
        _ => format!("{} h", ms / 3_600_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::entry::{EntryId, NodeState};

    const METRICS: &str = "# TYPE switchboard_build_info gauge\nswitchboard_build_info{version=\"1.2.3\"} 1\n\n\
                           switchboard_rejections_total{reason=\"wrong password\"} 3\nswitchboard_connections 12\n";

    fn node(name: &str, heard_ms: u64, lag_ms: u64) -> NodeStatus {
        let state = NodeState { name: name.to_owned(), version: "1.2.3".to_owned(), shards: 2, clients: 7, lag_ms };
        NodeStatus { node: format!("id-{name}"), heard_ms, state }
    }

    fn cluster() -> Status {
        let position = EntryId { ms: 1_700_000_000_000, number: 4 };
        Status {
            node: "id-one".to_owned(),
            ready: true,
            log_read_ms: Some(300),
            lag_ms: 2,
            nodes: vec![node("one", 0, 2), node("two", 1_900, 0)],
            shards: vec![
                ShardStatus { shard: 3, position, age_ms: 61_000 },
                ShardStatus { shard: 64, position: EntryId::default(), age_ms: 1_700_000_000_000 },
            ],
        }
    }

    #[test]
    fn server_of_its_own_shows_its_metrics() {
        let answer = Answer::new(METRICS, None);
        assert!(answer.is_well());
        let text = answer.text();
        assert!(text.starts_with("Switchboard 1.2.3, a server of its own (without --cluster)\n"), "{text}");
        assert!(text.contains("switchboard_connections                                   12\n"), "{text}");
        assert!(answer.json().contains(r#""metrics":{"switchboard_connections":12.0,"#), "{}", answer.json());
    }

    #[test]
    fn cluster_shows_nodes_and_shards_in_columns() {
        let answer = Answer::new(METRICS, Some(cluster()));
        assert!(answer.is_well(), "{answer:?}");
        let text = answer.text();
        for line in [
            "Node id-one of a cluster of 2, with 14 clients in all: ready, log last read 300 ms ago",
            "Node      Name  Version  Clients  Shards   Lag  Last heard",
            "id-one *  one   1.2.3          7       2  2 ms    0 ms ago",
            "id-two    two   1.2.3          7       2  0 ms   1.9 s ago",
            "    3  1700000000000-4   1 min ago",
            "pairs  0-0                    none",
            "All is well.",
        ] {
            assert!(text.lines().any(|found| found == line), "{line:?} is missing:\n{text}");
        }
    }

    #[test]
    fn each_thing_that_is_not_well_is_a_fault() {
        let late = Status { lag_ms: 1_500, ready: false, log_read_ms: Some(9_000), ..cluster() };
        let late = Status { nodes: vec![node("one", 0, 1_500), node("two", 7_000, 2_000)], ..late };
        let answer = Answer::new(METRICS, Some(late));
        assert!(!answer.is_well());
        for part in [
            "This node is not ready",
            "last read the log 9.0 s ago",
            "This node lags: what a client sends waits 1.5 s.",
            "two (id-two) lags: what a client sends waits 2.0 s.",
            "two (id-two) was last heard 7.0 s ago",
        ] {
            assert!(answer.text().contains(part), "{part:?} is missing:\n{}", answer.text());
        }
        assert_eq!(answer.faults.len(), 5, "{:?}", answer.faults);
    }
}
