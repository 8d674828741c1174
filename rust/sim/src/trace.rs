//! What happened: as a number that two equal runs share, and as words for people.

/// Lines of the story that are kept; a shrunk run has fewer.
const MAX_LINES: usize = 20_000;
const MS_PER_DAY: i64 = 24 * 3_600_000;

/// FNV-1a over everything that happens (Fowler, Noll, Vo).
#[derive(Clone, Copy)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Takes bytes in.
    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        // The length tells `ab`, `c` from `a`, `bc`.
        self.0 = (self.0 ^ bytes.len() as u64).wrapping_mul(0x0100_0000_01b3);
    }

    /// The digest so far.
    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }
}

/// The digest of a run, and its story if somebody wants to read it.
#[derive(Default)]
pub struct Trace {
    digest: Digest,
    lines: Option<Vec<String>>,
}

impl Trace {
    /// With a story when `told`.
    #[must_use]
    pub fn new(told: bool) -> Self {
        Self { digest: Digest::default(), lines: told.then(Vec::new) }
    }

    /// Takes a fact into the digest.
    pub fn fact(&mut self, at: i64, what: &str, bytes: &[u8]) {
        self.digest.add(&at.to_le_bytes());
        self.digest.add(what.as_bytes());
        self.digest.add(bytes);
    }

    /// Adds a line to the story.
    pub fn tell(&mut self, since_start_ms: i64, line: impl FnOnce() -> String) {
        if let Some(lines) = self.lines.as_mut().filter(|lines| lines.len() < MAX_LINES) {
            lines.push(format!("{}  {}", clock(since_start_ms), line()));
        }
    }

    /// The number that equal runs share.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.digest.value()
    }

    /// The story.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}

/// `day hours:minutes:seconds.milliseconds` since the start.
fn clock(ms: i64) -> String {
    let (days, rest) = (ms / MS_PER_DAY, ms % MS_PER_DAY);
    let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
    format!("{days}d {hours:02}:{minutes:02}:{:02}.{:03}", rest / 1_000 % 60, rest % 1_000)
}
