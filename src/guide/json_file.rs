use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use vestibule::BackendError;
use vestibule::error::BackendErrorKind;

/// Rows by their key: in a file, and in memory as the file has them.
pub struct JsonFile<Row> {
    path: PathBuf,
    rows: Mutex<BTreeMap<String, Row>>,
    /// Held for as long as the store lives: no other process writes the file.
    _lock: File,
}

impl<Row: Clone + PartialEq + Serialize + DeserializeOwned> JsonFile<Row> {
    /// Reads the file, which need not exist yet, and keeps others away from it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, BackendError> {
        let path = path.into();
        let lock = File::create(path.with_extension("lock")).map_err(unavailable)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => BackendError::new(
                BackendErrorKind::Busy,
                "another process has the JSON file open: one at a time may",
            ),
            TryLockError::Error(error) => unavailable(error),
        })?;
        let rows = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|_| corrupt())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(unavailable(error)),
        };
        Ok(Self { path, rows: Mutex::new(rows), _lock: lock })
    }

    /// Lets `change` at the rows. What it did holds once the file has it; where either fails, nothing was done.
    pub fn change<T>(
        &self,
        change: impl FnOnce(&mut BTreeMap<String, Row>) -> Result<T, BackendError>,
    ) -> Result<T, BackendError> {
        // One lock from reading to writing: between the two, nobody else may decide.
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = rows.clone();
        let answer = change(&mut changed)?;
        if changed != *rows {
            self.write(&changed).map_err(unavailable)?;
            *rows = changed;
        }
        Ok(answer)
    }

    /// Writes beside the file and renames then: whoever reads it finds the old rows or the new ones, never half.
    fn write(&self, rows: &BTreeMap<String, Row>) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        fs::write(&beside, serde_json::to_vec(rows)?)?;
        fs::rename(beside, &self.path)
    }
}

/// The error says what to do, and names neither a person nor a path that holds one.
fn unavailable(error: io::Error) -> BackendError {
    let advice = "the JSON file cannot be read or written: check its folder, its rights and the disk";
    BackendError::new(BackendErrorKind::Unavailable, advice).with_source(error)
}

fn corrupt() -> BackendError {
    BackendError::new(BackendErrorKind::Corrupt, "the JSON file is damaged: restore it from a backup")
}

/// The key of a row: a digest or a keyed hash in hexadecimal.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
