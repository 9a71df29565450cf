//! Codes, passwords and keys are where they belong and nowhere else.

use std::fs;

use crate::program::{ANOTHER, Folder, PASSWORD};

/// Whether the bytes hold the text.
fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

pub fn nothing_secret_is_printed_or_stored() {
    let folder = Folder::new();
    let mut printed = String::new();
    let mut note = |outcome: crate::program::Outcome| printed += &format!("{}{}", outcome.out, outcome.err);
    note(folder.run(&["register", "--email", "ola@example.com", "--phone", "41234567"]));
    let mut codes = Vec::new();
    for (command, password) in [("activate", PASSWORD), ("recover", ANOTHER)] {
        note(folder.redeem(command, "--email", "ola@example.com", password));
        codes.push(folder.last_code_to("ola@example.com").unwrap());
    }
    note(folder.typing(&["login", "--email", "ola@example.com"], &[PASSWORD]));
    note(folder.typing(&["passwd", "--email", "ola@example.com"], &[ANOTHER, PASSWORD, PASSWORD]));
    note(folder.redeem("recover", "--phone", "+4741234567", "kort"));
    codes.push(folder.last_code_to("+4741234567").unwrap());
    note(folder.run(&["list"]));
    note(folder.run(&["events"]));
    note(folder.run(&["--help"]));

    let keys = fs::read_to_string(folder.path("members.db.key")).unwrap();
    let mut secrets: Vec<Vec<u8>> = [PASSWORD, ANOTHER].map(|password| password.as_bytes().to_vec()).into();
    secrets.extend(codes.iter().map(|code| code.as_bytes().to_vec()));
    for key in keys.lines() {
        let bytes = (0..32).map(|at| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).unwrap());
        secrets.extend([key.as_bytes().to_vec(), bytes.collect()]);
    }
    assert_eq!(secrets.len(), 2 + 3 + 4);

    assert!(printed.contains("password_set"));
    for secret in &secrets {
        assert!(!holds(printed.as_bytes(), secret), "{printed}");
    }
    for (path, bytes) in folder.files() {
        let name = path.file_name().unwrap().to_str().unwrap();
        for secret in &secrets {
            let belongs = match name {
                "members.db.key" => keys.contains(&*String::from_utf8_lossy(secret)),
                "members.db.outbox.jsonl" => codes.iter().any(|code| code.as_bytes() == secret),
                _ => false,
            };
            assert!(belongs || !holds(&bytes, secret), "{name} holds {}", String::from_utf8_lossy(secret));
        }
    }
}

pub fn every_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    folder.active("ola@example.com");
    // While it runs, SQLite has two more.
    let mut running = folder.start(&["login", "--email", "ola@example.com"]);
    for (path, _) in folder.files() {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
    running.type_lines(&[PASSWORD]);
    running.end().done();
}
