//! The `Retry-After` header: seconds, or a date.

use std::time::UNIX_EPOCH;

use mailboat_core::Timestamp;

const MS_PER_SECOND: u64 = 1000;

/// Milliseconds to wait; `None` when the header is neither seconds nor a date.
/// A date in the past is no wait at all.
pub(super) fn read_retry_after(header: &str, now: Timestamp) -> Option<u64> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a u64 holds still mean "very long"; the policy clamps it.
        return Some(header.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(MS_PER_SECOND));
    }
    let date = httpdate::parse_http_date(header).ok()?;
    let since_epoch = date.duration_since(UNIX_EPOCH).ok()?;
    let at = Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX));
    Some(at.since_ms(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT, the date of the standard's own example.
    const EXAMPLE: Timestamp = Timestamp(784_111_777_000);

    #[test]
    fn seconds_are_read() {
        assert_eq!(read_retry_after("120", EXAMPLE), Some(120_000));
        assert_eq!(read_retry_after(" 0 ", EXAMPLE), Some(0));
    }

    #[test]
    fn a_date_is_counted_from_now() {
        assert_eq!(read_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", EXAMPLE), Some(10_000));
        assert_eq!(read_retry_after("Sunday, 06-Nov-94 08:49:47 GMT", EXAMPLE), Some(10_000));
    }

    #[test]
    fn a_date_in_the_past_is_no_wait() {
        assert_eq!(read_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", EXAMPLE), Some(0));
    }

    #[test]
    fn absurd_seconds_saturate() {
        assert_eq!(read_retry_after(&"9".repeat(40), EXAMPLE), Some(u64::MAX));
    }

    #[test]
    fn anything_else_is_no_floor() {
        for header in ["", "soon", "-5", "1.5", "0x10", "1994-11-06"] {
            assert_eq!(read_retry_after(header, EXAMPLE), None, "{header}");
        }
    }
}
