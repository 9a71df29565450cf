//! The enumerations that say which, and why.

use serde::Serialize;

/// What a caller asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flow {
    /// A code to activate.
    RequestActivation,
    /// A code to recover.
    RequestRecovery,
    /// The code again.
    ResendCode,
    /// To activate with a code.
    Activate,
    /// To recover with a code.
    Recover,
    /// To log in.
    LogIn,
    /// To change the password.
    ChangePassword,
}

/// Why a request got a decoy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DecoyReason {
    /// The contact is nobody's.
    Unknown,
    /// The contact is registered for several accounts.
    Ambiguous,
    /// The account is suspended.
    Suspended,
    /// An activation was asked for, and the account is active.
    AlreadyActive,
    /// A recovery was asked for, and the account was never activated.
    NotYetActive,
    /// The number is not one that SMS are sent to.
    SmsNotAllowed,
    /// A cap on SMS is reached: [`EventKind::SmsCapReached`](super::EventKind::SmsCapReached) says which.
    SmsCapReached,
    /// The account had its codes for today.
    TooManyCodes,
}

/// The caps on messages by SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SmsCap {
    /// To one number: [`Settings::sms_per_number`](crate::Settings::sms_per_number).
    Number,
    /// To numbers that begin alike: [`Settings::sms_per_prefix`](crate::Settings::sms_per_prefix).
    Prefix,
    /// To all together: [`Settings::sms_in_total`](crate::Settings::sms_in_total).
    Total,
}

/// Why a code was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeRefusal {
    /// It is not the code.
    Wrong,
    /// It was issued for another purpose.
    OtherPurpose,
    /// All tries are used.
    TriesExhausted,
    /// It has expired.
    Expired,
    /// It was used before.
    Used,
    /// The handle is unknown.
    Unknown,
    /// It is right, but the account, its contact or its credential is no longer what it was.
    AccountChanged,
    /// It is right, but the account is suspended.
    AccountSuspended,
}

/// Why a log-in, or a change of password, was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogInRefusal {
    /// Nobody has this address.
    Unknown,
    /// Several accounts have this address.
    Ambiguous,
    /// The account was never activated.
    NotYetActive,
    /// The account is suspended.
    Suspended,
    /// The password is wrong.
    WrongPassword,
}

/// Why a message was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LossReason {
    /// The sender refused it for good.
    Refused,
    /// The sender did not answer in time: it may have been sent, and a code is not sent twice.
    TimedOut,
    /// The process ended while it was being sent: it may have been sent, and a code is not sent twice.
    Interrupted,
    /// The sender went on failing.
    GaveUp,
    /// Another code was asked for, or the rest of its life is too short; or a stored notice has expired.
    Superseded,
    /// The queue was full.
    QueueFull,
    /// The cap on notices by SMS is reached.
    SmsCapReached,
    /// The texts could not be made.
    NoText,
    /// The number is not one that SMS are sent to.
    SmsNotAllowed,
}
