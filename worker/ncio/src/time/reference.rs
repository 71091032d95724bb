//! The reference of a time coordinate: a date, a time of day and an offset from UTC, of which only
//! the date must be there, in the loose spelling of UDUNITS.

use jiff::civil::Date;

use super::{Calendar, SECOND};

/// Microseconds since 1970-01-01T00:00:00Z; `None` where there is no such date or time.
pub(super) fn parse(text: &str, calendar: Calendar) -> Option<i64> {
    let (date, rest) = split_where(text, |c| !c.is_ascii_digit() && c != '-');
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start();
    let (time, zone) = split_where(rest, |c| !c.is_ascii_digit() && c != ':' && c != '.');
    let day = days_since_1970(date, calendar)?.checked_mul(86_400 * SECOND)?;
    day.checked_add(time_of_day(time)?)?.checked_sub(offset(zone.trim())?)
}

fn split_where(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

fn days_since_1970(date: &str, calendar: Calendar) -> Option<i64> {
    let mut parts = date.split('-').map(|part| small(part, 4));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    if calendar == Calendar::Standard && (year, month, day) < (1582, 10, 15) {
        return days_of_julian(year, month, day);
    }
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Some(date.ok()?.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24)
}

/// The Julian calendar's date, by the usual count of days from March on; it ends on 1582-10-04.
fn days_of_julian(year: i64, month: i64, day: i64) -> Option<i64> {
    let lengths = [31, if year % 4 == 0 { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(usize::try_from(month - 1).ok()?)?;
    if year < 1 || !(1..=length).contains(&day) || (year, month, day) > (1582, 10, 4) {
        return None;
    }
    let before_march = i64::from(month < 3);
    let (year, month) = (year + 4800 - before_march, month + 12 * before_march - 3);
    let julian_day = day + (153 * month + 2) / 5 + 365 * year + year / 4 - 32_083;
    Some(julian_day - 2_440_588)
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
    Some(((hours * 60 + minutes) * 60 + seconds) * SECOND + microseconds(fraction)?)
}

/// The digits after a decimal point, to the nearest microsecond.
fn microseconds(digits: &str) -> Option<i64> {
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: f64 = if all_digits { format!("0.{digits}0").parse().ok()? } else { return None };
    Some((fraction * SECOND as f64).round() as i64)
}

/// The offset from UTC: nothing, `Z`, `UTC`, `GMT`, `+10`, `+10:00`, `-0930`.
fn offset(zone: &str) -> Option<i64> {
    if ["", "Z", "UTC", "GMT"].iter().any(|utc| zone.eq_ignore_ascii_case(utc)) {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let (hours, minutes) = (small(hours, 2)?, small(minutes, 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60 * SECOND)
}

/// A number of one to `most` digits.
fn small(text: &str, most: usize) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && text.len() <= most { text.parse().ok() } else { None }
}
