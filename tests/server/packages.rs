//! The Debian package (`[package.metadata.deb]`) and the units in it name files that exist, and each other's.

use std::path::Path;

use toml::{Table, Value};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const SERVICE: &str = include_str!("../../deploy/systemd/switchboard.service");

fn metadata() -> Table {
    let manifest: Table = include_str!("../../Cargo.toml").parse().expect("TOML");
    manifest["package"]["metadata"]["deb"].as_table().expect("the package").clone()
}

/// Where each file comes from, and where it goes.
fn assets(metadata: &Table) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let assets = metadata["assets"].as_array().expect("a list").iter();
    let pairs = assets.map(|asset| (text(&asset[0]), text(&asset[1])));
    let name = |from: &str| from.rsplit('/').next().unwrap_or_default().to_owned();
    pairs.map(|(from, to)| if to.ends_with('/') { (from.clone(), to + &name(&from)) } else { (from, to) }).collect()
}

#[test]
fn files_of_the_package_exist() {
    let made = ["switchboard", "switchboard.1.gz", "switchboard.bash", "_switchboard", "switchboard.fish"];
    for (from, _) in assets(&metadata()) {
        let exists = match from.strip_prefix("target/package/") {
            Some(name) => made.contains(&name),
            None => Path::new(ROOT).join(from.trim_end_matches('*')).exists(),
        };
        assert!(exists, "{from}");
    }
}

#[test]
fn unit_names_files_of_the_package() {
    let metadata = metadata();
    let installed: Vec<String> = assets(&metadata).into_iter().map(|(_, to)| format!("/{to}")).collect();
    let line = |start: &str| SERVICE.lines().find_map(|line| line.strip_prefix(start)).expect("in the unit");
    let mut named = vec![line("EnvironmentFile=-")];
    named.extend(line("ExecStart=").split(' ').filter(|word| word.starts_with('/')));
    assert_eq!(named.len(), 3);
    for path in named {
        assert!(installed.iter().any(|installed| installed == path), "{path}");
    }
    // What an administrator changes is kept by an upgrade.
    for kept in metadata["conf-files"].as_array().expect("a list") {
        assert!(installed.iter().any(|path| Some(&**path) == kept.as_str()), "{kept}");
    }
}
