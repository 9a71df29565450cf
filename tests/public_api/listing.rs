//! Lists the public face as it is now.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Set where this program stands in for rustdoc.
const STAND_IN: &str = "VESTIBULE_STANDS_IN_FOR";

pub(crate) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/public_api/listed.txt")
}

/// Where cargo takes this program for rustdoc: runs the true one, which may write JSON on a stable compiler then. Cargo
/// itself, and what it builds, must not see that: every dependency would be built anew.
pub(crate) fn as_rustdoc() -> Option<ExitCode> {
    let rustdoc = std::env::var_os(STAND_IN)?;
    let status = Command::new(rustdoc).args(std::env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1").status();
    let succeeded = status.is_ok_and(|status| status.success());
    Some(if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One line for each public item, of every feature together; why there is none, where rustdoc does not write what is read
/// here.
pub(crate) fn now() -> Result<Vec<String>, String> {
    let json = written_by_rustdoc()?;
    let builder = public_api::Builder::from_rustdoc_json(&json).sorted(true);
    let face = builder.omit_blanket_impls(true).omit_auto_trait_impls(true).build();
    let face =
        face.map_err(|error| format!("this compiler's rustdoc writes JSON that is not read here: {error}"))?;
    let mut seen = BTreeSet::new();
    let lines = face.items().map(ToString::to_string).filter(|line| !is_implied(line));
    Ok(lines.filter(|line| seen.insert(line.clone())).collect())
}

/// Whether a line says only what the line of its `impl` says. An item that can be reached in two ways is listed once for
/// each, with the same methods.
fn is_implied(line: &str) -> bool {
    const METHODS: [&str; 8] =
        ["clone", "fmt", "eq", "hash", "cmp", "partial_cmp", "serialize", "deserialize"];
    let name = line.split(['(', '<']).next().unwrap_or_default().rsplit("::").next().unwrap_or_default();
    line.contains("fn ") && METHODS.contains(&name) || line.contains("::StructuralPartialEq ")
}

fn written_by_rustdoc() -> Result<PathBuf, String> {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("public_api");
    let rustdoc = std::env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["rustdoc", "--locked", "--offline", "--lib", "--all-features", "--target-dir"])
        .arg(&own)
        .args(["--", "-Zunstable-options", "--output-format=json"])
        // Where this test was built the dependencies are checked already, if documentation was built. What rustdoc writes
        // goes elsewhere: documentation that was built stays.
        .env("CARGO_BUILD_BUILD_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .env("RUSTDOC", std::env::current_exe().unwrap())
        .env(STAND_IN, rustdoc)
        .env_remove("RUSTDOCFLAGS")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    if !output.status.success() {
        return Err(format!("rustdoc wrote no JSON:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(own.join("doc/vestibule.json"))
}
