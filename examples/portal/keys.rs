//! The service's keys, in a file of its owner's.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use vestibule::{KeyRing, ServiceKey};

/// Reads the keys: two lines of 64 hexadecimal digits, for codes and for identifiers. Makes them at the first start.
pub fn read_or_make(path: &Path) -> Result<KeyRing, String> {
    let unusable = |error: io::Error| format!("PORTAL_KEY_FILE, {}, cannot be used: {error}", path.display());
    if !path.try_exists().map_err(unusable)? {
        make(path).map_err(unusable)?;
    }
    let text = fs::read_to_string(path).map_err(unusable)?;
    let mut keys = text.lines().map(ServiceKey::from_hex);
    match (keys.next(), keys.next(), keys.next()) {
        (Some(Ok(codes)), Some(Ok(identifiers)), None) => Ok(KeyRing::new(codes, identifiers)),
        _ => Err(format!(
            "The key file {} must have two lines of 64 hexadecimal digits. Restore it from a backup, or delete it to \
             have new keys made: passwords stay valid, codes that were sent do not.",
            path.display()
        )),
    }
}

/// Writes the file whole under another name first: of two programs that start at once, one's keys become both's.
fn make(path: &Path) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", std::process::id()));
    let draft = PathBuf::from(draft);
    let written = write(&draft).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let _ = fs::remove_file(&draft);
    written
}

fn write(draft: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    for _ in 0..2 {
        let key = ServiceKey::generate().map_err(io::Error::other)?;
        writeln!(file, "{}", *key.expose_hex())?;
    }
    file.sync_all()
}
