//! The contract of each port, kept by each adapter of this crate.

mod memory {
    mod codes {
        use vestibule::adapters::memory::MemoryCodes;

        vestibule::contract::code_store!(async { MemoryCodes::new() });
    }

    mod throttle {
        use vestibule::adapters::memory::MemoryThrottle;

        vestibule::contract::throttle_store!(async { MemoryThrottle::new() });
    }

    mod directory {
        use vestibule::adapters::memory::MemoryDirectory;

        vestibule::contract::user_directory!(async { MemoryDirectory::new() });
    }

    mod messages {
        use vestibule::adapters::memory::MemoryMessages;

        vestibule::contract::message_queue!(async { MemoryMessages::new() });
    }
}

#[cfg(feature = "sqlite")]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod sqlite {
    use std::path::PathBuf;

    use sqlx::sqlite::SqlitePool;
    use vestibule::adapters::sqlite::{connect_options, migrate};

    /// A database of its own for each test, which stays until the test is run again.
    async fn fresh() -> SqlitePool {
        let thread = std::thread::current();
        let test = thread.name().filter(|name| *name != "main").map(|name| name.replace("::", "."));
        let name = test.unwrap_or_else(|| std::process::id().to_string());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.db"));
        for file in ["db", "db-wal", "db-shm"] {
            let _ = std::fs::remove_file(path.with_extension(file));
        }
        let pool = SqlitePool::connect_lazy_with(connect_options(path));
        migrate(&pool).await.unwrap();
        pool
    }

    mod codes {
        use vestibule::adapters::sqlite::SqliteCodes;

        vestibule::contract::code_store!(async { SqliteCodes::new(super::fresh().await) });
    }

    mod throttle {
        use vestibule::adapters::sqlite::SqliteThrottle;

        vestibule::contract::throttle_store!(async { SqliteThrottle::new(super::fresh().await) });
    }

    mod directory {
        use vestibule::adapters::sqlite::SqliteDirectory;

        vestibule::contract::user_directory!(async { SqliteDirectory::new(super::fresh().await) });
    }

    mod messages {
        use vestibule::adapters::sqlite::SqliteMessages;

        vestibule::contract::message_queue!(async { SqliteMessages::new(super::fresh().await) });
    }
}
