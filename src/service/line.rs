//! Attempts with one key go one after the other, so that twenty right log-ins of one person all succeed although
//! each is counted before it is judged, and a burst of wrong ones is refused by the count and not by chance.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_lock::{Mutex as AsyncMutex, MutexGuardArc};

use crate::throttle::ThrottleKey;

#[derive(Debug)]
pub(super) struct Lines {
    open: Arc<Mutex<HashMap<ThrottleKey, Line>>>,
    longest: usize,
}

#[derive(Debug, Default)]
struct Line {
    turn: Arc<AsyncMutex<()>>,
    length: usize,
}

/// Somebody's turn in a line. Dropping it lets the next one go.
#[derive(Debug)]
pub(super) struct Turn {
    // Declared before the ticket, so that the next one goes before the line is closed.
    _turn: MutexGuardArc<()>,
    _standing: Standing,
}

/// A place in a line, counted from coming to leaving, even by one who leaves before his turn.
#[derive(Debug)]
struct Standing {
    open: Arc<Mutex<HashMap<ThrottleKey, Line>>>,
    key: ThrottleKey,
}

impl Lines {
    pub(super) fn new(longest: usize) -> Self {
        Self { open: Arc::default(), longest }
    }

    /// Waits for its turn behind those that came before with the same key. `None` when the line is too long.
    pub(super) async fn wait_for_turn(&self, key: ThrottleKey) -> Option<Turn> {
        let (turn, standing) = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let line = open.entry(key).or_default();
            if line.length >= self.longest {
                return None;
            }
            line.length += 1;
            (Arc::clone(&line.turn), Standing { open: Arc::clone(&self.open), key })
        };
        Some(Turn { _turn: turn.lock_arc().await, _standing: standing })
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = open.get_mut(&self.key) {
            line.length -= 1;
            if line.length == 0 {
                open.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::{block_on, poll_once};

    use super::*;

    fn key(byte: u8) -> ThrottleKey {
        ThrottleKey::from_bytes([byte; 32])
    }

    #[test]
    fn one_goes_after_the_other_and_other_lines_do_not_wait() {
        block_on(async {
            let lines = Lines::new(8);
            let first = lines.wait_for_turn(key(1)).await.unwrap();
            let mut second = Box::pin(lines.wait_for_turn(key(1)));
            assert!(poll_once(&mut second).await.is_none());
            assert!(lines.wait_for_turn(key(2)).await.is_some());
            drop(first);
            assert!(second.await.is_some());
        });
    }

    #[test]
    fn a_line_has_an_end_and_one_who_leaves_makes_room() {
        block_on(async {
            let lines = Lines::new(2);
            let first = lines.wait_for_turn(key(1)).await.unwrap();
            let mut second = Box::pin(lines.wait_for_turn(key(1)));
            assert!(poll_once(&mut second).await.is_none());
            assert!(lines.wait_for_turn(key(1)).await.is_none());
            drop(second);
            drop(first);
            assert!(lines.open.lock().unwrap().is_empty());
        });
    }
}
