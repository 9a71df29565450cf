//! A Redis (or Valkey) from the machine's binaries, with a folder and a socket of its own.

use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::Missing;

/// The address of a server to use instead, such as `redis://localhost/`. What the tests write begins with `test:`.
const GIVEN: &str = "VESTIBULE_TEST_REDIS";

/// A server, and the prefixes of its tests.
pub struct RedisServer {
    url: String,
    own: Option<Own>,
    prefixes: AtomicU32,
}

/// A server that this process started, and stops.
struct Own {
    folder: TempDir,
    program: &'static str,
    settings: Vec<String>,
    process: Mutex<Child>,
}

impl RedisServer {
    /// The server that is given, or one that is started for this process.
    pub fn start() -> Result<Self, Missing> {
        match std::env::var(GIVEN) {
            Ok(url) => Ok(Self { url, own: None, prefixes: AtomicU32::new(0) }),
            Err(_) => Self::start_own(&["--save", "", "--appendonly", "no"]),
        }
    }

    /// One with settings of its own, which may be killed. It ends with the thread that started it.
    pub fn start_own(settings: &[&str]) -> Result<Self, Missing> {
        let program = ["redis-server", "valkey-server"]
            .into_iter()
            .find(|program| Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok());
        let program = program.ok_or_else(|| {
            Missing(format!("neither redis-server nor valkey-server: install one, or set {GIVEN}"))
        })?;
        // Not below CARGO_TARGET_TMPDIR: the path of a socket has at most 107 bytes.
        let folder = tempfile::Builder::new().prefix("vestibule-redis").tempdir_in("/tmp");
        let folder = folder.map_err(|error| Missing(format!("no folder for Redis: {error}")))?;
        let settings: Vec<_> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let url = format!("redis+unix://{}/socket", folder.path().display());
        let process = Mutex::new(spawn(program, &folder, &settings)?);
        let own = Own { folder, program, settings, process };
        own.wait_until_ready()?;
        Ok(Self { url, own: Some(own), prefixes: AtomicU32::new(0) })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A prefix that no key has had.
    pub fn fresh_prefix(&self) -> String {
        let number = self.prefixes.fetch_add(1, Ordering::Relaxed);
        format!("test:{}:{number}:", std::process::id())
    }

    /// Ends it as a power failure would, `kill -9`.
    pub fn kill(&self) {
        let mut process = self.process();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Starts it again after [`kill`](Self::kill), on the same folder.
    pub fn restart(&self) {
        let own = self.own.as_ref().unwrap();
        *self.process() = spawn(own.program, &own.folder, &own.settings).unwrap();
        own.wait_until_ready().unwrap();
    }

    /// Stops or continues it: it then holds its connections, and does not answer.
    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.process().id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()));
    }

    fn process(&self) -> std::sync::MutexGuard<'_, Child> {
        let own = self.own.as_ref().unwrap();
        own.process.lock().unwrap()
    }
}

impl Own {
    fn wait_until_ready(&self) -> Result<(), Missing> {
        let deadline = Instant::now() + Duration::from_secs(20);
        let socket = self.folder.path().join("socket");
        loop {
            let ended = self.process.lock().unwrap().try_wait();
            if !matches!(ended, Ok(None)) {
                return Err(Missing(format!("{} does not start: {ended:?}", self.program)));
            }
            if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Missing("Redis is not ready after 20 s".into()));
            }
            sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Ok(process) = self.process.get_mut() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn spawn(program: &str, folder: &TempDir, settings: &[String]) -> Result<Child, Missing> {
    // It ends when the thread that started it does, also where a test was killed.
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", program, "--port", "0"])
        .arg("--unixsocket")
        .arg(folder.path().join("socket"))
        .arg("--dir")
        .arg(folder.path())
        .args(settings)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| Missing(format!("{program} does not start: {error}")))
}
