//! The program of the README, as it stands there: an account is activated over HTTP.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use vestibule::adapters::outbox::JsonLinesOutbox;

/// The example program, which cargo builds with the tests.
fn executable() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.ancestors().nth(2).unwrap().join("examples/axum");
    let built = built.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(built.exists(), "build it first: cargo build --example axum");
    built
}

/// The program, ended when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks again for as long as it takes, a minute at most.
async fn come<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(come) = look().await {
            return come;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what} did not come");
}

#[tokio::test]
async fn the_program_of_the_readme_activates_an_account() {
    let folder = tempfile::tempdir().unwrap();
    // A port that nobody has now.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for start in ["the first start", "a start on what is there"] {
        let mut program = Command::new(executable());
        program.arg(address.to_string()).current_dir(folder.path()).stdout(Stdio::null());
        let _running = Running(program.spawn().unwrap());
        let client = Client::new();
        let ask = async || {
            let asked = client.post(format!("http://{address}/ask")).body("kari@example.com");
            asked.send().await.ok()?.text().await.ok()
        };
        let handle = come(start, ask).await;
        if start != "the first start" {
            return;
        }
        let outbox = folder.path().join("outbox.jsonl");
        let code = async || JsonLinesOutbox::read_lines(&outbox).ok()?.pop()?.code.clone();
        let code = come("a code", code).await;
        let activate = async |password: &str| {
            let typed = serde_json::to_string(&[&handle, code.as_str(), password]).unwrap();
            let posted = client.post(format!("http://{address}/activate")).body(typed);
            posted.header("content-type", "application/json").send().await.unwrap().status()
        };
        assert_eq!(activate("short").await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(activate("a password of fifteen characters").await, StatusCode::OK);
        assert_eq!(activate("a password of fifteen characters").await, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[test]
fn the_readme_shows_the_program_that_is_tested_and_it_is_under_40_lines_beside_its_imports() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let program = std::fs::read_to_string(root.join("examples/axum.rs")).unwrap();
    let (_, program) = program.split_once("\n\n").unwrap();
    assert!(readme.contains(program), "the program in README.md is not examples/axum.rs");
    let lines = program.lines().filter(|line| !line.is_empty() && !line.starts_with("use "));
    assert!(lines.count() < 40);
}
