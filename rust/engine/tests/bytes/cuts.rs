//! Every place where one kind of exchange can be cut, and what came of cutting there.

use std::fmt;

use crate::message::Way;
use crate::proxy::{Cut, Exchange};

/// The places of one kind of exchange, whose length was learned from one that was not cut.
pub struct Cuts {
    path: &'static str,
    request_bytes: usize,
    answer_bytes: usize,
    /// Cuts that happened, each where it was wanted.
    pub made: u32,
    /// Those of them on a connection that had carried an exchange before.
    reused: u32,
    /// Requests that the proxy saw, the cut ones and those that followed.
    pub requests: u32,
    /// What did not go as it must, in sentences.
    pub flaws: Vec<String>,
}

impl Cuts {
    /// Learns the lengths from the one exchange that there was.
    pub fn learn(path: &'static str, exchanges: &[Exchange]) -> Self {
        let [exchange] = exchanges else { panic!("one exchange was to be learned from") };
        Self {
            path,
            request_bytes: exchange.request_bytes,
            answer_bytes: exchange.answer_bytes.expect("an uncut exchange has its answer"),
            made: 0,
            reused: 0,
            requests: 0,
            flaws: Vec::new(),
        }
    }

    /// From before the first byte of the request to behind the last one of the answer.
    pub fn places(&self) -> Vec<Cut> {
        let path = self.path;
        let along = |way, bytes| (0..=bytes).map(move |after_bytes| Cut { path, way, after_bytes });
        along(Way::Request, self.request_bytes)
            .chain(along(Way::Answer, self.answer_bytes))
            .collect()
    }

    /// Whether the engine has its whole answer before this cut, and no reason to try again.
    pub fn answers(&self, cut: Cut) -> bool {
        cut.way == Way::Answer && cut.after_bytes == self.answer_bytes
    }

    /// Counts what happened after this cut was armed: the cut, and one more exchange if the
    /// engine needed its answer.
    pub fn judge(&mut self, cut: Cut, exchanges: &[Exchange]) {
        let wanted = if self.answers(cut) { 1 } else { 2 };
        self.requests += u32::try_from(exchanges.len()).expect("a few");
        let made = exchanges.first().filter(|first| first.cut == Some(cut));
        self.made += u32::from(made.is_some());
        self.reused += u32::from(made.is_some_and(|it| it.reused));
        let same_length = exchanges.iter().all(|it| it.request_bytes == self.request_bytes)
            && made.is_some_and(|it| it.answer_bytes.is_none_or(|it| it == self.answer_bytes));
        if made.is_none() || !same_length || exchanges.len() != wanted {
            self.flaws.push(format!("{cut:?} was followed by {exchanges:?}"));
        }
    }
}

impl fmt::Display for Cuts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request_bytes, answer_bytes, made, reused, requests, .. } = self;
        write!(
            formatter,
            "a request of {request_bytes} bytes and an answer of {answer_bytes}; \
             {made} cuts, {reused} of them on a connection used before; {requests} requests"
        )
    }
}
