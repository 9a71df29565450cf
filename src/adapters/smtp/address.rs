//! Where the mail server is and how it is spoken to, in one line of configuration.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use thiserror::Error;

/// Where a mail server is, how the connection is encrypted, and who logs in.
///
/// | address | encryption |
/// |---|---|
/// | `smtps://user:password@host` | TLS from the first byte, port 465 (RFC 8314) |
/// | `smtp://user:password@host` | STARTTLS, port 587; a server that does not offer it is not spoken to |
/// | `smtp://host?tls=required` | the same, spelt out |
/// | `smtp://localhost:1025?tls=none` | none: towards this machine alone |
///
/// The user and the password are percent-encoded: `/` is `%2F`, `@` is `%40`, `%` is `%25`.
#[derive(Clone)]
pub struct SmtpAddress {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) login: Option<Login>,
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    FromTheFirstByte,
    StartTls,
    None,
}

#[derive(Clone)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: SecretString,
}

/// What is wrong with the address of a mail server. It never holds a part of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SmtpAddressProblem {
    /// It begins with something else.
    #[error("the address of the mail server must begin with smtps:// or smtp://")]
    Scheme,
    /// It names no host.
    #[error("the address of the mail server names no host: write smtps://user:password@host")]
    Host,
    /// The port is not a number from 1 to 65535.
    #[error("the port of the mail server is not a number from 1 to 65535")]
    Port,
    /// There is a user without a password, or one of them is not percent-encoded UTF-8.
    #[error(
        "user and password of the mail server must both be given, percent-encoded: write %2F for /, %40 for @ and %25 for %"
    )]
    Login,
    /// There is a path, or an option that is not known.
    #[error("after the host and the port of the mail server, only ?tls=required and ?tls=none are known")]
    Option,
    /// Plain text was asked for towards another machine.
    #[error(
        "tls=none is for a server on this machine alone: use smtps:// or tls=required, or, where an attacker on \
         the network may read every code, parse_dangerous_plain_text"
    )]
    PlainText,
}

impl SmtpAddress {
    /// Parses the address of a mail server. `tls=none` is accepted towards this machine (`localhost`, 127.0.0.0/8,
    /// `::1`) alone.
    ///
    /// # Errors
    ///
    /// The [`SmtpAddressProblem`] says what to change.
    pub fn parse(address: &str) -> Result<Self, SmtpAddressProblem> {
        let parsed = Self::parse_dangerous_plain_text(address)?;
        if parsed.encryption == Encryption::None && !is_this_machine(&parsed.host) {
            return Err(SmtpAddressProblem::PlainText);
        }
        Ok(parsed)
    }

    /// Parses the address of a mail server, and accepts `tls=none` towards any machine.
    ///
    /// # Security
    ///
    /// Whoever can read or change what travels between the two machines can read the codes and take over accounts.
    ///
    /// # Errors
    ///
    /// The [`SmtpAddressProblem`] says what to change.
    pub fn parse_dangerous_plain_text(address: &str) -> Result<Self, SmtpAddressProblem> {
        let (encryption, default_port, rest) = match address.trim().split_once("://") {
            Some(("smtps", rest)) => (Encryption::FromTheFirstByte, 465, rest),
            Some(("smtp", rest)) => (Encryption::StartTls, 587, rest),
            _ => return Err(SmtpAddressProblem::Scheme),
        };
        let (authority, option) = rest.split_once('?').map_or((rest, None), |(a, o)| (a, Some(o)));
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(Login::parse(login)?), place),
            None => (None, authority),
        };
        let encryption = match (option, encryption) {
            (None | Some("tls=required"), encryption) => encryption,
            (Some("tls=none"), Encryption::StartTls) => Encryption::None,
            _ => return Err(SmtpAddressProblem::Option),
        };
        let place = place.strip_suffix('/').unwrap_or(place);
        if place.contains('/') {
            return Err(SmtpAddressProblem::Option);
        }
        let (host, port) = host_and_port(place, default_port)?;
        Ok(Self { host, port, encryption, login })
    }
}

impl Login {
    fn parse(login: &str) -> Result<Self, SmtpAddressProblem> {
        let (user, password) = login.split_once(':').ok_or(SmtpAddressProblem::Login)?;
        let decoded = |part| percent_decode_str(part).decode_utf8().map_err(|_| SmtpAddressProblem::Login);
        let (user, password) = (decoded(user)?, decoded(password)?);
        if user.is_empty() || password.is_empty() {
            return Err(SmtpAddressProblem::Login);
        }
        Ok(Self { user: user.into_owned(), password: password.into_owned().into() })
    }
}

fn host_and_port(place: &str, default: u16) -> Result<(String, u16), SmtpAddressProblem> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or(SmtpAddressProblem::Host)?;
            host.parse::<IpAddr>().map_err(|_| SmtpAddressProblem::Host)?;
            (host, port)
        }
        None => place.split_at(place.find(':').unwrap_or(place.len())),
    };
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    if host.is_empty() || !host.chars().all(known) {
        return Err(SmtpAddressProblem::Host);
    }
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => default,
        None => return Err(SmtpAddressProblem::Port),
        Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or(SmtpAddressProblem::Port)?,
    };
    Ok((host.to_ascii_lowercase(), port))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for SmtpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpAddress")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("encryption", &self.encryption)
            .field("logs_in", &self.login.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn parsed(address: &str) -> (String, u16, Encryption) {
        let SmtpAddress { host, port, encryption, .. } = SmtpAddress::parse(address).unwrap();
        (host, port, encryption)
    }

    #[test]
    fn an_address_says_host_port_and_encryption() {
        use Encryption::{FromTheFirstByte, None, StartTls};
        for (address, host, port, encryption) in [
            ("smtps://mail.example.no", "mail.example.no", 465, FromTheFirstByte),
            ("smtps://u:p@mail.example.no:4465/", "mail.example.no", 4465, FromTheFirstByte),
            ("smtp://Mail.Example.no", "mail.example.no", 587, StartTls),
            ("smtp://mail.example.no:25?tls=required", "mail.example.no", 25, StartTls),
            ("smtp://localhost:1025?tls=none", "localhost", 1025, None),
            ("smtp://127.0.0.2?tls=none", "127.0.0.2", 587, None),
            ("smtp://[::1]:1025?tls=none", "::1", 1025, None),
        ] {
            assert_eq!(parsed(address), (host.to_owned(), port, encryption), "{address}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said() {
        use SmtpAddressProblem as P;
        for (address, problem) in [
            ("", P::Scheme),
            ("mail.example.no", P::Scheme),
            ("https://mail.example.no", P::Scheme),
            ("smtps://", P::Host),
            ("smtps://u:p@", P::Host),
            ("smtps://[mail", P::Host),
            ("smtps://mail example", P::Host),
            ("smtps://mail:0", P::Port),
            ("smtps://mail:65536", P::Port),
            ("smtps://mail:port", P::Port),
            ("smtps://user@mail", P::Login),
            ("smtps://user:@mail", P::Login),
            ("smtps://user:%FF@mail", P::Login),
            ("smtps://mail?tls=none", P::Option),
            ("smtp://mail?tls=maybe", P::Option),
            ("smtp://mail/path", P::Option),
            ("smtp://mail.example.no?tls=none", P::PlainText),
            ("smtp://127.0.0.1.example.no?tls=none", P::PlainText),
        ] {
            assert_eq!(SmtpAddress::parse(address).unwrap_err(), problem, "{address}");
        }
        assert!(SmtpAddress::parse_dangerous_plain_text("smtp://mail.example.no?tls=none").is_ok());
    }

    #[test]
    fn a_login_is_percent_decoded_and_never_shown() {
        let address = SmtpAddress::parse("smtps://ola%40example.no:s%2Fc:r%25t@mail").unwrap();
        let login = address.login.clone().unwrap();
        assert_eq!((login.user.as_str(), login.password.expose_secret()), ("ola@example.no", "s/c:r%t"));
        let shown = format!("{address:?}");
        assert!(!shown.contains("ola") && !shown.contains("s/c"), "{shown}");
    }
}
