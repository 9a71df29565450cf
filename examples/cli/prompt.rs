//! What a person types: hidden where it is secret and a terminal reads it, else one line each.

use std::future::pending;
use std::io::{self, BufRead, ErrorKind, IsTerminal, Read};

use tokio::sync::MutexGuard;
use vestibule::NewPassword;
use vestibule::secrecy::SecretString;

use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::screen;
use crate::words::Words;

/// The most that is read of a line, in bytes: more than any password may have.
const LONGEST_LINE: u64 = 16 * 1024;

/// Asks for what a command needs.
#[derive(Debug)]
pub struct Prompt<'a> {
    words: Words,
    interrupt: &'a Interrupt,
    terminal: bool,
}

impl<'a> Prompt<'a> {
    pub fn new(words: Words, interrupt: &'a Interrupt) -> Self {
        Self { words, interrupt, terminal: io::stdin().is_terminal() }
    }

    /// Whether there is a person who can be asked again.
    pub const fn can_ask_again(&self) -> bool {
        self.terminal
    }

    /// Makes Ctrl-C wait until the guard is dropped.
    pub async fn hold_back(&self) -> MutexGuard<'_, ()> {
        self.interrupt.hold_back().await
    }

    /// Asks for a line that may be seen.
    pub fn visible(&self, question: &str) -> Result<String, Failure> {
        if self.terminal {
            screen::ask(question);
        }
        self.line()
    }

    /// Asks for a secret.
    pub async fn hidden(&self, question: &str) -> Result<SecretString, Failure> {
        if !self.terminal {
            return self.line().map(SecretString::from);
        }
        // Until the echo is back, Ctrl-C waits.
        let held = self.hold_back().await;
        let typed = rpassword::prompt_password(question);
        drop(held);
        match typed {
            Ok(typed) => Ok(SecretString::from(typed)),
            // Now the program ends: see `interrupt.rs`.
            Err(error) if error.kind() == ErrorKind::Interrupted => pending().await,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(Failure::InputEnded),
            Err(error) => Err(Failure::Told(self.words.cannot_read(&error))),
        }
    }

    /// Asks for a new password and its confirmation.
    pub async fn new_password(&self) -> Result<NewPassword, Failure> {
        let password = self.hidden(&self.words.ask_new_password()).await?;
        let confirmation = self.hidden(&self.words.ask_confirmation()).await?;
        Ok(NewPassword::typed_twice(password, confirmation).map_err(vestibule::Error::from)?)
    }

    fn line(&self) -> Result<String, Failure> {
        let mut line = Vec::new();
        let read = io::stdin().lock().take(LONGEST_LINE).read_until(b'\n', &mut line);
        read.map_err(|error| Failure::Told(self.words.cannot_read(&error)))?;
        if line.is_empty() {
            return Err(Failure::InputEnded);
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        String::from_utf8(line.to_vec()).map_err(|_| Failure::Told(self.words.not_utf8()))
    }
}
