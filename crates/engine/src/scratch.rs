//! The buffer that all WebSockets of a thread read into, so that none has one of its own.

use std::cell::RefCell;

const SIZE: usize = 16 * 1024;
/// What a WebSocket reads into while its thread's buffer is in use.
const SMALL: usize = 4 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; SIZE]);
}

/// Lends the buffer. It is in use already only if a handler of this very thread runs another WebSocket.
pub(crate) fn with<R>(read: impl FnOnce(&mut [u8]) -> R) -> R {
    SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
        Ok(mut buffer) => read(&mut buffer),
        Err(_) => read(&mut [0; SMALL]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffer_in_use_is_not_lent_again() {
        let sizes = with(|outer| (outer.len(), with(|inner| inner.len())));
        assert_eq!(sizes, (SIZE, SMALL));
        assert_eq!(with(|again| again.len()), SIZE);
    }
}
