//! Tests that take long: load, hostile clients, connections that go silent, memory over hours. `cargo test` leaves them
//! out; `cargo test --test slow` and `./test` run them.

#[allow(dead_code, reason = "the server's tests use the rest of it")]
#[path = "../server/support/mod.rs"]
mod support;

mod activation;
mod heartbeat;
mod hostile;
mod load;
mod silence;
mod slow_reader;
mod soak;
mod upgrade;
