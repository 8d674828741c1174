//! SQLite: schema, migrations, outbox, collections and windows.
