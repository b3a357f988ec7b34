//! How figures are printed: one JSON object a run.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Map, Value, json};

/// Latencies.
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        // Microseconds, up to ten minutes.
        Self(Histogram::new_with_bounds(1, 600_000_000, 3).expect("these bounds are possible"))
    }
}

impl Latencies {
    /// Notes one.
    pub fn note(&mut self, latency: Duration) {
        self.0.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
    }

    /// In milliseconds.
    pub fn to_json(&self) -> Value {
        let at = |quantile| self.0.value_at_quantile(quantile) as f64 / 1000.0;
        json!({"p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "max": self.0.max() as f64 / 1000.0, "count": self.0.len()})
    }
}

/// What went wrong, by its reason.
#[derive(Default)]
pub struct Failures(BTreeMap<String, u64>);

impl Failures {
    /// Notes one.
    pub fn note(&mut self, error: &anyhow::Error) {
        *self.0.entry(format!("{error:#}")).or_default() += 1;
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// How many for each reason.
    pub fn to_json(&self) -> Value {
        json!(self.0)
    }
}

/// Rounded to what is worth reading.
pub fn round(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let scale = 10_f64.powi(4 - value.abs().log10().floor() as i32 - 1);
    (value * scale).round() / scale
}

/// Joins objects; later ones win.
pub fn join(parts: impl IntoIterator<Item = Value>) -> Value {
    let mut all = Map::new();
    for part in parts {
        if let Value::Object(part) = part {
            all.extend(part);
        }
    }
    Value::Object(all)
}
