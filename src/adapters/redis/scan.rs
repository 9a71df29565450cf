//! Walking over the keys of a prefix, page by page.

use redis::Cmd;

use crate::error::BackendError;

use super::connection::Connection;

/// How many keys the server looks at for one page: about a millisecond of its time.
const PAGE: u32 = 1_000;

/// A walk over the keys that begin with some bytes and hold one type of value. A key that is there from the beginning to
/// the end is met, at times more than once.
pub(super) struct Scan {
    pattern: Vec<u8>,
    kind: &'static str,
    cursor: Option<u64>,
}

impl Scan {
    pub(super) fn new(beginning: &str, kind: &'static str) -> Self {
        Self { pattern: pattern(beginning), kind, cursor: Some(0) }
    }

    /// The keys of the next page, which may be none, or `None` after the last.
    pub(super) async fn next(
        &mut self,
        connection: &Connection,
    ) -> Result<Option<Vec<Vec<u8>>>, BackendError> {
        let Some(cursor) = self.cursor else { return Ok(None) };
        let mut scan = Cmd::new();
        scan.arg("SCAN").arg(cursor).arg("MATCH").arg(&self.pattern).arg("COUNT").arg(PAGE);
        let (cursor, keys): (u64, Vec<Vec<u8>>) = connection.ask(scan.arg("TYPE").arg(self.kind)).await?;
        self.cursor = (cursor != 0).then_some(cursor);
        Ok(Some(keys))
    }
}

fn pattern(beginning: &str) -> Vec<u8> {
    let mut pattern = Vec::with_capacity(beginning.len() + 1);
    for byte in beginning.bytes() {
        if b"*?[]^-\\".contains(&byte) {
            pattern.push(b'\\');
        }
        pattern.push(byte);
    }
    pattern.push(b'*');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pattern_would_read_otherwise_is_escaped() {
        assert_eq!(pattern("a:b"), b"a:b*");
        assert_eq!(pattern(r"*?[a-z]\"), br"\*\?\[a\-z\]\\*");
    }
}
