//! Tests that take long: load, hostile clients, each class of fault that has been published about such servers, connections
//! that go silent, memory over hours. `cargo test` leaves them out; `cargo test --test slow` and `./test` run them.

#[allow(dead_code, reason = "the server's tests use the rest of it")]
#[path = "../server/support/mod.rs"]
mod support;

mod activation;
mod flood;
mod heartbeat;
mod hostile;
mod leak;
mod load;
mod order;
mod robustness;
mod robustness_bodies;
mod robustness_connect;
mod robustness_engine;
mod robustness_frames;
mod robustness_http;
mod robustness_nesting;
mod robustness_socket;
mod robustness_upgrade;
mod silence;
mod slow_reader;
mod soak;
mod upgrade;
