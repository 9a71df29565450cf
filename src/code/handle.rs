use std::fmt;
use std::time::Duration;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::code::{CodeFormat, CodeProblem};
use crate::error::BackendError;
use crate::random;

/// What the asker keeps while a code is on its way: 256 random bits.
///
/// A code is worth nothing without the handle it was issued for, and the reverse: keep the handle in the asker's
/// own cookie or memory, never in an address.
///
/// It also says what a page about the code needs to know: how the code is written, so that one of another shape is
/// refused before it costs a try, until when it is valid, and when it can be sent again. None of this depends on who
/// is registered. It is there to be shown: what holds is what the store holds, and whoever changes it misleads nobody
/// but himself.
///
/// # Examples
///
/// ```
/// use vestibule::{CodeHandle, CodeRequest};
///
/// fn cookie(request: &CodeRequest) -> String {
///     format!("flow={}; HttpOnly; Secure; SameSite=Lax", request.handle.expose_for_cookie())
/// }
///
/// // A damaged cookie reads as an expired code.
/// assert!(CodeHandle::parse("nonsense").is_err());
/// ```
#[derive(Clone)]
pub struct CodeHandle {
    format: CodeFormat,
    secret: Zeroizing<[u8; 32]>,
    expires_at: OffsetDateTime,
    resend_at: Option<OffsetDateTime>,
}

impl CodeHandle {
    pub(crate) fn draw(format: CodeFormat, expires_at: OffsetDateTime) -> Result<Self, BackendError> {
        Ok(Self { format, secret: Zeroizing::new(random::bytes()?), expires_at, resend_at: None })
    }

    /// The same handle, with the times of its code now.
    pub(crate) const fn with_times(
        mut self,
        expires_at: OffsetDateTime,
        resend_at: Option<OffsetDateTime>,
    ) -> Self {
        (self.expires_at, self.resend_at) = (expires_at, resend_at);
        self
    }

    /// Reads a handle that [`expose_for_cookie`](Self::expose_for_cookie) wrote.
    ///
    /// # Errors
    ///
    /// [`CodeProblem::Expired`] when it is damaged: to the person, a handle that cannot be read has expired.
    pub fn parse(text: &str) -> Result<Self, CodeProblem> {
        let mut parts = text.splitn(4, '.');
        let mut part = || parts.next().ok_or(CodeProblem::Expired);
        let format = part()?.parse().map_err(|_| CodeProblem::Expired)?;
        let mut secret = Zeroizing::new([0; 32]);
        base16ct::lower::decode(part()?, &mut secret[..]).map_err(|_| CodeProblem::Expired)?;
        let expires_at = moment(part()?)?;
        let resend_at = match part()? {
            "" => None,
            again => Some(moment(again)?),
        };
        let handle = Self { format, secret, expires_at, resend_at };
        // A number can be spelled in several ways, a handle in one. A secret that was too short is longer now.
        let spelled = Zeroizing::new(handle.expose_for_cookie());
        if *spelled == text { Ok(handle) } else { Err(CodeProblem::Expired) }
    }

    /// The handle as about 100 ASCII letters, digits and dots, to be kept by the asker: in an `HttpOnly` cookie, not in
    /// an address.
    #[must_use]
    pub fn expose_for_cookie(&self) -> String {
        let secret = base16ct::lower::encode_string(&self.secret[..]);
        let again = self.resend_at.map(milliseconds).map(|again| again.to_string()).unwrap_or_default();
        format!("{}.{secret}.{}.{again}", self.format, milliseconds(self.expires_at))
    }

    /// The format of the code that was issued for this handle.
    #[must_use]
    pub const fn code_format(&self) -> CodeFormat {
        self.format
    }

    /// From when on the code is worth nothing.
    #[must_use]
    pub const fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }

    /// From when on the code can be sent again; `None` where it cannot, because it was sent as often as it may be or too
    /// little of its life would be left.
    #[must_use]
    pub const fn resend_at(&self) -> Option<OffsetDateTime> {
        self.resend_at
    }

    /// For how long the code is still valid: nothing, once it has expired.
    #[must_use]
    pub fn valid_for(&self, now: OffsetDateTime) -> Duration {
        from(now, self.expires_at)
    }

    /// In how long the code can be sent again: nothing, where it can be now; `None`, where it cannot be any more.
    #[must_use]
    pub fn resend_in(&self, now: OffsetDateTime) -> Option<Duration> {
        self.resend_at.map(|again| from(now, again))
    }

    /// What stores know the handle by.
    pub(crate) fn digest(&self) -> HandleDigest {
        HandleDigest(Sha256::digest(&self.secret[..]).into())
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for CodeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHandle(..)")
    }
}

/// Milliseconds since 1970: what the times of a handle are written in.
fn milliseconds(moment: OffsetDateTime) -> i64 {
    // Every moment that there is fits.
    i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

fn moment(milliseconds: &str) -> Result<OffsetDateTime, CodeProblem> {
    let milliseconds: i64 = milliseconds.parse().map_err(|_| CodeProblem::Expired)?;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .map_err(|_| CodeProblem::Expired)
}

fn from(now: OffsetDateTime, then: OffsetDateTime) -> Duration {
    Duration::try_from(then - now).unwrap_or_default()
}

/// The SHA-256 of a handle: all that a store learns of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HandleDigest([u8; 32]);

impl HandleDigest {
    /// Rebuilds a digest that a store kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes to keep.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for HandleDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "HandleDigest({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// So long after noon on some day.
    fn noon(milliseconds: u64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_772_366_400).unwrap() + Duration::from_millis(milliseconds)
    }

    fn drawn() -> CodeHandle {
        CodeHandle::draw(CodeFormat::EIGHT_DIGITS, noon(600_250)).unwrap()
    }

    #[test]
    fn a_handle_reads_back_with_its_times() {
        for handle in [drawn(), drawn().with_times(noon(600_250), Some(noon(60_000)))] {
            let read = CodeHandle::parse(&handle.expose_for_cookie()).unwrap();
            assert_eq!(read.digest(), handle.digest());
            assert_eq!(read.code_format(), handle.code_format());
            assert_eq!((read.expires_at(), read.resend_at()), (handle.expires_at(), handle.resend_at()));
            assert!(handle.expose_for_cookie().len() <= 100);
        }
        for seconds in [0, -2_000_000_000, 253_402_300_799] {
            let expires_at = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            let handle = CodeHandle::draw(CodeFormat::TWELVE_DIGITS, expires_at).unwrap();
            assert_eq!(CodeHandle::parse(&handle.expose_for_cookie()).unwrap().expires_at(), expires_at);
        }
    }

    #[test]
    fn a_damaged_handle_reads_as_expired() {
        let text = drawn().expose_for_cookie();
        let without_times = text.rsplitn(3, '.').nth(2).unwrap();
        let endless = format!("{without_times}.{}.", i64::MAX);
        let more = format!("{text}.1");
        let short = format!("{}{}", &text[..65], &text[67..]);
        let upper = text.to_uppercase();
        for damaged in
            ["", ".", "8d", "8d.", &text[1..], without_times, &upper, "9x.00", &endless, &more, &short]
        {
            assert_eq!(CodeHandle::parse(damaged).unwrap_err(), CodeProblem::Expired, "{damaged}");
        }
    }

    #[test]
    fn a_page_is_told_how_long_the_code_is_valid_and_when_it_can_be_sent_again() {
        let handle = drawn().with_times(noon(600_250), Some(noon(60_000)));
        for (now, valid_for, resend_in) in [(0, 600_250, 60_000), (120_000, 480_250, 0), (86_400_000, 0, 0)] {
            assert_eq!(handle.valid_for(noon(now)), Duration::from_millis(valid_for));
            assert_eq!(handle.resend_in(noon(now)), Some(Duration::from_millis(resend_in)));
        }
        assert_eq!(drawn().resend_in(noon(0)), None);
    }

    #[test]
    fn a_handle_is_not_printed_and_its_digest_does_not_hold_it() {
        let handle = drawn();
        assert_eq!(format!("{handle:?}"), "CodeHandle(..)");
        assert_ne!(handle.digest().as_bytes(), handle.expose());
    }

    #[test]
    fn the_first_four_bytes_of_a_digest_tell_it_apart_in_a_log() {
        let mut bytes = [0xab; 32];
        bytes[..4].copy_from_slice(&[0x01, 0x02, 0xfe, 0xff]);
        assert_eq!(format!("{:?}", HandleDigest::from_bytes(bytes)), "HandleDigest(0102feff..)");
    }

    proptest! {
        #[test]
        fn any_text_is_a_handle_or_expired_and_never_a_panic(text in any::<String>()) {
            let _ = CodeHandle::parse(&text);
        }
    }
}
