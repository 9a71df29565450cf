//! Reads the chapter on standards, the chapter on defaults and the list of attacks, and holds them to the code: every
//! proof that they name is there, and every default that they state is the one in force.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use vestibule::Settings;
use vestibule::hasher::Argon2Cost;
use vestibule::password::PasswordPolicy;
use vestibule::throttle::{Schedule, Terms};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut open = vec![root().join("src"), root().join("tests")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((path, text));
        }
    }
    files
}

/// The name that a line declares a function by.
fn function(line: &str) -> Option<&str> {
    let line =
        line.trim().trim_start_matches("pub(crate) ").trim_start_matches("pub ").trim_start_matches("async ");
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

/// Every test there is, by the name of its function: those with an attribute, those that a list in a macro names, and
/// the clauses of the contract suite.
fn tests() -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for (path, text) in sources() {
        let mut is_test = false;
        let mut in_list = false;
        let is_clause = path.starts_with(root().join("src/contract"));
        // With another harness than the usual one, tests are functions that a list in the same program names.
        let by_list =
            ["postgres", "redis", "smtp"].iter().any(|own| path.starts_with(root().join("tests").join(own)));
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.starts_with("#[") {
                is_test |= trimmed.contains("test]") || trimmed.contains("test(");
            } else if let Some(name) = function(line) {
                let is_listed = by_list && trimmed.contains("async fn") && name.matches('_').count() > 3;
                if is_test || is_listed || (is_clause && trimmed.starts_with("pub async fn")) {
                    tests.insert(name.to_owned());
                }
                is_test = false;
            } else if trimmed.starts_with("trials!(") {
                in_list = true;
            } else if trimmed.starts_with(')') {
                in_list = false;
            } else if in_list {
                tests.extend(trimmed.split(',').map(|name| name.trim().to_owned()));
            }
        }
    }
    assert!(tests.len() > 400, "the tests were found: {}", tests.len());
    tests
}

/// What stands between backticks.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn cells(line: &str) -> Vec<&str> {
    line.trim().trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn every_row_of_the_chapter_on_standards_is_shown_by_a_test_that_exists_or_is_somebodys_duty() {
    let chapter = fs::read_to_string(root().join("src/guide/conformance.md")).unwrap();
    let tests = tests();
    let mut rows = 0;
    let is_row = |line: &&str| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit();
    for line in chapter.lines().filter(is_row) {
        let cells = cells(line);
        let [row, _, _, _, shown] = cells[..] else { panic!("five columns: {line}") };
        let mut shown_by = 0;
        let (proofs, said) = match SAID.iter().filter_map(|word| shown.find(word)).min() {
            Some(at) => (&shown[..at], true),
            None => (shown, false),
        };
        for proof in named(proofs) {
            let exists = tests.contains(proof) || (proof.contains('/') && root().join(proof).exists());
            assert!(exists, "{row}: there is no {proof}");
            shown_by += 1;
        }
        assert!(shown_by > 0 || said, "{row} is shown by nothing: {shown}");
        rows += 1;
    }
    assert!(rows > 90, "the rows were found: {rows}");
    for row in V6 {
        assert!(chapter.contains(&format!("\n| {row} |")), "the chapter leaves out {row}");
    }
}

/// What a row says that no test shows, or not alone.
const SAID: [&str; 3] = ["duty: ", "not met: ", "none needed: "];

/// Every requirement of ASVS 5.0, chapter V6.
const V6: [&str; 47] = [
    "6.1.1", "6.1.2", "6.1.3", "6.2.1", "6.2.2", "6.2.3", "6.2.4", "6.2.5", "6.2.6", "6.2.7", "6.2.8",
    "6.2.9", "6.2.10", "6.2.11", "6.2.12", "6.3.1", "6.3.2", "6.3.3", "6.3.4", "6.3.5", "6.3.6", "6.3.7",
    "6.3.8", "6.4.1", "6.4.2", "6.4.3", "6.4.4", "6.4.5", "6.4.6", "6.5.1", "6.5.2", "6.5.3", "6.5.4",
    "6.5.5", "6.5.6", "6.5.7", "6.5.8", "6.6.1", "6.6.2", "6.6.3", "6.6.4", "6.7.1", "6.7.2", "6.8.1",
    "6.8.2", "6.8.3", "6.8.4",
];

#[test]
fn every_row_of_the_list_of_attacks_names_a_test_that_exists() {
    let list = fs::read_to_string(root().join("tests/attacks/main.rs")).unwrap();
    let tests = tests();
    let mut seen = String::new();
    for line in list.lines().filter_map(|line| line.strip_prefix("//! | ")) {
        let cells = cells(line);
        if cells[0] == "row" || cells[0].starts_with("--") {
            continue;
        }
        let [rows, _, proven] = cells[..] else { panic!("three columns: {line}") };
        seen += &format!(" {rows},");
        assert!(!proven.is_empty(), "{rows} is proven by nothing");
        for proof in named(proven) {
            let name = proof.rsplit("::").next().unwrap();
            let is_test =
                name.contains('_') && proof.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':');
            let exists = match name.strip_suffix(".rs") {
                Some(_) => {
                    root().join("tests").join(proof).exists()
                        || root().join("tests/compile_fail").join(proof).exists()
                }
                None => !is_test || tests.contains(name),
            };
            assert!(exists, "{rows}: there is no {proof}");
        }
    }
    for (letter, last) in [('A', 9), ('B', 10), ('C', 11), ('D', 6), ('E', 7), ('F', 9)] {
        for number in 1..=last {
            assert!(seen.contains(&format!(" {letter}{number},")), "the list leaves out {letter}{number}");
        }
    }
}

/// A number as the chapter writes it: 1,000.
fn count(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().ok().unwrap().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn time(duration: Duration) -> String {
    match duration.as_secs() {
        86_400 => "a day".into(),
        3_600 => "1 hour".into(),
        seconds if seconds % 86_400 == 0 => format!("{} days", seconds / 86_400),
        seconds if seconds % 60 == 0 && seconds > 60 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

fn milliseconds(milliseconds: i64) -> Duration {
    Duration::from_millis(milliseconds.unsigned_abs())
}

/// What the chapter must say of a schedule.
fn words(schedule: Schedule) -> Vec<String> {
    match schedule.terms() {
        Terms::Window { limit, period, .. } => {
            let period = match period {
                3_600_000 => "an hour".into(),
                period => time(milliseconds(period)),
            };
            vec![count(limit), period]
        }
        Terms::BackOff { free, first, longest, forget_after } => vec![
            format!("{free} free"),
            time(milliseconds(first)),
            "doubling to 1 h".into(),
            format!("forgotten after {}", time(milliseconds(forget_after))),
        ]
        .into_iter()
        .inspect(|_| assert_eq!(longest, 3_600_000))
        .collect(),
        Terms::Ceiling { limit, .. } => vec![count(limit)],
    }
}

#[test]
fn the_chapter_on_defaults_states_the_defaults_in_force() {
    let chapter = fs::read_to_string(root().join("src/guide/defaults.md")).unwrap();
    let s = Settings::default();
    assert_eq!(s.changes_per_account, s.log_ins_per_address);
    assert!(s.sms_calling_codes.is_none());
    let digits = |format: vestibule::code::CodeFormat| vec![format!("{} digits", format.length())];
    let cost = Argon2Cost::default();
    let stated: Vec<(&str, Vec<String>)> = vec![
        ("code_format", digits(s.code_format)),
        ("code_format_under_attack", digits(s.code_format_under_attack)),
        ("wrong_codes_that_mean_attack", vec![count(s.wrong_codes_that_mean_attack)]),
        ("code_lifetime", vec![time(s.code_lifetime)]),
        ("tries_per_code", vec![count(s.tries_per_code)]),
        ("issues_per_handle", vec![count(s.issues_per_handle)]),
        ("resend_after", vec![time(s.resend_after)]),
        ("least_life_to_send", vec![time(s.least_life_to_send)]),
        ("requests_per_contact_burst", words(s.requests_per_contact_burst)),
        ("requests_per_contact", words(s.requests_per_contact)),
        ("requests_per_contact_and_source", words(s.requests_per_contact_and_source)),
        ("requests_per_source", words(s.requests_per_source)),
        ("codes_per_account", words(s.codes_per_account)),
        ("help_notes_per_account", words(s.help_notes_per_account)),
        ("log_ins_per_address", words(s.log_ins_per_address)),
        ("log_ins_in_a_row", words(s.log_ins_in_a_row)),
        ("log_ins_per_source", words(s.log_ins_per_source)),
        ("log_ins_per_device", words(s.log_ins_per_device)),
        ("changes_per_account", vec!["as `log_ins_per_address`".into()]),
        ("log_ins_in_line", vec![count(s.log_ins_in_line as u64)]),
        ("sms_calling_codes", vec!["every one".into()]),
        ("sms_per_number", words(s.sms_per_number)),
        ("sms_per_prefix", words(s.sms_per_prefix)),
        ("sms_in_total", words(s.sms_in_total)),
        ("arming_queue", vec![count(s.arming_queue as u64)]),
        ("arming_at_once", vec![count(s.arming_at_once as u64)]),
        ("sending_queue", vec![count(s.sending_queue as u64)]),
        ("notice_queue", vec![count(s.notice_queue as u64)]),
        ("sending_at_once", vec![count(s.sending_at_once as u64)]),
        ("sending_patience", vec![time(s.sending_patience)]),
        ("notice_lifetime", vec![time(s.notice_lifetime)]),
        ("port_deadline", vec![time(s.port_deadline)]),
        ("sender_deadline", vec![time(s.sender_deadline)]),
        (
            "cost",
            vec![
                format!("{} KiB", count(cost.memory_kib())),
                format!("{} passes", cost.passes()),
                format!("{} lane", cost.lanes()),
            ],
        ),
    ];
    for (name, said) in &stated {
        let row = chapter.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("the chapter has no row for {name}"));
        let default = cells(row)[1];
        for words in said {
            let at =
                default.find(words.as_str()).unwrap_or_else(|| panic!("{name} is {words}, not: {default}"));
            let before = default[..at].chars().next_back();
            assert!(
                before.is_none_or(|c| !c.is_ascii_digit() && c != ','),
                "{name} is {words}, not: {default}"
            );
        }
    }
    // A setting that is added is stated too.
    let code = fs::read_to_string(root().join("src/settings.rs")).unwrap();
    let body = code.split("pub struct Settings {").nth(1).unwrap().split("\n}").next().unwrap();
    for field in body.lines().filter_map(|line| line.trim().strip_prefix("pub ")) {
        let field = field.split(':').next().unwrap();
        assert!(stated.iter().any(|(name, _)| *name == field), "hold {field} to the chapter here");
    }
    let passwords = format!(
        "{} to {} code points after NFC; {} where",
        PasswordPolicy::SINGLE_FACTOR_MINIMUM,
        PasswordPolicy::DEFAULT_MAXIMUM,
        PasswordPolicy::SECOND_FACTOR_MINIMUM
    );
    assert!(chapter.contains(&passwords), "{passwords}");
}
