//! Against cftime 1.6 (which counts in whole microseconds): its instants are the literals here.

use super::*;

/// In a second.
const MICROSECONDS: i64 = 1_000_000;

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
fn inputs_need_days_of_the_world_and_other_calendars_are_named() {
    for calendar in ["noleap", "365_day", "all_leap", "360_day", "julian"] {
        let error = decode("days since 1970-01-01", Some(calendar)).unwrap_err();
        assert_eq!(error, TimeError::Calendar(calendar.to_owned()));
    }
    for calendar in ["none", "tai", ""] {
        let error = decode_in_any_calendar("days since 1970-01-01", Some(calendar)).unwrap_err();
        assert_eq!(error, TimeError::UnknownCalendar(calendar.to_owned()));
    }
}

/// `calendars.tsv` is written by `tests/fixtures/make_times.py`.
#[test]
fn every_calendar_is_that_of_cftime() {
    let lines = include_str!("../../tests/fixtures/calendars.tsv").lines();
    let mut read = 0;
    for line in lines {
        let [units, calendar, number, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let decoded = decode_in_any_calendar(units, Some(calendar));
        if expected == "refused" {
            assert_eq!(
                decoded,
                Err(TimeError::Reference(units.split_once(" since ").unwrap().1.to_owned())),
                "{line}"
            );
            continue;
        }
        let decoded = decoded.unwrap();
        let number: i64 = number.parse().unwrap();
        for value in [Number::Integer(number.into()), Number::Float(number as f64)] {
            let shown = decoded.instant(value).unwrap().show(decoded.calendar());
            assert_eq!(shown.trim_end_matches('Z').split(' ').next(), Some(expected), "{line}");
        }
        read += 1;
    }
    assert!(read > 500, "{read}");
}

#[test]
fn nanoseconds_are_counted_exactly_and_told_apart() {
    let units = decode_in_any_calendar("nanoseconds since 2022-01-01", None).unwrap();
    assert_eq!(units.unit_nanoseconds(), 1);
    let instant = units.instant(Number::Integer(1_200_000_000_246)).unwrap();
    assert_eq!(instant.nanoseconds(), 1_640_995_200_000_000_000 + 1_200_000_000_246);
    assert_eq!(instant.show(Calendar::Standard), "2022-01-01T00:20:00.000000246Z");
    for unit in ["ns", "nsec", "nsecs", "nanosecond", "nanosec", "Nanoseconds"] {
        let other = decode_in_any_calendar(&format!("{unit} since 2022-01-01"), None).unwrap();
        assert_eq!(other, units);
    }
    // instants of inputs are to the microsecond
    let inputs = decode("ns since 1970-01-01", None).unwrap();
    assert_eq!(inputs.time_int(1_499), Ok(UtcTime(1)));
    assert_eq!(inputs.time_int(-1_501), Ok(UtcTime(-2)));
    assert_eq!(inputs.time(1_500.4), Ok(UtcTime(2)));
}

#[test]
fn times_are_shown_in_their_calendar() {
    let show = |calendar, value| {
        let units = decode_in_any_calendar("days since 2001-01-01", Some(calendar)).unwrap();
        units.instant(Number::Float(value)).unwrap().show(units.calendar())
    };
    assert_eq!(show("360_day", 59.25), "2001-02-30T06:00:00 (360_day)");
    assert_eq!(show("365_day", 58.0), "2001-02-28T00:00:00 (noleap)");
    assert_eq!(show("gregorian", 0.5), "2001-01-01T12:00:00Z");
    assert_eq!(show("standard", 1e-6), "2001-01-01T00:00:00.0864Z");
}

#[test]
fn dates_of_other_calendars_are_found_in_the_world() {
    let date = |calendar, days| {
        let units = decode_in_any_calendar("days since 2001-01-01", Some(calendar)).unwrap();
        units.instant(Number::Float(days)).unwrap().at_its_date(units.calendar()).to_string()
    };
    assert_eq!(date("360_day", 59.25), "2001-02-28T06:00:00Z");
    assert_eq!(date("360_day", 60.0), "2001-03-01T00:00:00Z");
    assert_eq!(date("noleap", 365.0 * 4.0), "2005-01-01T00:00:00Z");
    assert_eq!(date("julian", 0.0), "2001-01-01T00:00:00Z");
    assert_eq!(date("standard", 31.5), "2001-02-01T12:00:00Z");
}

/// As UDUNITS has it: hours, or hours and minutes, east of Greenwich.
#[test]
fn time_zones_need_no_sign() {
    let hours_east = [
        ("0", 0.0),
        ("0:00", 0.0),
        ("00", 0.0),
        ("6", 6.0),
        ("+6", 6.0),
        ("6:30", 6.5),
        ("0930", 9.5),
        ("-3:30", -3.5),
        ("-330", -3.5),
        ("10:00:00", 10.0),
    ];
    for (zone, hours) in hours_east {
        for reference in [format!("1993-1-1 00:00:00.0 {zone}"), format!("1993-01-01T00:00 {zone}")] {
            let units = decode(&format!("seconds since {reference}"), None).unwrap();
            // 1993-01-01T00:00:00Z by `date -u -d ... +%s`
            assert_eq!(
                units.time_int(0).unwrap().unix_seconds(),
                725_846_400.0 - hours * 3600.0,
                "{reference}"
            );
        }
    }
    for zone in ["25", "6:60", "1x", "12345", "EST"] {
        assert!(decode(&format!("seconds since 1993-1-1 00:00 {zone}"), None).is_err(), "{zone}");
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
    let time = UtcTime(1643740200 * MICROSECONDS);
    assert_eq!(time.unix_seconds(), 1643740200.0);
    assert_eq!(time.to_string(), "2022-02-01T18:30:00Z");
    assert_eq!(UtcTime(-MICROSECONDS / 2).unix_seconds(), -0.5);
    assert_eq!(UtcTime(-MICROSECONDS / 2).to_string(), "1969-12-31T23:59:59.5Z");
    assert_eq!(UtcTime(9_007_199_254 * MICROSECONDS).unix_seconds(), 9_007_199_254.0);
    assert!(UtcTime(i64::MAX).to_string().contains("microseconds since"));
}
