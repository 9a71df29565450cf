//! Reads the library's own source, without comments and without test modules.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The nouns, and what is told apart from them by its own layer.
pub const NOUNS: [&str; 18] = [
    "account", "code", "contact", "device", "error", "event", "hasher", "key", "locale", "message", "origin",
    "password", "profile", "random", "settings", "throttle", "typed", "secrecy",
];

/// The code of every source file by its path below `src`, without comments and without test modules.
pub fn source() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    let mut open = vec![root.clone()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test(&path) {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, code_of(&fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(files.len() > 40, "the source was found");
    files
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
}

fn code_of(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The layer of a file or of a path that is used: its first part below `src`.
pub fn layer(name: &str) -> &str {
    name.split(['/', '.', ':']).next().unwrap()
}

/// What is used from the crate in a piece of code: `crate::a::b` gives `a::b`, and so does each branch of a group.
pub fn used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
        let path = rest[..end].trim_end_matches(':');
        // `use $crate as x` and a brace group have no first part here.
        if !path.is_empty() {
            used.insert(path.to_owned());
        }
    }
    used
}
