//! Tracing to standard error, when the environment variable `MAILBOAT_LOG` asks for it.

use std::io;
use std::sync::Once;

use tracing_subscriber::EnvFilter;

/// Holds a filter such as `mailboat_engine=debug`.
const VARIABLE: &str = "MAILBOAT_LOG";

/// Starts tracing once a process; worker threads share it.
pub(crate) fn start() {
    static STARTED: Once = Once::new();
    if std::env::var_os(VARIABLE).is_none_or(|filter| filter.is_empty()) {
        return;
    }
    STARTED.call_once(|| {
        let filter = EnvFilter::builder().with_env_var(VARIABLE).from_env_lossy();
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
        // Another add-on of this process cannot have set this copy's subscriber.
        let _ = subscriber.try_init();
    });
}
