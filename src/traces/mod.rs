//! OpenTelemetry traces (`--otlp-endpoint`), if the program is built with the feature `otel`.
//!
//! Not by the spans of `tracing`: what exports those exports the lines of the log within them, too, which hold user names,
//! and prints the spans in each line. Without the feature `span::Span` is an empty type whose methods do nothing, so that
//! callers need no condition and nothing is left of them in the program.
//!
//! A span holds what is in the tables of docs/traces.md, and nothing else that a client has sent: no query, no path beyond
//! the route, no name, no message.

#[cfg(feature = "otel")]
mod collector;
#[cfg(feature = "otel")]
pub mod endpoint;
#[cfg(feature = "otel")]
mod exporter;
#[cfg(feature = "otel")]
pub mod provider;
#[cfg(feature = "otel")]
pub(crate) mod span;

#[cfg(not(feature = "otel"))]
#[path = "off_provider.rs"]
pub mod provider;
#[cfg(not(feature = "otel"))]
#[path = "off_span.rs"]
pub(crate) mod span;
