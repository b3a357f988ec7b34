//! HTTP: one router for pages, the browser client, the pages' API, health, and the routes of the transports, with the
//! checks in front of them.
//!
//! A request passes these layers, the outermost first:
//!
//! 1. `error_page` shows a refusal to a person as a page;
//! 2. `client_addr` finds out which client sent it; with the feature `otel` the request has a span from here on;
//! 3. for the transports: CORS, then `origin` (which pages may connect), then `connection_limit`, then a time limit for the
//!    body;
//! 4. the route.

mod allowed_origins;
pub(crate) mod api;
pub(crate) mod authority;
mod authority_words;
mod browser_client;
mod built_in;
mod client_addr;
mod connection;
mod connection_limit;
mod entity_tag;
mod error_page;
mod folder;
mod gzip;
mod helper_page;
mod html_tokens;
pub(crate) mod ice_servers;
mod inspector;
mod install_words;
mod language;
mod library;
mod listing;
mod mobileconfig;
mod options;
mod origin;
mod own_page;
mod page_words;
mod pages;
mod platform;
mod probe;
mod probe_tag;
pub mod public_url;
pub(crate) mod router;
mod script_bundle;
mod served_path;
mod web_origin;

pub(crate) use self::allowed_origins::AllowedOrigins;
pub(crate) use self::options::RouterOptions;
