//! E-mail addresses and phone numbers: what is accepted, what is refused, and what counts as the same.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

mod email;
mod phone;
mod properties;

use vestibule::contact::{Channel, Contact, ContactProblem, EmailAddress, PhoneNumber};

fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).unwrap_or_else(|problem| panic!("{typed:?}: {problem}"))
}

fn international_email(typed: &str) -> EmailAddress {
    EmailAddress::parse_internationalised(typed).unwrap_or_else(|problem| panic!("{typed:?}: {problem}"))
}

fn email_problem(typed: &str) -> ContactProblem {
    EmailAddress::parse(typed).map(|address| address.canonical().to_owned()).expect_err(typed)
}

#[test]
fn canonical_contacts_round_trip_and_kinds_do_not_meet() {
    for (contact, canonical, channel) in [
        (Contact::from(email("Ola@Example.NO")), "email:ola@example.no", Channel::Email),
        (international_email("Kåre@xn--blbr-roah.no").into(), "email:kåre@xn--blbr-roah.no", Channel::Email),
        (PhoneNumber::from_e164("+4741234567").unwrap().into(), "phone:+4741234567", Channel::Sms),
    ] {
        assert_eq!((contact.canonical().as_str(), contact.channel()), (canonical, channel));
        let rebuilt = Contact::from_canonical(canonical).unwrap();
        assert!(rebuilt.is_same_as(&contact));
        assert_eq!(rebuilt.canonical(), canonical);
    }
    let phone: Contact = PhoneNumber::from_e164("+4741234567").unwrap().into();
    assert!(!phone.is_same_as(&email("ola@example.no").into()));
}

#[test]
fn only_canonical_text_rebuilds_a_contact() {
    for stored in [
        "",
        "ola@example.no",
        "email:",
        "email:Ola@example.no",
        "email: ola@example.no",
        "email:ola@blåbær.no",
        "phone:41234567",
        "phone:+47 41234567",
        "sms:+4741234567",
        "Email:ola@example.no",
    ] {
        assert_eq!(Contact::from_canonical(stored).expect_err(stored), ContactProblem::NotCanonical);
    }
}

#[test]
fn personal_data_stays_out_of_debug_output_and_problems() {
    let address = email("ola@example.no");
    let number = PhoneNumber::from_e164("+4741234567").unwrap();
    let contacts = [Contact::from(address.clone()), number.clone().into()];
    let printed = format!("{address:?} {number:?} {contacts:?}");
    assert_eq!(printed, "EmailAddress(..) PhoneNumber(..) [EmailAddress(..), PhoneNumber(..)]");
    let problem = serde_json::to_string(&email_problem("-eva@example.no")).unwrap();
    assert_eq!(problem, r#"{"problem":"leading_hyphen"}"#);
}

#[test]
fn channels_keep_their_names() {
    for (channel, name) in [(Channel::Email, "email"), (Channel::Sms, "sms")] {
        assert_eq!(channel.to_string(), name);
        assert_eq!(serde_json::to_string(&channel).unwrap(), format!("{name:?}"));
        assert_eq!(serde_json::from_str::<Channel>(&format!("{name:?}")).unwrap(), channel);
    }
}
