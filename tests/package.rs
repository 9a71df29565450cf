//! What is published: the library, its small examples and its papers, and nothing that only tests need.

#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// What `cargo package` does with these arguments, without a network.
fn package(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["package", "--allow-dirty", "--offline", "--target-dir"]).arg(elsewhere()).args(arguments);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Not the directory that is being built in, which is locked.
fn elsewhere() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("package")
}

#[test]
fn nothing_travels_that_only_tests_need() {
    const TOP: [&str; 8] = [
        ".cargo_vcs_info.json",
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "Cargo.toml.orig",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
    ];
    let list = package(&["--list"]);
    for file in list.lines().map(|line| line.replace('\\', "/")) {
        let expected = match file.split_once('/') {
            None => TOP.contains(&&*file),
            Some(("src", rest)) => {
                matches!(
                    Path::new(rest).extension().and_then(|name| name.to_str()),
                    Some("rs" | "md" | "svg" | "sql" | "lua" | "txt")
                )
            }
            Some(("examples", rest)) => rest.ends_with(".rs") && !rest.contains('/'),
            Some(_) => false,
        };
        assert!(expected, "{file} would be published");
    }
    for needed in
        ["src/lib.rs", "src/password/common.txt", "src/password/LICENSES.md", "src/guide/pictures/layers.svg"]
    {
        assert!(list.lines().any(|line| line.replace('\\', "/") == needed), "{needed} would be missing");
    }
}

#[test]
fn the_package_is_under_500_kib() {
    package(&["--no-verify"]);
    let name = format!("package/vestibule-{}.crate", env!("CARGO_PKG_VERSION"));
    let size = std::fs::metadata(elsewhere().join(name)).unwrap().len();
    assert!(size < 500 * 1024, "{size} bytes");
}
