//! A code that is on its way: what the browser keeps while its owner looks for it, in an `HttpOnly` cookie.
//!
//! The handle says which code it is. The rest, times and the contact that was typed, is only shown again: whoever
//! changes it misleads nobody but himself.

use std::time::Duration;

use time::OffsetDateTime;
use vestibule::code::Purpose;
use vestibule::contact::Channel;
use vestibule::{CodeHandle, CodeRequest, Contact, EmailAddress, PhoneNumber};

use crate::contacts::spelling;
use crate::cookies::{Jar, Name};

/// A code that was asked for, here in this browser.
#[derive(Debug)]
pub struct Flow {
    pub handle: CodeHandle,
    pub contact: Contact,
    expires_at: i64,
    resend_at: i64,
}

impl Flow {
    pub fn begin(request: CodeRequest, contact: Contact) -> Self {
        Self {
            handle: request.handle,
            contact,
            expires_at: milliseconds(request.expires_at),
            resend_at: milliseconds(request.resend_at.unwrap_or(request.expires_at)),
        }
    }

    /// Reads what [`keep`](Self::keep) wrote.
    pub fn find(jar: &Jar, purpose: Purpose) -> Option<Self> {
        let value = jar.get(name(purpose))?;
        let mut parts = value.splitn(4, '~');
        let handle = CodeHandle::parse(parts.next()?).ok()?;
        let expires_at: i64 = parts.next()?.parse().ok()?;
        let resend_at = parts.next()?.parse().ok()?;
        let contact = base16ct::lower::decode_vec(parts.next()?).ok()?;
        let contact = std::str::from_utf8(&contact).ok()?;
        let contact = match contact.contains('@') {
            true => EmailAddress::parse(contact).ok()?.into(),
            false => PhoneNumber::from_e164(contact).ok()?.into(),
        };
        Some(Self { handle, contact, expires_at, resend_at })
    }

    pub fn keep(&self, jar: &Jar, purpose: Purpose) {
        let (handle, contact) =
            (self.handle.expose_for_cookie(), base16ct::lower::encode_string(self.typed().as_bytes()));
        jar.set(name(purpose), format!("{handle}~{}~{}~{contact}", self.expires_at, self.resend_at));
    }

    pub fn forget(jar: &Jar, purpose: Purpose) {
        jar.remove(name(purpose));
    }

    /// The contact as it was typed.
    pub fn typed(&self) -> &str {
        spelling(&self.contact)
    }

    /// The log-in name, where it is known: for password managers, which keep it with the new password.
    pub fn log_in_name(&self) -> Option<&str> {
        (self.contact.channel() == Channel::Email).then(|| self.typed())
    }

    /// How long the code is still good.
    pub fn left(&self) -> Duration {
        until(self.expires_at)
    }

    /// How long until it can be asked for again.
    pub fn resend_in(&self) -> Duration {
        until(self.resend_at)
    }
}

fn milliseconds(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn until(moment: i64) -> Duration {
    let left = moment.saturating_sub(milliseconds(OffsetDateTime::now_utc()));
    Duration::from_millis(u64::try_from(left).unwrap_or_default())
}

const fn name(purpose: Purpose) -> Name {
    match purpose {
        Purpose::Activation => Name::Activation,
        Purpose::Recovery => Name::Recovery,
    }
}
