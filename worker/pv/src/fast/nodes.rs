//! Where a tile's geometry is computed: 8 by 8 nodes, and 16 places between them to check by.
//!
//! Places are from -1 to 1 along each axis of the tile. Nodes and checks are laid out row by row, and
//! what repeats from row to row is stored for two rows, as many as are computed at once.

use std::f64::consts::PI;

/// Nodes along each axis.
pub const NODES: usize = 8;

/// Nodes of two rows, and the checks.
pub const PAIR: usize = 2 * NODES;

/// All nodes.
pub const ALL_NODES: usize = NODES * NODES;

/// Where from row to row the checks are: near the middle and near an end, between two nodes.
pub const CHECK_ROWS: [f64; 2] = [0.03, -0.78];

/// Along an axis: where a Chebyshev polynomial has its extrema, the ends among them.
pub fn nodes() -> [f64; NODES] {
    std::array::from_fn(|k| (PI * k as f64 / (NODES - 1) as f64).cos())
}

/// Along a row: the checks of the one row and of the other, between the nodes and near the middle.
pub fn checks() -> [f64; PAIR] {
    let between = |k: usize| (PI * (k as f64 + 0.5) / (NODES - 1) as f64).cos();
    std::array::from_fn(|k| match (k / NODES, k % NODES) {
        (0, 7) => 0.1,
        (0, k) => between(k),
        (_, 7) => -0.1,
        (_, k) => 0.98 * between(k),
    })
}

/// A piece of an axis.
pub struct Piece {
    middle: f64,
    half: f64,
    tame: bool,
}

/// Longitudes, or hour angles, as cosine and sine.
#[derive(Clone, Copy, Debug)]
pub struct Turns<const N: usize> {
    /// Of each.
    pub cos: [f64; N],
    /// Of each.
    pub sin: [f64; N],
}

/// Longitudes, or hour angles, of a tile's nodes and checks.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// Of a row, twice.
    pub nodes: Turns<PAIR>,
    /// Of both rows.
    pub checks: Turns<PAIR>,
    /// Whether the tile is small enough to be worth a try.
    pub small: bool,
    /// From the middle to an end, radians.
    pub reach: f64,
}

impl Piece {
    /// The farthest that one may reach, degrees: a larger tile is never smooth enough.
    const LARGEST: f64 = 4.0;

    /// With these coordinates.
    pub fn of(axis: &[f64]) -> Self {
        let first = axis.first().copied().unwrap_or(f64::NAN);
        let last = axis.last().copied().unwrap_or(f64::NAN);
        let mut piece = Self { middle: 0.5 * (first + last), half: 0.5 * (last - first), tame: false };
        piece.tame = axis.iter().all(|&value| piece.within(value).abs() <= 1.0 + 1e-9);
        piece
    }

    /// From -1 at its first coordinate to 1 at its last.
    pub fn within(&self, value: f64) -> f64 {
        if self.half == 0.0 { 0.0 } else { (value - self.middle) / self.half }
    }

    /// The other way.
    pub fn at(&self, within: f64) -> f64 {
        self.middle + self.half * within
    }

    /// Whether it is small enough, and no coordinate is beyond its ends.
    pub fn is_small(&self) -> bool {
        self.tame && 2.0 * self.half.abs() <= Self::LARGEST
    }
}

impl<const N: usize> Turns<N> {
    /// Of angles in degrees.
    pub fn new(degrees: [f64; N]) -> Self {
        Self {
            cos: degrees.map(|angle| angle.to_radians().cos()),
            sin: degrees.map(|angle| angle.to_radians().sin()),
        }
    }

    /// Turned on by an angle and multiplied: `[cos, sin]` of the angle, times the factor.
    pub fn turned(&self, [cos, sin]: [f64; 2]) -> Self {
        Self {
            cos: std::array::from_fn(|k| self.cos[k] * cos - self.sin[k] * sin),
            sin: std::array::from_fn(|k| self.sin[k] * cos + self.cos[k] * sin),
        }
    }
}

impl Places {
    /// In a piece of the axis of longitudes.
    pub fn new(piece: &Piece) -> Self {
        let nodes = nodes();
        let twice: [f64; PAIR] = std::array::from_fn(|k| nodes[k % NODES]);
        Self {
            nodes: Turns::new(twice.map(|within| piece.at(within))),
            checks: Turns::new(checks().map(|within| piece.at(within))),
            small: piece.is_small(),
            reach: piece.half.abs().to_radians(),
        }
    }

    /// As [`Turns::turned`].
    pub fn turned(&self, by: [f64; 2]) -> Self {
        Self { nodes: self.nodes.turned(by), checks: self.checks.turned(by), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_goes_from_minus_one_to_one_either_way_round() {
        for axis in [[10.0, 11.0, 14.0], [14.0, 11.0, 10.0]] {
            let piece = Piece::of(&axis);
            assert_eq!((piece.within(axis[0]), piece.within(axis[2])), (-1.0, 1.0));
            assert!(piece.is_small() && piece.at(1.0) == axis[2]);
        }
    }

    #[test]
    fn pieces_that_are_too_large_or_out_of_order_are_not_for_interpolation() {
        assert!(!Piece::of(&[10.0, 12.0, 14.5]).is_small());
        assert!(!Piece::of(&[10.0, 12.0, 11.5]).is_small());
        assert!(!Piece::of(&[10.0, f64::NAN, 11.5]).is_small());
        let single = Piece::of(&[3.0]);
        assert!(single.is_small() && single.within(3.0) == 0.0);
    }

    #[test]
    fn checks_are_no_nodes() {
        for check in checks() {
            assert!(nodes().iter().all(|node| (node - check).abs() > 0.02), "{check}");
        }
    }

    #[test]
    fn turning_adds_angles() {
        let turned = Turns::new([20.0, 100.0]).turned([3.0_f64.cos() * 2.0, 3.0_f64.sin() * 2.0]);
        let expected = 100.0_f64.to_radians() + 3.0;
        assert!((turned.cos[1] - 2.0 * expected.cos()).abs() < 1e-14);
        assert!((turned.sin[1] - 2.0 * expected.sin()).abs() < 1e-14);
    }
}
