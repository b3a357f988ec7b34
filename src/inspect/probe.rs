//! What pages report of themselves, by the probe. All of it is a claim of the page.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use serde_json::Value;

use super::content::Content;
use super::inspector::Inspector;
use super::limits::{MAX_PAGES, REPORT_RATE};
use crate::auth::rate_limiter::{RateDecision, RateLimiter};
use crate::protocol::json::Tree;

/// Names that only the server gives to an entry of a record.
const OWN_NAMES: [&str; 5] = ["n", "at", "kind", "page", "from"];

/// A page that reports. Its last record says that it is gone.
pub struct ProbedPage {
    inspector: Arc<Inspector>,
    number: u32,
    from: u32,
    rate_limiter: RateLimiter,
}

impl ProbedPage {
    /// A page at this address; `None` while there are too many of them.
    pub fn new(inspector: &Arc<Inspector>, address: Option<IpAddr>) -> Option<Self> {
        let (open, next) = &inspector.pages;
        if open.fetch_add(1, Ordering::Relaxed) >= MAX_PAGES {
            open.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let number = u32::try_from(next.fetch_add(1, Ordering::Relaxed) + 1).unwrap_or(0);
        let (inspector, from) = (inspector.clone(), inspector.number_of(address));
        Some(Self { inspector, number, from, rate_limiter: RateLimiter::new(REPORT_RATE, Instant::now()) })
    }

    /// Takes a frame: a JSON array of objects, each with a `what`. False if the page has to be closed: it sends too fast, or
    /// what no probe sends.
    pub fn report(&mut self, frame: &str) -> bool {
        let Ok(Tree(Value::Array(reports))) = serde_json::from_str(frame) else { return false };
        for report in reports {
            if self.rate_limiter.take(Instant::now()) != RateDecision::Accept {
                return false;
            }
            let Value::Object(mut report) = report else { return false };
            report.retain(|name, _| !OWN_NAMES.contains(&name.as_str()));
            if !report.get("what").is_some_and(Value::is_string) {
                return false;
            }
            self.push(&Value::Object(report));
        }
        true
    }

    fn push(&self, report: &Value) {
        let (page, from) = (self.number, self.from);
        self.inspector.push_with(Content::Probe { page, from }, &report.to_string());
    }
}

impl Drop for ProbedPage {
    fn drop(&mut self) {
        self.push(&serde_json::json!({"what": "gone"}));
        self.inspector.pages.0.fetch_sub(1, Ordering::Relaxed);
    }
}
