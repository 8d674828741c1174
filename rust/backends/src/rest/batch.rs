//! How many entries go into one push.

use std::io;

use super::wire::PushEntry;
use super::{MAX_BATCH_BYTES, MAX_BATCH_ENTRIES};

/// `{"entries":[]}`, which stands around the entries.
const ENVELOPE_BYTES: usize = 14;

/// How many of the first entries fit into one push of at most `max_entries` and
/// `max_bytes`, both capped by the contract. At least one, if there is one: an
/// entry too large for any batch goes alone, so that the answer names it.
#[must_use]
pub fn fit(entries: &[PushEntry], max_entries: usize, max_bytes: usize) -> usize {
    let max_bytes = max_bytes.min(MAX_BATCH_BYTES);
    let max_entries = max_entries.min(MAX_BATCH_ENTRIES);
    let mut bytes = ENVELOPE_BYTES;
    let mut count = 0;
    for entry in entries.iter().take(max_entries) {
        let comma = usize::from(count > 0);
        bytes += entry_bytes(entry) + comma;
        if bytes > max_bytes {
            break;
        }
        count += 1;
    }
    count.max(entries.len().min(1))
}

fn entry_bytes(entry: &PushEntry) -> usize {
    let mut counter = Counter(0);
    // The writer never fails, and an entry is always JSON.
    serde_json::to_writer(&mut counter, entry).expect("an entry is always JSON");
    counter.0
}

/// Counts what is written to it.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use mailboat_core::{LanePolicy, Operation};
    use serde_json::Value;
    use uuid::Uuid;

    use super::super::RestCodec;
    use super::*;

    fn entry(body_bytes: usize) -> PushEntry {
        PushEntry {
            id: Uuid::from_u128(1),
            collection: "messages".into(),
            record_id: "m1".into(),
            operation: Operation::Create,
            values: [("body".to_owned(), Value::from("x".repeat(body_bytes)))]
                .into_iter()
                .collect(),
            lane: "c1".into(),
            lane_policy: LanePolicy::Skip,
        }
    }

    #[test]
    fn the_count_is_exact_to_the_byte() {
        let codec = RestCodec::new("http://127.0.0.1").expect("a good address");
        let entries = vec![entry(10), entry(200), entry(3000)];
        let whole = codec.push(entries.clone()).body.len();
        assert_eq!(fit(&entries, 100, whole), 3);
        assert_eq!(fit(&entries, 100, whole - 1), 2);
    }

    #[test]
    fn the_limits_of_the_contract_cap_those_of_the_caller() {
        let small = vec![entry(1); MAX_BATCH_ENTRIES + 1];
        assert_eq!(fit(&small, usize::MAX, usize::MAX), MAX_BATCH_ENTRIES);
        let large = vec![entry(100_000); 4];
        assert_eq!(fit(&large, usize::MAX, usize::MAX), 2);
    }

    #[test]
    fn an_entry_too_large_for_any_batch_goes_alone() {
        assert_eq!(fit(&[entry(MAX_BATCH_BYTES), entry(1)], 100, MAX_BATCH_BYTES), 1);
        assert_eq!(fit(&[], 100, MAX_BATCH_BYTES), 0);
    }
}
