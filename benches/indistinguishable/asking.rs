//! Asking for a code, asking again, and trying a wrong one, with several kinds of people in turn.

use std::time::Duration;

use vestibule::code::Purpose;
use vestibule::contact::Channel;
use vestibule::error::Error;
use vestibule::{Code, CodeHandle, CodeRequest, Contact, NewPassword, Origin};

use crate::house::House;
use crate::order::Order;
use crate::people::{People, Who};
use crate::report::Piles;
use crate::timing::Manner;

/// What a stranger asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    Request,
    /// By somebody unknown, while the background is busy with the request of one of the kind.
    RequestBehind,
    Resend,
    WrongCode,
}

/// Which code is asked for, where it goes, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub purpose: Purpose,
    pub channel: Channel,
    pub people: usize,
    pub samples: usize,
    pub manner: Manner,
}

/// A password that passes the rules soon: long ones take their time, which is the same for all.
const SHORT: &str = "xq7vk2mzp9wtr4j";
const HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8+GDj2bkkTkA";
/// How many wrong codes each request gets, of the ten that it could.
const TRIES: usize = 8;
/// A code is asked for again after a minute.
const AGAIN: Duration = Duration::from_secs(61);

impl Asking {
    /// So many samples of each kind of person, after one pass that is not counted.
    pub async fn sample(self, house: &House, kinds: &[Who], round: Round, order: &mut Order) -> Piles {
        let people = house.welcome(kinds, round.channel, round.people, HASH, order).await;
        let mut piles = Piles::of(kinds);
        self.pass(house, &people, round, order, &mut piles).await;
        piles.clear();
        while piles.least() < round.samples {
            self.pass(house, &people, round, order, &mut piles).await;
        }
        piles
    }

    async fn pass(
        self,
        house: &House,
        people: &[People],
        round: Round,
        order: &mut Order,
        piles: &mut Piles,
    ) {
        match self {
            Self::Request => requests(house, people, round, order, piles).await,
            Self::RequestBehind => requests_behind(house, people, round, order, piles).await,
            Self::Resend => resends(house, people, round, order, piles).await,
            Self::WrongCode => wrong_codes(house, people, round, order, piles).await,
        }
        house.forget().await;
    }
}

async fn requests(house: &House, people: &[People], round: Round, order: &mut Order, piles: &mut Piles) {
    for (class, turn) in order.interleave(people.len(), round.people) {
        let (contact, origin) = (&people[class].as_typed(turn), house.elsewhere());
        let (answer, took) =
            house.time(round.manner, contact, house.request(round.purpose, contact, &origin)).await;
        assert!(answer.is_none_or(|answer| answer.is_ok()));
        piles.add(class, took);
        house.rest().await;
    }
}

async fn requests_behind(
    house: &House,
    people: &[People],
    round: Round,
    order: &mut Order,
    piles: &mut Piles,
) {
    for (class, turn) in order.interleave(people.len(), round.people) {
        let (contact, stranger) = (&people[class].as_typed(turn), house.stranger());
        let (origin, elsewhere) = (house.elsewhere(), house.elsewhere());
        house.request(round.purpose, contact, &origin).await.unwrap();
        let call = house.request(round.purpose, &stranger, &elsewhere);
        let (answer, took) = house.time(round.manner, &stranger, call).await;
        assert!(answer.is_none_or(|answer| answer.is_ok()));
        piles.add(class, took);
        house.rest().await;
    }
}

async fn resends(house: &House, people: &[People], round: Round, order: &mut Order, piles: &mut Piles) {
    let mut handles = house.ask_for_all(people, round, order).await;
    for _ in 2..=3 {
        house.clock.turn(AGAIN);
        for (class, turn) in order.interleave(people.len(), round.people) {
            let (contact, origin) = (&people[class].as_typed(turn), house.elsewhere());
            let handle = handles[class][turn].clone();
            let call = house.accounts.resend_code(&handle, &origin);
            let (answer, took) = house.time(round.manner, contact, call).await;
            if let Some(answer) = answer {
                handles[class][turn] = answer.unwrap().handle;
            }
            piles.add(class, took);
            house.rest().await;
        }
    }
}

async fn wrong_codes(house: &House, people: &[People], round: Round, order: &mut Order, piles: &mut Piles) {
    let handles = house.ask_for_all(people, round, order).await;
    for (class, turn) in order.interleave(people.len(), round.people * TRIES) {
        let turn = turn % round.people;
        let (contact, origin) = (&people[class].as_typed(turn), house.elsewhere());
        // One in a hundred million is right: the assertion would say so.
        let code = Code::parse(&format!("{:08}", order.below(100_000_000))).unwrap();
        let password = NewPassword::typed_once(SHORT.into()).unwrap();
        let handle = handles[class][turn].clone();
        let call = async {
            match round.purpose {
                Purpose::Activation => house.accounts.activate(&handle, &code, password, &origin).await,
                Purpose::Recovery => house.accounts.recover(&handle, &code, password, &origin).await,
            }
        };
        let (answer, took) = house.time(round.manner, contact, call).await;
        assert!(answer.is_none_or(|answer| matches!(answer, Err(Error::CodeRejected(_)))));
        piles.add(class, took);
        house.rest().await;
    }
}

impl House {
    async fn request(
        &self,
        purpose: Purpose,
        contact: &Contact,
        origin: &Origin,
    ) -> Result<CodeRequest, Error> {
        match purpose {
            Purpose::Activation => self.accounts.request_activation(contact, origin).await,
            Purpose::Recovery => self.accounts.request_recovery(contact, origin).await,
        }
    }

    /// A handle for everybody, whose code was sent, or armed as a decoy.
    async fn ask_for_all(&self, people: &[People], round: Round, order: &mut Order) -> Vec<Vec<CodeHandle>> {
        let mut handles: Vec<Vec<Option<CodeHandle>>> =
            people.iter().map(|people| vec![None; people.contacts.len()]).collect();
        for (class, turn) in order.interleave(people.len(), round.people) {
            let origin = self.elsewhere();
            let answer = self.request(round.purpose, &people[class].contacts[turn], &origin).await;
            handles[class][turn] = Some(answer.unwrap().handle);
            self.rest().await;
        }
        handles.into_iter().map(|handles| handles.into_iter().flatten().collect()).collect()
    }
}
