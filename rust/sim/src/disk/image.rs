//! One file as the disk has it: what a power cut cannot take, and what it can.

/// Bytes that a disk writes whole or not at all.
const SECTOR_BYTES: u64 = 512;

/// A file's synced content, and what was done to it since.
#[derive(Default)]
pub(super) struct Image {
    synced: Vec<u8>,
    unsynced: Vec<Change>,
    length: u64,
}

enum Change {
    Write { at: u64, bytes: Vec<u8> },
    Truncate { length: u64 },
}

/// Which changes of a file survive a power cut, when not all of them do.
#[derive(Clone, Copy)]
pub(super) enum Survivors {
    /// None.
    None,
    /// The first ones, in order; the last of them may be torn.
    First,
    /// Any of them, each whole or not at all.
    Any,
    /// Any sectors of any of them.
    Sectors,
}

impl Image {
    /// A file whose content is on the disk for good.
    pub fn synced(bytes: Vec<u8>) -> Self {
        let length = bytes.len() as u64;
        Self { synced: bytes, unsynced: Vec::new(), length }
    }

    /// Length of the file as a process sees it.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// What the disk has; the whole file once everything is synced.
    pub fn on_disk(&self) -> &[u8] {
        &self.synced
    }

    /// Notes a write that a process sees from now on.
    pub fn write(&mut self, at: u64, bytes: &[u8]) {
        self.length = self.length.max(at + bytes.len() as u64);
        self.unsynced.push(Change::Write { at, bytes: bytes.to_vec() });
    }

    /// Notes a new length.
    pub fn truncate(&mut self, length: u64) {
        self.length = length;
        self.unsynced.push(Change::Truncate { length });
    }

    /// Everything so far is on the disk.
    pub fn sync(&mut self) {
        for change in std::mem::take(&mut self.unsynced) {
            match change {
                Change::Write { at, bytes } => self.put(at, &bytes),
                Change::Truncate { length } => self.resize(length),
            }
        }
    }

    /// A sync failed: the system gives up on what it could not write, and calls it clean.
    /// The process still reads it, and no later sync brings it to the disk.
    pub fn fail_sync(&mut self) {
        self.unsynced.retain(|change| matches!(change, Change::Truncate { .. }));
    }

    /// The power goes: what survives of the changes is on the disk, the rest never was.
    /// Answers how many writes were lost, in whole or in part.
    pub fn cut_power(&mut self, survivors: Survivors, draw: &mut dyn FnMut() -> u64) -> u64 {
        let changes = std::mem::take(&mut self.unsynced);
        let first = match survivors {
            Survivors::First => draw() % (changes.len() as u64 + 1),
            _ => 0,
        };
        let mut lost = 0;
        for (number, change) in (0..).zip(changes) {
            let keeps = match survivors {
                Survivors::None => 0,
                Survivors::First if number < first => u64::MAX,
                Survivors::First if number == first => draw(),
                Survivors::First => 0,
                Survivors::Any => [0, u64::MAX][(draw() % 2) as usize],
                Survivors::Sectors => draw(),
            };
            match change {
                Change::Write { at, bytes } => {
                    lost += u64::from(!self.put_sectors(at, &bytes, keeps))
                }
                Change::Truncate { length } if keeps % 2 == 1 => self.resize(length),
                Change::Truncate { .. } => {}
            }
        }
        self.length = self.synced.len() as u64;
        lost
    }

    /// Puts the sectors whose bits are set; answers whether that was all of them.
    fn put_sectors(&mut self, at: u64, bytes: &[u8], keeps: u64) -> bool {
        let mut whole = true;
        let mut start = 0;
        for bit in (0..u64::BITS).cycle() {
            if start == bytes.len() {
                return whole;
            }
            let to_boundary = SECTOR_BYTES - (at + start as u64) % SECTOR_BYTES;
            let end = bytes.len().min(start + to_boundary as usize);
            if keeps >> bit & 1 == 1 {
                self.put(at + start as u64, &bytes[start..end]);
            } else {
                whole = false;
            }
            start = end;
        }
        whole
    }

    fn put(&mut self, at: u64, bytes: &[u8]) {
        let at = usize::try_from(at).expect("a simulated file fits into memory");
        let end = at + bytes.len();
        if self.synced.len() < end {
            self.synced.resize(end, 0);
        }
        self.synced[at..end].copy_from_slice(bytes);
    }

    fn resize(&mut self, length: u64) {
        let length = usize::try_from(length).expect("a simulated file fits into memory");
        self.synced.resize(length, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::{Image, Survivors};

    const NOTHING: u64 = 0;

    fn written() -> Image {
        let mut image = Image::synced(vec![1; 1024]);
        image.write(512, &[2; 1024]);
        image
    }

    #[test]
    fn a_synced_write_survives_and_another_does_not() {
        let mut image = written();
        image.sync();
        image.write(0, &[3; 10]);
        assert_eq!(image.cut_power(Survivors::None, &mut || NOTHING), 1);
        assert_eq!(image.on_disk(), [[1; 512], [2; 512], [2; 512]].concat());
    }

    #[test]
    fn a_lost_write_takes_the_growth_of_the_file_with_it() {
        let mut image = written();
        assert_eq!(image.length(), 1536);
        image.cut_power(Survivors::None, &mut || NOTHING);
        assert_eq!((image.length(), image.on_disk()), (1024, &[1; 1024][..]));
    }

    #[test]
    fn a_write_is_torn_between_sectors() {
        let mut image = written();
        assert_eq!(image.cut_power(Survivors::Sectors, &mut || 0b10), 1);
        assert_eq!(image.on_disk(), [[1; 512], [1; 512], [2; 512]].concat());
    }

    #[test]
    fn sectors_are_those_of_the_file_not_of_the_write() {
        let mut image = Image::synced(vec![1; 1024]);
        image.write(500, &[2; 24]);
        image.cut_power(Survivors::Sectors, &mut || 0b10);
        assert_eq!(image.on_disk(), [vec![1; 512], vec![2; 12], vec![1; 500]].concat());
    }

    #[test]
    fn writes_survive_in_order_up_to_one() {
        let mut image = Image::synced(vec![]);
        for byte in 0..3 {
            image.write(byte.into(), &[byte]);
        }
        let mut draws = [2, 0].into_iter();
        image.cut_power(Survivors::First, &mut || draws.next().expect("two draws"));
        assert_eq!(image.on_disk(), [0, 1]);
    }

    #[test]
    fn what_a_failed_sync_gave_up_no_later_sync_brings_back() {
        let mut image = written();
        image.fail_sync();
        image.write(0, &[3; 512]);
        image.sync();
        assert_eq!(image.length(), 1536);
        image.cut_power(Survivors::None, &mut || NOTHING);
        assert_eq!(image.on_disk(), [[3; 512], [1; 512]].concat());
    }

    #[test]
    fn an_unsynced_truncation_may_be_undone() {
        let mut image = written();
        image.sync();
        image.truncate(0);
        assert_eq!(image.length(), 0);
        image.cut_power(Survivors::None, &mut || NOTHING);
        assert_eq!(image.length(), 1536);
    }
}
