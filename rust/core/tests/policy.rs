//! What the policy makes of each situation. The tables of `docs/policy.md` are written
//! from these cases.

mod tables;

use mailboat_core::{
    BackendFailure, BackendState, Candidate, Environment, Jitter, LowWaiting, Network, NetworkKind,
    Plan, Policy, Power, Priority, PullTrigger, PullView, RETRY_BURST, Timestamp, View,
    after_failure, after_network, after_unauthorized, plan,
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const HOUR_MS: i64 = 3_600_000;
/// Every draw: half of each window.
const DRAW: f64 = 0.5;
const WIFI: Network = Network::of(NetworkKind::Wifi);
const CELLULAR: Network = Network::of(NetworkKind::Cellular);
const NONE: Network = Network::of(NetworkKind::None);

/// A situation, and what is to be done in it.
struct Case {
    situation: &'static str,
    /// Entries of high and normal priority.
    urgent: &'static str,
    /// Entries of low priority.
    low: &'static str,
    /// Entries in one push.
    batch: usize,
    pull: &'static str,
    scene: Scene,
}

/// The situation in numbers.
struct Scene {
    network: Network,
    power: Power,
    backend: BackendState,
    low_age_ms: i64,
    low_bytes: u64,
    trigger: PullTrigger,
    synced: bool,
    asked: bool,
    weak: bool,
    policy: Policy,
}

impl Scene {
    fn on(network: Network) -> Self {
        Self {
            network,
            power: Power::Battery,
            backend: BackendState::default(),
            low_age_ms: HOUR_MS,
            low_bytes: 1_000,
            trigger: PullTrigger::Hint,
            synced: true,
            asked: false,
            weak: false,
            policy: Policy::default(),
        }
    }

    fn after(backend: BackendState) -> Self {
        Self { backend, ..Self::on(WIFI) }
    }

    fn plan(&self, candidates: Vec<Candidate>) -> Plan {
        let is_low = candidates.iter().any(|it| it.priority == Priority::Low);
        let low = LowWaiting {
            entries: u32::from(is_low),
            bytes: if is_low { self.low_bytes } else { 0 },
            oldest: is_low.then_some(Timestamp(NOW.0 - self.low_age_ms)),
        };
        let pull = PullView {
            trigger: Some(self.trigger),
            last_ended_at: self.synced.then_some(Timestamp(NOW.0 - HOUR_MS)),
            ..PullView::default()
        };
        let view = View {
            candidates,
            low,
            pull,
            backend: self.backend,
            is_weak: self.weak,
            asked: self.asked,
            ..View::default()
        };
        let environment =
            Environment { network: self.network, power: self.power, ..Environment::default() };
        plan(&view, environment, NOW, &self.policy)
    }
}

fn entries(priority: Priority, count: u128) -> Vec<Candidate> {
    let entry = |number| Candidate {
        id: Uuid::from_u128(number),
        lane: format!("lane{number}"),
        bytes: 300,
        not_before: None,
        priority,
        group: None,
    };
    (1..=count).map(entry).collect()
}

fn when(now: bool, at: Option<Timestamp>) -> String {
    match at {
        _ if now => "now".into(),
        Some(at) if at.since_ms(NOW) >= 7_200_000 => {
            format!("in {} h", at.since_ms(NOW) / 3_600_000)
        }
        Some(at) => format!("in {} s", at.since_ms(NOW) as f64 / 1_000.0),
        None => "when something changes".into(),
    }
}

fn pushes(plan: &Plan) -> String {
    when(!plan.push.is_empty(), plan.push_at)
}

fn pulls(plan: &Plan) -> String {
    let when = when(plan.pull.is_some(), plan.pull_at);
    if plan.pull.is_some() { format!("{when}, {} rows", plan.pull_limit) } else { when }
}

fn failed(times: u32, failure: &BackendFailure) -> BackendState {
    (0..times).fold(BackendState::default(), |state, _| {
        after_failure(state, failure, WIFI, NOW, Jitter::new(DRAW), &Policy::default())
    })
}

fn moved(before: Network, network: Network) -> BackendState {
    let (state, draw) = (BackendState::default(), Jitter::new(DRAW));
    after_network(state, before, network, NOW, draw, &Policy::default())
}

fn networks() -> Vec<Case> {
    let good = |situation, network| Case {
        situation,
        urgent: "now",
        low: "now",
        batch: 50,
        pull: "now, 500 rows",
        scene: Scene::on(network),
    };
    let metered = |situation, network| Case {
        low: "in 23 h",
        pull: "now, 100 rows",
        ..good(situation, network)
    };
    vec![
        good("Wi-Fi", WIFI),
        good("a cable", Network::of(NetworkKind::Ethernet)),
        good("nobody told which network", Network::default()),
        metered("cellular", CELLULAR),
        good(
            "cellular that the platform says is not metered",
            Network { metered: Some(false), ..CELLULAR },
        ),
        metered("Wi-Fi that the platform says is metered", Network { metered: Some(true), ..WIFI }),
        Case {
            low: "in 23 h",
            ..good("behind a captive portal", Network { validated: Some(false), ..WIFI })
        },
        Case {
            situation: "cellular, the oldest of low priority is 24 h old",
            low: "now",
            scene: Scene { low_age_ms: 24 * HOUR_MS, ..Scene::on(CELLULAR) },
            ..metered("", CELLULAR)
        },
        Case {
            situation: "cellular, 1 MB of low priority waits (2.33 MB before compression)",
            low: "now",
            scene: Scene { low_bytes: 2_330_000, ..Scene::on(CELLULAR) },
            ..metered("", CELLULAR)
        },
        Case {
            situation: "cellular, the app calls `sync()`",
            low: "now",
            scene: Scene { asked: true, ..Scene::on(CELLULAR) },
            ..metered("", CELLULAR)
        },
        Case {
            low: "in 23 h",
            scene: Scene { power: Power::Low, ..Scene::on(WIFI) },
            ..good("Wi-Fi, the battery is nearly empty", WIFI)
        },
        Case {
            batch: 20,
            pull: "now, 100 rows",
            scene: Scene { weak: true, ..Scene::on(WIFI) },
            ..good("Wi-Fi, poor or flapping", WIFI)
        },
        Case {
            urgent: "in 60 s",
            low: "in 23 h",
            batch: 0,
            pull: "in 60 s",
            scene: Scene { backend: moved(WIFI, NONE), ..Scene::on(NONE) },
            ..good("no network", NONE)
        },
        Case {
            urgent: "in 0.5 s",
            low: "in 0.5 s",
            batch: 0,
            pull: "in 0.5 s",
            scene: Scene::after(moved(NONE, WIFI)),
            ..good("Wi-Fi, back a moment ago: anywhere within 1 s", WIFI)
        },
    ]
}

fn failures() -> Vec<Case> {
    let policy = Policy::default();
    let waits = |situation, delay, backend| Case {
        situation,
        urgent: delay,
        low: delay,
        batch: 0,
        pull: delay,
        scene: Scene::after(backend),
    };
    let goes = |situation, batch, pull, backend| Case {
        situation,
        urgent: "now",
        low: "now",
        batch,
        pull,
        scene: Scene::after(backend),
    };
    let named = BackendFailure::Unavailable { status: 429, retry_after_ms: Some(60_000) };
    let mut half_open = failed(5, &BackendFailure::Transport);
    half_open.pause = None;
    let spent = (0..RETRY_BURST).fold(BackendState::default(), |state, _| {
        let (failure, draw) = (BackendFailure::Transport, Jitter::new(DRAW));
        after_failure(state, &failure, WIFI, NOW, draw, &policy)
            .after_answer(&Policy { retry_budget_percent: 0, ..policy })
    });
    let spent =
        after_failure(spent, &BackendFailure::Transport, WIFI, NOW, Jitter::new(DRAW), &policy);
    let refused = |times| {
        (0..times).fold(BackendState::default(), |state, _| {
            after_unauthorized(state, NOW, Jitter::new(DRAW), &policy)
        })
    };
    vec![
        waits(
            "one request failed: anywhere within 1 s",
            "in 0.5 s",
            failed(1, &BackendFailure::Transport),
        ),
        waits(
            "three failed in a row: anywhere within 4 s",
            "in 2 s",
            failed(3, &BackendFailure::Transport),
        ),
        waits(
            "five failed in a row, the breaker opens: 15 to 30 s",
            "in 22.5 s",
            failed(5, &BackendFailure::Transport),
        ),
        waits(
            "ten failed in a row: 150 to 300 s",
            "in 225 s",
            failed(10, &BackendFailure::Transport),
        ),
        goes("the breaker is half open: one request of one entry", 1, "now, 500 rows", half_open),
        waits("the server answered 429 with `Retry-After: 60`", "in 60 s", failed(1, &named)),
        waits("retries have used up their budget", "in 5 s", spent),
        goes(
            "the token was refused once: a fresh one is asked for",
            50,
            "now, 500 rows",
            refused(1),
        ),
        waits("the fresh token was refused as well", "in 0.5 s", refused(2)),
    ]
}

fn field_data() -> Vec<Case> {
    let on = |network, trigger, synced| Scene {
        trigger,
        synced,
        policy: Policy::field_data(),
        ..Scene::on(network)
    };
    let case = |situation, low, pull, scene| Case {
        situation,
        urgent: "now",
        low,
        batch: 50,
        pull,
        scene,
    };
    vec![
        case(
            "`fieldData`, first pull, Wi-Fi",
            "now",
            "now, 500 rows",
            on(WIFI, PullTrigger::Open, false),
        ),
        case(
            "`fieldData`, first pull, cellular",
            "in 23 h",
            "when something changes",
            on(CELLULAR, PullTrigger::Open, false),
        ),
        case(
            "`fieldData`, first pull, cellular, the app calls `sync()`",
            "now",
            "now, 100 rows",
            Scene { asked: true, ..on(CELLULAR, PullTrigger::Request, false) },
        ),
        case(
            "`fieldData`, a later pull, cellular",
            "in 23 h",
            "now, 100 rows",
            on(CELLULAR, PullTrigger::Hint, true),
        ),
    ]
}

#[test]
fn the_policy_table_holds() {
    let cases = networks().into_iter().chain(failures()).chain(field_data());
    let rows: Vec<Vec<String>> = cases.map(|case| row(&case)).collect();
    let columns = ["situation", "high and normal", "low", "entries a push", "pull"];
    tables::keep("policy.md", "policy", &columns, &rows);
}

/// Runs a case, and gives its row.
fn row(case: &Case) -> Vec<String> {
    let Case { situation, scene, .. } = case;
    for priority in [Priority::High, Priority::Normal] {
        let plan = scene.plan(entries(priority, 1));
        assert_eq!(pushes(&plan), case.urgent, "{situation}: {priority:?}");
    }
    assert_eq!(pushes(&scene.plan(entries(Priority::Low, 1))), case.low, "{situation}: low");
    let many = scene.plan(entries(Priority::Normal, 120));
    assert_eq!(many.push.len(), case.batch, "{situation}: entries a push");
    assert_eq!(pulls(&scene.plan(Vec::new())), case.pull, "{situation}: pull");
    let batch = if case.batch == 0 { "-".into() } else { case.batch.to_string() };
    [*situation, case.urgent, case.low, &batch, case.pull].map(str::to_owned).to_vec()
}

#[test]
fn the_table_of_numbers_holds() {
    let json = |policy: &Policy| serde_json::to_value(policy).expect("a policy becomes JSON");
    let (default, field) = (json(&Policy::default()), json(&Policy::field_data()));
    let names = default.as_object().expect("an object").keys();
    let text = |value: &serde_json::Value| value.to_string().replace('"', "`");
    let rows: Vec<Vec<String>> = names
        .map(|name| vec![format!("`{name}`"), text(&default[name]), text(&field[name])])
        .collect();
    assert!(rows.len() > 20, "every number is there");
    tables::keep("policy.md", "numbers", &["policy", "default", "`fieldData`"], &rows);
}
