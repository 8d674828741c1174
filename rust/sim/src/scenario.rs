//! A world before it begins, drawn from its seed: who has which device, who writes
//! what and when, and what may go wrong. A shrunk run cuts something away.

use crate::dice::Dice;
use crate::fault::{Fault, Faults};

/// Fewest acts of writing in a run.
pub const LEAST_WRITES: usize = 20;
const MOST_WRITES: i64 = 80;
const MOST_DEVICES: i64 = 50;
const HOUR_MS: i64 = 3_600_000;
/// How likely a run has a kind of fault.
const FAULT_PROBABILITY: f64 = 0.75;

/// What a run leaves out of the world that its seed draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The devices that take part; `None` for all.
    pub devices: Option<Vec<usize>>,
    /// Kinds of fault that do not happen.
    pub without: Faults,
    /// At most so many acts of each device.
    pub acts: Option<usize>,
    /// The weather turns fine after so many minutes.
    pub minutes: Option<i64>,
}

impl Default for Cut {
    fn default() -> Self {
        Self { devices: None, without: Faults::none(), acts: None, minutes: None }
    }
}

/// A world before it begins.
#[derive(Debug)]
pub struct Scenario {
    /// The seed.
    pub seed: u64,
    /// How many servers there are. Each has users of its own.
    pub servers: usize,
    /// Whose conversations there are at the beginning.
    pub conversations: Vec<ConversationPlan>,
    /// The devices, by number.
    pub devices: Vec<DevicePlan>,
    /// When the weather turns fine, in milliseconds after the start.
    pub duration_ms: i64,
    /// What may go wrong.
    pub faults: Faults,
}

/// A conversation that is there at the beginning.
#[derive(Clone, Debug)]
pub struct ConversationPlan {
    /// Its server.
    pub server: usize,
    /// Its id.
    pub id: String,
    /// Who sees it; the first one made it.
    pub members: Vec<String>,
}

/// A device.
#[derive(Clone, Debug)]
pub struct DevicePlan {
    /// Its number in the world that the seed draws.
    pub number: usize,
    /// Its server.
    pub server: usize,
    /// Who has it.
    pub user: String,
    /// How its network is.
    pub profile: Profile,
    /// When it is opened first, in milliseconds after the start.
    pub opens_at_ms: i64,
    /// How far its clock is off at first, in milliseconds.
    pub clock_offset_ms: i64,
    /// What its user does, by time.
    pub acts: Vec<Act>,
}

/// How a device's network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// Wi-Fi at home: quick, hardly ever fails.
    Wifi,
    /// A poor mobile network: slow, loses some requests.
    Slow3g,
    /// There and gone, every few seconds or minutes.
    Flapping,
    /// Everything in turn: Wi-Fi, mobile, portals, tunnels.
    Roaming,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Wifi, Self::Slow3g, Self::Flapping, Self::Roaming];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Wifi => "wifi",
            Self::Slow3g => "slow3g",
            Self::Flapping => "flapping",
            Self::Roaming => "roaming",
        }
    }
}

/// Something that a user does.
#[derive(Clone, Debug)]
pub struct Act {
    /// When, in milliseconds after the start.
    pub at_ms: i64,
    /// What.
    pub what: Deed,
    /// A draw for its details.
    pub draw: u64,
}

/// What a user does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Writes a message into a conversation.
    Send,
    /// Changes a message of their own.
    Edit,
    /// Deletes a message of their own.
    Delete,
    /// Renames a conversation.
    Retitle,
    /// Makes a conversation.
    Found,
    /// Asks to sync now.
    Sync,
    /// Scrolls back in a conversation.
    Older,
    /// Leaves the app, or comes back.
    Switch,
    /// Opens another conversation on the screen.
    Look,
    /// Decides what becomes of a dead letter.
    Decide,
}

impl Scenario {
    /// The world of a seed, without what is cut away.
    #[must_use]
    pub fn new(seed: u64, cut: &Cut) -> Self {
        let root = Dice::new(seed);
        let mut dice = root.fork("world", 0);
        let count = match dice.between(0, 99) {
            0..=64 => dice.between(1, 3),
            65..=89 => dice.between(4, 6),
            90..=97 => dice.between(7, 12),
            _ => dice.between(13, MOST_DEVICES),
        };
        let servers = if dice.chance(0.15) { 2 } else { 1 };
        let hours = if count > 12 { dice.spread(1, 4) } else { dice.spread(1, 36) };
        let duration_ms = hours * HOUR_MS + dice.between(0, HOUR_MS);
        let faults = Fault::ALL.iter().fold(Faults::none(), |faults, fault| {
            if dice.chance(FAULT_PROBABILITY) { faults.with(*fault) } else { faults }
        });
        let writes = dice.between(LEAST_WRITES as i64, MOST_WRITES);
        let mut devices: Vec<DevicePlan> = (0..usize::try_from(count).unwrap_or(1))
            .map(|number| {
                let mut dice = root.fork("device", number as u64);
                let server = number % servers;
                // Some people have several devices.
                let user = format!("user{}", dice.between(0, number as i64) * 3 / 4);
                let share = usize::try_from(writes / count + 1).unwrap_or(1);
                DevicePlan::new(number, server, user, duration_ms, share, &mut dice)
            })
            .collect();
        let conversations = conversations(&devices, servers, &mut root.fork("conversations", 0));
        if let Some(kept) = &cut.devices {
            devices.retain(|device| kept.contains(&device.number));
        }
        for device in &mut devices {
            device.acts.truncate(cut.acts.unwrap_or(usize::MAX));
        }
        let faults = Fault::ALL.iter().fold(faults, |faults, fault| {
            if cut.without.has(*fault) { faults.without(*fault) } else { faults }
        });
        let duration_ms = cut.minutes.map_or(duration_ms, |it| duration_ms.min(it * 60_000));
        Self { seed, servers, conversations, devices, duration_ms, faults }
    }
}

impl DevicePlan {
    fn new(
        number: usize,
        server: usize,
        user: String,
        duration_ms: i64,
        share: usize,
        dice: &mut Dice,
    ) -> Self {
        let profile = match dice.between(0, 9) {
            0..=1 => Profile::Wifi,
            2 => Profile::Slow3g,
            3 => Profile::Flapping,
            _ => Profile::Roaming,
        };
        let opens_at_ms = if dice.chance(0.7) { 0 } else { dice.between(0, duration_ms / 2) };
        let clock_offset_ms = if dice.chance(0.5) { 0 } else { dice.between(-600_000, 600_000) };
        let mut acts = Vec::new();
        let mut writes = 0;
        let mut at_ms = opens_at_ms + dice.between(0, 5_000);
        while writes < share {
            // People write in bursts.
            for _ in 0..dice.spread(1, 12) {
                let what = deed(dice);
                writes += usize::from(what == Deed::Send);
                acts.push(Act {
                    at_ms,
                    what,
                    draw: dice.fork("act", acts.len() as u64).seed_of("", 0),
                });
                at_ms += dice.spread(50, 20_000);
            }
            at_ms += dice.spread(10_000, (duration_ms / 3).max(20_000));
            if at_ms >= duration_ms {
                at_ms = opens_at_ms + dice.between(0, (duration_ms - opens_at_ms).max(1));
            }
        }
        acts.sort_by_key(|act| act.at_ms);
        Self { number, server, user, profile, opens_at_ms, clock_offset_ms, acts }
    }
}

fn deed(dice: &mut Dice) -> Deed {
    match dice.between(0, 99) {
        0..=59 => Deed::Send,
        60..=69 => Deed::Edit,
        70..=73 => Deed::Delete,
        74..=77 => Deed::Retitle,
        78..=79 => Deed::Found,
        80..=82 => Deed::Sync,
        83..=85 => Deed::Older,
        86..=91 => Deed::Switch,
        92..=95 => Deed::Look,
        _ => Deed::Decide,
    }
}

fn conversations(devices: &[DevicePlan], servers: usize, dice: &mut Dice) -> Vec<ConversationPlan> {
    let mut conversations = Vec::new();
    for server in 0..servers {
        let mut users: Vec<String> = devices
            .iter()
            .filter(|device| device.server == server)
            .map(|device| device.user.clone())
            .collect();
        users.sort();
        users.dedup();
        if users.is_empty() {
            continue;
        }
        // One that all share, and some that overlap.
        let mut all = vec![users.clone()];
        for _ in 0..dice.between(1, 4) {
            let some: Vec<String> = users.iter().filter(|_| dice.chance(0.6)).cloned().collect();
            all.extend(Some(some).filter(|some| !some.is_empty()));
        }
        for members in all {
            conversations.push(ConversationPlan { server, id: dice.uuid().to_string(), members });
        }
    }
    conversations
}
