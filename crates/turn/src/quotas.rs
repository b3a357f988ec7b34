//! What all machines share: how much is in use, and the ports of their relays.

/// How much a client may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Allocations in all.
    pub allocations: usize,
    /// Allocations of one user, by the NAME of the username.
    pub per_user: usize,
    /// Allocations of one client address, IPv6 by its first 64 bits.
    pub per_address: usize,
    /// Payload bytes a second that are relayed for one user, both directions together.
    pub bytes_per_second_per_user: u64,
    /// Permissions of one allocation.
    pub permissions: usize,
    /// Channels of one allocation.
    pub channels: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            allocations: 1024,
            per_user: 64,
            per_address: 256,
            bytes_per_second_per_user: 10_000_000,
            permissions: 64,
            channels: 64,
        }
    }
}

/// Shared by the machines of all workers.
#[derive(Debug)]
pub struct Quotas {
    limits: Limits,
}

impl Quotas {
    /// Nothing in use.
    pub fn new(limits: Limits) -> Self {
        Self { limits }
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}
