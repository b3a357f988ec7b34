//! The machine without sockets: each refusal, what is relayed, what ends, and what is left of it.

mod allocations;
mod families;
mod hostile;
mod peers;
mod permissions;
mod quotas;
mod refusals;
mod relaying;
mod support;
mod vectors;
