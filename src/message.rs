//! What is said to a person: which notice, in which words, to which contact.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::account::PasswordChange;
use crate::code::{Code, Purpose};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::random;

/// What is to be said, before it is put into words.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// The code that was asked for.
    Code {
        /// What it opens.
        purpose: Purpose,
        /// The code.
        code: Code,
        /// How long it is still valid.
        valid_for: Duration,
    },
    /// Somebody asked to activate an account that is active already.
    AlreadyActive,
    /// Somebody asked to recover the password of an account that was never activated.
    NotYetActive,
    /// The password was set or changed.
    PasswordSet(PasswordChange),
    /// An invitation to activate the account. It carries no secret, only the address of the page.
    Invitation,
}

impl Notice {
    /// What kind of message this becomes.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::Code { purpose: Purpose::Activation, .. } => MessageKind::ActivationCode,
            Self::Code { purpose: Purpose::Recovery, .. } => MessageKind::RecoveryCode,
            Self::AlreadyActive => MessageKind::AlreadyActive,
            Self::NotYetActive => MessageKind::NotYetActive,
            Self::PasswordSet(PasswordChange::Activated) => MessageKind::Activated,
            Self::PasswordSet(PasswordChange::Recovered) => MessageKind::PasswordRecovered,
            Self::PasswordSet(PasswordChange::Changed) => MessageKind::PasswordChanged,
            Self::Invitation => MessageKind::Invitation,
        }
    }
}

/// The kinds of message, for senders that route them and operators who count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageKind {
    /// A code that activates.
    ActivationCode,
    /// A code that recovers.
    RecoveryCode,
    /// A note: the account is active already.
    AlreadyActive,
    /// A note: the account was never activated.
    NotYetActive,
    /// A note: the account was activated.
    Activated,
    /// A note: a new password was chosen with a code.
    PasswordRecovered,
    /// A note: the password was changed.
    PasswordChanged,
    /// An invitation.
    Invitation,
}

impl MessageKind {
    /// The name that logs and outboxes use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ActivationCode => "activation_code",
            Self::RecoveryCode => "recovery_code",
            Self::AlreadyActive => "already_active",
            Self::NotYetActive => "not_yet_active",
            Self::Activated => "activated",
            Self::PasswordRecovered => "password_recovered",
            Self::PasswordChanged => "password_changed",
            Self::Invitation => "invitation",
        }
    }
}

/// One message among all others: 128 random bits. Every attempt to send it has the same, so that whoever receives it twice
/// can tell: a mailbox by its `Message-ID`, a gateway by its idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId([u8; 16]);

impl MessageId {
    pub(crate) fn draw() -> Result<Self, BackendError> {
        Ok(Self(random::bytes()?))
    }

    /// Rebuilds an id that was kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes to keep.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// 32 hexadecimal digits in lower case.
impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// A notice in words. It may hold a code: it is not printed.
#[derive(Clone)]
pub struct MessageText {
    subject: Option<String>,
    text: SecretString,
    html: Option<SecretString>,
}

impl MessageText {
    /// The words of an e-mail: subject, plain text and HTML. The subject holds no code.
    #[must_use]
    pub fn email(subject: impl Into<String>, text: impl Into<String>, html: impl Into<String>) -> Self {
        Self {
            subject: Some(subject.into()),
            text: SecretString::from(text.into()),
            html: Some(SecretString::from(html.into())),
        }
    }

    /// The words of an SMS.
    #[must_use]
    pub fn sms(text: impl Into<String>) -> Self {
        Self { subject: None, text: SecretString::from(text.into()), html: None }
    }

    /// The subject of an e-mail.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The plain text, code included.
    #[must_use]
    pub fn expose_text(&self) -> &str {
        self.text.expose_secret()
    }

    /// The HTML of an e-mail, code included.
    #[must_use]
    pub fn expose_html(&self) -> Option<&str> {
        self.html.as_ref().map(|html| html.expose_secret())
    }
}

impl fmt::Debug for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageText(..)")
    }
}

/// A message on its way to a person, in the directory's own spelling of the contact.
#[derive(Clone)]
#[non_exhaustive]
pub struct Message {
    /// Whom it is for.
    pub to: Contact,
    /// What kind of message it is.
    pub kind: MessageKind,
    /// The words.
    pub text: MessageText,
    /// The same at every attempt to send it; none where the message was not made by the service.
    pub id: Option<MessageId>,
    code: Option<Code>,
}

impl Message {
    /// Puts words, produced from `notice`, on their way to `to`.
    #[must_use]
    pub fn new(to: Contact, notice: &Notice, text: MessageText) -> Self {
        let code = match notice {
            Notice::Code { code, .. } => Some(code.clone()),
            _ => None,
        };
        Self { to, kind: notice.kind(), text, id: None, code }
    }

    /// The same message, told apart from all others.
    #[must_use]
    pub const fn with_id(mut self, id: MessageId) -> Self {
        self.id = Some(id);
        self
    }

    /// The code that the words hold, for a sender that hands it over apart: a gateway with a field of its own, the
    /// outbox of a test.
    #[must_use]
    pub fn expose_code(&self) -> Option<&str> {
        self.code.as_ref().map(Code::expose)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("kind", &self.kind).finish_non_exhaustive()
    }
}
