//! What happened over all kills.

use std::fmt;

use crate::aim::Witnessed;

/// Sums over all lives.
#[derive(Default)]
pub struct Story {
    kills: u32,
    mid_commit: u32,
    mid_request: u32,
    after_server_commit: u32,
    /// Names of all messages acknowledged to the writer.
    pub acknowledged: Vec<String>,
}

impl Story {
    /// Adds a life. Each kill counts for one moment at most: the server had committed what
    /// the writer did not know of; else a commit was under way; else a request was.
    pub fn add(&mut self, witnessed: &Witnessed, effects_not_settled: u32) {
        self.kills += 1;
        if effects_not_settled > 0 {
            self.after_server_commit += 1;
        } else if witnessed.in_commit {
            self.mid_commit += 1;
        } else if witnessed.in_request {
            self.mid_request += 1;
        }
        self.acknowledged.extend_from_slice(&witnessed.acknowledged);
    }

    /// Whether enough was written, and at least half of the kills hit one of the three moments.
    pub fn is_plausible(&self, kills: u32) -> bool {
        let aimed = self.mid_commit + self.mid_request + self.after_server_commit;
        let enough = self.acknowledged.len() >= 10 * kills as usize;
        if !enough || aimed * 2 < kills {
            println!(
                "the run proves too little: {} acknowledged, {aimed} kills in a moment",
                self.acknowledged.len()
            );
        }
        enough && aimed * 2 >= kills
    }
}

impl fmt::Display for Story {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, mid_commit, mid_request, after_server_commit, acknowledged } = self;
        write!(
            formatter,
            "kills={kills} mid_commit={mid_commit} mid_request={mid_request} \
             after_server_commit={after_server_commit} acknowledged={}",
            acknowledged.len()
        )
    }
}
