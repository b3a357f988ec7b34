//! The switch "force relay": pages that a browser opens while it is on make their connections through a relay (TURN server)
//! only. The probe does that in the page.

use std::time::Instant;

use parking_lot::Mutex;

use super::limits::CHAOS_LASTS;

/// When the switch goes off by itself; `None` while it is off.
#[derive(Default)]
pub(super) struct ForceRelay(Mutex<Option<Instant>>);

impl ForceRelay {
    /// Switches it on, from now on for its whole time, or off. Returns whether it was on before.
    pub(super) fn set(&self, is_on: bool, now: Instant) -> bool {
        let until = is_on.then(|| now + CHAOS_LASTS);
        std::mem::replace(&mut *self.0.lock(), until).is_some_and(|until| until > now)
    }

    /// When it goes off by itself, if it is on.
    pub(super) fn until(&self, now: Instant) -> Option<Instant> {
        self.0.lock().filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn switch_goes_off_after_its_time() {
        let (switch, start) = (ForceRelay::default(), Instant::now());
        assert_eq!(switch.until(start), None);
        assert!(!switch.set(true, start));
        let end = start + CHAOS_LASTS;
        assert_eq!(switch.until(end - Duration::from_millis(1)), Some(end));
        assert_eq!(switch.until(end), None);
        assert!(!switch.set(false, end));
    }

    #[test]
    fn switch_that_is_set_again_begins_its_time_again() {
        let (switch, start) = (ForceRelay::default(), Instant::now());
        switch.set(true, start);
        let later = start + CHAOS_LASTS / 2;
        assert!(switch.set(true, later));
        assert_eq!(switch.until(later), Some(later + CHAOS_LASTS));
        assert!(switch.set(false, later));
        assert_eq!(switch.until(later), None);
    }
}
