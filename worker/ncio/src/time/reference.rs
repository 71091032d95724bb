//! The reference of a time coordinate: a date, a time of day and an offset from UTC, of which only
//! the date must be there, in the loose spelling of UDUNITS.

use super::{Calendar, DAY, SECOND};

/// Nanoseconds since 1970-01-01T00:00:00 of the calendar; `None` where there is no such date or time.
pub(super) fn parse(text: &str, calendar: Calendar) -> Option<i128> {
    let (date, rest) = split_where(text, |c| !c.is_ascii_digit() && c != '-');
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start();
    let (time, zone) = split_where(rest, |c| !c.is_ascii_digit() && c != ':' && c != '.');
    let day = i128::from(day(date, calendar)?) * i128::from(DAY);
    Some(day + i128::from(time_of_day(time)?) - i128::from(offset(zone.trim())?))
}

fn split_where(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

fn day(date: &str, calendar: Calendar) -> Option<i64> {
    let mut parts = date.split('-').map(|part| small(part, 4));
    let date = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() { None } else { calendar.day(date) }
}

/// `H`, `H:M` or `H:M:S` with or without a fraction; nothing is midnight.
fn time_of_day(time: &str) -> Option<i64> {
    if time.is_empty() {
        return Some(0);
    }
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = whole.split(':').map(|part| small(part, 2));
    let hours = parts.next()??;
    let minutes = parts.next().unwrap_or(Some(0))?;
    let seconds = parts.next().unwrap_or(Some(0))?;
    let fits = parts.next().is_none() && hours < 24 && minutes < 60 && seconds < 60;
    let has_seconds = whole.matches(':').count() == 2;
    if !fits || (time.contains('.') && !has_seconds) {
        return None;
    }
    Some(((hours * 60 + minutes) * 60 + seconds) * SECOND + nanoseconds(fraction)?)
}

/// The digits after a decimal point, to the nearest nanosecond.
fn nanoseconds(digits: &str) -> Option<i64> {
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: f64 = if all_digits { format!("0.{digits}0").parse().ok()? } else { return None };
    Some((fraction * SECOND as f64).round() as i64)
}

/// The offset from UTC as UDUNITS reads it: nothing, `Z`, `UTC`, `GMT`; or hours, or hours and minutes, with a sign
/// or without: `+10`, `10`, `+10:00`, `-0930`, `0:00`.
fn offset(zone: &str) -> Option<i64> {
    if ["", "Z", "UTC", "GMT"].iter().any(|utc| zone.eq_ignore_ascii_case(utc)) {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => (1, zone),
    };
    if digits.contains(':') {
        return time_of_day(digits).map(|offset| sign * offset);
    }
    let (hours, minutes) = match digits.len() {
        0..=2 => (digits, "0"),
        length => digits.split_at_checked(length - 2)?,
    };
    let (hours, minutes) = (small(hours, 2)?, small(minutes, 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60 * SECOND)
}

/// A number of one to `most` digits.
fn small(text: &str, most: usize) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && text.len() <= most { text.parse().ok() } else { None }
}
