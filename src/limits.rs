//! What each flow counts, and by which key: the only place that names throttle keys.
//!
//! Keys are keyed hashes of what was *typed*, so that unknown people are limited exactly like known ones; those of
//! the last group depend on a real account or a real send, and are charged in the background, where nobody sees it.

use crate::account::AccountId;
use crate::code::{HandleDigest, Purpose};
use crate::contact::{Contact, PhoneNumber};
use crate::context::Context;
use crate::device::Device;
use crate::event::SmsCap;
use crate::origin::Origin;
use crate::settings::MARK;
use crate::throttle::{Charge, Schedule, ThrottleKey};

/// Asking for a code: by contact, by source, and by both. A device that has logged in with this address has a budget
/// of its own, which no stranger can use up.
pub(crate) fn request(
    context: &Context,
    contact: &Contact,
    origin: &Origin,
    device: Option<&Device>,
) -> Vec<Charge> {
    let settings = &context.settings;
    let (who, source) = (contact.key(), origin.source());
    match device {
        Some(device) => vec![
            charge(context, "request burst device", &[device.nonce()], settings.requests_per_contact_burst),
            charge(context, "request device", &[device.nonce()], settings.requests_per_contact),
        ],
        None => vec![
            charge(context, "request source", &[&source], settings.requests_per_source),
            charge(context, "request burst", &[who.as_bytes()], settings.requests_per_contact_burst),
            charge(context, "request", &[who.as_bytes()], settings.requests_per_contact),
            charge(
                context,
                "request contact source",
                &[who.as_bytes(), &source],
                settings.requests_per_contact_and_source,
            ),
        ],
    }
}

/// Asking again with a handle: by source. The handle's own limits are the code store's.
pub(crate) fn resend(context: &Context, origin: &Origin) -> Vec<Charge> {
    vec![charge(context, "request source", &[&origin.source()], context.settings.requests_per_source)]
}

/// Logging in: by address and by source, or, for a device that has logged in before, by the device alone. Strangers at
/// the same source then keep nobody out, and a token, bound to one address and void after ten failures, tries no others.
pub(crate) fn log_in(
    context: &Context,
    name: &Contact,
    origin: &Origin,
    device: Option<&Device>,
) -> Vec<Charge> {
    let settings = &context.settings;
    match device {
        Some(device) => vec![
            charge(context, "log-in device", &[device.nonce()], settings.log_ins_per_address),
            charge(context, "log-in device void", &[device.nonce()], settings.log_ins_per_device),
        ],
        None => vec![
            charge(context, "log-in source", &[&origin.source()], settings.log_ins_per_source),
            charge(context, "log-in", &[name.key().as_bytes()], settings.log_ins_per_address),
            Charge { key: log_in_stop(context, name), schedule: settings.log_ins_in_a_row },
        ],
    }
}

/// What attempts to log in wait in line by: the address, or the device.
pub(crate) fn log_in_line(context: &Context, name: &Contact, device: Option<&Device>) -> ThrottleKey {
    match device {
        Some(device) => context.keys.identifier("log-in line device", &[device.nonce()]),
        None => context.keys.identifier("log-in line", &[name.key().as_bytes()]),
    }
}

/// The count of failures in a row with one address, which the owner's success clears.
pub(crate) fn log_in_stop(context: &Context, name: &Contact) -> ThrottleKey {
    context.keys.identifier("log-in stop", &[name.key().as_bytes()])
}

/// The count of failures of one device, which its success clears.
pub(crate) fn device_void(context: &Context, device: &Device) -> ThrottleKey {
    context.keys.identifier("log-in device void", &[device.nonce()])
}

/// Changing the password: by account, with keys of its own.
pub(crate) fn change(context: &Context, account: &AccountId) -> Vec<Charge> {
    let settings = &context.settings;
    let account = account.as_str().as_bytes();
    vec![
        charge(context, "change", &[account], settings.changes_per_account),
        charge(context, "change stop", &[account], settings.log_ins_in_a_row),
    ]
}

/// The count of failed changes in a row, which the owner's success clears.
pub(crate) fn change_stop(context: &Context, account: &AccountId) -> ThrottleKey {
    context.keys.identifier("change stop", &[account.as_str().as_bytes()])
}

/// What an operator lifts for a contact, and for its requests from one source.
pub(crate) fn of_contact(context: &Context, contact: &Contact, origin: &Origin) -> Vec<ThrottleKey> {
    let who = contact.key();
    let name = |kind: &str, parts: &[&[u8]]| context.keys.identifier(kind, parts);
    let mut keys: Vec<_> = ["request burst", "request", "log-in", "log-in stop"]
        .map(|kind| name(kind, &[who.as_bytes()]))
        .to_vec();
    keys.push(name("request contact source", &[who.as_bytes(), &origin.source()]));
    if let Contact::Phone(number) = contact {
        keys.push(name("sms number", &[number.as_str().as_bytes()]));
    }
    keys
}

/// What an operator lifts for a source.
pub(crate) fn of_source(context: &Context, origin: &Origin) -> [ThrottleKey; 2] {
    ["request source", "log-in source"].map(|kind| context.keys.identifier(kind, &[&origin.source()]))
}

/// What an operator lifts for an account.
pub(crate) fn of_account(context: &Context, account: &AccountId) -> Vec<ThrottleKey> {
    let account = account.as_str().as_bytes();
    let codes =
        Purpose::ALL.map(|purpose| context.keys.identifier("codes", &[account, purpose.as_str().as_bytes()]));
    let changes = ["change", "change stop"].map(|kind| context.keys.identifier(kind, &[account]));
    [codes, changes].concat()
}

/// Codes made for an account: charged in the background. A device that the account honours has its own budget.
pub(crate) fn codes_of_account(
    context: &Context,
    account: &AccountId,
    purpose: Purpose,
    device: Option<&Device>,
) -> Charge {
    let (account, purpose) = (account.as_str().as_bytes(), purpose.as_str().as_bytes());
    let schedule = context.settings.codes_per_account;
    match device {
        Some(device) => charge(context, "codes device", &[account, purpose, device.nonce()], schedule),
        None => charge(context, "codes", &[account, purpose], schedule),
    }
}

/// Codes made for one request, over all its issues: tells whether the account was charged for it.
pub(crate) fn codes_of_request(context: &Context, handle: &HandleDigest) -> Charge {
    charge(context, "codes request", &[handle.as_bytes()], MARK)
}

/// Notes to an owner: charged in the background.
pub(crate) fn help_note(context: &Context, account: &AccountId, purpose: Purpose) -> Charge {
    let parts = [account.as_str().as_bytes(), purpose.as_str().as_bytes()];
    charge(context, "note", &parts, context.settings.help_notes_per_account)
}

/// SMS: by number, by prefix and in total, charged in the background. None for what goes by e-mail.
pub(crate) fn sms(context: &Context, to: &Contact) -> Option<[(SmsCap, Charge); 3]> {
    let Contact::Phone(number) = to else { return None };
    let number = number.as_str().as_bytes();
    let prefix = &number[..number.len().min(7)];
    let keys = [("sms number", &[number][..]), ("sms prefix", &[prefix]), ("sms total", &[])];
    Some(sms_caps(context, keys))
}

/// As many codes as [`codes_of_account`], where there is no account that may have one. It limits nothing: it is what the
/// store does behind an answer whoever it was for.
pub(crate) fn codes_of_nobody(context: &Context, contact: &Contact, purpose: Purpose) -> Charge {
    let parts = [contact.key().as_bytes(), purpose.as_str().as_bytes()];
    charge(context, "codes nobody", &parts, context.settings.codes_per_account)
}

/// The same for [`codes_of_request`].
pub(crate) fn codes_of_request_by_nobody(context: &Context, handle: &HandleDigest) -> Charge {
    charge(context, "codes request nobody", &[handle.as_bytes()], MARK)
}

/// The same for [`sms`], each by the number: if a flood of other numbers could use one up, a request for nobody would be
/// told from one for somebody by what the store is asked then.
pub(crate) fn sms_of_nobody(context: &Context, to: &Contact) -> Option<[(SmsCap, Charge); 3]> {
    let Contact::Phone(number) = to else { return None };
    let number = &[number.as_str().as_bytes()][..];
    let kinds = ["sms number nobody", "sms prefix nobody", "sms total nobody"];
    Some(sms_caps(context, kinds.map(|kind| (kind, number))))
}

fn sms_caps(context: &Context, [number, prefix, total]: [(&str, &[&[u8]]); 3]) -> [(SmsCap, Charge); 3] {
    let settings = &context.settings;
    let due = |(kind, parts): (&str, &[&[u8]]), schedule| charge(context, kind, parts, schedule);
    [
        (SmsCap::Number, due(number, settings.sms_per_number)),
        (SmsCap::Prefix, due(prefix, settings.sms_per_prefix)),
        (SmsCap::Total, due(total, settings.sms_in_total)),
    ]
}

/// Notices by SMS, apart from codes: whoever used up the codes would otherwise keep the owner from being told.
pub(crate) fn sms_notice(context: &Context, number: &PhoneNumber) -> Charge {
    charge(context, "sms notice", &[number.as_str().as_bytes()], context.settings.sms_per_number)
}

fn charge(context: &Context, kind: &str, parts: &[&[u8]], schedule: Schedule) -> Charge {
    Charge { key: context.keys.identifier(kind, parts), schedule }
}
