//! The names of flags and of their environment variables.

use std::ffi::OsString;

use clap::Command;

/// What the names of our variables begin with.
const PREFIX: &str = "SWITCHBOARD_";
/// How alike a name must be to be proposed, from 0 to 1.
const LIKENESS: f64 = 0.8;

/// The name that is most like this one, if one is like it.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let rated = names.map(|other| (strsim::jaro_winkler(name, other), other));
    rated.filter(|(likeness, _)| *likeness > LIKENESS).max_by(|one, other| one.0.total_cmp(&other.0)).map(|best| best.1)
}

/// A sentence for each variable that looks like one of ours and sets nothing.
pub fn unknown_variables(command: &Command, variables: impl Iterator<Item = (OsString, OsString)>) -> Vec<String> {
    let known: Vec<&str> =
        command.get_arguments().filter_map(|flag| flag.get_env()).filter_map(|name| name.to_str()).collect();
    let is_unknown = |(name, value): (OsString, OsString)| {
        let name =
            name.into_string().ok().filter(|name| name.starts_with(PREFIX) && !known.contains(&name.as_str()))?;
        (!is_service_link(&name, &value.to_string_lossy())).then_some(name)
    };
    let mut names: Vec<String> = variables.filter_map(is_unknown).collect();
    names.sort_unstable();
    let sentence = |name: String| {
        // All begin alike.
        let others = known.iter().filter_map(|other| other.strip_prefix(PREFIX));
        let nearest = nearest(name.strip_prefix(PREFIX).unwrap_or_default(), others);
        let nearest = nearest.map(|near| format!(", perhaps {PREFIX}{near} is meant"));
        format!("the environment variable {name} sets nothing{}", nearest.unwrap_or_default())
    };
    names.into_iter().map(sentence).collect()
}

/// Whether Kubernetes has set a variable: it says to each pod where the services of its namespace are. For one that is
/// called `switchboard` their names are like ours, and `SWITCHBOARD_PORT` is `tcp://10.0.0.1:8181`.
pub fn is_service_link(name: &str, value: &str) -> bool {
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let is_of_port = |protocol: &str| {
        let (before, after) = name.rsplit_once(protocol)?;
        let (_, number) = before.rsplit_once("_PORT_")?;
        let is_part = ["", "_ADDR", "_PORT", "_PROTO"].contains(&after);
        Some(is_part && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    (is_address && name.ends_with("_PORT"))
        || name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || ["_TCP", "_UDP", "_SCTP"].iter().any(|protocol| is_of_port(protocol) == Some(true))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::Config;
    use super::*;

    fn unknown(variables: &[(&str, &str)]) -> Vec<String> {
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        unknown_variables(&Config::command(), variables)
    }

    #[test]
    fn variable_that_sets_nothing_is_named_with_the_nearest_one() {
        let found =
            unknown(&[("SWITCHBOARD_PASSWROD", "x"), ("SWITCHBOARD_PORT", "1"), ("PATH", "x"), ("SWITCHBOARD_", "")]);
        assert!(found[0].ends_with("SWITCHBOARD_ sets nothing"), "{found:?}");
        assert!(
            found[1].ends_with("SWITCHBOARD_PASSWROD sets nothing, perhaps SWITCHBOARD_PASSWORD is meant"),
            "{found:?}"
        );
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn variables_of_kubernetes_are_not_ours() {
        let links = [
            ("SWITCHBOARD_SERVICE_HOST", "10.0.0.1"),
            ("SWITCHBOARD_SERVICE_PORT", "8181"),
            ("SWITCHBOARD_SERVICE_PORT_HTTPS", "8181"),
            ("SWITCHBOARD_PORT", "tcp://10.0.0.1:8181"),
            ("SWITCHBOARD_PORT_8181_TCP", "tcp://10.0.0.1:8181"),
            ("SWITCHBOARD_PORT_8181_TCP_PROTO", "tcp"),
            ("SWITCHBOARD_PORT_8181_TCP_PORT", "8181"),
            ("SWITCHBOARD_PORT_3478_UDP_ADDR", "10.0.0.1"),
            ("SWITCHBOARD_METRICS_PORT", "tcp://10.0.0.2:9100"),
        ];
        assert_eq!(unknown(&links), [] as [String; 0]);
        assert!(links.iter().all(|(name, value)| is_service_link(name, value)));
        for (name, value) in [("SWITCHBOARD_PORT", "8181"), ("SWITCHBOARD_PORT_X_TCP", ""), ("SWITCHBOARD_TCP", "")] {
            assert!(!is_service_link(name, value), "{name}");
        }
    }
}
