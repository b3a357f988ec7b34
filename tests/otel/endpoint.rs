//! Which collector is chosen.

use switchboard::traces::endpoint::choose;

fn chosen(flag: &str, variables: &[(&str, &str)]) -> String {
    let flag = (!flag.is_empty()).then(|| flag.parse().expect("a URL"));
    let variable =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    choose(flag.as_ref(), variable).expect("readable").map(|url| url.to_string()).unwrap_or_default()
}

#[test]
fn flag_stands_before_the_variables() {
    let general = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://b:4318/otlp/");
    let of_traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:4318/traces");
    assert_eq!(chosen("http://a:4318", &[general, of_traces]), "http://a:4318/v1/traces");
    assert_eq!(chosen("http://a:4318/v1/traces", &[]), "http://a:4318/v1/traces");
    assert_eq!(chosen("", &[general, of_traces]), "http://c:4318/traces");
    assert_eq!(chosen("", &[general]), "http://b:4318/otlp/v1/traces");
    assert_eq!(chosen("", &[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]), "");
}

#[test]
fn variables_that_turn_traces_off_do_so() {
    let general = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://b:4318");
    assert_eq!(chosen("http://a:4318", &[general, ("OTEL_SDK_DISABLED", "true")]), "");
    assert_eq!(chosen("", &[general, ("OTEL_TRACES_EXPORTER", "none")]), "");
    assert_eq!(chosen("http://a:4318", &[("OTEL_TRACES_EXPORTER", "none")]), "http://a:4318/v1/traces");
}

#[test]
fn variable_that_is_no_url_is_not_repeated() {
    let error = choose(None, |_| Some("secret".to_owned())).expect_err("no URL");
    assert!(!format!("{error:#}").contains("secret"), "{error:#}");
}
