//! The service's keys, in a file of the owner's beside the database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use vestibule::{KeyRing, ServiceKey};

use crate::failure::Failure;
use crate::words::Words;

/// Reads the keys: two lines of 64 hexadecimal digits, for codes and for identifiers. Makes them at the first start.
pub fn read_or_make(path: &Path, words: Words) -> Result<KeyRing, Failure> {
    let cannot = |error: io::Error| Failure::Told(words.cannot_use(path, &error.to_string()));
    if !path.try_exists().map_err(cannot)? {
        make(path, write_new).map_err(cannot)?;
    }
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::InvalidData => String::new(),
        read => read.map_err(cannot)?,
    };
    let mut keys = text.lines().map(ServiceKey::from_hex);
    match (keys.next(), keys.next(), keys.next()) {
        (Some(Ok(codes)), Some(Ok(identifiers)), None) => Ok(KeyRing::new(codes, identifiers)),
        _ => Err(Failure::Told(words.damaged_keys(path))),
    }
}

/// The path with something added to its last part: `members.db.key`.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Opens a file that its owner alone can read and write, if it is new.
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Puts the keys of one database where those of another are looked for. Other keys that are there stay: then nothing is
/// carried.
pub fn carry(from: &Path, to: &Path, words: Words) -> Result<(), Failure> {
    let keys = fs::read(from).map_err(|error| Failure::Told(words.cannot_use(from, &error.to_string())))?;
    let cannot = |error: io::Error| Failure::Told(words.cannot_use(to, &error.to_string()));
    make(to, |mut file| file.write_all(&keys).and_then(|()| file.sync_all())).map_err(cannot)?;
    if fs::read(to).map_err(cannot)? == keys { Ok(()) } else { Err(Failure::Told(words.other_keys(to))) }
}

/// Writes the file whole under another name first: of two programs that start at once, one's keys become both's.
fn make(path: &Path, write: impl FnOnce(File) -> io::Result<()>) -> io::Result<()> {
    let draft = beside(path, &format!(".{}", std::process::id()));
    let file = private().create(true).truncate(true).open(&draft);
    let written = file.and_then(write).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let _ = fs::remove_file(&draft);
    written
}

fn write_new(mut file: File) -> io::Result<()> {
    for _ in 0..2 {
        let key = ServiceKey::generate().map_err(io::Error::other)?;
        writeln!(file, "{}", *key.expose_hex())?;
    }
    file.sync_all()
}
