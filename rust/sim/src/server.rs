//! A server of the world: the dev server without its socket, and what it has applied.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mailboat_backends::rest::wire::{Change, PushEntry};
use mailboat_backends::rest::{HttpRequest, RestCodec};
use mailboat_core::{LanePolicy, Operation};
use mailboat_devserver::{EffectRow, Fault as Switch, InProcess, Reply};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::dice::Dice;
use crate::scenario::ConversationPlan;

/// Effects that are read at once.
const EFFECTS_PAGE: usize = 10_000;

/// A server.
pub struct Server {
    folder: PathBuf,
    epoch: Uuid,
    /// `None` while it is stopped.
    open: Option<InProcess>,
    forgets_ledger: bool,
    last_effect: u64,
    dice: Dice,
}

impl Server {
    /// Makes a server in a folder of its own, with these conversations.
    pub fn new(
        folder: &Path,
        number: usize,
        dice: &Dice,
        now: i64,
        conversations: &[&ConversationPlan],
    ) -> Self {
        let mut dice = dice.fork("server", number as u64);
        let mut server = Self {
            folder: folder.join(format!("server{number}")),
            epoch: dice.uuid(),
            open: None,
            forgets_ledger: false,
            last_effect: 0,
            dice,
        };
        server.start(now);
        for conversation in conversations {
            server.found(conversation, now);
        }
        server.take_effects();
        server
    }

    /// The address that devices know it by.
    #[must_use]
    pub fn url(number: usize) -> String {
        format!("https://server{number}.sim")
    }

    /// Starts it, if it does not run.
    pub fn start(&mut self, now: i64) {
        if self.open.is_none() {
            let open = InProcess::open(&self.folder, now, self.epoch);
            let mut open = open.expect("the server's folder can be written");
            if self.forgets_ledger {
                open.forget_ledger();
            }
            self.open = Some(open);
        }
    }

    /// Stops it; its data stays.
    pub fn stop(&mut self) {
        self.open = None;
    }

    /// Breaks it: it applies every attempt again.
    pub fn forget_ledger(&mut self) {
        self.forgets_ledger = true;
        if let Some(open) = &mut self.open {
            open.forget_ledger();
        }
    }

    /// The server while it runs.
    #[must_use]
    pub fn running(&self) -> Option<&InProcess> {
        self.open.as_ref()
    }

    /// Answers a request; `None` when nobody listens.
    pub fn answer(
        &self,
        request: &HttpRequest,
        authorization: Option<&str>,
        now: i64,
        trouble: Option<Switch>,
    ) -> Option<Reply> {
        let open = self.open.as_ref()?;
        open.add_faults(trouble);
        let reply = open.answer(request, authorization, now);
        // What did not wait for this request shall not happen to another.
        open.clear_faults();
        reply
    }

    /// Makes a token for a user; `None` while it is stopped.
    pub fn token(&mut self, user: &str) -> Option<String> {
        let token = self.dice.uuid().simple().to_string();
        let open = self.open.as_ref()?;
        open.accept_token(user, &token).expect("the server keeps a token");
        Some(token)
    }

    /// What was applied since the last look, in order.
    pub fn take_effects(&mut self) -> Vec<EffectRow> {
        let Some(open) = &self.open else { return Vec::new() };
        let effects = open.effects(self.last_effect, EFFECTS_PAGE).expect("effects can be read");
        self.last_effect = effects.last().map_or(self.last_effect, |effect| effect.sequence);
        effects
    }

    /// The records that a user sees, by collection and id.
    #[must_use]
    pub fn visible(&self, user: &str) -> BTreeMap<(String, String), Change> {
        let Some(open) = &self.open else { return BTreeMap::new() };
        let records = open.visible(user).expect("records can be read");
        records.into_iter().map(|it| ((it.collection.clone(), it.id.clone()), it)).collect()
    }

    fn found(&mut self, conversation: &ConversationPlan, now: i64) {
        let Value::Object(values) =
            json!({ "title": "At first", "memberIds": conversation.members })
        else {
            unreachable!("it is an object")
        };
        let entry = PushEntry {
            id: self.dice.uuid(),
            collection: "conversations".into(),
            record_id: conversation.id.clone(),
            operation: Operation::Create,
            values,
            lane: conversation.id.clone(),
            lane_policy: LanePolicy::Hold,
            group: None,
            base_version: None,
            written_at: None,
        };
        let codec = RestCodec::new("https://setup.sim").expect("an address");
        let token = self.token(&conversation.members[0]).expect("it runs");
        let bearer = format!("Bearer {token}");
        let reply = self.answer(&codec.push(vec![entry]), Some(&bearer), now, None);
        assert_eq!(reply.map(|reply| reply.status), Some(200), "the conversation is made");
    }
}
