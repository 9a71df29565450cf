//! Reads the source, and holds it to the architecture that `src/guide/architecture.md` describes.
//!
//! That every clause of a contract names a test, and the reverse, is held by `contract_suite.rs`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

#[path = "source/mod.rs"]
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use self::source::{NOUNS, layer, source, used};

#[test]
fn each_layer_uses_only_what_lies_below_it() {
    for (file, code) in source() {
        let own = layer(&file);
        for path in used(&code) {
            let other = layer(&path);
            let allowed = other == own
                || NOUNS.contains(&other)
                || match own {
                    "lib" => true,
                    "ports" => false,
                    // The words that ship are an implementation of a port.
                    "texts" => other == "ports",
                    // Its macros stand at the root of the crate.
                    "contract" => other == "ports" || other.starts_with("__contract"),
                    // For the contract suite, the directories say how they are managed.
                    "adapters" => matches!(other, "ports" | "contract"),
                    "context" => other == "ports",
                    "limits" => matches!(other, "ports" | "context"),
                    "delivery" => matches!(other, "ports" | "context" | "limits"),
                    "service" => {
                        matches!(other, "ports" | "context" | "limits" | "delivery")
                            // The builder alone knows which adapters are the default.
                            || file == "service/builder.rs" && matches!(other, "adapters" | "texts")
                    }
                    noun => !NOUNS.contains(&noun),
                };
            assert!(allowed, "{file} uses crate::{path}");
        }
    }
}

#[test]
fn nouns_know_neither_ports_nor_adapters_nor_flows() {
    for (file, code) in source() {
        if NOUNS.contains(&layer(&file)) {
            for path in used(&code) {
                assert!(NOUNS.contains(&layer(&path)), "{file} uses crate::{path}");
            }
        }
    }
}

#[test]
fn flows_do_not_call_flows() {
    const FLOWS: [&str; 4] = ["activation", "recovery", "login", "password_change"];
    for (file, code) in source() {
        let Some(flow) = file.strip_prefix("service/").and_then(|file| file.strip_suffix(".rs")) else {
            continue;
        };
        if !FLOWS.contains(&flow) {
            continue;
        }
        for path in used(&code) {
            let other = path.strip_prefix("service::").map_or("", layer);
            // What the operator is told about a refused password is the same at a log-in and at a change.
            let shared = path == "service::password_change::refusal";
            assert!(!FLOWS.contains(&other) || other == flow || shared, "{file} uses crate::{path}");
        }
    }
}

#[test]
fn adapters_do_not_use_each_other() {
    for (file, code) in source() {
        let Some(adapter) = file.strip_prefix("adapters/").map(layer) else { continue };
        if adapter == "mod" {
            continue;
        }
        for path in used(&code) {
            let other = path.strip_prefix("adapters::").map_or(adapter, layer);
            assert_eq!(other, adapter, "{file} uses crate::{path}");
        }
        assert!(!code.contains("super::super::super::"), "{file} climbs");
    }
}

#[test]
fn some_names_are_for_some_files_only() {
    let only: [(&str, &[&str]); 8] = [
        ("argon2::", &["hasher/"]),
        ("bcrypt::", &["hasher/"]),
        ("SysRng", &["random.rs"]),
        ("now_utc", &["ports/clock.rs"]),
        ("Instant::now", &["hasher/calibration.rs"]),
        ("env::var", &[]),
        ("sqlx", &["adapters/sqlite", "adapters/postgres"]),
        ("::tokio::", &["adapters/", "contract/", "service/builder.rs"]),
    ];
    for (file, code) in source() {
        for (name, homes) in only {
            let at_home = homes.iter().any(|home| file.starts_with(home));
            assert!(at_home || !code.contains(name), "{file} names {name}");
        }
    }
}

#[test]
fn secrets_are_exposed_in_few_places() {
    // The senders hand their own log-in to the other side.
    const DOORS: [&str; 6] =
        ["hasher/", "password.rs", "password/", "message.rs", "adapters/smtp/", "adapters/sms_gateway/"];
    for (file, code) in source() {
        let door = DOORS.iter().any(|door| file.starts_with(door));
        assert!(door || !code.contains("expose_secret"), "{file} exposes a secret");
    }
}

#[test]
fn a_password_is_written_in_one_place() {
    let writers: Vec<_> = source()
        .into_iter()
        .filter(|(file, code)| !file.starts_with("adapters/") && code.contains(".replace_credential("))
        .map(|(file, _)| file)
        .filter(|file| !file.starts_with("contract/") && !file.starts_with("ports/"))
        .collect();
    assert_eq!(writers, ["service/password_change.rs"]);
}

#[test]
fn every_setting_is_in_the_chapter_on_defaults() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let settings = fs::read_to_string(root.join("settings.rs")).unwrap();
    let chapter = fs::read_to_string(root.join("guide/defaults.md")).unwrap();
    let body = settings.split("pub struct Settings {").nth(1).unwrap().split("\n}").next().unwrap();
    let fields: Vec<_> = body
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub "))
        .map(|line| line.split(':').next().unwrap())
        .collect();
    assert!(fields.len() > 25);
    for field in fields {
        assert!(
            chapter.contains(&format!("`{field}`")),
            "guide/defaults.md does not say why {field} is what it is"
        );
    }
}

#[test]
fn every_event_is_in_the_chapter_on_operating_or_is_the_ordinary_course_of_things() {
    const ORDINARY: [&str; 6] =
        ["code_requested", "code_reissued", "code_armed", "logged_in", "message_sent", "hash_renewed"];
    let source = source();
    let code = source.values().find(|code| code.contains("pub enum EventKind")).unwrap();
    let names = code.split("fn name(").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let names: BTreeSet<_> = names.split('"').skip(1).step_by(2).collect();
    assert!(names.len() > 20, "the names were found");

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide/operating.md");
    let chapter = fs::read_to_string(root).unwrap();
    let table = chapter.split("\n## Events\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let first_cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let named: BTreeSet<_> =
        first_cells.flat_map(|cell| cell.split(['`', ',', ' '])).filter(|name| !name.is_empty()).collect();
    assert_eq!(&named - &names, BTreeSet::new(), "the chapter names events that there are not");
    assert_eq!(&names - &named, ORDINARY.into(), "the chapter does not say what to do about these");
}

#[test]
fn what_is_serialised_is_what_the_chapter_on_other_crates_lists() {
    let mut serialised = BTreeSet::new();
    for (file, code) in source() {
        // The content of a message in the stored queue, before it is sealed: private, and never written as it is.
        if file.starts_with("guide/") || file == "delivery/sending/sealed.rs" {
            continue;
        }
        let derived = code.match_indices("Serialize").filter_map(|(at, _)| {
            let item = code[at..].split_once(")]")?.1;
            code[..at].rfind("#[derive(").filter(|start| !code[*start..at].contains(']'))?;
            let item = item.lines().find(|line| line.contains("struct ") || line.contains("enum "))?;
            item.split(['<', '(', '{', ' ', ';'])
                .filter(|word| !word.is_empty())
                .skip_while(|word| word.starts_with("pub"))
                .nth(1)
        });
        serialised.extend(derived.map(str::to_owned));
        let written =
            code.split("Serialize for ").skip(1).map(|rest| rest.split(' ').next().unwrap().to_owned());
        serialised.extend(written);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide/ecosystem.md");
    let chapter = fs::read_to_string(root).unwrap();
    let table = chapter.split("\n## serde\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let cells =
        table.lines().filter(|line| line.starts_with("| ")).filter_map(|line| line.split(" | ").nth(1));
    let listed: BTreeSet<_> =
        cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect();
    assert!(listed.len() > 20, "the table was found");
    assert_eq!(serialised, listed);
}
