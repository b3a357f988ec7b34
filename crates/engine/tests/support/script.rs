//! Scripts: what a client, its connection and the server do, one thing after the other. Any bytes are one.

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// The client sends a message of about this size, or one in fragments with a ping between them.
    Text(usize),
    Binary(usize),
    Fragments(usize),
    /// A Socket.IO CONNECT: what comes behind it is held until the reply.
    Connect,
    /// A text frame that is no message.
    Packet(&'static str),
    Ping(u8),
    CloseFrame(u16),
    /// Bytes that may be anything.
    Raw([u8; 4]),
    /// The connection.
    Gate(usize),
    Room(usize),
    Chunk(usize),
    Hiccups(u8),
    Flow,
    End,
    Reset,
    Break,
    /// The server sends.
    Emit(usize),
    EmitBinary(usize),
    EmitMany(u8),
    EmitVolatile,
    Reply,
    Close,
    Cut,
    /// Milliseconds go by.
    Wait(u64),
}

/// Every class of lengths, its borders, and more than is allowed.
const SIZES: [usize; 12] = [0, 1, 10, 20, 124, 125, 126, 300, 20_000, 65_535, 65_536, 120_000];
const PACKETS: [&str; 9] = ["3", "5", "2probe", "3", "6", "1", "2", "", "x"];
const CODES: [u16; 4] = [1000, 1001, 4000, 1005];

/// Reads scripts.
pub fn steps(bytes: &[u8]) -> Vec<Step> {
    let mut bytes = bytes.iter().copied();
    std::iter::from_fn(|| step(&mut bytes)).collect()
}

fn step(bytes: &mut impl Iterator<Item = u8>) -> Option<Step> {
    let (kind, value) = (bytes.next()?, bytes.next()?);
    let (size, few) = (SIZES[usize::from(value) % SIZES.len()], usize::from(value));
    // What ends a session is rare, so that something happens before.
    Some(match kind {
        0..30 => Step::Text(size),
        30..50 => Step::Binary(size),
        50..60 => Step::Fragments(size),
        60..65 => Step::Connect,
        65..75 => Step::Packet(PACKETS[few % 4]),
        75..80 => Step::Packet(PACKETS[few % PACKETS.len()]),
        80..90 => Step::Ping(value),
        90..93 => Step::CloseFrame(CODES[few % CODES.len()]),
        93..95 => Step::Raw([bytes.next()?, bytes.next()?, bytes.next()?, value]),
        95..105 => Step::Gate(few),
        105..115 => Step::Room(few),
        115..120 => Step::Chunk(few + 1),
        120..130 => Step::Hiccups(value),
        130..145 => Step::Flow,
        145..147 => Step::End,
        147..149 => Step::Reset,
        149..151 => Step::Break,
        151..190 => Step::Emit(size),
        190..205 => Step::EmitBinary(size),
        205..220 => Step::EmitMany(value % 5),
        220..230 => Step::EmitVolatile,
        230..237 => Step::Reply,
        237..240 => Step::Close,
        240..242 => Step::Cut,
        242.. => Step::Wait(u64::from(value) * 100),
    })
}
