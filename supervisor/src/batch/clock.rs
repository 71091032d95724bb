//! Durations as batch systems write them.

/// Seconds in `h:m:s`, `m:s` or `s`.
pub fn clock_seconds(clock: &str) -> Option<u64> {
    let parts: Vec<&str> = clock.split(':').collect();
    let add = |sum: u64, part: &&str| sum.checked_mul(60)?.checked_add(part.parse().ok()?);
    (parts.len() <= 3).then(|| parts.iter().try_fold(0, add))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_minutes_may_be_left_out() {
        assert_eq!(clock_seconds("02:03:04"), Some(7384));
        assert_eq!(clock_seconds("3:04"), Some(184));
        assert_eq!(clock_seconds("4"), Some(4));
        assert_eq!(clock_seconds("1:2:3:4"), None);
        assert_eq!(clock_seconds("soon"), None);
    }
}
