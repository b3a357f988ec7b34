//! The read buffer that all WebSockets of a thread share, so that none has its own.

use std::cell::RefCell;

const SIZE: usize = 16 * 1024;
/// Size of the buffer for a WebSocket while its thread's buffer is in use.
const SMALL: usize = 4 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; SIZE]);
}

/// Calls `read` with the buffer. The buffer is in use already only if a handler on this thread polls another WebSocket.
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
