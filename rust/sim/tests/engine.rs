//! What the simulator found in the engine, each with the shortest story of it.

use mailboat_core::{AppState, Timestamp};
use mailboat_engine::stage::{Stage, Turned};
use mailboat_engine::waist::{Answer, Ask, BackendConfig, Command, Config, Event};
use mailboat_sim::disk::{Disk, Fault, VFS};
use mailboat_store::Schema;
use serde_json::{Value, json};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_767_225_600_000);

fn open(folder: &TempDir) -> Stage {
    let config = Config {
        path: folder.path().join("chat.db").to_str().expect("a plain path").into(),
        schema: Schema::messaging(),
        backend: Some(BackendConfig::Rest {
            base_url: "https://sim.example".into(),
            allow_insecure: false,
        }),
        durability: Default::default(),
        policy: Default::default(),
    };
    Stage::open_on(Some(VFS), &config, 1, NOW).expect("the file opens")
}

fn question_for_a_token(turned: &Turned) -> Option<u32> {
    turned.events.iter().find_map(|event| match event {
        Event::Question { question, ask: Ask::Token { .. }, .. } => Some(*question),
        _ => None,
    })
}

#[test]
fn a_batch_that_the_disk_would_not_mark_is_tried_again() {
    let folder = TempDir::new().expect("a folder");
    let disk = Disk::new(folder.path()).expect("a disk");
    let mut stage = open(&folder);
    // Behind: no pull by interval wakes the engine by accident.
    stage.execute(1, Command::SetAppState { state: AppState::Background });
    let values = json!({ "conversationId": "c1", "senderId": "ann", "body": "Ahoy", "sentAt": 1 });
    let Value::Object(values) = values else { unreachable!("it is an object") };
    stage.execute(
        2,
        Command::Create {
            collection: "messages".into(),
            id: None,
            values,
            options: Default::default(),
        },
    );
    let turned = stage.turn(NOW);
    let question = question_for_a_token(&turned).expect("the engine asks for a token");
    disk.fail(Fault::Write, 0, 50);
    let answer = Answer::Token { token: Some("t".into()) };
    stage.execute(3, Command::Answer { question, answer });
    let turned = stage.turn(NOW);
    let pushes = |turned: &Turned| {
        let is_push = |request: &&_| matches!(request, mailboat_engine::stage::Request::Ask { request, .. } if request.url.ends_with("/v1/push"));
        turned.requests.iter().filter(is_push).count()
    };
    assert_eq!(pushes(&turned), 0, "nothing leaves unmarked");
    disk.heal();
    let wake_at = stage.wake_at().expect("something will wake it");
    assert_eq!(pushes(&stage.turn(wake_at)), 1);
}
