//! Random numbers, from the operating system.

/// 64 random bits.
pub fn id() -> u64 {
    getrandom::u64().expect("the operating system gives random numbers")
}

/// 128 random bits as 32 hexadecimal digits.
pub fn hex_key() -> String {
    let mut bytes = [0; 16];
    // Without randomness from the system no secret is safe, so the server must not start.
    getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
