//! docs/performance.md: the figures are put between two marks; what people wrote around them stays.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::peer::Peer::{Floor, Node, Switchboard};
use super::plan::Size;
use super::plot::Plot;
use super::results::Results;
use super::table::table;

const BEGIN: &str = "<!-- figures: written by bench/run -->";
const END: &str = "<!-- end of figures -->";

/// The page where there is none yet.
const EMPTY: &str = "# Performance

`bench/run` measures Switchboard beside other servers on one machine and writes what stands between the two marks
below. Everybody can repeat it.

<!-- figures: written by bench/run -->
<!-- end of figures -->
";

/// What has to be known to read the figures.
const LEGEND: &str = "**Node** is a socket.io server in the course's manner ([bench/peers/node](../bench/peers/node/server.mjs)): it keeps
every offer for ever and sends all of them to each newcomer, so its cost a call is linear in the calls ever made, and
that of n calls is quadratic. The rows `calls` mix two things, therefore: a cheaper server, and offers that do not pile
up. **Node, tidy** is the same server made to forget finished offers: against it only the runtime is compared. **Bun**
is the Node server on Bun. **floor** is a server on bare sockets, which checks nothing: what is possible.
Each figure is the median of its rounds, each ratio the median of the ratios of its rounds; servers take turns within a
round, each freshly started. Nobody writes logs. All servers use the same certificate (ECDSA P-256). Load comes from one
thread of the same machine. Costs in the plots are on a logarithmic scale.";

/// Three plots: file, title, what goes to the right, measurements, figure, whether sizes are steps.
const PLOTS: [(&str, &str, &str, &str, &str, bool); 3] = [
    ("past", "CPU a call, ms, by offers made before", "past offers", "calls-past-", "/cpu_s_per_1000", false),
    ("sockets", "CPU a call, ms, by connected sockets", "connected sockets", "calls-idle-", "/cpu_s_per_1000", false),
    ("at-once", "Calls a second, by calls at once", "calls at once", "calls-at-once-", "/calls_per_s", true),
];

/// Writes the page and its plots.
///
/// # Errors
/// Files that cannot be written, a page without the marks.
pub fn write(docs: &Path, results: &Results, size: Size, machine: &str) -> Result<()> {
    let folder = docs.join("performance");
    fs::create_dir_all(&folder)?;
    let mut pictures = Vec::new();
    for (file, title, across, prefix, pointer, steps) in PLOTS {
        let lines = [Switchboard, Node, Floor].map(|peer| (peer, results.points(prefix, peer, pointer)));
        if let Some(svg) = (Plot { title, across, lines: lines.into(), steps }).svg() {
            fs::write(folder.join(format!("{file}.svg")), svg)?;
            pictures.push(format!("![{title}](performance/{file}.svg)"));
        }
    }
    let path = docs.join("performance.md");
    let page = fs::read_to_string(&path).unwrap_or_else(|_| EMPTY.to_string());
    let (before, rest) = page.split_once(BEGIN).context("docs/performance.md has lost its first mark")?;
    let (_, after) = rest.split_once(END).context("docs/performance.md has lost its second mark")?;
    let figures = table(results, size);
    let missing: String = results.failures.iter().map(|failure| format!("- {failure}\n")).collect();
    let missing = if missing.is_empty() { missing } else { format!("Did not work:\n\n{missing}\n") };
    let figures = format!("{machine}\n\n{figures}\n{missing}{LEGEND}\n\n{}\n", pictures.join("\n\n"));
    fs::write(path, format!("{before}{BEGIN}\n\n{figures}\n{END}{after}"))?;
    Ok(())
}
