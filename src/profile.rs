//! Who the service is: the name it goes by, whom to contact, and where its pages are.

use thiserror::Error;

use crate::locale::Locale;

/// Who writes to the person: named in every message.
///
/// All of it is configuration. Nothing that a request carries, its `Host` header least of all, reaches a message.
///
/// # Examples
///
/// ```
/// use vestibule::{Locale, ServiceProfile};
///
/// let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00")
///     .pages("https://min.example.no/login", "https://min.example.no/activate", "https://min.example.no/recover")
///     .locale(Locale::NORWEGIAN);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceProfile {
    /// The name people know the service by, as it opens every message.
    pub name: String,
    /// Whom to contact when something is wrong: an address, a telephone number, or both.
    pub support: String,
    /// The address of the log-in page.
    pub login_page: Option<String>,
    /// The address of the page where an account is activated.
    pub activation_page: Option<String>,
    /// The address of the page where a password is recovered.
    pub recovery_page: Option<String>,
    /// The host that a code sent by SMS is bound to, such as `min.example.no`.
    pub sms_host: Option<String>,
    /// The language used when neither the account nor the asker has one.
    pub locale: Locale,
}

impl ServiceProfile {
    /// Names the service and whom to contact. The language is English until [`locale`](Self::locale) says
    /// otherwise.
    #[must_use]
    pub fn new(name: impl Into<String>, support: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            support: support.into(),
            login_page: None,
            activation_page: None,
            recovery_page: None,
            sms_host: None,
            locale: Locale::ENGLISH,
        }
    }

    /// Gives the addresses of the pages to log in, to activate and to recover, so that messages can name them.
    #[must_use]
    pub fn pages(
        mut self,
        login: impl Into<String>,
        activation: impl Into<String>,
        recovery: impl Into<String>,
    ) -> Self {
        self.login_page = Some(login.into());
        self.activation_page = Some(activation.into());
        self.recovery_page = Some(recovery.into());
        self
    }

    /// Binds codes sent by SMS to a web origin: their last line becomes `@host #code`, which browsers offer to fill
    /// in on that host alone. `host` is a bare host name, without scheme, port or path.
    #[must_use]
    pub fn sms_host(mut self, host: impl Into<String>) -> Self {
        self.sms_host = Some(host.into());
        self
    }

    /// Sets the language used when neither the account nor the asker has one.
    #[must_use]
    pub fn locale(mut self, locale: Locale) -> Self {
        self.locale = locale;
        self
    }
}

impl ServiceProfile {
    /// Refuses what would make a message useless or unsafe.
    pub(crate) fn check(&self) -> Result<(), ProfileProblem> {
        let texts = [Some(&self.name), Some(&self.support), self.sms_host.as_ref()];
        let pages = [&self.login_page, &self.activation_page, &self.recovery_page];
        let problem = if self.name.trim().is_empty() {
            "name: say what people know the service as"
        } else if self.support.trim().is_empty() {
            "support: say whom people can contact"
        } else if texts.into_iter().chain(pages.map(Option::as_ref)).flatten().any(|text| has_controls(text))
        {
            "no text may hold line breaks or control characters"
        } else if pages.into_iter().flatten().any(|page| !is_safe_page(page)) {
            "pages: an address begins with https:// (or http:// on localhost) and holds no white space"
        } else if self.sms_host.as_ref().is_some_and(|host| !is_bare_host(host)) {
            "sms_host: this is a bare host name, without scheme, port or path"
        } else {
            return Ok(());
        };
        Err(ProfileProblem(problem))
    }
}

/// The profile is not complete. The text names the field and what is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ProfileProblem(&'static str);

fn has_controls(text: &str) -> bool {
    text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

fn is_safe_page(page: &str) -> bool {
    let local = ["http://localhost", "http://127.0.0.1", "http://[::1]"].iter().any(|host| {
        page.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    (page.starts_with("https://") || local) && !page.contains(char::is_whitespace)
}

fn is_bare_host(host: &str) -> bool {
    host.contains('.') && host.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> ServiceProfile {
        ServiceProfile::new("Eksempelforbundet", "medlem@example.no")
    }

    #[test]
    fn a_profile_without_a_name_or_with_a_line_break_is_refused() {
        assert_eq!(profile().check(), Ok(()));
        assert!(ServiceProfile::new(" ", "x").check().is_err());
        assert!(ServiceProfile::new("x", "").check().is_err());
        assert!(ServiceProfile::new("x\r\nBcc: y", "x").check().is_err());
    }

    #[test]
    fn pages_are_https_or_local() {
        let with = |page: &str| profile().pages(page, page, page).check();
        for page in ["https://min.example.no/login", "http://localhost:3000/x", "http://127.0.0.1/"] {
            assert_eq!(with(page), Ok(()), "{page}");
        }
        for page in
            ["http://example.no/", "javascript:alert(1)", "http://localhost.evil.example/", "https://a b"]
        {
            assert!(with(page).is_err(), "{page}");
        }
    }

    #[test]
    fn a_host_has_no_scheme_port_or_path() {
        assert_eq!(profile().sms_host("min.example.no").check(), Ok(()));
        for host in
            ["https://min.example.no", "min.example.no:443", "min.example.no/x", "min example.no", "no"]
        {
            assert!(profile().sms_host(host).check().is_err(), "{host}");
        }
    }
}
