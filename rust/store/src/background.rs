//! What a file keeps so that it can be synced without the app's JavaScript: how it is opened,
//! and what is known of the token. The engine calls this; what the texts mean is its own.

use std::path::Path;

use crate::error::StoreError;
use crate::open::look_into;
use crate::pull::{set_state, state};
use crate::reader::Reads;
use crate::transaction::Transaction;

/// Names in `mailboat_state`.
const CONFIG: &str = "background_config";
const TOKEN: &str = "background_token";

/// How a file that no engine has open is to be opened, in the words of who opened it last;
/// `None` when that was without a wish to be synced without JavaScript. Changes nothing, and
/// makes no file.
///
/// # Errors
/// As [`Opening::begin`](crate::Opening::begin), and [`StoreError::Unreachable`] when there
/// is no file.
pub fn background_config(path: &Path) -> Result<Option<String>, StoreError> {
    let is_there = path.try_exists().map_err(|error| crate::lock::unreachable(&error))?;
    if !is_there {
        return Err(StoreError::Unreachable("there is none".into()));
    }
    look_into(path, |connection| state(connection, CONFIG)).map(Option::flatten)
}

impl Reads<'_> {
    /// How the file is to be opened without JavaScript; `None` for not at all.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn background_config(&self) -> Result<Option<String>, StoreError> {
        state(self.connection, CONFIG)
    }

    /// What is known of the token.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn background_token(&self) -> Result<Option<String>, StoreError> {
        state(self.connection, TOKEN)
    }
}

impl Transaction<'_> {
    /// Keeps how the file is to be opened without JavaScript; `None` removes it.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_background_config(&mut self, config: Option<&str>) -> Result<(), StoreError> {
        self.step(|transaction| set_state(transaction.connection, CONFIG, config))
    }

    /// Keeps what is known of the token; `None` removes it. It is a secret: see
    /// [`Writer::transaction_that_wipes`](crate::Writer::transaction_that_wipes).
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_background_token(&mut self, token: Option<&str>) -> Result<(), StoreError> {
        self.step(|transaction| set_state(transaction.connection, TOKEN, token))
    }
}
