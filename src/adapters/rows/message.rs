//! A row of messages, as a message that was claimed.

use crate::error::BackendError;
use crate::message::MessageId;
use crate::ports::{ClaimedMessage, QueuedMessage};

use super::columns::{Columns, Reader};

/// What the column `state` says of a message that waits.
pub(crate) const WAITING: &str = "waiting";
/// What it says of one that somebody began to send.
pub(crate) const SENDING: &str = "sending";

/// Reads the rows that a claim gives. One that is damaged holds up no other: it is told of once it comes alone.
pub(crate) fn read_all_claimed<R: Columns>(rows: &[R]) -> Result<Vec<ClaimedMessage>, BackendError> {
    let (mut claimed, mut damaged) = (Vec::with_capacity(rows.len()), None);
    for row in rows {
        match read_claimed(row) {
            Ok(message) => claimed.push(message),
            Err(damage) => damaged = Some(damage),
        }
    }
    match damaged {
        Some(damage) if claimed.is_empty() => Err(damage),
        _ => Ok(claimed),
    }
}

fn read_claimed<R: Columns>(row: &R) -> Result<ClaimedMessage, BackendError> {
    let columns = Reader::new(row, "messages");
    let id = columns.optional_bytes("id")?.and_then(|id| id.try_into().ok());
    let message = QueuedMessage {
        id: MessageId::from_bytes(id.ok_or_else(|| columns.damaged())?),
        expires_at: columns.time("expires_at")?,
        sealed: columns.optional_bytes("sealed")?.ok_or_else(|| columns.damaged())?.to_vec(),
    };
    let is_begun = match columns.text("state")? {
        WAITING => false,
        SENDING => true,
        _ => return Err(columns.damaged()),
    };
    Ok(ClaimedMessage { message, claim: columns.number("claim")?, is_begun })
}
