//! Two gateways, one behind the other, and e-mail beside them.

use std::time::Duration;

use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::routing::{ByChannel, WithFallback};
use vestibule::error::BackendErrorKind as Kind;
use vestibule::event::LossReason;

use crate::accounts::{Accounts, Told, email, phone};
use crate::gateway::{Answer, Gateway, TAKEN};

async fn two(first: Answer) -> (Gateway, Gateway, MemoryOutbox, Accounts) {
    let (first, second) = (Gateway::answering([first]).await, Gateway::answering([TAKEN]).await);
    let outbox = MemoryOutbox::new();
    let sms = WithFallback::new(first.template().build().unwrap(), second.template().build().unwrap());
    let accounts = Accounts::sending_by(ByChannel::new(outbox.clone(), sms));
    (first, second, outbox, accounts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_first_gateway_refuses_goes_to_the_second_and_email_to_neither() {
    let (first, second, outbox, accounts) = two(Answer::Http("403 Forbidden", "")).await;
    accounts.ask(&phone("41234567"), &phone("41234568")).await;
    accounts.ask(&email("ola@example.no"), &email("ingen@example.no")).await;
    assert_eq!(accounts.told(), [Told::Sent, Told::Sent]);
    assert_eq!((first.asked().len(), second.asked().len(), outbox.messages().len()), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_the_first_gateway_is_bridged_within_seconds() {
    let (first, second, _, accounts) = two(Answer::Http("500 Internal Server Error", "")).await;
    accounts.ask(&phone("41234567"), &phone("41234568")).await;
    assert_eq!(accounts.told(), [Told::Failed(Kind::Busy), Told::Failed(Kind::Busy), Told::Sent]);
    assert_eq!((first.asked().len(), second.asked().len()), (3, 1));
    accounts.ask(&phone("41234569"), &phone("41234568")).await;
    assert_eq!((first.asked().len(), second.asked().len()), (3, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_the_first_may_have_sent_is_not_sent_by_the_second() {
    let (first, second, _, accounts) = two(Answer::Silence).await;
    accounts.ask(&phone("41234567"), &phone("41234568")).await;
    assert_eq!(accounts.told(), [Told::Failed(Kind::TimedOut), Told::Lost(LossReason::TimedOut)]);
    assert_eq!((first.asked().len(), second.asked().len()), (1, 0));
    assert_eq!(accounts.service.drain(Duration::ZERO).await, 0);
}
