//! Reference server of the REST contract on SQLite, with fault switches for tests.
