//! A shapefile's rings put together to polygons.
//!
//! The format stores a bag of rings: outer ones run clockwise, holes counterclockwise (ESRI
//! Shapefile Technical Description, 1998, page 8), and does not say which hole is whose.

use dayfold_contract::Polygon;
use dayfold_contract::region::Ring;
use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::{Coord, LineString};

use super::feature::is_flat;

/// What rings make, and what was odd about them.
#[derive(Debug, Default)]
pub(super) struct Assembled {
    /// In the order of their outer rings.
    pub(super) polygons: Vec<Polygon>,
    /// Whether all rings ran the wrong way.
    pub(super) backwards: bool,
    /// Holes that are in no outer ring, and are taken as outer rings.
    pub(super) stray_holes: usize,
}

/// An outer ring with what is needed to find out what is in it.
struct Outer {
    polygon: Polygon,
    closed: LineString<f64>,
    area: f64,
}

/// Puts rings together, each hole to the smallest outer ring around it.
pub(super) fn assemble(rings: Vec<Ring>) -> Assembled {
    let with_area = |ring: Ring| (area(&ring), ring);
    let rings: Vec<(f64, Ring)> = rings.into_iter().filter(|ring| !is_flat(ring)).map(with_area).collect();
    // The largest ring cannot be a hole.
    let largest = rings.iter().map(|(area, _)| *area).max_by(|one, other| one.abs().total_cmp(&other.abs()));
    let backwards = largest.is_some_and(|area| area > 0.0);
    let (holes, outer): (Vec<_>, Vec<_>) =
        rings.into_iter().partition(|(area, _)| if backwards { *area < 0.0 } else { *area > 0.0 });
    let mut outer: Vec<Outer> = outer.into_iter().map(|(area, ring)| Outer::new(area, ring)).collect();
    let mut stray = Vec::new();
    for (area, hole) in holes {
        match smallest_around(&mut outer, area, &hole) {
            Some(around) => around.polygon.holes.push(hole),
            None => stray.push(Polygon { exterior: hole, holes: Vec::new() }),
        }
    }
    let stray_holes = stray.len();
    let polygons = outer.into_iter().map(|outer| outer.polygon).chain(stray).collect();
    Assembled { polygons, backwards, stray_holes }
}

impl Outer {
    fn new(area: f64, ring: Ring) -> Self {
        let mut closed = LineString::from_iter(ring.iter().copied().map(Coord::from));
        closed.close();
        Self { polygon: Polygon { exterior: ring, holes: Vec::new() }, closed, area: area.abs() }
    }

    /// Whether a ring that does not cross this one is in it: its first point off the edge decides.
    fn contains(&self, ring: &Ring) -> bool {
        let places = ring.iter().map(|&point| coord_pos_relative_to_ring(Coord::from(point), &self.closed));
        let mut off_edge = places.filter(|place| *place != CoordPos::OnBoundary);
        off_edge.next().is_none_or(|place| place == CoordPos::Inside)
    }
}

fn smallest_around<'a>(outer: &'a mut [Outer], area: f64, hole: &Ring) -> Option<&'a mut Outer> {
    outer
        .iter_mut()
        .filter(|outer| outer.area >= area.abs() && outer.contains(hole))
        .min_by(|one, other| one.area.total_cmp(&other.area))
}

/// The signed area of a ring, closed or not: negative if it runs clockwise. Relative to its first point,
/// so that small rings far from the origin keep their sign.
fn area(ring: &Ring) -> f64 {
    let Some(&[x0, y0]) = ring.first() else { return 0.0 };
    let next = ring.iter().cycle().skip(1);
    let cross = |([x1, y1], [x2, y2]): (&[f64; 2], &[f64; 2])| (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
    ring.iter().zip(next).map(cross).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clockwise.
    fn square(x: f64, y: f64, size: f64) -> Ring {
        vec![[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]]
    }

    fn reversed(mut ring: Ring) -> Ring {
        ring.reverse();
        ring
    }

    #[test]
    fn areas_have_the_sign_of_their_direction() {
        assert_eq!(area(&square(150.0, -30.0, 2.0)), -4.0);
        assert_eq!(area(&reversed(square(150.0, -30.0, 2.0))), 4.0);
        let mut open = square(0.0, 0.0, 3.0);
        open.pop();
        assert_eq!(area(&open), -9.0);
    }

    #[test]
    fn holes_go_to_the_smallest_ring_around_them() {
        let island = square(4.0, 4.0, 2.0);
        let rings = vec![
            reversed(square(4.5, 4.5, 1.0)),
            square(0.0, 0.0, 10.0),
            island.clone(),
            reversed(square(3.0, 3.0, 4.0)),
            square(20.0, 0.0, 1.0),
        ];
        let assembled = assemble(rings.clone());
        assert!(!assembled.backwards && assembled.stray_holes == 0);
        let [big, small, apart] = &assembled.polygons[..] else { panic!("{assembled:?}") };
        assert_eq!((&big.exterior, &big.holes[..]), (&rings[1], &rings[3..4]));
        assert_eq!((&small.exterior, &small.holes[..]), (&island, &rings[0..1]));
        assert_eq!((&apart.exterior, apart.holes.len()), (&rings[4], 0));
    }

    #[test]
    fn a_hole_may_touch_the_edge() {
        let rings = vec![square(0.0, 0.0, 10.0), square(10.0, 0.0, 10.0), reversed(square(10.0, 2.0, 2.0))];
        let assembled = assemble(rings);
        assert_eq!(assembled.polygons[0].holes.len(), 0);
        assert_eq!(assembled.polygons[1].holes.len(), 1);
    }

    #[test]
    fn files_that_run_backwards_are_understood() {
        let rings = vec![reversed(square(0.0, 0.0, 10.0)), square(1.0, 1.0, 2.0)];
        let assembled = assemble(rings.clone());
        assert!(assembled.backwards);
        assert_eq!(assembled.polygons.len(), 1);
        assert_eq!(assembled.polygons[0].holes, &rings[1..]);
    }

    #[test]
    fn stray_holes_and_flat_rings_are_told() {
        let rings = vec![
            square(0.0, 0.0, 10.0),
            reversed(square(20.0, 1.0, 2.0)),
            vec![[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]],
        ];
        let assembled = assemble(rings);
        assert_eq!((assembled.polygons.len(), assembled.stray_holes), (2, 1));
        assert!(assemble(Vec::new()).polygons.is_empty());
    }
}
