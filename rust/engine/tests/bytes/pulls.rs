//! A message of somebody else for each place where the pull that brings it can be cut.

use serde_json::{Value, json};

use crate::common::Person;
use crate::cuts::Cuts;
use crate::lanes::{self, LEARNING};
use crate::proxy::Proxy;

const PATH: &str = "/v1/pull";

/// Lets Ben write a message for each cut, and Ann fetch it through the cut.
pub fn cut_every_byte(ann: &mut Person, ben: &mut Person, proxy: &Proxy) -> Cuts {
    // In the background there is no live connection: a pull happens when it is asked for.
    let background = json!({ "type": "setAppState", "state": "background" });
    ann.execute(&background).expect("taken");
    fetch(ann).expect("nothing is in the way");
    proxy.take(PATH);
    write(ben, LEARNING, 0);
    fetch(ann).expect("nothing is in the way");
    let mut cuts = Cuts::learn(PATH, &proxy.take(PATH));
    for (cut, number) in cuts.places().into_iter().zip(1..) {
        let lane = lanes::lane(number);
        write(ben, &lane, number);
        proxy.arm(cut);
        let fetched = fetch(ann);
        // The engine says so itself: nothing below it has tried again behind its back.
        if fetched.is_ok() != cuts.answers(cut) {
            cuts.flaws.push(format!("the pull of {cut:?} answered {fetched:?}"));
        }
        // The rows are the audit's; here it is enough that a pull ended well after all.
        ann.until("a pull that ends well", |status| {
            status["phase"] == "idle" && status["error"].is_null()
        });
        cuts.judge(cut, &proxy.take(PATH));
    }
    cuts
}

fn write(ben: &mut Person, lane: &str, number: u32) {
    ben.execute(&lanes::message(lane, "ben", &lanes::body(number))).expect("the message is stored");
    ben.until("an empty outbox", |status| status["pending"] == 0);
}

fn fetch(ann: &mut Person) -> Result<(), Value> {
    ann.execute(&json!({ "type": "sync" })).map(drop)
}
