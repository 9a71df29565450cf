//! One sample: how long a caller waits, of the service as it is or of one that leaks.

use std::time::{Duration, Instant};

use vestibule::Contact;
use vestibule::ports::Found;

use crate::house::House;
use crate::parts::processor_time;

/// What is timed: the service, or around it one of the mistakes that a bench must see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// The service as it is.
    Genuine,
    /// It asks the directory first, and returns at once where there is nobody.
    ReturnsEarly,
    /// It does all its work for everybody, and reads the account once more where there is one.
    LooksTwice,
}

impl House {
    /// What came of the call, unless a mistake kept it from being made, and its microseconds.
    pub async fn time<T>(
        &self,
        manner: Manner,
        contact: &Contact,
        call: impl Future<Output = T>,
    ) -> (Option<T>, f64) {
        let (began, worked) = (Instant::now(), self.work());
        let answer = match manner {
            Manner::Genuine => Some(call.await),
            Manner::ReturnsEarly => match self.directory.find(contact).await.unwrap() {
                Found::One(_) => Some(call.await),
                Found::Nobody | Found::Several => None,
            },
            Manner::LooksTwice => {
                if let Found::One(account) = self.directory.find(contact).await.unwrap() {
                    let _ = self.directory.get(&account.id).await.unwrap();
                }
                Some(call.await)
            }
        };
        let took = if self.by_processor { self.work() - worked } else { began.elapsed() };
        (answer, took.as_secs_f64() * 1e6)
    }

    /// What the processor did for this process until now, where that is what is timed.
    fn work(&self) -> Duration {
        if self.by_processor { processor_time() } else { Duration::ZERO }
    }
}
