//! What came out, by measurement, server and round.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::peer::Peer;

/// All runs.
#[derive(Default)]
pub struct Results {
    runs: BTreeMap<(String, Peer, usize), Value>,
    /// What did not work, in words.
    pub failures: Vec<String>,
}

impl Results {
    /// Notes a run.
    pub fn note(&mut self, measurement: &str, peer: Peer, round: usize, figures: Value) {
        self.runs.insert((measurement.into(), peer, round), figures);
    }

    /// Writes all as JSON lines.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut file = File::create(path)?;
        for ((measurement, peer, round), figures) in &self.runs {
            let line = json!({"measurement": measurement, "peer": peer.key(), "round": round, "figures": figures});
            writeln!(file, "{line}")?;
        }
        Ok(())
    }

    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// A file that is something else.
    pub fn read(path: &Path) -> Result<Self> {
        let mut results = Self::default();
        for line in BufReader::new(File::open(path)?).lines() {
            let line: Value = serde_json::from_str(&line?)?;
            let peer = Peer::ALL.into_iter().find(|peer| line["peer"] == peer.key()).context("an unknown server")?;
            let round = line["round"].as_u64().context("a round")?;
            results.note(
                line["measurement"].as_str().context("a measurement")?,
                peer,
                usize::try_from(round)?,
                line["figures"].clone(),
            );
        }
        Ok(results)
    }

    /// All rounds of one server in one measurement.
    pub fn rounds(&self, measurement: &str, peer: Peer) -> impl Iterator<Item = (usize, &Value)> {
        let range = (measurement.to_string(), peer, 0)..=(measurement.to_string(), peer, usize::MAX);
        self.runs.range(range).map(|((_, _, round), figures)| (*round, figures))
    }

    /// The median of a figure, named by its JSON pointer.
    pub fn median(&self, measurement: &str, peer: Peer, pointer: &str) -> Option<f64> {
        median(self.rounds(measurement, peer).filter_map(|(_, figures)| figures.pointer(pointer)?.as_f64()))
    }

    /// The median of the ratios to Node, each of one round.
    pub fn ratio(&self, measurement: &str, peer: Peer, pointer: &str) -> Option<f64> {
        let node: BTreeMap<usize, f64> = self
            .rounds(measurement, Peer::Node)
            .filter_map(|(round, figures)| Some((round, figures.pointer(pointer)?.as_f64()?)))
            .collect();
        median(self.rounds(measurement, peer).filter_map(|(round, figures)| {
            let node = node.get(&round).filter(|node| **node > 0.0)?;
            Some(figures.pointer(pointer)?.as_f64()? / node)
        }))
    }

    /// The slope of a figure over the size in the measurements' names, in its own unit per 1,000.
    pub fn slope(&self, prefix: &str, peer: Peer, pointer: &str) -> Option<f64> {
        let points = self.points(prefix, peer, pointer);
        let count = points.len() as f64;
        if points.len() < 2 {
            return None;
        }
        let (x, y) = (points.iter().map(|p| p.0).sum::<f64>() / count, points.iter().map(|p| p.1).sum::<f64>() / count);
        let above: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
        let below: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
        Some(above / below * 1000.0)
    }

    /// Medians of a figure at each size for which there is a measurement with this prefix.
    pub fn points(&self, prefix: &str, peer: Peer, pointer: &str) -> Vec<(f64, f64)> {
        let sizes: BTreeSet<u64> =
            self.runs.keys().filter_map(|(name, ..)| name.strip_prefix(prefix)?.parse().ok()).collect();
        let point = |size: u64| Some((size as f64, self.median(&format!("{prefix}{size}"), peer, pointer)?));
        sizes.into_iter().filter_map(point).collect()
    }
}

/// The middle one; of an even number the mean of the middle two.
pub fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_round_by_round() {
        let mut results = Results::default();
        for (round, own, node) in [(0, 1.0, 10.0), (1, 4.0, 20.0), (2, 9.0, 30.0)] {
            results.note("calls", Peer::Switchboard, round, json!({"a": {"p50": own}}));
            results.note("calls", Peer::Node, round, json!({"a": {"p50": node}}));
        }
        assert_eq!(results.median("calls", Peer::Node, "/a/p50"), Some(20.0));
        assert_eq!(results.ratio("calls", Peer::Switchboard, "/a/p50"), Some(0.2));
        assert_eq!(results.ratio("calls", Peer::Floor, "/a/p50"), None);
    }

    #[test]
    fn a_slope_is_that_of_the_straight_line() {
        let mut results = Results::default();
        for size in [0, 500, 2000] {
            results.note(&format!("x-{size}"), Peer::Node, 0, json!({"a": 3.0 + 0.01 * f64::from(size)}));
        }
        let slope = results.slope("x-", Peer::Node, "/a").unwrap();
        assert!((slope - 10.0).abs() < 1e-9);
    }
}
