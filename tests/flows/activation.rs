use std::time::Duration;

use vestibule::account::AccountState;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::code::Purpose;
use vestibule::contact::Channel;
use vestibule::event::{DecoyReason, EventKind};
use vestibule::message::{Message, MessageKind};
use vestibule::ports::{CodeSender, Destination, SendError};
use vestibule::{AccountService, Code, Error, Settings};

use crate::world::*;

#[tokio::test]
async fn a_registered_person_activates_by_email_and_logs_in() {
    let world = World::new();
    let id = world.register("ola@example.no");
    let redeemed = world.activate(&email("ola@example.no")).await.unwrap();
    assert_eq!(redeemed.account_id, id);
    let login = world.log_in("Ola@EXAMPLE.no", PASSWORD).await.unwrap();
    assert_eq!(login.account_id, id);
    assert!(world.service.is_current(&id, &login.credential_version).await.unwrap());
}

#[tokio::test]
async fn a_registered_person_activates_by_sms_and_logs_in_with_the_email_address() {
    let world = World::new();
    let id = world.register_with_phone("ola@example.no", "412 34 567");
    world.activate(&phone("+47 41 23 45 67")).await.unwrap();
    assert_eq!(world.log_in("ola@example.no", PASSWORD).await.unwrap().account_id, id);
}

#[tokio::test]
async fn the_owner_is_told_at_every_registered_contact() {
    let world = World::new();
    world.register_with_phone("ola@example.no", "41234567");
    world.activate(&email("ola@example.no")).await.unwrap();
    world.settle().await;
    let mut told: Vec<_> = world
        .outbox
        .messages()
        .into_iter()
        .filter(|message| message.kind == MessageKind::Activated)
        .map(|message| message.to.canonical())
        .collect();
    // The two are sent beside each other, so either may arrive first.
    told.sort();
    assert_eq!(told, ["email:ola@example.no", "phone:+4741234567"]);
}

#[tokio::test]
async fn a_message_goes_to_the_registered_spelling_and_not_to_what_was_typed() {
    let world = World::new();
    world.register("Ola.Nordmann@Example.no");
    world.service.request_activation(&email("OLA.NORDMANN@EXAMPLE.NO"), &here()).await.unwrap();
    world.settle().await;
    let sent = world.outbox.messages();
    let vestibule::Contact::Email(to) = &sent[0].to else { panic!("an e-mail") };
    assert_eq!(to.local_part(), "Ola.Nordmann");
}

#[tokio::test]
async fn an_unknown_contact_causes_no_message() {
    let world = World::new();
    for contact in [email("kari@example.no"), phone("41234567")] {
        world.service.request_activation(&contact, &here()).await.unwrap();
    }
    world.settle().await;
    assert!(world.outbox.messages().is_empty());
    let reason = DecoyReason::Unknown;
    assert!(world.saw(&EventKind::DecoyArmed { purpose: Purpose::Activation, reason }));
}

#[tokio::test]
async fn the_owner_of_an_active_account_is_told_so_in_private_once_a_day() {
    let world = World::new();
    world.active("ola@example.no").await;
    let _ = world.outbox.take();
    for source in 1..=3 {
        world.service.request_activation(&email("ola@example.no"), &from(source)).await.unwrap();
        world.settle().await;
        world.clock.turn(Duration::from_secs(16 * 60));
    }
    assert_eq!(world.kinds_sent(), [MessageKind::AlreadyActive]);
    world.clock.turn(Duration::from_secs(24 * 60 * 60));
    world.service.request_activation(&email("ola@example.no"), &from(4)).await.unwrap();
    world.settle().await;
    assert_eq!(world.kinds_sent().len(), 2);
}

#[tokio::test]
async fn a_number_on_two_accounts_opens_neither() {
    let world = World::new();
    world.register_with_phone("ola@example.no", "41234567");
    world.register_with_phone("kari@example.no", "41234567");
    world.service.request_activation(&phone("41234567"), &here()).await.unwrap();
    world.settle().await;
    assert!(world.outbox.messages().is_empty());
    let reason = DecoyReason::Ambiguous;
    assert!(world.saw(&EventKind::DecoyArmed { purpose: Purpose::Activation, reason }));
}

#[tokio::test]
async fn a_landline_and_a_number_off_the_allow_list_get_a_decoy() {
    let world = World::with_settings(|settings| {
        settings.sms_calling_codes = Some(vec![vestibule::CallingCode::NORWAY]);
    });
    world.register_with_phone("ola@example.no", "22 12 34 56");
    world.register_with_phone("kari@example.no", "+46701234567");
    for number in ["22 12 34 56", "+46701234567"] {
        world.service.request_activation(&phone(number), &here()).await.unwrap();
    }
    world.settle().await;
    assert!(world.outbox.messages().is_empty());
    let refused = world
        .event_kinds()
        .into_iter()
        .filter(|kind| matches!(kind, EventKind::DecoyArmed { reason: DecoyReason::SmsNotAllowed, .. }));
    assert_eq!(refused.count(), 2);
}

#[tokio::test]
async fn a_person_who_lost_the_code_can_ask_again_for_ever() {
    let world = World::new();
    world.register("ola@example.no");
    for day in 0..30 {
        world.service.request_activation(&email("ola@example.no"), &from(day)).await.unwrap();
        world.settle().await;
        world.clock.turn(Duration::from_secs(24 * 60 * 60));
    }
    assert_eq!(world.codes_to(&email("ola@example.no")).len(), 30);
    world.activate(&email("ola@example.no")).await.unwrap();
}

#[tokio::test]
async fn a_code_of_another_shape_costs_no_try() {
    let world = World::new();
    world.register("ola@example.no");
    let request = world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
    world.settle().await;
    world.script.clear();
    for typed in ["123456", "123456789012", "ABCDEFGH"] {
        let code = Code::parse(typed).unwrap();
        let refused = world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await;
        assert!(matches!(refused, Err(Error::CodeRejected(vestibule::code::CodeProblem::Malformed))));
    }
    assert!(world.script.calls().is_empty());
}

#[tokio::test]
async fn an_account_is_pending_until_the_code_is_redeemed() {
    let world = World::new();
    let id = world.register("ola@example.no");
    world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
    world.settle().await;
    let state = |world: &World| world.directory.accounts().into_iter().find(|a| a.id == id).unwrap().state;
    assert_eq!(state(&world), AccountState::Pending);
    world.activate(&email("ola@example.no")).await.unwrap();
    assert_eq!(state(&world), AccountState::Active);
}

#[tokio::test]
async fn a_notice_is_not_sent_to_a_landline_and_no_cap_on_sms_holds_one_back() {
    let once = vestibule::throttle::Schedule::window(1, Duration::from_secs(86_400)).unwrap();
    let world = World::with_settings(|settings| settings.sms_in_total = once);
    world.register_with_phone("ola@example.no", "22 12 34 56");
    world.activate(&email("ola@example.no")).await.unwrap();
    world.settle().await;
    assert_eq!(world.kinds_sent(), [MessageKind::ActivationCode, MessageKind::Activated]);
    world.register_with_phone("kari@example.no", "41234567");
    world.activate(&phone("41234567")).await.unwrap();
    world.settle().await;
    let notices = world.outbox.messages_to(&phone("41234567"));
    assert_eq!(notices.last().map(|notice| notice.kind), Some(MessageKind::Activated));
}

#[tokio::test]
async fn a_gateway_that_hangs_holds_up_no_email() {
    /// Takes e-mail, and never answers for an SMS.
    #[derive(Debug)]
    struct HangingGateway(MemoryOutbox);

    #[vestibule::async_trait]
    impl CodeSender for HangingGateway {
        async fn send(&self, message: &Message) -> Result<(), SendError> {
            match message.to.channel() {
                Channel::Email => self.0.send(message).await,
                Channel::Sms => std::future::pending().await,
            }
        }

        fn destination(&self) -> Destination {
            Destination::People
        }
    }

    let world = World::with_settings(|settings| settings.sending_at_once = 1);
    let (directory, outbox) = (world.directory.clone(), MemoryOutbox::new());
    let mut settings = Settings::default();
    settings.sending_at_once = 1;
    let ports = (world.codes.clone(), world.throttle.clone(), HangingGateway(outbox.clone()));
    let service = AccountService::builder(directory, ports.0, ports.1, ports.2, keys(), profile())
        .settings(settings)
        .build()
        .unwrap();
    world.register_with_phone("ola@example.no", "41234567");
    world.register("kari@example.no");
    service.request_activation(&phone("41234567"), &here()).await.unwrap();
    service.request_activation(&email("kari@example.no"), &here()).await.unwrap();
    let arrived = async {
        while outbox.messages().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), arrived).await.expect("the e-mail went past the SMS");
}

#[tokio::test]
async fn the_directory_is_told_which_contact_a_redeemed_code_has_proven() {
    let world = World::new();
    world.register_with_phone("ola@example.no", "41234567");
    world.script.clear();
    for contact in [phone("41234567"), email("ola@example.no")] {
        let request = if world.script.changes().is_empty() {
            world.service.request_activation(&contact, &here()).await
        } else {
            world.service.request_recovery(&contact, &here()).await
        };
        let (request, code) = (request.unwrap(), world.code_to(&contact).await);
        if world.script.changes().is_empty() {
            world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
        } else {
            world.service.recover(&request.handle, &code, new(ANOTHER), &here()).await.unwrap();
        }
        let (_, _, change) = world.script.changes().pop().unwrap();
        assert!(change.proven.is_some_and(|proven| proven.is_same_as(&contact)), "{contact:?}");
    }
}

#[tokio::test]
async fn the_operator_hears_of_each_message_that_was_handed_over() {
    let world = World::new();
    world.active("ola@example.no").await;
    let told = world.event_kinds().into_iter().filter_map(|kind| match kind {
        EventKind::MessageSent { message, channel } => Some((message, channel)),
        _ => None,
    });
    let sent = [MessageKind::ActivationCode, MessageKind::Activated].map(|kind| (kind, Channel::Email));
    assert_eq!(told.collect::<Vec<_>>(), sent);
}
