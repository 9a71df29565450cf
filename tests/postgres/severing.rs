//! A socket in front of the server that cuts the connection at a chosen message.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// Where the cut is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before the server has the message.
    Before,
    /// After the server has it, before it can answer.
    After,
}

pub(crate) struct Severing {
    folder: TempDir,
    left: Arc<AtomicI64>,
}

impl Severing {
    /// Listens, and passes everything on to the socket of a server.
    pub(crate) fn in_front_of(socket: PathBuf, cut: Cut) -> Self {
        let folder = tempfile::Builder::new().prefix("vestibule-cut").tempdir_in("/tmp").unwrap();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let counter = Arc::clone(&left);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = UnixStream::connect(&socket).await else { continue };
                tokio::spawn(pass_on(client, server, Arc::clone(&counter), cut));
            }
        });
        Self { folder, left }
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Cuts at the nth message from now that asks for work: a statement, a begin, a commit.
    pub(crate) fn cut_at(&self, nth: i64) {
        self.left.store(nth, Ordering::SeqCst);
    }

    /// Whether the cut was made. Nothing is cut from now on.
    pub(crate) fn heal(&self) -> bool {
        self.left.swap(i64::MAX, Ordering::SeqCst) < 0
    }
}

async fn pass_on(client: UnixStream, server: UnixStream, left: Arc<AtomicI64>, cut: Cut) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    });
    let mut greeted = false;
    while let Some((kind, message)) = next_message(&mut from_client, greeted).await {
        // Before its greeting, a client may ask for encryption, in eight bytes.
        greeted |= message.len() != 8;
        let asks = matches!(kind, b'Q' | b'E');
        if asks && left.fetch_sub(1, Ordering::SeqCst) == 0 {
            if cut == Cut::After {
                // The server works on it, and nobody hears the answer.
                answers.abort();
                let _ = to_server.write_all(&message).await;
                let _ = to_server.write_all(b"S\0\0\0\x04").await;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            break;
        }
        if to_server.write_all(&message).await.is_err() {
            break;
        }
    }
    answers.abort();
}

/// The kind and the bytes of a message; the first of a connection has no kind.
async fn next_message(from: &mut tokio::net::unix::OwnedReadHalf, greeted: bool) -> Option<(u8, Vec<u8>)> {
    let kind = if greeted { from.read_u8().await.ok()? } else { 0 };
    let length = from.read_u32().await.ok()?;
    let mut message = if greeted { vec![kind] } else { Vec::new() };
    message.extend(length.to_be_bytes());
    let body = message.len();
    message.resize(body + length as usize - 4, 0);
    from.read_exact(&mut message[body..]).await.ok()?;
    Some((kind, message))
}
