//! Every duration and every limit: its default, and the reason for it.

use std::time::Duration;

use thiserror::Error;

use crate::code::CodeFormat;
use crate::contact::{CallingCode, Contact, LineKind};
use crate::throttle::{Schedule, ScheduleProblem, Terms};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Every duration and every limit. Take the default, change what must be changed, and hand it to the builder, which
/// refuses settings that contradict each other or a standard.
///
/// ```
/// use vestibule::Settings;
///
/// let mut settings = Settings::default();
/// settings.requests_per_source = vestibule::throttle::Schedule::window(500, std::time::Duration::from_secs(900))?;
/// # Ok::<(), vestibule::throttle::ScheduleProblem>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// How codes are written. Default: eight digits, 26.6 bits.
    pub code_format: CodeFormat,
    /// How codes are written while the service is being sprayed with guesses. Default: twelve digits.
    pub code_format_under_attack: CodeFormat,
    /// How many wrong codes within ten minutes, counted in this process, mean that it is. Default: 500.
    pub wrong_codes_that_mean_attack: u32,
    /// How long a code is valid. Default, and most: 10 minutes (NIST SP 800-63B-4, 3.1.3.2; ASVS 5.0, 6.5.5).
    pub code_lifetime: Duration,
    /// How many tries a code has, over all its issues. Default, and most: 10. Ten guesses at eight digits succeed
    /// once in ten million.
    pub tries_per_code: u32,
    /// How many times one handle is issued a code. Default: 3.
    pub issues_per_handle: u32,
    /// How long before a code can be asked for again with the same handle. Default: 60 s.
    pub resend_after: Duration,
    /// How much of a code's life must be left for it to be sent. Default: 2 minutes, the time it takes to read a
    /// message and choose a password.
    pub least_life_to_send: Duration,

    /// Requests for codes to one contact, in the short run. Default: 3 in 15 minutes.
    pub requests_per_contact_burst: Schedule,
    /// Requests for codes to one contact. Default: 10 a day.
    pub requests_per_contact: Schedule,
    /// Requests for codes to one contact from one source, so that one source cannot use up another's. Default: 3 a
    /// day.
    pub requests_per_contact_and_source: Schedule,
    /// Requests for codes, first or again, from one source. Default: 100 in 15 minutes, for an employer whose people
    /// share an address.
    pub requests_per_source: Schedule,
    /// Requests that get a code, for one account and purpose over all channels. Default: 10 a day, so that there are at
    /// most 100 guesses a day: one chance in a million, with eight digits.
    pub codes_per_account: Schedule,
    /// Notes to an owner whose contact was entered on the wrong page. Default: 1 a day.
    pub help_notes_per_account: Schedule,

    /// Failed log-ins with one address. Default: 4 are free, then 30 s, doubling to 1 h; forgotten after a day
    /// without another (NIST SP 800-63B-4, 3.2.2).
    pub log_ins_per_address: Schedule,
    /// Failed log-ins in a row with one address, after which log-in with a password stops until the owner recovers.
    /// Default, and most: 100 (NIST SP 800-63B-4, 3.2.2), forgotten after 90 days without another.
    pub log_ins_in_a_row: Schedule,
    /// Failed log-ins from one source, against trying one password on many accounts. Default: 300 in 15 minutes.
    pub log_ins_per_source: Schedule,
    /// Failed log-ins with one device token, after which it is void. Default: 10, forgotten after 90 days.
    pub log_ins_per_device: Schedule,
    /// Failed changes of one account's password. Default: as for log-ins with one address.
    pub changes_per_account: Schedule,

    /// The calling codes that SMS are sent to; `None` for every one. Default: every one. An allow-list is the
    /// surest guard against premium-rate fraud.
    pub sms_calling_codes: Option<Vec<CallingCode>>,
    /// SMS with codes to one number, and, counted apart, with notices. Default: 15 a day.
    pub sms_per_number: Schedule,
    /// SMS to numbers with the same first seven characters, such as `+474123`. Default: 300 an hour.
    pub sms_per_prefix: Schedule,
    /// SMS in total. Default: 2,000 an hour.
    pub sms_in_total: Schedule,

    /// How many requests may wait to be armed. Default: 1,000; beyond that, `Overloaded`.
    pub arming_queue: usize,
    /// How many requests are armed at once. Default: 4.
    pub arming_at_once: usize,
    /// How many messages with codes may wait to be sent, by each channel. Default: 10,000; beyond that they are lost, with an event.
    pub sending_queue: usize,
    /// How many notices may wait to be sent, by each channel. Default: 2,000. The places are their own: no flood of codes fills them.
    pub notice_queue: usize,
    /// How many messages of each queue are being sent at once. Default: 8.
    pub sending_at_once: usize,
    /// How long sending one message is tried. Default: 1 hour for notices; a code is given up before it expires. In a
    /// stored queue, a message that was given up waits for the next
    /// `resume_deliveries`, until it expires.
    pub sending_patience: Duration,
    /// How long a stored queue keeps a notice that cannot be sent. Default: 3 days, the length of a weekend in which
    /// nobody sees that the mail server is down: that a password was changed is worth knowing then still. A code is kept
    /// until it expires.
    pub notice_lifetime: Duration,
    /// How many log-ins with one address may wait for each other in this process. Default: 64.
    pub log_ins_in_line: usize,

    /// How long a store may take to answer. Default: 10 s.
    pub port_deadline: Duration,
    /// How long a sender may take for one message. Default: 30 s.
    pub sender_deadline: Duration,
}

/// At most so many in any stretch of that length.
const fn window(limit: u32, period: Duration) -> Schedule {
    constant(Schedule::window(limit, period))
}

/// A mark that stays for a day.
pub(crate) const MARK: Schedule = window(64, DAY);

/// So many, then no more until it is lifted; forgotten 90 days after the last.
const fn ceiling(limit: u32) -> Schedule {
    constant(Schedule::ceiling(limit, Duration::from_secs(90 * DAY.as_secs())))
}

/// 4 are free, then 30 s, doubling to 1 h; forgotten a day after the last.
const fn rising_waits() -> Schedule {
    constant(Schedule::back_off(4, Duration::from_secs(30), HOUR, DAY))
}

#[expect(clippy::panic, reason = "evaluated for constants only, whose every value the tests build")]
const fn constant(schedule: Result<Schedule, ScheduleProblem>) -> Schedule {
    match schedule {
        Ok(schedule) => schedule,
        Err(_) => panic!("a default schedule is out of range"),
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            code_format: CodeFormat::EIGHT_DIGITS,
            code_format_under_attack: CodeFormat::TWELVE_DIGITS,
            wrong_codes_that_mean_attack: 500,
            code_lifetime: 10 * MINUTE,
            tries_per_code: 10,
            issues_per_handle: 3,
            resend_after: MINUTE,
            least_life_to_send: 2 * MINUTE,
            requests_per_contact_burst: window(3, 15 * MINUTE),
            requests_per_contact: window(10, DAY),
            requests_per_contact_and_source: window(3, DAY),
            requests_per_source: window(100, 15 * MINUTE),
            codes_per_account: window(10, DAY),
            help_notes_per_account: window(1, DAY),
            log_ins_per_address: rising_waits(),
            log_ins_in_a_row: ceiling(100),
            log_ins_per_source: window(300, 15 * MINUTE),
            log_ins_per_device: ceiling(10),
            changes_per_account: rising_waits(),
            sms_calling_codes: None,
            sms_per_number: window(15, DAY),
            sms_per_prefix: window(300, HOUR),
            sms_in_total: window(2_000, HOUR),
            arming_queue: 1_000,
            arming_at_once: 4,
            sending_queue: 10_000,
            notice_queue: 2_000,
            sending_at_once: 8,
            sending_patience: HOUR,
            notice_lifetime: Duration::from_secs(3 * DAY.as_secs()),
            log_ins_in_line: 64,
            port_deadline: Duration::from_secs(10),
            sender_deadline: Duration::from_secs(30),
        }
    }
}

impl Settings {
    /// Whether messages may go to a contact: to an e-mail address always, to a number unless it is a landline or a
    /// premium one, or off the allow-list.
    pub(crate) fn reaches(&self, contact: &Contact) -> bool {
        let Contact::Phone(number) = contact else { return true };
        let allowed = self.sms_calling_codes.as_ref();
        number.line_kind() != LineKind::NotMobile
            && allowed.is_none_or(|codes| codes.contains(&number.calling_code()))
    }

    /// The schedules that end by waiting.
    const fn other_schedules(&self) -> [Schedule; 12] {
        [
            self.requests_per_contact_burst,
            self.requests_per_contact,
            self.requests_per_contact_and_source,
            self.requests_per_source,
            self.codes_per_account,
            self.help_notes_per_account,
            self.log_ins_per_address,
            self.log_ins_per_source,
            self.changes_per_account,
            self.sms_per_number,
            self.sms_per_prefix,
            self.sms_in_total,
        ]
    }

    /// Refuses what contradicts a standard or itself.
    pub(crate) fn check(&self) -> Result<(), SettingsProblem> {
        let problem = if self.code_lifetime > 10 * MINUTE {
            "code_lifetime: a code may live for 10 minutes at most"
        } else if self.code_lifetime <= self.least_life_to_send {
            "least_life_to_send: a code must live longer than the rest of life it is sent with"
        } else if !(1..=10).contains(&self.tries_per_code) {
            "tries_per_code: a code has 1 to 10 tries"
        } else if self.issues_per_handle == 0 {
            "issues_per_handle: a handle is issued at least one code"
        } else if ceiling_limit(&self.log_ins_in_a_row).is_none_or(|limit| limit > 100) {
            "log_ins_in_a_row: this must be a ceiling of at most 100"
        } else if ceiling_limit(&self.log_ins_per_device).is_none() {
            "log_ins_per_device: this must be a ceiling"
        } else if self.other_schedules().iter().any(|schedule| ceiling_limit(schedule).is_some()) {
            "only log_ins_in_a_row and log_ins_per_device may be ceilings: the others end by waiting"
        } else if self.resend_after > self.code_lifetime {
            "resend_after: a code is asked for again while it lives"
        } else if [
            self.arming_queue,
            self.arming_at_once,
            self.sending_queue,
            self.sending_at_once,
            self.notice_queue,
            self.log_ins_in_line,
        ]
        .contains(&0)
        {
            "a queue must have at least one place"
        } else if self.port_deadline.is_zero() || self.sender_deadline.is_zero() {
            "port_deadline, sender_deadline: nothing can be answered in no time"
        } else {
            return Ok(());
        };
        Err(SettingsProblem(problem))
    }
}

const fn ceiling_limit(schedule: &Schedule) -> Option<u32> {
    match schedule.terms() {
        Terms::Ceiling { limit, .. } => Some(limit),
        _ => None,
    }
}

/// The settings contradict a standard or each other. The text names the setting and what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct SettingsProblem(&'static str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sms_are_capped_by_the_day_for_a_number_and_by_the_hour_for_a_prefix_and_in_total() {
        let settings = Settings::default();
        assert_eq!(settings.sms_per_number, window(15, DAY));
        assert_eq!(settings.sms_per_prefix, window(300, HOUR));
        assert_eq!(settings.sms_in_total, window(2_000, HOUR));
    }

    #[test]
    fn the_defaults_fit_together_and_what_contradicts_them_is_refused_by_name() {
        assert_eq!(Settings::default().check(), Ok(()));
        type Change = fn(&mut Settings);
        let cases: [(Change, &str); 9] = [
            (|settings| settings.code_lifetime = 11 * MINUTE, "code_lifetime"),
            (|settings| settings.least_life_to_send = 10 * MINUTE, "least_life_to_send"),
            (|settings| settings.tries_per_code = 11, "tries_per_code"),
            (|settings| settings.tries_per_code = 0, "tries_per_code"),
            (|settings| settings.issues_per_handle = 0, "issues_per_handle"),
            (|settings| settings.resend_after = Duration::MAX, "resend_after"),
            (|settings| settings.log_ins_in_a_row = ceiling(101), "log_ins_in_a_row"),
            (|settings| settings.requests_per_contact = ceiling(3), "ceilings"),
            (|settings| settings.arming_queue = 0, "queue"),
        ];
        for (change, named) in cases {
            let mut settings = Settings::default();
            change(&mut settings);
            let problem = settings.check().unwrap_err().to_string();
            assert!(problem.contains(named), "{problem}");
        }
    }
}
