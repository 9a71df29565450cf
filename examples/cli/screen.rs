//! Printing that survives a reader who goes away, and text that cannot steer a terminal.

use std::io::{self, ErrorKind, Write};

use crate::failure::Failure;

/// Whether somebody still reads what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// As far as is known.
    Listening,
    /// No: the pipe is closed, as by `| head`.
    Gone,
}

/// Prints a line on standard output.
pub fn say(line: &str) -> Result<Reader, Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Ok(()) => Ok(Reader::Listening),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::Output(error)),
    }
}

/// Prints a line on standard error. Where that is closed there is nobody to tell.
pub fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints a question on standard error, without an end of line.
pub fn ask(question: &str) {
    let mut out = io::stderr().lock();
    let _ = write!(out, "{question}").and_then(|()| out.flush());
}

/// The text, fit to be shown, without the user and the password of an address that it may hold.
pub fn without_password(text: &str) -> String {
    let text = plain(text);
    let Some((scheme, rest)) = text.split_once("://") else { return text };
    // A password may hold an at sign: the last one ends it.
    rest.rsplit_once('@').map_or(text.clone(), |(_, rest)| format!("{scheme}://{rest}"))
}

/// The text with its control characters replaced: names come from files, and must not move a cursor.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
