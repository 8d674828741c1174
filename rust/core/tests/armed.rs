//! The invariant that no entry is ever forgotten: in any weather, with a clock that has
//! stepped hours either way, whatever is pending is sent, in flight, or armed.

use mailboat_core::{
    AppState, BackendFailure, BackendState, BatchSize, Breaker, Candidate, Environment, Jitter,
    LowWaiting, Network, NetworkKind, Policy, Power, Priority, Suspects, Timestamp, View,
    after_failure, after_network, breaker, plan,
};
use proptest::prelude::*;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_000_000_000);

fn candidate(number: u128, lane: &str) -> Candidate {
    Candidate {
        id: Uuid::from_u128(number),
        lane: lane.into(),
        bytes: 100,
        not_before: None,
        priority: Priority::Normal,
        group: None,
    }
}

/// Everything that has happened to a backend before a plan.
fn weather() -> impl Strategy<Value = BackendState> {
    let failure = prop_oneof![
        Just(BackendFailure::Transport),
        Just(BackendFailure::Timeout),
        Just(BackendFailure::Refused { status: 400 }),
        (0_u64..10_000_000)
            .prop_map(|ms| BackendFailure::Unavailable { status: 503, retry_after_ms: Some(ms) }),
    ];
    let event = (failure, network(), 0.0..1.0, 0..4);
    proptest::collection::vec(event, 0..30).prop_map(|events| {
        let policy = Policy::default();
        let mut before = Network::default();
        events.into_iter().fold(BackendState::default(), |state, (failure, network, draw, kind)| {
            let draw = Jitter::new(draw);
            match kind {
                0 => after_failure(state, &failure, before, NOW, draw, &policy),
                1 => state.after_answer(&policy),
                2 => state.after_old_answer(&policy),
                _ => {
                    let before = std::mem::replace(&mut before, network);
                    after_network(state, before, network, NOW, draw, &policy)
                }
            }
        })
    })
}

fn network() -> impl Strategy<Value = Network> {
    let kind = prop_oneof![
        Just(NetworkKind::None),
        Just(NetworkKind::Wifi),
        Just(NetworkKind::Cellular),
        Just(NetworkKind::Unknown),
    ];
    (kind, proptest::option::of(any::<bool>()), proptest::option::of(any::<bool>()))
        .prop_map(|(kind, metered, validated)| Network { kind, metered, validated })
}

fn power() -> impl Strategy<Value = Power> {
    prop_oneof![Just(Power::Low), Just(Power::Battery)]
}

prop_compose! {
    fn lanes()(
        entries in proptest::collection::vec(
            (proptest::option::of(0_u64..100_000), 0_u8..3, any::<bool>(), any::<bool>()),
            1..20,
        ),
    ) -> (Vec<Candidate>, Suspects) {
        let mut suspects = Suspects::default();
        let candidates = entries.into_iter().zip(1..).map(|((delay, priority, group, failed), number)| {
            let lane = format!("lane{number}");
            let candidate = Candidate {
                not_before: delay.map(|delay_ms| NOW.plus_ms(delay_ms)),
                priority: [Priority::Low, Priority::Normal, Priority::High][usize::from(priority)],
                group: group.then(|| Uuid::from_u128(7)),
                ..candidate(number, &lane)
            };
            if failed {
                let failure = BackendFailure::Refused { status: 400 };
                suspects = std::mem::take(&mut suspects).after_lone_failure(
                    (candidate.id, &lane), &failure, NOW, Jitter::new(0.7), &Policy::default(),
                ).0;
            }
            candidate
        }).collect();
        (candidates, suspects)
    }
}

proptest! {
    // A case that fails is printed whole; nothing is to be kept beside the source.
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_pending_is_sent_in_flight_or_armed(
        (candidates, suspects) in lanes(),
        backend in weather(),
        network in network(),
        power in power(),
        (step_ms, weak, asked) in (-20_000_000_i64..20_000_000, any::<bool>(), any::<bool>()),
        batch in 1_u32..100,
    ) {
        let lows: Vec<&Candidate> =
            candidates.iter().filter(|it| it.priority == Priority::Low).collect();
        let low = LowWaiting {
            entries: u32::try_from(lows.len()).expect("a few"),
            bytes: 100 * lows.len() as u64,
            oldest: (!lows.is_empty()).then_some(NOW),
        };
        let batch = BatchSize { entries: batch, ..BatchSize::default() };
        let view = View {
            candidates, suspects, low, backend, batch, is_weak: weak, asked, ..View::default()
        };
        let environment = Environment { network, power, app_state: AppState::Background };
        let policy = Policy::default();
        let stepped = Timestamp(NOW.0 + step_ms);
        let plan = plan(&view, environment, stepped, &policy);
        let armed = plan.wake_at().is_some_and(|at| at > stepped);
        prop_assert!(!plan.push.is_empty() || armed, "{plan:?}");
        // And what is armed is no further off than the longest that anything waits.
        let longest = 2 * policy.low_max_age_ms;
        prop_assert!(plan.wake_at().is_none_or(|at| at.since_ms(stepped) <= longest));
        let sent = |it: &&Candidate| plan.push.contains(&it.id);
        let low_sent = view.candidates.iter().filter(sent).any(|it| it.priority == Priority::Low);
        if network.is_metered() && network.is_usable() && !asked {
            prop_assert!(!low_sent, "low priority on a metered network");
        }
        let grouped = view.candidates.iter().filter(|it| it.group.is_some());
        let sent_of_group = grouped.clone().filter(sent).count();
        prop_assert!(sent_of_group == 0 || sent_of_group == grouped.count(), "half a group");
        if breaker(&backend, stepped, &policy) == Breaker::HalfOpen && sent_of_group == 0 {
            prop_assert!(plan.push.len() <= 1);
        }
        if !view.is_weak || sent_of_group > 0 { return Ok(()); }
        prop_assert!(plan.push.len() <= 20);
    }
}
