//! Against cftime 1.6 (which counts in whole microseconds): its instants are the literals here.

use super::*;

const STANDARD: Option<&str> = Some("standard");
const GREGORIAN: Option<&str> = Some("gregorian");
const PROLEPTIC: Option<&str> = Some("proleptic_gregorian");

#[test]
fn instants_are_those_of_cftime() {
    let cases = [
        ("seconds since 1970-01-01 00:00:00", None, 1643740200.0, 1643740200000000),
        ("hours since 1900-1-1", STANDARD, 1070160.5, 1643589000000000),
        ("days since 1949-12-01T00:00:00Z", PROLEPTIC, 26359.25, 1643608800000000),
        ("days since 1-1-1 00:00:0.0", STANDARD, 738187.0, 1643587200000000),
        ("days since 0001-01-01", PROLEPTIC, 738187.0, 1643760000000000),
        ("hours since 1-1-1", GREGORIAN, 17716500.0, 1643630400000000),
        ("days since 1582-10-04", STANDARD, 1.0, -12219292800000000),
        ("days since 1582-10-04", PROLEPTIC, 11.0, -12219292800000000),
        ("days since 1500-02-29", STANDARD, 200000.0, 2454105600000000),
        ("seconds since 1992-10-08 15:15:42.5 -06:00", STANDARD, 0.0, 718578942500000),
        ("minutes since 2000-02-29 12:30 +10:00", STANDARD, 1440.0, 951877800000000),
        ("hours since 2000-01-01 06:00:00 +09:30", STANDARD, 1.0, 946675800000000),
        ("milliseconds since 1969-12-31 23:59:59.5", STANDARD, 500.0, 0),
        ("microseconds since 2024-02-29", PROLEPTIC, 123456.0, 1709164800123456),
        ("days since 1600-03-01", STANDARD, -1.0, -11670998400000000),
        ("d since 2000-01-01 UTC", STANDARD, 0.1, 946693440000000),
        ("days since 1850-01-01", STANDARD, 62854.770833333336, 1643826600000000),
    ];
    for (units, calendar, value, expected) in cases {
        let decoded = decode(units, calendar).unwrap();
        assert_eq!(decoded.time(value), Ok(UtcTime(expected)), "{value} {units}");
        if value.fract() == 0.0 {
            assert_eq!(decoded.time_int(value as i64), Ok(UtcTime(expected)), "{value} {units}");
        }
    }
}

#[test]
fn spellings_of_a_unit_mean_the_same() {
    let groups: [(&str, i64); 7] = [
        ("microseconds microsecond microsecs microsec us usec µs μs Microseconds", 1),
        ("milliseconds millisecond millisecs millisec ms msec msecs", 1_000),
        ("seconds second sec secs s SECONDS", 1_000_000),
        ("minutes minute min mins", 60_000_000),
        ("hours hour hr hrs h Hours", 3_600_000_000),
        ("days day d Days", 86_400_000_000),
        ("weeks week", 604_800_000_000),
    ];
    for (spellings, length) in groups {
        for unit in spellings.split(' ') {
            let units = format!("{unit} since 1970-01-01");
            assert_eq!(decode(&units, None).unwrap().time_int(1), Ok(UtcTime(length)), "{unit}");
        }
    }
}

#[test]
fn spellings_of_a_reference_mean_the_same() {
    let same = [
        "2000-02-03T04:05:06Z",
        "2000-2-3 4:5:6",
        "2000-02-03 04:05:06.000 UTC",
        "2000-02-03  14:05:06 +10:00",
        "2000-02-03 14:05:06+10",
        "2000-02-03t14:05:06 +1000",
        "2000-02-02 22:05:06 -6:00",
        "2000-02-03 04:05:06 GMT",
    ];
    for reference in same {
        let units = format!("seconds  SINCE {reference}");
        assert_eq!(decode(&units, None).unwrap().time_int(0), Ok(UtcTime(949550706000000)), "{reference}");
    }
    let midnight = decode("seconds since 2000-02-03", None).unwrap().time_int(0);
    assert_eq!(decode("seconds since 2000-02-03 00", None).unwrap().time_int(0), midnight);
    assert_eq!(decode("seconds since 2000-02-03Z", None).unwrap().time_int(0), midnight);
}

#[test]
fn units_without_a_fixed_length_are_named() {
    for unit in ["month", "months", "year", "years", "common_years"] {
        let error = decode(&format!("{unit} since 1970-01-01"), None).unwrap_err();
        assert_eq!(error, TimeError::UnitOfNoLength(unit.to_owned()));
    }
    // capital letters are other symbols: a million seconds, siemens
    for unit in ["Ms", "S", "fortnights", "K"] {
        assert_eq!(decode(&format!("{unit} since 1970-01-01"), None), Err(TimeError::Unit(unit.to_owned())));
    }
}

#[test]
fn other_calendars_are_named() {
    for calendar in ["noleap", "365_day", "all_leap", "360_day", "julian", "none", "tai"] {
        let error = decode("days since 1970-01-01", Some(calendar)).unwrap_err();
        assert_eq!(error, TimeError::Calendar(calendar.to_owned()));
    }
}

#[test]
fn what_is_no_reference_is_refused() {
    let wrong = [
        "1970-01",
        "1970-13-01",
        "1970-02-30",
        "1582-10-10",
        "0-1-1",
        "1500-02-30",
        "now",
        "1970-01-01 24:00",
        "1970-01-01 00:60",
        "1970-01-01 12:00 AEST",
        "1970-01-01 1:2:3:4",
        "1970-01-01 12.5",
        "19700101",
        "1970-01-01 00:00:00 +25:00",
        "-1970-01-01",
        "1970--1-01",
        "1970-01-01 00:00:00.x",
    ];
    for reference in wrong {
        let error = decode(&format!("days since {reference}"), None).unwrap_err();
        assert_eq!(error, TimeError::Reference(reference.to_owned()));
    }
    for units in ["", "days", "days since", "days after 1970-01-01", "since 1970-01-01"] {
        assert!(decode(units, None).is_err(), "{units}");
    }
}

#[test]
fn what_cannot_be_counted_is_an_error() {
    let days = decode("days since 1970-01-01", None).unwrap();
    assert!(matches!(days.time(f64::NAN), Err(TimeError::NotFinite(_))));
    assert!(matches!(days.time(f64::NEG_INFINITY), Err(TimeError::NotFinite(_))));
    assert!(matches!(days.time(1.1e8), Err(TimeError::Overflow(_))));
    assert!(matches!(days.time(1e300), Err(TimeError::Overflow(_))));
    assert!(matches!(days.time_int(i64::MAX), Err(TimeError::Overflow(_))));
    let microseconds = decode("us since 1970-01-01T00:00:01", None).unwrap();
    assert!(matches!(microseconds.time_int(i64::MAX), Err(TimeError::Overflow(_))));
    assert_eq!(microseconds.time_int(-1), Ok(UtcTime(999_999)));
}

#[test]
fn floats_go_to_the_nearest_microsecond() {
    let seconds = decode("seconds since 1970-01-01", None).unwrap();
    assert_eq!(seconds.time(0.000_000_4), Ok(UtcTime(0)));
    assert_eq!(seconds.time(-0.000_000_6), Ok(UtcTime(-1)));
    assert_eq!(seconds.time(1643740200.25), Ok(UtcTime(1643740200250000)));
}

#[test]
fn whole_seconds_are_exact_and_printed_without_a_fraction() {
    let time = UtcTime(1643740200 * SECOND);
    assert_eq!(time.unix_seconds(), 1643740200.0);
    assert_eq!(time.to_string(), "2022-02-01T18:30:00Z");
    assert_eq!(UtcTime(-SECOND / 2).unix_seconds(), -0.5);
    assert_eq!(UtcTime(-SECOND / 2).to_string(), "1969-12-31T23:59:59.5Z");
    assert_eq!(UtcTime(9_007_199_254 * SECOND).unix_seconds(), 9_007_199_254.0);
    assert!(UtcTime(i64::MAX).to_string().contains("microseconds since"));
}
