//! What was measured, in one place. docs/scale.md names the same figures with their sources.

/// What one thing costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Commands of a call between two clients that connect for it: 2 connects, offer, answer, 16 candidates, 2 ends of a
    /// connection. Counted by XLEN.
    pub commands_a_call: f64,
    /// Bytes that one reader receives of them, with descriptions of 4.5 kB: the bytes that Redis sent to three readers.
    pub bytes_a_call: f64,
    /// CPU of Redis for a command that is appended, without reading it, in seconds.
    pub redis_append: f64,
    /// CPU of Redis for a command that one reader reads, in seconds.
    pub redis_read: f64,
    /// CPU of a node that reads a command and applies it, none of whose clients it concerns, in seconds.
    pub apply: f64,
    /// CPU of a node for what its clients send and receive of a call, in seconds: a whole call in one process.
    pub call: f64,
    /// CPU of a node for one delivery of a broadcast, in seconds.
    pub delivery: f64,
    /// Bytes of a delivery of an offer, which its end (`offerWithdrawn`) does not reach.
    pub delivery_bytes: f64,
    /// Memory of a connected client at its node, in bytes.
    pub client: f64,
    /// Memory of a client at each other node that reads its shard, in bytes.
    pub replica: f64,
}

impl Costs {
    /// What was measured on 29 and 30 November 2026.
    pub const MEASURED: Self = Self {
        commands_a_call: 22.0,
        bytes_a_call: 20_300.0,
        redis_append: 6.8e-6,
        redis_read: 2.0e-6,
        apply: 10.4e-6,
        call: 0.77e-3,
        delivery: 9.71e-6,
        delivery_bytes: 4_800.0,
        client: 4.12 * 1024.0,
        replica: 0.42 * 1024.0,
    };
}
