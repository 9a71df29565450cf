//! A mail server: aiosmtpd from PyPI, in a virtual environment below the target directory.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::Missing;
use super::authority::Authority;

/// A mail server, and what it took.
pub struct SmtpServer {
    pub authority: Authority,
    /// The ports of its doors: `implicit`, `starttls`, `forgetful` (closes what is idle), `stranger` (a
    /// certificate of another authority), `plain`.
    ports: Value,
    taken: Arc<Mutex<Vec<Value>>>,
    python: Child,
    _certificates: TempDir,
}

const VERSION: &str = "aiosmtpd==1.4.6";

impl SmtpServer {
    pub fn start() -> Result<Self, Missing> {
        let python = environment()?;
        let authority = Authority::new();
        let folder = tempfile::tempdir().map_err(missing)?;
        for (name, signed) in
            [("server", authority.sign("localhost")), ("stranger", Authority::new().sign("localhost"))]
        {
            fs::write(folder.path().join(format!("{name}.pem")), signed.certificate).map_err(missing)?;
            fs::write(folder.path().join(format!("{name}.key")), signed.key).map_err(missing)?;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/smtp_server.py");
        let mut python = Command::new(python)
            .arg(script)
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(missing)?;
        let output = python.stdout.take().ok_or_else(|| Missing("no output of the mail server".into()))?;
        let mut lines = BufReader::new(output).lines();
        let Some(Ok(first)) = lines.next() else {
            return Err(Missing("the mail server does not start".into()));
        };
        let ports = serde_json::from_str(&first).map_err(missing)?;
        let taken = Arc::new(Mutex::new(Vec::new()));
        let shelf = Arc::clone(&taken);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                shelf.lock().expect("nobody panicked").push(serde_json::from_str(&line).expect("JSON"));
            }
        });
        Ok(Self { authority, ports, taken, python, _certificates: folder })
    }

    pub fn port(&self, door: &str) -> u64 {
        self.ports[door].as_u64().expect("there is such a door")
    }

    /// The messages that the server took for an address.
    pub fn taken_for(&self, to: &str) -> Vec<Value> {
        // The line is on its way when the answer is: a moment is enough.
        thread::sleep(Duration::from_millis(50));
        let taken = self.taken.lock().expect("nobody panicked");
        taken.iter().filter(|message| message["to"][0] == to).cloned().collect()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.python.kill();
        let _ = self.python.wait();
    }
}

/// The interpreter of the virtual environment, which is made where there is none.
fn environment() -> Result<PathBuf, Missing> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("smtp-server");
    let python = folder.join("bin/python");
    if !python.exists() {
        // Made beside and moved, so that two test binaries cannot find half of it.
        let unfinished = folder.with_extension(std::process::id().to_string());
        run(Command::new("python3").args(["-m", "venv"]).arg(&unfinished))?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", VERSION];
        run(Command::new(unfinished.join("bin/python")).args(install))?;
        if fs::rename(&unfinished, &folder).is_err() {
            let _ = fs::remove_dir_all(&unfinished);
        }
    }
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), Missing> {
    let output = command.output();
    let output = output.map_err(|error| Missing(format!("no Python to install aiosmtpd with: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Missing(format!("no aiosmtpd: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

fn missing(error: impl std::fmt::Display) -> Missing {
    Missing(error.to_string())
}
