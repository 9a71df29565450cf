//! The pieces of the chapter `src/guide/ecosystem`, compiled as they are shown, and run.

use std::fs;
use std::path::Path;

mod accounts;
mod actix;
mod axum;
mod axum_login;
mod directories;
mod guide;
mod metrics;
mod synchronous;

/// The directory on sqlx, and how all three are managed: the application's own part.
#[path = "../sqlite/own_user_table.rs"]
mod own_user_table;

mod database {
    use std::path::PathBuf;

    pub struct Database;

    impl Database {
        /// A file that does not exist yet, and stays until the test is run again.
        pub fn path_to_keep() -> PathBuf {
            let test = std::thread::current().name().unwrap().replace("::", ".");
            let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}.db"));
            for file in ["db", "db-wal", "db-shm"] {
                let _ = std::fs::remove_file(path.with_extension(file));
            }
            path
        }
    }
}

#[test]
fn every_file_that_the_chapter_on_other_crates_shows_is_compiled_and_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shown = fs::read_to_string(root.join("src/guide/ecosystem.rs")).unwrap();
    let run = fs::read_to_string(root.join("tests/ecosystem/guide.rs")).unwrap();
    let files: Vec<_> = fs::read_dir(root.join("src/guide/ecosystem")).unwrap().collect();
    assert!(files.len() >= 8);
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(shown.contains(&format!("shown!(\"ecosystem/{name}\")")), "{name} is not shown");
        assert!(run.contains(&format!("src/guide/ecosystem/{name}\"]")), "{name} is not run");
    }
}
