//! How many pages a store fetches from outside its own cache.

use std::fs;

use sqlx::postgres::PgPool;

/// Where they are counted.
pub(crate) enum Pages {
    /// By PostgreSQL, for the database of this pool.
    OfDatabase(PgPool),
    /// By Linux, as calls to read of this process: SQLite makes one for each page that is not in its cache.
    OfProcess,
}

/// The pages that were fetched in some calls.
pub(crate) enum Tally<'a> {
    OfDatabase { pool: &'a PgPool, before: u64 },
    OfProcess { before: u64, counted: u64 },
}

impl<'a> Tally<'a> {
    pub(crate) async fn begin(pages: &'a Pages) -> Self {
        match pages {
            Pages::OfDatabase(pool) => Self::OfDatabase { pool, before: blocks_read(pool).await },
            Pages::OfProcess => Self::OfProcess { before: 0, counted: 0 },
        }
    }

    /// Others read in this process between the calls; in the database of a pool, nobody does.
    pub(crate) fn before_a_call(&mut self) {
        if let Self::OfProcess { before, .. } = self {
            *before = reads();
        }
    }

    pub(crate) fn after_a_call(&mut self) {
        if let Self::OfProcess { before, counted } = self {
            // Counting reads too, and is taken off.
            let now = reads();
            let own = reads() - now;
            *counted += (now - *before).saturating_sub(own);
        }
    }

    pub(crate) async fn end(self) -> u64 {
        match self {
            Self::OfDatabase { pool, before } => blocks_read(pool).await - before,
            Self::OfProcess { counted, .. } => counted,
        }
    }
}

async fn blocks_read(pool: &PgPool) -> u64 {
    sqlx::query("select pg_stat_force_next_flush()").execute(pool).await.unwrap();
    let read: i64 =
        sqlx::query_scalar("select blks_read from pg_stat_database where datname = current_database()")
            .fetch_one(pool)
            .await
            .unwrap();
    read as u64
}

fn reads() -> u64 {
    let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("syscr: ")).unwrap_or_default();
    line.parse().unwrap_or_default()
}
