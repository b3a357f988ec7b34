//! Random numbers, from the operating system.

/// 64 random bits.
pub fn id() -> u64 {
    getrandom::u64().expect("the operating system gives random numbers")
}
