//! Numbers and lists as people read them.

use std::path::Path;
use std::time::Duration;

use bytesize::ByteSize;
use dayfold_contract::GroupName;
use dayfold_contract::shown::shown;
use dayfold_supervisor::meter::units::Units;

/// How many names a shortened list has at each end.
const ENDS: usize = 3;

/// `12.3 GB`, in powers of ten as file sizes and queues are given.
pub fn bytes(bytes: u64) -> String {
    ByteSize(bytes).display().si().to_string()
}

/// The same, in the units of the limit that it counts against: `1.5 GiB` of `8.0 GiB`.
pub fn bytes_of(bytes: u64, limit: Option<u64>) -> String {
    Units::of(limit).show(bytes)
}

/// `3 groups`, `1 group`.
pub fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `0.8 s`, `45 s`, `12 min 5 s`, `3 h 20 min`, `2 d 4 h`: the two largest units.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min {} s", seconds % 60),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// `2.5 groups/s`, in the unit of time that gives a readable number.
pub fn rate(a_second: f64) -> String {
    let (rate, unit) = match a_second {
        fast if fast >= 1.0 => (fast, "s"),
        middling if middling >= 1.0 / 60.0 => (middling * 60.0, "min"),
        slow => (slow * 3600.0, "h"),
    };
    format!("{rate:.1} groups/{unit}")
}

/// All names, or the first and the last ones and how many there are between.
pub fn shortened<S: AsRef<str>>(names: &[S]) -> String {
    let joined = |names: &[S]| names.iter().map(|name| shown(name.as_ref())).collect::<Vec<_>>().join(", ");
    match names.len() {
        few if few <= 2 * ENDS + 1 => joined(names),
        many => {
            let (first, last) = (joined(&names[..ENDS]), joined(&names[many - ENDS..]));
            format!("{first}, ... ({} more), {last}", many - 2 * ENDS)
        }
    }
}

/// The same of groups.
pub fn groups(groups: &[GroupName]) -> String {
    shortened(&groups.iter().map(GroupName::as_str).collect::<Vec<_>>())
}

/// Why something failed and at which file, unless the reason names it already.
pub fn at_file(reason: &str, file: Option<&str>) -> String {
    match file {
        Some(file) if !reason.contains(file) => format!("{} ({})", shown(reason), shown(file)),
        _ => shown(reason).into_owned(),
    }
}

/// A path in one line.
pub fn path(path: &Path) -> String {
    shown(&path.to_string_lossy()).into_owned()
}

/// An argument as a shell reads it.
pub fn argument(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units() {
        let says = |seconds| duration(Duration::from_secs(seconds));
        assert_eq!([says(3), says(59), says(60)], ["3.0 s", "59 s", "1 min 0 s"]);
        assert_eq!([says(3599), says(12_000), says(187_200)], ["59 min 59 s", "3 h 20 min", "2 d 4 h"]);
    }

    #[test]
    fn rates_keep_a_readable_number() {
        assert_eq!([rate(2.5), rate(0.2), rate(0.01)], ["2.5 groups/s", "12.0 groups/min", "36.0 groups/h"]);
    }

    #[test]
    fn long_lists_keep_their_ends() {
        let names: Vec<String> = (1..=20).map(|n| n.to_string()).collect();
        assert_eq!(shortened(&names[..7]), "1, 2, 3, 4, 5, 6, 7");
        assert_eq!(shortened(&names), "1, 2, 3, ... (14 more), 18, 19, 20");
        assert_eq!(shortened::<String>(&[]), "");
    }

    #[test]
    fn arguments_survive_a_shell() {
        assert_eq!(argument("a/b-c.toml"), "a/b-c.toml");
        assert_eq!(argument("my config's.toml"), r"'my config'\''s.toml'");
        assert_eq!(argument(""), "''");
    }

    #[test]
    fn a_file_is_named_once() {
        assert_eq!(at_file("it is cut", Some("a.nc")), "it is cut (a.nc)");
        assert_eq!(at_file("/data/a.nc is cut", Some("a.nc")), "/data/a.nc is cut");
        assert_eq!(at_file("it is cut", None), "it is cut");
    }

    #[test]
    fn sizes_and_counts() {
        assert_eq!(bytes(12_345_678_901), "12.3 GB");
        assert_eq!([count(1, "group"), count(0, "group")], ["1 group", "0 groups"]);
    }
}
