//! Monthly files of hourly air temperature on a coarse grid of their own, as a reanalysis has them.

use std::path::{Path, PathBuf};

use dayfold_ncio::dataset::{Dataset, Values};
use dayfold_ncio::write::Storage;
use jiff::civil::{Date, DateTime, Time};

use super::layout::{coordinate, text, variable};

/// Where the file of a month is, below the sample's folder.
pub fn path(folder: &Path, month: Date) -> PathBuf {
    folder.join(format!("tas_{}.nc", month.strftime("%Y%m")))
}

/// The months, by their first days, that days from `first` to `last` need. A day begins on the
/// evening before.
pub fn months(first: Date, last: Date) -> Vec<Date> {
    let start = first.yesterday().unwrap_or(first).first_of_month();
    start.series(jiff::Span::new().months(1)).take_while(|month| *month <= last).collect()
}

/// The file of the month that begins on `month`.
pub fn dataset(month: Date) -> Dataset {
    let hours: Vec<f64> = (0..i32::from(month.days_in_month()) * 24).map(f64::from).collect();
    let axis =
        |first: f64, count: u32| -> Vec<f64> { (0..count).map(|n| first + 1.1 * f64::from(n)).collect() };
    let (latitude, longitude) = (axis(-45.0, 33), axis(111.5, 42));
    let values = temperatures(&hours, &latitude, &longitude);
    let since = month.to_datetime(Time::midnight()).duration_since(ORIGIN).as_secs_f64() / 86_400.0;
    let time = hours.iter().map(|hour| since + hour / 24.0).collect();
    Dataset {
        dimensions: vec![
            ("time".into(), hours.len()),
            ("lat".into(), latitude.len()),
            ("lon".into(), longitude.len()),
        ],
        variables: vec![
            coordinate(
                "time",
                Values::F64(time),
                "days since 1949-12-01 00:00:00",
                &[("calendar", "proleptic_gregorian")],
            ),
            coordinate("lat", Values::F64(latitude), "degrees_north", &[("standard_name", "latitude")]),
            coordinate("lon", Values::F64(longitude), "degrees_east", &[("standard_name", "longitude")]),
            variable(
                "tas",
                &["time", "lat", "lon"],
                Values::F32(values),
                vec![text("units", "K"), text("standard_name", "air_temperature")],
            ),
        ],
        attributes: vec![
            text("Conventions", "CF-1.7"),
            text("title", "Synthetic near-surface air temperature"),
        ],
    }
}

/// How it is stored: about a day a chunk.
pub fn storage() -> Storage {
    Storage::Deflated { level: 4, chunk_bytes: 128 << 10, along: "time".into() }
}

/// Where the file's times count from.
const ORIGIN: DateTime = jiff::civil::datetime(1949, 12, 1, 0, 0, 0, 0);

/// Warm in the north, warmest at three in the afternoon, local time.
fn temperatures(hours: &[f64], latitude: &[f64], longitude: &[f64]) -> Vec<f32> {
    let mut values = Vec::with_capacity(hours.len() * latitude.len() * longitude.len());
    for hour in hours {
        for latitude in latitude {
            for longitude in longitude {
                let angle = (hour + longitude / 15.0 - 15.0) / 24.0 * std::f64::consts::TAU;
                let kelvin = 300.0 + 0.35 * (latitude + 25.0) + 6.0 * angle.cos();
                values.push(((kelvin * 100.0).round() / 100.0) as f32);
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_evening_before_the_first_of_a_month_needs_the_month_before() {
        assert_eq!(months(date(2022, 2, 1), date(2022, 2, 3)), [date(2022, 1, 1), date(2022, 2, 1)]);
        assert_eq!(months(date(2022, 2, 2), date(2022, 2, 28)), [date(2022, 2, 1)]);
        assert_eq!(months(date(2021, 12, 31), date(2022, 1, 1)), [date(2021, 12, 1), date(2022, 1, 1)]);
    }

    #[test]
    fn a_month_is_hourly_and_warmest_in_the_afternoon() {
        let dataset = dataset(date(2022, 2, 1));
        assert_eq!(dataset.dimensions[0], ("time".into(), 28 * 24));
        let Values::F64(time) = &dataset.variables[0].values else { panic!("{:?}", dataset.variables[0]) };
        // 1949-12-01 to 2022-02-01: 72 years and 62 days, of which 18 leap days
        assert_eq!(time[0], 72.0 * 365.0 + 18.0 + 62.0);
        // at 150 east, 15:00 local is 05:00 UTC
        let at = |hour| temperatures(&[hour], &[-25.0], &[150.0])[0];
        assert_eq!(at(5.0), 306.0);
        assert_eq!(at(17.0), 294.0);
    }
}
