//! A PostgreSQL from the machine's binaries, with a data folder and a socket of its own.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use super::Missing;

/// The address of a server to use instead: `postgres://user:password@host/database`, of a user who may create
/// databases.
const GIVEN: &str = "VESTIBULE_TEST_POSTGRES";

/// A server, and the databases of its tests.
pub struct PostgresServer {
    url: String,
    own: Option<Own>,
    databases: AtomicU32,
}

/// A server that this process started, and stops.
struct Own {
    folder: TempDir,
    binaries: PathBuf,
    settings: &'static [&'static str],
    postmaster: Mutex<Child>,
}

/// Nothing is to survive a power failure.
const QUICK: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

impl PostgresServer {
    /// The server that is given, or one that is started for this process.
    pub fn start() -> Result<Self, Missing> {
        match std::env::var(GIVEN) {
            Ok(url) => Ok(Self { url, own: None, databases: AtomicU32::new(0) }),
            Err(_) => Self::start_own(QUICK),
        }
    }

    /// One that keeps what it has answered, and may be killed.
    pub fn start_durable() -> Result<Self, Missing> {
        Self::start_own(&[])
    }

    fn start_own(settings: &'static [&'static str]) -> Result<Self, Missing> {
        let binaries = binaries().ok_or_else(|| {
            Missing(format!("no initdb below /usr/lib/postgresql: install PostgreSQL, or set {GIVEN}"))
        })?;
        // Not below CARGO_TARGET_TMPDIR: the path of a socket has at most 107 bytes.
        let folder = tempfile::Builder::new().prefix("vestibule-pg").tempdir_in("/tmp");
        let folder = folder.map_err(|error| Missing(format!("no folder for PostgreSQL: {error}")))?;
        if is_root() {
            let (user, group) =
                postgres_user().ok_or_else(|| Missing("PostgreSQL does not run as root".into()))?;
            chown(folder.path(), Some(user), Some(group))
                .map_err(|error| Missing(format!("the folder cannot be given away: {error}")))?;
        }
        let data = folder.path().join("data");
        let made = as_postgres(&binaries.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg("--pgdata")
            .arg(&data)
            .output()
            .map_err(|error| Missing(format!("initdb does not start: {error}")))?;
        if !made.status.success() {
            return Err(Missing(format!("initdb failed: {}", String::from_utf8_lossy(&made.stderr))));
        }
        // Whoever is called `locked` needs a password.
        let access = "local all locked scram-sha-256\nlocal all all trust\n";
        fs::write(data.join("pg_hba.conf"), access).map_err(|error| Missing(error.to_string()))?;
        let url = format!("postgres://postgres@localhost/postgres?host={}", folder.path().display());
        let postmaster = Mutex::new(spawn(&binaries, folder.path(), settings)?);
        let own = Own { folder, binaries, settings, postmaster };
        own.wait_until_ready()?;
        Ok(Self { url, own: Some(own), databases: AtomicU32::new(0) })
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        let (before, after) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let server = before.rsplit_once('/').map_or(before, |(server, _)| server);
        format!("{server}/{database}?{after}")
    }

    /// The address of the database that is always there.
    pub fn maintenance_url(&self) -> &str {
        &self.url
    }

    /// A name that no database has had.
    pub fn fresh_name(&self) -> String {
        name(self.databases.fetch_add(1, Ordering::Relaxed))
    }

    /// The socket of a server that is this process's own.
    pub fn socket(&self) -> PathBuf {
        let own = self.own.as_ref().expect("only a server of one's own has a known socket");
        own.folder.path().join(".s.PGSQL.5432")
    }

    /// Whether it is this process's own.
    pub fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// Ends it as a power failure would, `kill -9`, with all its processes.
    pub fn kill(&self) {
        let own = self.own.as_ref().expect("only a server of one's own is killed");
        let mut postmaster = own.postmaster.lock().expect("nobody panicked");
        // First those that serve a connection each: without it, they would finish what they are at, and answer.
        let serving = Command::new("pkill").args(["-KILL", "-P", &postmaster.id().to_string()]).status();
        assert!(serving.expect("pkill is here").success(), "it has processes of its own");
        postmaster.kill().expect("it is ours");
        postmaster.wait().expect("it is ours");
    }

    /// Starts it again after [`kill`](Self::kill), on the same data.
    pub fn restart(&self) {
        let own = self.own.as_ref().expect("only a server of one's own is started");
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            // The processes of the one before notice within moments that it is gone, and hold its memory until then.
            let child = spawn(&own.binaries, own.folder.path(), own.settings).expect("it started before");
            *own.postmaster.lock().expect("nobody panicked") = child;
            match own.wait_until_ready() {
                Ok(()) => return,
                Err(Missing(reason)) => assert!(Instant::now() < deadline, "{reason}"),
            }
        }
    }
}

/// The databases of a server that was given are removed again.
impl Drop for PostgresServer {
    fn drop(&mut self) {
        if self.own.is_some() {
            return;
        }
        let names = (0..*self.databases.get_mut()).map(name);
        let drops: Vec<_> =
            names.map(|name| format!("drop database if exists {name} with (force)")).collect();
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let Ok(mut connection) = PgConnection::connect(&self.url).await else { return };
            for drop in drops {
                let _ = sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await;
            }
        });
    }
}

fn name(number: u32) -> String {
    format!("vestibule_test_{}_{number}", std::process::id())
}

impl Own {
    fn wait_until_ready(&self) -> Result<(), Missing> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let ended = self.postmaster.lock().expect("nobody panicked").try_wait();
            if !matches!(ended, Ok(None)) {
                return Err(Missing(format!("PostgreSQL does not start: {ended:?}")));
            }
            let asked = Command::new(self.binaries.join("pg_isready"))
                .args(["--quiet", "--host"])
                .arg(self.folder.path())
                .status();
            if asked.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Missing("PostgreSQL is not ready after 30 s".into()));
            }
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let Ok(postmaster) = self.postmaster.get_mut() else { return };
        // Asked, it ends its own processes first.
        let asked = Command::new("kill").args(["-QUIT", &postmaster.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = postmaster.kill();
        }
        let _ = postmaster.wait();
    }
}

fn spawn(binaries: &Path, folder: &Path, settings: &[&str]) -> Result<Child, Missing> {
    let mut command = as_postgres(&binaries.join("postgres"));
    command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
    for setting in ["listen_addresses=", "max_connections=300", "shared_buffers=64MB"].iter().chain(settings)
    {
        command.args(["-c", setting]);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| Missing(format!("PostgreSQL does not start: {error}")))
}

/// PostgreSQL refuses to run as root. It ends when the thread that started it does, also where a test was killed.
fn as_postgres(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.args(["--pdeathsig", "QUIT"]).arg(program).current_dir("/");
    command
}

fn binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<_> = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn postgres_user() -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.starts_with("postgres:"))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
