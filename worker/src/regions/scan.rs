//! One polygon against a grid: the columns inside it, row by row, exactly.
//!
//! A row is a line of constant latitude. Each edge that crosses it does so left of some column; the
//! exact sign of an orientation (Shewchuk's adaptive predicate) finds which, so that no crossing is ever
//! computed and rounded. Between an odd crossing and the next lies the inside. Cells whose centre is on
//! an edge or a vertex are outside, as for shapely's `contains_xy`.

use std::ops::Range;

use dayfold_contract::Polygon;
use robust::{Coord, orient2d};

use super::ranges::{Columns, difference, union};

/// Cell centres: latitudes and longitudes, both ascending.
#[derive(Clone, Copy)]
pub struct Centres<'a> {
    /// Of the rows.
    pub latitudes: &'a [f64],
    /// Of the columns.
    pub longitudes: &'a [f64],
}

/// What is known of one row while a polygon's edges are walked.
#[derive(Clone, Default)]
struct Line {
    /// For each edge that crosses the row, how many columns lie left of it.
    crossings: Vec<usize>,
    /// Columns on an edge or a vertex.
    boundary: Vec<Columns>,
}

/// Calls `found` with each row that has cells inside `polygon`, and their columns.
pub fn scan(polygon: &Polygon, centres: Centres<'_>, mut found: impl FnMut(usize, Vec<Columns>)) {
    let Some(rows) = rows_within_reach(polygon, centres) else { return };
    let lines = vec![Line::default(); rows.len()];
    let mut scan = Scan { centres, first_row: rows.start, lines };
    edges(polygon).for_each(|(from, to)| scan.edge(from, to));
    for (row, line) in rows.zip(scan.lines) {
        let columns = line.inside();
        if !columns.is_empty() {
            found(row, columns);
        }
    }
}

impl Line {
    fn inside(mut self) -> Vec<Columns> {
        self.crossings.sort_unstable();
        let pairs = self.crossings.as_chunks::<2>().0;
        let crossed = union(pairs.iter().map(|&[enter, leave]| enter..leave).collect());
        difference(&crossed, &union(self.boundary))
    }
}

/// The rows that a polygon reaches.
struct Scan<'a> {
    centres: Centres<'a>,
    first_row: usize,
    lines: Vec<Line>,
}

impl Scan<'_> {
    /// Notes what one edge means for each row that it crosses or touches.
    fn edge(&mut self, from: Coord<f64>, to: Coord<f64>) {
        let Centres { latitudes, longitudes } = self.centres;
        let (low, high) = if from.y <= to.y { (from, to) } else { (to, from) };
        // Half open: of two edges that meet in a row, only one that goes on upwards crosses it.
        let first = latitudes.partition_point(|&latitude| latitude < low.y);
        let end = latitudes.partition_point(|&latitude| latitude < high.y);
        for (row, &latitude) in latitudes.iter().enumerate().take(end).skip(first) {
            let (left, on) = crossing(low, high, latitude, longitudes);
            let Some(line) = self.line(row) else { continue };
            line.crossings.push(left);
            line.boundary.push(on);
        }
        if latitudes.get(end) == Some(&high.y) {
            let start = if low.y == high.y { low.x } else { high.x };
            let on = within(longitudes, start.min(high.x), start.max(high.x));
            self.line(end).into_iter().for_each(|line| line.boundary.push(on.clone()));
        }
    }

    fn line(&mut self, row: usize) -> Option<&mut Line> {
        self.lines.get_mut(row.checked_sub(self.first_row)?)
    }
}

/// How many columns lie left of an upward edge at this latitude, and those that lie on it.
fn crossing(low: Coord<f64>, high: Coord<f64>, latitude: f64, longitudes: &[f64]) -> (usize, Columns) {
    let side = |longitude: f64| orient2d(low, high, Coord { x: longitude, y: latitude });
    let left = longitudes.partition_point(|&longitude| side(longitude) > 0.0);
    let not_right = longitudes.partition_point(|&longitude| side(longitude) >= 0.0);
    (left, left..not_right)
}

/// The rows between a polygon's lowest and highest point, unless it lies beside the grid.
fn rows_within_reach(polygon: &Polygon, centres: Centres<'_>) -> Option<Range<usize>> {
    let bounds = super::Bounds::of([polygon])?;
    let rows = within(centres.latitudes, bounds.south, bounds.north);
    let columns = within(centres.longitudes, bounds.west, bounds.east);
    (!rows.is_empty() && !columns.is_empty()).then_some(rows)
}

/// The indices of those `ascending` values that lie from `low` to `high`, both included.
fn within(ascending: &[f64], low: f64, high: f64) -> Range<usize> {
    ascending.partition_point(|&value| value < low)..ascending.partition_point(|&value| value <= high)
}

/// All edges of all rings, each ring closed.
fn edges(polygon: &Polygon) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> {
    let point = |&[x, y]: &[f64; 2]| Coord { x, y };
    std::iter::once(&polygon.exterior)
        .chain(&polygon.holes)
        .flat_map(move |ring| ring.iter().zip(ring.iter().cycle().skip(1)))
        .map(move |(from, to)| (point(from), point(to)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Contains, LineString, Point, Polygon as GeoPolygon};
    use proptest::prelude::*;

    fn inside(polygon: &Polygon, latitudes: &[f64], longitudes: &[f64]) -> Vec<(usize, usize)> {
        let mut cells = Vec::new();
        scan(polygon, Centres { latitudes, longitudes }, |row, columns| {
            cells.extend(columns.into_iter().flatten().map(|column| (row, column)));
        });
        cells
    }

    fn by_geo(polygon: &Polygon, latitudes: &[f64], longitudes: &[f64]) -> Vec<(usize, usize)> {
        let ring =
            |ring: &Vec<[f64; 2]>| LineString::from(ring.iter().map(|&[x, y]| (x, y)).collect::<Vec<_>>());
        let shape = GeoPolygon::new(ring(&polygon.exterior), polygon.holes.iter().map(ring).collect());
        let cells =
            (0..latitudes.len()).flat_map(|row| (0..longitudes.len()).map(move |column| (row, column)));
        cells
            .filter(|&(row, column)| shape.contains(&Point::new(longitudes[column], latitudes[row])))
            .collect()
    }

    /// A ring around (5, 5) whose radius changes with the angle: simple, and not convex.
    fn star(radii: &[f64], scale: f64, snap: bool) -> Vec<[f64; 2]> {
        let corner = |(at, radius): (usize, &f64)| {
            let (sine, cosine) = (at as f64 / radii.len() as f64 * std::f64::consts::TAU).sin_cos();
            let point = [5.0 + scale * radius * cosine, 5.0 + scale * radius * sine];
            if snap { point.map(f64::round) } else { point }
        };
        radii.iter().enumerate().map(corner).collect()
    }

    fn polygon(exterior: &[[f64; 2]], holes: &[&[[f64; 2]]]) -> Polygon {
        Polygon { exterior: exterior.to_vec(), holes: holes.iter().map(|hole| hole.to_vec()).collect() }
    }

    const WHOLE: [f64; 11] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];

    proptest! {
        #[test]
        fn any_simple_polygon_with_a_hole_is_as_in_geo(
            outer in prop::collection::vec(0.5_f64..1.0, 3..30),
            inner in prop::collection::vec(0.5_f64..1.0, 3..9),
            latitudes in prop::collection::btree_set(-100_i32..1100, 1..30),
            longitudes in prop::collection::btree_set(-100_i32..1100, 1..30),
        ) {
            let axis = |values: &std::collections::BTreeSet<i32>| values.iter().map(|&v| f64::from(v) / 100.0).collect::<Vec<_>>();
            let (latitudes, longitudes) = (axis(&latitudes), axis(&longitudes));
            let shape = polygon(&star(&outer, 5.0, false), &[&star(&inner, 1.2, false)]);
            prop_assert_eq!(inside(&shape, &latitudes, &longitudes), by_geo(&shape, &latitudes, &longitudes));
        }

        #[test]
        fn corners_and_edges_on_cell_centres_are_as_in_geo(radii in prop::collection::vec(0.3_f64..1.0, 4..9)) {
            let shape = polygon(&star(&radii, 5.0, true), &[]);
            prop_assume!(geo::algorithm::validation::Validation::is_valid(&GeoPolygon::new(
                LineString::from(shape.exterior.iter().map(|&[x, y]| (x, y)).collect::<Vec<_>>()), vec![])));
            prop_assert_eq!(inside(&shape, &WHOLE, &WHOLE), by_geo(&shape, &WHOLE, &WHOLE));
        }
    }

    #[test]
    fn the_boundary_is_outside() {
        let square = polygon(&[[1.0, 1.0], [4.0, 1.0], [4.0, 4.0], [1.0, 4.0]], &[]);
        assert_eq!(inside(&square, &WHOLE, &WHOLE), [(2, 2), (2, 3), (3, 2), (3, 3)]);
        let diamond = polygon(&[[3.0, 1.0], [5.0, 3.0], [3.0, 5.0], [1.0, 3.0]], &[]);
        assert_eq!(inside(&diamond, &WHOLE, &WHOLE), [(2, 3), (3, 2), (3, 3), (3, 4), (4, 3)]);
    }

    #[test]
    fn a_notch_that_ends_on_a_centre_takes_that_cell_out() {
        let notched = polygon(&[[0.5, 0.5], [3.0, 3.0], [5.5, 0.5], [5.5, 5.5], [0.5, 5.5]], &[]);
        let third_row: Vec<_> =
            inside(&notched, &WHOLE, &WHOLE).into_iter().filter(|cell| cell.0 == 3).collect();
        assert_eq!(third_row, [(3, 1), (3, 2), (3, 4), (3, 5)]);
    }

    #[test]
    fn a_hole_and_its_edge_are_outside() {
        let hole: &[[f64; 2]] = &[[2.0, 2.0], [2.0, 4.0], [4.0, 4.0], [4.0, 2.0], [2.0, 2.0]];
        let ring = polygon(&[[0.5, 0.5], [5.5, 0.5], [5.5, 5.5], [0.5, 5.5], [0.5, 0.5]], &[hole]);
        assert_eq!(inside(&ring, &WHOLE, &WHOLE).len(), 25 - 9);
    }

    #[test]
    fn rounding_decides_nothing() {
        // Neighbours of a point on the diagonal: one bit to either side decides, and the sum is above 0.3.
        let (low, high) = (Coord { x: 0.0, y: 0.0 }, Coord { x: 1.0, y: 1.0 });
        let beside = 0.1 + 0.2;
        assert_eq!(crossing(low, high, 0.3, &[0.3_f64.next_down(), 0.3, beside]), (1, 1..2));
    }

    #[test]
    fn rings_without_area_hold_nothing() {
        let rings: [&[[f64; 2]]; 4] =
            [&[], &[[3.0, 3.0]], &[[1.0, 1.0], [5.0, 5.0]], &[[1.0, 1.0], [5.0, 1.0], [3.0, 1.0]]];
        for ring in rings {
            assert_eq!(inside(&polygon(ring, &[]), &WHOLE, &WHOLE), [], "{ring:?}");
        }
    }

    #[test]
    fn corners_that_are_no_numbers_do_no_harm() {
        let rings: [&[[f64; 2]]; 2] = [
            &[[f64::NAN, 1.0], [5.0, f64::NAN], [2.0, 2.0]],
            &[[1.0, f64::NEG_INFINITY], [5.0, f64::INFINITY], [2.0, f64::NAN]],
        ];
        rings.into_iter().for_each(|ring| drop(inside(&polygon(ring, &[]), &WHOLE, &WHOLE)));
    }
}
