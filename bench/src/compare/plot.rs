//! Plots as SVG: lines over a size, costs on a logarithmic scale. Light or dark as the reader's screen is.

use std::fmt::Write;

use super::peer::Peer;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
/// Room for labels: left, right, top, bottom.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 110.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 48.0;
/// Labels at the ends of the lines keep this distance.
const LABEL: f64 = 16.0;

const STYLE: &str = "
  svg { background: #fff; font: 13px system-ui, sans-serif; }
  text { fill: #222; } .title { font-size: 15px; font-weight: 600; } .quiet { fill: #666; }
  .grid { stroke: #ddd; } .line { fill: none; stroke-width: 2.5; }
  .switchboard { stroke: #b3440e; } .node { stroke: #2f7d32; } .floor { stroke: #777; stroke-dasharray: 5 4; }
  .bun { stroke: #7a4fb5; } .node-tidy { stroke: #1f6f8b; }
  circle { stroke: none !important; }
  circle.switchboard { fill: #b3440e; } circle.node { fill: #2f7d32; } circle.floor { fill: #777; }
  circle.bun { fill: #7a4fb5; } circle.node-tidy { fill: #1f6f8b; }
  @media (prefers-color-scheme: dark) {
    svg { background: #15181c; } text { fill: #e6e6e6; } .quiet { fill: #a0a6ad; } .grid { stroke: #343a41; }
    .switchboard { stroke: #ff9a5c; } .node { stroke: #7fd183; } .floor { stroke: #a0a6ad; }
    .bun { stroke: #c3a3f2; } .node-tidy { stroke: #74c4de; }
    circle.switchboard { fill: #ff9a5c; } circle.node { fill: #7fd183; } circle.floor { fill: #a0a6ad; }
    circle.bun { fill: #c3a3f2; } circle.node-tidy { fill: #74c4de; }
  }
";

/// A plot.
pub struct Plot<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What goes to the right.
    pub across: &'a str,
    /// Each server's points.
    pub lines: Vec<(Peer, Vec<(f64, f64)>)>,
    /// Whether the sizes double and redouble: then they are set at equal distances.
    pub steps: bool,
}

impl Plot<'_> {
    /// As SVG; `None` if there is nothing to show.
    pub fn svg(&self) -> Option<String> {
        let points = || self.lines.iter().flat_map(|(_, points)| points).filter(|point| point.1 > 0.0);
        let mut sizes: Vec<f64> = points().map(|point| point.0).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        let largest = *sizes.last().filter(|_| sizes.len() > 1)?;
        let smallest_cost = points().map(|point| point.1).fold(f64::INFINITY, f64::min);
        let largest_cost = points().map(|point| point.1).fold(0.0, f64::max);
        let (low, high) =
            (smallest_cost.log10().floor(), largest_cost.log10().ceil().max(smallest_cost.log10().floor() + 1.0));

        let x = |size: f64| {
            let share = if self.steps {
                sizes.iter().position(|other| *other == size).unwrap_or(0) as f64 / (sizes.len() - 1) as f64
            } else {
                size / largest
            };
            LEFT + share * (WIDTH - LEFT - RIGHT)
        };
        let y = |cost: f64| TOP + (high - cost.log10()) / (high - low) * (HEIGHT - TOP - BOTTOM);

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\">\n\
             <title>{}</title>\n<style>{STYLE}</style>\n<text class=\"title\" x=\"16\" y=\"26\">{}</text>\n",
            self.title, self.title
        );
        for power in low as i32..=high as i32 {
            let (cost, right) = (10_f64.powi(power), WIDTH - RIGHT);
            let at = y(cost);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text class=\"quiet\" text-anchor=\"end\" x=\"{}\" y=\"{:.1}\">{cost}</text>",
                LEFT - 8.0,
                at + 4.0
            );
        }
        for size in &sizes {
            let at = x(*size);
            let _ = writeln!(
                svg,
                "<text class=\"quiet\" text-anchor=\"middle\" x=\"{at:.1}\" y=\"{}\">{size}</text>",
                HEIGHT - BOTTOM + 18.0
            );
        }
        let _ = writeln!(
            svg,
            "<text class=\"quiet\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>",
            (LEFT + WIDTH - RIGHT) / 2.0,
            HEIGHT - 10.0,
            self.across
        );
        let mut ends = Vec::new();
        for (peer, points) in &self.lines {
            let points: Vec<(f64, f64)> =
                points.iter().filter(|point| point.1 > 0.0).map(|point| (x(point.0), y(point.1))).collect();
            let Some(&(_, end)) = points.last() else { continue };
            let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let _ = writeln!(svg, "<polyline class=\"line {}\" points=\"{}\"/>", peer.key(), path.join(" "));
            for (x, y) in &points {
                let _ = writeln!(svg, "<circle class=\"{}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>", peer.key());
            }
            ends.push((end, *peer));
        }
        // Labels that would lie on one another are moved apart.
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut free = f64::NEG_INFINITY;
        for (end, peer) in ends {
            let at = end.max(free);
            free = at + LABEL;
            let _ = writeln!(svg, "<text x=\"{}\" y=\"{:.1}\">{peer}</text>", WIDTH - RIGHT + 12.0, at + 4.0);
        }
        svg.push_str("</svg>\n");
        Some(svg)
    }
}
