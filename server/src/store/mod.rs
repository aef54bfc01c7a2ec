//! The database: SQLite in WAL mode, migrated when opened. One file per noun; the only code that knows SQL.
//! Invariant: every change that must hold together is one statement or one transaction; who reads never waits for who
//! writes.

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

pub mod announcement;
pub mod attempt;
pub mod feedback;
pub mod learner;
pub mod lease;
pub mod progress;
pub mod sandbox;
pub mod secret;
pub mod work;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/sqlite");

/// A write waits so long for the lock that another process holds.
const LOCKED: Duration = Duration::from_secs(5);
/// A statement waits so long for a connection.
const TURN: Duration = Duration::from_secs(10);

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened or made.
    #[error("cannot open the database {path}")]
    Open {
        /// Its path.
        path: String,
        /// Why.
        source: sqlx::Error,
    },
    /// A migration failed; the database is as it was before it.
    #[error("cannot migrate the database")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// It is locked by another process, or its disk is full or failing: the same call may succeed later.
    #[error("the database does not take writes at the moment")]
    Busy(#[source] sqlx::Error),
    /// A statement failed.
    #[error("the database could not {doing}")]
    Query {
        /// What was being done, e.g. "read leases".
        doing: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// A stored document has not the shape that this version reads.
    #[error("the database holds a {what} that cannot be read")]
    Corrupt {
        /// What.
        what: &'static str,
    },
}

impl StoreError {
    /// Wraps a failed statement, telling apart a database that is busy, full or on a failing disk.
    pub(crate) fn query(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| {
            // Primary result codes, https://sqlite.org/rescode.html: 5 BUSY, 6 LOCKED, 8 READONLY, 10 IOERR, 13 FULL,
            // 14 CANTOPEN.
            let code =
                source.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
            match code.map(|code| code & 0xff) {
                Some(5 | 6 | 8 | 10 | 13 | 14) => Self::Busy(source),
                // Those ahead wait for the lock that another process holds.
                _ if matches!(source, sqlx::Error::PoolTimedOut) => Self::Busy(source),
                _ => Self::Query { doing, source },
            }
        }
    }
}

/// The open database.
#[derive(Clone, Debug)]
pub struct Store {
    /// Connections for what only reads.
    pool: SqlitePool,
    /// The one connection that writes: SQLite lets one write at a time, and those that wait must not take the places of
    /// those that read.
    writes: SqlitePool,
}

impl Store {
    /// Open (making file and folder when missing) and migrate.
    ///
    /// # Errors
    /// [`StoreError::Open`] and [`StoreError::Migrate`].
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let shown = path.display().to_string();
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder)
                .await
                .map_err(|error| StoreError::Open { path: shown.clone(), source: sqlx::Error::Io(error) })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(LOCKED);
        let writes = Self::connect(options.clone(), 1, shown.clone()).await?;
        MIGRATIONS.run(&writes).await?;
        Ok(Self { pool: Self::connect(options, 4, shown).await?, writes })
    }

    /// A database in memory, for commands and tests that keep nothing.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str("sqlite::memory:")
            .map_err(|source| StoreError::Open { path: ":memory:".to_owned(), source })?
            .foreign_keys(true);
        // One connection for both: another one would have a database of its own.
        let pool = Self::connect(options, 1, ":memory:".to_owned()).await?;
        MIGRATIONS.run(&pool).await?;
        Ok(Self { writes: pool.clone(), pool })
    }

    async fn connect(options: SqliteConnectOptions, connections: u32, path: String) -> Result<SqlitePool, StoreError> {
        SqlitePoolOptions::new()
            .max_connections(connections)
            // A database in memory lives as long as its one connection.
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(TURN)
            .connect_with(options)
            .await
            .map_err(|source| StoreError::Open { path, source })
    }

    /// Write what is in memory and close.
    pub async fn close(&self) {
        self.writes.close().await;
        self.pool.close().await;
    }
}
