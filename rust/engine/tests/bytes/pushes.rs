//! A message for each place where its push can be cut.

use crate::common::Person;
use crate::cuts::Cuts;
use crate::lanes::{self, LEARNING, Sent};
use crate::proxy::Proxy;

const PATH: &str = "/v1/push";

/// What was sent, and what became of the connections.
pub struct Pushes {
    /// The messages whose push was cut.
    pub sent: Sent,
    /// The cuts.
    pub cuts: Cuts,
}

/// Sends a message through each cut; the next one waits until this one is settled.
pub fn cut_every_byte(ann: &mut Person, proxy: &Proxy) -> Pushes {
    proxy.take(PATH);
    write(ann, LEARNING, 0);
    let mut cuts = Cuts::learn(PATH, &proxy.take(PATH));
    let mut sent = Sent::new();
    for (cut, number) in cuts.places().into_iter().zip(1..) {
        let lane = lanes::lane(number);
        proxy.arm(cut);
        write(ann, &lane, number);
        cuts.judge(cut, &proxy.take(PATH));
        sent.entry(lane).or_default().push(lanes::body(number));
    }
    Pushes { sent, cuts }
}

/// Writes a message and waits until the engine has sent it, by itself.
fn write(ann: &mut Person, lane: &str, number: u32) {
    ann.execute(&lanes::message(lane, "ann", &lanes::body(number))).expect("the message is stored");
    ann.until("an empty outbox", |status| status["pending"] == 0);
}
