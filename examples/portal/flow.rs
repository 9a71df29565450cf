//! A code that is on its way: what the browser keeps while its owner looks for it, in an `HttpOnly` cookie.
//!
//! The handle says which code it is, and its times. The contact that was typed is only shown again: whoever changes it
//! misleads nobody but himself.

use std::time::Duration;

use time::OffsetDateTime;
use vestibule::code::Purpose;
use vestibule::contact::Channel;
use vestibule::{CodeHandle, Contact, EmailAddress, PhoneNumber};

use crate::cookies::{Jar, Name};

/// A code that was asked for, here in this browser.
#[derive(Debug)]
pub struct Flow {
    pub handle: CodeHandle,
    pub contact: Contact,
}

impl Flow {
    /// Reads what [`keep`](Self::keep) wrote.
    pub fn find(jar: &Jar, purpose: Purpose) -> Option<Self> {
        let value = jar.get(name(purpose))?;
        let (handle, contact) = value.split_once('~')?;
        let contact = base16ct::lower::decode_vec(contact).ok()?;
        let contact = std::str::from_utf8(&contact).ok()?;
        let contact = match contact.contains('@') {
            true => EmailAddress::parse(contact).ok()?.into(),
            false => PhoneNumber::from_e164(contact).ok()?.into(),
        };
        Some(Self { handle: CodeHandle::parse(handle).ok()?, contact })
    }

    pub fn keep(&self, jar: &Jar, purpose: Purpose) {
        let contact = base16ct::lower::encode_string(self.contact.as_str().as_bytes());
        jar.set(name(purpose), format!("{}~{contact}", self.handle.expose_for_cookie()));
    }

    pub fn forget(jar: &Jar, purpose: Purpose) {
        jar.remove(name(purpose));
    }

    /// The log-in name, where it is known: for password managers, which keep it with the new password.
    pub fn log_in_name(&self) -> Option<&str> {
        (self.contact.channel() == Channel::Email).then(|| self.contact.as_str())
    }

    /// How long the code is still good.
    pub fn left(&self) -> Duration {
        self.handle.valid_for(OffsetDateTime::now_utc())
    }

    /// How long until it can be sent again, if it can be.
    pub fn resend_in(&self) -> Option<Duration> {
        self.handle.resend_in(OffsetDateTime::now_utc())
    }
}

const fn name(purpose: Purpose) -> Name {
    match purpose {
        Purpose::Activation => Name::Activation,
        Purpose::Recovery => Name::Recovery,
    }
}
