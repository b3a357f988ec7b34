//! Reproducible chance: everything that the hostile clients do follows from one number.

use serde_json::{Value, json};

/// A sequence of random numbers (SplitMix64).
pub struct Chance(u64);

impl Chance {
    /// The sequence of this client in a run with this seed.
    pub fn new(seed: u64, client: u64) -> Self {
        let mut seeds = Self(seed);
        seeds.0 = seeds.number().wrapping_add(client.wrapping_mul(0xd1b5_4a32_d192_ed03));
        Self(seeds.number())
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `end`, that one left out.
    pub fn below(&mut self, end: usize) -> usize {
        (self.number() % end as u64) as usize
    }

    /// Whether the one case of `cases` has come.
    pub fn one_in(&mut self, cases: usize) -> bool {
        self.below(cases) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// At most so many random bytes.
    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        let count = self.below(most + 1);
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend(self.number().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }

    /// The form of an offerId or a peerId.
    pub fn id(&mut self) -> String {
        format!("{:016x}", self.number())
    }

    /// A name: one of few that many clients use, one of many, or an invalid one.
    pub fn name(&mut self) -> String {
        match self.below(6) {
            0 => String::new(),
            1 => "x".repeat(self.below(200)),
            2 => String::from_utf8_lossy(&self.bytes(40)).into_owned(),
            3 => format!("name {}", self.number()),
            _ => self.pick(&["amy", "bob", "cem", "1", "💥", "\u{0}", "__proto__", "../../etc"]).to_owned(),
        }
    }

    /// Any JSON, as text; some of it such as a careful writer would never write.
    pub fn json(&mut self) -> String {
        match self.below(10) {
            0 => self.value(3).to_string(),
            1 => format!("{}{}", "[".repeat(self.below(300)), "]".repeat(self.below(300))),
            2 => format!("{}1{}", r#"{"a":"#.repeat(90), "}".repeat(90)),
            3 => self
                .pick(&[r#""\ud800""#, "1e999", "-0", "01", "\"\\u0000\"", "[,]", "{\"a\":1,\"a\":2}", ""])
                .to_owned(),
            4 => format!(r#"{{"_placeholder":true,"num":{}}}"#, self.pick(&["0", "7", "-1", "null", "1e9"])),
            5 => format!("\"{}\"", "x".repeat(self.below(50_000))),
            6 => r#"{"\u005fplaceholder":true,"num":0}"#.to_owned(),
            _ => self.value(4).to_string(),
        }
    }

    /// A JSON value at most so deep.
    pub fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 5 } else { 7 }) {
            0 => Value::Null,
            1 => json!(self.one_in(2)),
            2 => json!(self.number() as i64),
            3 => json!(self.number() as f64 / 7.0),
            4 => json!(self.name()),
            5 => (0..self.below(5)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let keys = ["type", "sdp", "candidate", "offer", "answer", "offerId", "room", "to", "data", "userName"];
                (0..self.below(5)).map(|_| (self.pick(&keys).to_owned(), self.value(depth - 1))).collect()
            }
        }
    }

    /// Changes a few bytes: turned over, left out, put in, said twice.
    pub fn mutate(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        for _ in 0..=self.below(4) {
            let place = self.below(bytes.len() + 1);
            match self.below(5) {
                0 => bytes.insert(place, self.number() as u8),
                1 => bytes.truncate(place),
                2 => bytes.extend_from_within(place..),
                _ if place == bytes.len() => {}
                3 => drop(bytes.remove(place)),
                _ => bytes[place] ^= 1 << self.below(8),
            }
            bytes.truncate(100_000);
        }
        bytes
    }
}
