//! Bearer tokens; they outlive a restart, as a real server's do.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;

impl super::Database {
    /// Makes a bearer token for `user`.
    pub(crate) fn issue_token(&self, user: &str) -> Result<String, StoreError> {
        let token = format!("{:032x}", rand::random::<u128>());
        self.accept_token(user, &token)?;
        Ok(token)
    }

    /// Takes `token` for one of `user` from now on.
    pub(crate) fn accept_token(&self, user: &str, token: &str) -> Result<(), StoreError> {
        self.write(|connection| {
            connection.execute(
                "INSERT INTO tokens (token, user) VALUES (?1, ?2)",
                params![token, user],
            )?;
            Ok(())
        })
    }

    /// The user a token was made for; `None` when it is not, or no longer, good.
    pub(crate) fn user_of(&self, token: &str) -> Result<Option<String>, StoreError> {
        self.read(|connection: &Connection| {
            let mut statement =
                connection.prepare_cached("SELECT user FROM tokens WHERE token = ?1")?;
            Ok(statement.query_row([token], |row| row.get(0)).optional()?)
        })
    }

    /// Ends the tokens of one user, or of all.
    pub(crate) fn revoke_tokens(&self, user: Option<&str>) -> Result<(), StoreError> {
        self.write(|connection| {
            connection
                .execute("DELETE FROM tokens WHERE ?1 IS NULL OR user = ?1", params![user])?;
            Ok(())
        })
    }
}
