//! The cells of real regions against shapely's, on a coarse grid (`fixtures/make.py`).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::collections::BTreeMap;

use dayfold_worker::regions::Coverage;

/// By region: row, first column, end.
type Runs = BTreeMap<String, Vec<[usize; 3]>>;

fn shapely() -> Runs {
    let mut runs = Runs::new();
    for row in csv::Reader::from_path(common::fixtures().join("masks.csv")).unwrap().records() {
        let row = row.unwrap();
        let run = [1, 2, 3].map(|field| row[field].parse().unwrap());
        runs.entry(row[0].to_owned()).or_default().push(run);
    }
    runs
}

/// Every 20th cell of the archive's grid, stored as 32-bit floats.
fn axis(first: f64, count: u32) -> Vec<f64> {
    (0..count).step_by(20).map(|step| f64::from((first + 0.02 * f64::from(step)) as f32)).collect()
}

/// Columns are from the smallest longitude, rows from the smallest latitude, whatever the order stored.
fn runs(coverage: &Coverage, rows: usize, columns: usize, descending: bool) -> Runs {
    let mut runs = Runs::new();
    for (region, name) in coverage.names().iter().enumerate() {
        let mut found: Vec<[usize; 3]> = Vec::new();
        for row in 0..rows {
            let spans = coverage.spans(if descending { rows - 1 - row } else { row }).iter();
            let member = spans.filter(|span| coverage.members(span.set).contains(&region));
            let mut cells: Vec<_> = member.map(|span| span.columns.clone()).collect();
            if descending {
                cells = cells.into_iter().rev().map(|run| columns - run.end..columns - run.start).collect();
            }
            for run in cells {
                match found.last_mut() {
                    Some([last, _, end]) if *last == row && *end == run.start => *end = run.end,
                    _ => found.push([row, run.start, run.end]),
                }
            }
        }
        if !found.is_empty() {
            runs.insert(name.clone(), found);
        }
    }
    runs
}

#[test]
fn cells_are_shapelys_on_either_direction_and_either_convention() {
    let (latitudes, longitudes) = (axis(-44.5, 1726), axis(112.0, 2214));
    let expected = shapely();
    let reversed = |axis: &[f64]| axis.iter().rev().copied().collect::<Vec<_>>();
    let states = common::states();
    let upward = Coverage::new(Some(&states), &latitudes, &longitudes).unwrap();
    assert_eq!(runs(&upward, latitudes.len(), longitudes.len(), false), expected);
    let downward = Coverage::new(Some(&states), &reversed(&latitudes), &reversed(&longitudes)).unwrap();
    assert_eq!(runs(&downward, latitudes.len(), longitudes.len(), true), expected);
    let turned: Vec<_> = longitudes.iter().map(|longitude| longitude - 360.0).collect();
    let turned = Coverage::new(Some(&states), &latitudes, &turned).unwrap();
    assert_eq!(runs(&turned, latitudes.len(), longitudes.len(), false), expected);
}

#[test]
fn counts_and_warnings_fit_the_cells() {
    let (latitudes, longitudes) = (axis(-44.5, 1726), axis(112.0, 2214));
    let coverage = Coverage::new(Some(&common::states()), &latitudes, &longitudes).unwrap();
    let expected = shapely();
    for (name, &cells) in coverage.names().iter().zip(coverage.cells()) {
        let runs = expected.get(name).map_or(&[][..], Vec::as_slice);
        assert_eq!(cells, runs.iter().map(|[_, start, end]| end - start).sum::<usize>(), "{name}");
        assert_eq!(cells == 0, coverage.warnings().iter().any(|warning| warning.contains(name)), "{name}");
    }
}
