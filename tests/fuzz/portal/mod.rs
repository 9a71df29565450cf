//! What a browser sends to the portal example: addresses, cookies, headers and forms, put to all of its routes.
//!
//! A request is written as in HTTP: `POST /login`, a header on each line, an empty line, and the body. What nobody could
//! guess is written as a word in braces, and filled in: [`house`] says which.

pub mod answer;
mod house;
mod request;

pub mod program;

use std::cell::Cell;

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use self::answer::Answer;
use self::house::{Ground, House};
use self::request::Written;

/// Whatever a browser sends: the portal answers, with no fault of its own and with every header; what was typed stands in
/// the page as it was typed, but for secrets, which stand nowhere; and nobody gets in, or is written to, but by the right
/// words.
pub fn portal(data: &[u8]) {
    drop(answered(data));
}

/// The answer, which keeps all that; nothing, if no server takes it for a request.
pub fn answered(data: &[u8]) -> Option<Answer> {
    let written = Written::read(data)?;
    STREET.with(|Street { runtime, ground, house: kept, .. }| {
        runtime.block_on(async {
            let mut house = match kept.take() {
                Some(house) => house,
                None => House::build(ground).await,
            };
            let Some(request) = house.fill_in(&written).await else {
                kept.set(Some(house));
                return None;
            };
            let answer = house.answer(&request).await;
            answer.judge(&request, &house);
            let messages = house.sent().await;
            assert!(messages.iter().all(|to| request.may_write_to(to)), "{messages:?}");
            // One whose service was asked is not as it was: it is left behind.
            if request.method != "POST" || answer.is_of_the_door() {
                kept.set(Some(house));
            }
            Some(answer)
        })
    })
}

thread_local! {
    static STREET: Street = Street::build();
}

struct Street {
    runtime: Runtime,
    ground: Ground,
    house: Cell<Option<House>>,
    _folder: TempDir,
}

impl Street {
    fn build() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let ground = runtime.block_on(Ground::prepare(folder.path()));
        Self { runtime, ground, house: Cell::new(None), _folder: folder }
    }
}
