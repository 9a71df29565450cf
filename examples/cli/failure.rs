//! Why a command ends without having done what was asked.

use std::error::Error as _;
use std::io;

use vestibule::Error;
use vestibule::error::BackendError;

use crate::members::Members;
use crate::words::Words;

/// Why a command ends without having done what was asked.
#[derive(Debug)]
pub enum Failure {
    /// The library refused.
    Refused(Error),
    /// A sentence says why.
    Told(String),
    /// The input ended before all was typed.
    InputEnded,
    /// What was done could not be shown.
    Output(io::Error),
}

impl Failure {
    /// Puts a refusal into the words of the service, as long as there is one.
    pub fn explained(self, members: &Members) -> Self {
        match self {
            Self::Refused(Error::Backend(error)) => {
                let explained = members.explain(&Error::Backend(BackendError::new(error.kind(), "")));
                // Whoever types here is also the operator, and wants to know what to do.
                Self::Told(format!("{explained} ({})", advice(&error)))
            }
            Self::Refused(error) => Self::Told(members.explain(&error)),
            told => told,
        }
    }

    /// What a person is told.
    pub fn sentence(self, words: Words) -> String {
        match self {
            Self::Refused(error) => error.to_string(),
            Self::Told(sentence) => sentence,
            Self::InputEnded => words.input_ended(),
            Self::Output(error) => words.cannot_show(&error),
        }
    }
}

/// What the error says, and what caused it.
pub fn advice(error: &BackendError) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        Self::Refused(error.into())
    }
}
