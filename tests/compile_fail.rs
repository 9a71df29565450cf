//! What must not compile.
//!
//! What a type must not be able to do is asserted while this file is compiled. Programs that must be refused are in
//! `compile_fail/`: each names the error that it must meet, and is put to the compiler beside the library that this
//! test was built with, which takes a second where building all dependencies anew would take minutes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use vestibule::hasher::Pepper;
use vestibule::message::{Message, MessageText, Notice};
use vestibule::{Code, CodeHandle, DeviceToken, KeyRing, NewPassword, Origin, PasswordHash, ServiceKey};

/// Does not compile where a type has a trait: two implementations would then fit, and neither is chosen.
macro_rules! assert_not {
    ($trait:path: $($type:ty),+) => {
        $(const _: fn() = || {
            trait Chosen<Which> {
                fn chosen() {}
            }
            impl<T: ?Sized> Chosen<()> for T {}
            #[allow(dead_code, reason = "it only tells one implementation from the other")]
            struct Other;
            impl<T: ?Sized + $trait> Chosen<Other> for T {}
            let _ = <$type as Chosen<_>>::chosen;
        };)+
    };
}

assert_not!(Display: Code, CodeHandle, DeviceToken, NewPassword, PasswordHash, ServiceKey, KeyRing, Pepper);
assert_not!(Display: Message, MessageText, Notice);
assert_not!(Serialize: Code, CodeHandle, DeviceToken, NewPassword, PasswordHash, ServiceKey, KeyRing, Pepper);
assert_not!(Serialize: Message, MessageText, Notice, Origin, vestibule::Login, vestibule::Redeemed);
assert_not!(Serialize: vestibule::CodeRequest, vestibule::Account);
assert_not!(PartialEq: Code, CodeHandle, DeviceToken, NewPassword, PasswordHash, ServiceKey, KeyRing, Pepper);
assert_not!(PartialEq: Message, MessageText, Notice, vestibule::code::CodeMac);
assert_not!(AsRef<str>: Code, CodeHandle, DeviceToken, NewPassword, PasswordHash, ServiceKey);
assert_not!(Into<String>: Code, CodeHandle, DeviceToken, NewPassword, PasswordHash, ServiceKey);
assert_not!(Clone: NewPassword, ServiceKey);
assert_not!(Default: Origin, ServiceKey, KeyRing, CodeHandle, PasswordHash);

#[test]
fn programs_that_must_be_refused_are_refused_for_the_right_reason() {
    let library = library();
    let control = compile("fn main() { let _ = vestibule::Origin::without_address(); }", &library);
    assert!(control.is_empty(), "the compiler and the library go together:\n{control}");
    let mut programs = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let program = std::fs::read_to_string(&path).unwrap();
        let expected = program.lines().find_map(|line| line.strip_prefix("//~ ")).expect("an expected error");
        let (code, about) = expected.split_once(' ').unwrap();
        let errors = compile(&program, &library);
        let first = errors.lines().find(|line| line.starts_with("error")).unwrap_or_default();
        let is_expected = first.contains(code) && first.contains(about);
        assert!(is_expected, "{}: not {expected}, but:\n{errors}", path.display());
        assert_eq!(errors.matches("error[").count(), 1, "{}:\n{errors}", path.display());
        programs += 1;
    }
    assert_eq!(programs, 14);
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail")
}

/// The library beside this test, as it was built last.
fn library() -> PathBuf {
    let built =
        std::fs::read_dir(dependencies()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("libvestibule-") && name.ends_with(".rlib")
        });
    built.max_by_key(|path| path.metadata().unwrap().modified().unwrap()).expect("a library beside this test")
}

fn dependencies() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// What the compiler says to a program: nothing, when it compiles.
fn compile(program: &str, library: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("program.rs");
    std::fs::write(&source, program).unwrap();
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition=2024", "--emit=metadata", "--color=never", "--out-dir"])
        .arg(folder.path())
        .arg(format!("--extern=vestibule={}", library.display()))
        .arg(format!("-Ldependency={}", dependencies().display()))
        .arg(&source)
        .output()
        .unwrap();
    if output.status.success() {
        return String::new();
    }
    String::from_utf8_lossy(&output.stderr).into_owned()
}
