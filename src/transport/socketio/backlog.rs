//! What waits for one peer to read it, in bytes.
//!
//! The library's queue is bounded in messages only, and does not tell when one of them has gone out. But the network
//! connection knows how many bytes it has written: what was given to the library and has not been written waits.

/// What was given to the library to send, against what was written.
#[derive(Debug)]
pub struct Backlog {
    most: u64,
    /// Bytes given so far, brought up to what was written whenever nothing waits: heads, frames and pings are written,
    /// too, and would add up.
    given: u64,
}

impl Backlog {
    /// An empty one in which so many bytes may wait.
    pub fn new(most: usize) -> Self {
        Self { most: most as u64, given: 0 }
    }

    /// At least so many bytes are to be sent, `written` of all were written before; false if too much would wait. A
    /// single message may be of any size. (More than are sent in the end would add up, and close whoever is told much.)
    pub fn put(&mut self, size: usize, written: u64) -> bool {
        let waiting = self.given.saturating_sub(written);
        if waiting > 0 && waiting + size as u64 > self.most {
            return false;
        }
        self.given = self.given.max(written) + size as u64;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_much_may_wait_and_no_more() {
        let mut backlog = Backlog::new(1_000);
        assert!(backlog.put(600, 0));
        assert!(backlog.put(400, 0));
        assert!(!backlog.put(1, 0));
        assert!(backlog.put(100, 200));
    }

    #[test]
    fn a_single_message_may_be_larger() {
        let mut backlog = Backlog::new(1_000);
        assert!(backlog.put(5_000, 0));
        assert!(!backlog.put(1, 0));
        assert!(backlog.put(5_000, 5_000));
    }

    #[test]
    fn what_is_written_besides_adds_up_to_nothing() {
        let mut backlog = Backlog::new(1_000);
        // A head of 10,000 bytes was written before anything was given.
        assert!(backlog.put(900, 10_000));
        assert!(!backlog.put(900, 10_000));
        assert!(backlog.put(900, 20_000));
        assert!(!backlog.put(900, 20_000));
    }
}
