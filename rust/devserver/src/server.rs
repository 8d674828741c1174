//! Starts and stops the server on a thread of its own.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::DATABASE_FILE;
use crate::app::App;
use crate::cut::{CuttableListener, Knife};
use crate::faults::Fault;
use crate::routes::router;
use crate::store::{Database, StoreError, now_ms};

/// Threads for SQLite work; writes wait for each other anyway.
const STORE_THREADS: usize = 8;

/// How to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the data lives; made if it is not there.
    pub dir: PathBuf,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Sabotage: neither looks at the ledger nor writes it, so that every attempt is
    /// applied again. For tests that must fail.
    pub forget_ledger: bool,
}

/// Why the server did not start or answer.
#[derive(Debug, Error)]
pub enum DevServerError {
    /// The folder could not be made, or the port is taken.
    #[error("the dev server cannot start: {0}")]
    Io(#[from] io::Error),
    /// The file could not be opened or written.
    #[error("the dev server's database: {0}")]
    Database(String),
}

/// A running server. It stops when it is dropped.
pub struct DevServer {
    app: Arc<App>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Options {
    /// A server in `dir` on a free port, with its ledger.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), port: 0, forget_ledger: false }
    }
}

impl DevServer {
    /// Opens the data and listens. The server answers when this returns.
    ///
    /// # Errors
    /// [`DevServerError`] when the folder, the file or the port cannot be had.
    pub fn start(options: Options) -> Result<Self, DevServerError> {
        fs::create_dir_all(&options.dir)?;
        let file = options.dir.join(DATABASE_FILE);
        let database = Database::open(&file, now_ms(), Uuid::now_v7())?;
        let app = Arc::new(App::new(database, options.forget_ledger));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(STORE_THREADS)
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("mailboat-devserver".into()).spawn({
            let app = Arc::clone(&app);
            move || run(runtime, listener, app, stopped)
        })?;
        tracing::info!(%address, "the dev server listens");
        Ok(Self { app, address, stop: Some(stop), thread: Some(thread) })
    }

    /// The address to give to a client, such as `http://127.0.0.1:4077`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Makes a bearer token, as `POST /dev/token` does, but past its faults.
    ///
    /// # Errors
    /// [`DevServerError::Database`] when it cannot be stored.
    pub fn issue_token(&self, user: &str) -> Result<String, DevServerError> {
        Ok(self.app.database.issue_token(user)?)
    }

    /// Adds faults to those that wait.
    pub fn add_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.app.faults.add(faults);
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.app.faults.clear();
    }

    /// Closes the listener and every connection, and waits for the commit in flight.
    /// The data stays for a later start in the same folder.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended by itself; then nobody listens.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the dev server's thread panicked");
        }
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        self.end();
    }
}

/// The thread: serves until told to stop, then drops all tasks and with them all
/// connections. Dropping the runtime waits for SQLite work that has begun.
fn run(runtime: Runtime, listener: TcpListener, app: Arc<App>, stopped: oneshot::Receiver<()>) {
    runtime.block_on(async {
        let listener = match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => CuttableListener(listener),
            Err(error) => return tracing::error!(%error, "the listener was refused"),
        };
        let service = router(app).into_make_service_with_connect_info::<Knife>();
        let serving = async { axum::serve(listener, service).await };
        tokio::select! {
            result = serving => tracing::error!(?result, "the dev server ended by itself"),
            _ = stopped => tracing::info!("the dev server stops"),
        }
    });
}

impl From<StoreError> for DevServerError {
    fn from(error: StoreError) -> Self {
        Self::Database(error.to_string())
    }
}
