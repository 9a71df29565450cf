//! Carrying everybody to another database. It can be run again; nothing that is there is changed.

use vestibule::AccountId;
use vestibule::account::{RestoreProblem, Restored};

use crate::address::Address;
use crate::database::Database;
use crate::failure::Failure;
use crate::keys;
use crate::members::Members;
use crate::screen::{complain, say};

/// How many accounts are carried in one transaction.
const PAGE: u32 = 1_000;

/// What came of copying.
#[derive(Debug, Default)]
pub struct Copied {
    /// Accounts that are there now.
    pub entered: u64,
    /// Accounts that were there, and are the same.
    pub there: u64,
    /// Accounts that were refused.
    pub refused: u64,
}

pub async fn copy(members: &Members, to: &Address) -> Result<(), Failure> {
    let words = members.words;
    // The keys come first: with others, no hash under a pepper and no device token would be worth anything there.
    keys::carry(&members.keys, &to.companion(".key"), words)?;
    let there = Database::open(to, words).await?;
    let mut outcome = Copied::default();
    let mut last: Option<AccountId> = None;
    loop {
        let page = members.database.records_after(last.as_ref(), PAGE).await?;
        let ids: Vec<_> = page.iter().map(|record| record.account.id.clone()).collect();
        let Some(id) = ids.last() else { break };
        last = Some(id.clone());
        for (id, restored) in ids.iter().zip(there.restore_all(page).await?) {
            match restored {
                Ok(Restored::Entered) => outcome.entered += 1,
                Ok(_) => outcome.there += 1,
                Err(RestoreProblem::Backend(error)) => return Err(error.into()),
                Err(RestoreProblem::EmailTaken(_)) => {
                    outcome.refused += 1;
                    complain(&words.address_taken_there(id));
                }
                Err(_) => {
                    outcome.refused += 1;
                    complain(&words.differs_there(id));
                }
            }
        }
    }
    there.close().await;
    say(&words.copied(&outcome))?;
    if outcome.refused > 0 { Err(Failure::Told(words.not_all_copied(outcome.refused))) } else { Ok(()) }
}
