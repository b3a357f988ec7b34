//! What the process uses, under the names that Prometheus' own clients use. On Linux alone, where /proc tells.

use std::fmt::Write;

/// Ticks a second in /proc, the same on every Linux (`USER_HZ`).
const TICKS: f64 = 100.0;

/// As `/metrics` shows it; what cannot be read is left out.
pub(super) fn text() -> String {
    let mut text = String::new();
    let mut add = |name: &str, kind: &str, help: &str, value: Option<f64>| {
        if let Some(value) = value {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        }
    };
    let (stat, limits) = (read("/proc/self/stat"), read("/proc/self/limits"));
    let resident = number_after(&read("/proc/self/status"), "VmRSS:").map(|kibibytes| kibibytes * 1024.0);
    let boot = number_after(&read("/proc/stat"), "btime");
    let started = field(&stat, 22).zip(boot).map(|(ticks, boot)| boot + ticks / TICKS);
    let files = std::fs::read_dir("/proc/self/fd").ok().map(|files| files.count() as f64);
    let processor = field(&stat, 14).zip(field(&stat, 15)).map(|(user, system)| (user + system) / TICKS);
    add("process_cpu_seconds_total", "counter", "Processor time that the process has used.", processor);
    add("process_resident_memory_bytes", "gauge", "Memory that the process has.", resident);
    add("process_open_fds", "gauge", "Files and connections that are open.", files);
    add("process_max_fds", "gauge", "How many may be open.", number_after(&limits, "Max open files"));
    add("process_start_time_seconds", "gauge", "When the process started, as Unix time.", started);
    text
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The number behind these words.
fn number_after(text: &str, words: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(words))?.split_whitespace().next()?.parse().ok()
}

/// A field of /proc/self/stat, counted from 1 (proc(5)). The second one is the name, which may hold blanks.
fn field(stat: &str, number: usize) -> Option<f64> {
    stat.rsplit_once(") ")?.1.split(' ').nth(number.checked_sub(3)?)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_behind_the_name() {
        let stat = "7 (a name) b) S 4 5 6 7 8 9 10 11 12 13 140 150 16 17 18 19 20 21 2200 23";
        assert_eq!((field(stat, 14), field(stat, 15), field(stat, 22)), (Some(140.0), Some(150.0), Some(2200.0)));
        assert_eq!((field(stat, 2), field(stat, 90), field("", 14)), (None, None, None));
    }

    #[test]
    fn number_is_read_from_its_line() {
        let text = "VmPeak: 9 kB\nVmRSS:\t    5124 kB\nMax open files            1024                 4096   files\n";
        assert_eq!((number_after(text, "VmRSS:"), number_after(text, "Max open files")), (Some(5124.0), Some(1024.0)));
    }
}
