//! Polynomials over a tile: through values at its nodes, and checked between them.
//!
//! Found and checked with the same bits by all instruction sets, so that none takes a tile for smooth
//! that another does not.

use super::elementary::polynomial;
use super::lanes::{Lanes, Mask};
use super::nodes::{ALL_NODES, CHECK_ROWS, NODES, PAIR, checks, nodes};

/// How many coefficients along a row are enough where the sun is high.
pub const FEW: usize = 6;

/// Values of some quantities at places, row by row.
pub type Values<const Q: usize, const N: usize> = [[f64; N]; Q];

/// Coefficients of polynomials along a row: the lowest power first.
pub type RowCoefficients<const Q: usize> = [[f64; NODES]; Q];

/// Some quantities as polynomials of the place within a tile: coefficients along rows, by power of the
/// place from row to row.
#[derive(Clone, Debug)]
pub struct Surface<const Q: usize>([RowCoefficients<Q>; NODES]);

/// From values at nodes to coefficients, and where to check them.
#[derive(Clone, Debug)]
pub struct Interpolation {
    /// By node and power.
    transform: [[f64; NODES]; NODES],
    checks: [f64; PAIR],
}

impl Interpolation {
    /// Lagrange's polynomials of the nodes, multiplied out.
    pub fn new() -> Self {
        let nodes = nodes();
        let transform = nodes.map(|node| {
            let mut coefficients = [0.0; NODES];
            coefficients[0] = 1.0;
            for other in nodes.into_iter().filter(|&other| other != node) {
                let scale = 1.0 / (node - other);
                for power in (0..NODES).rev() {
                    let lower = if power == 0 { 0.0 } else { coefficients[power - 1] };
                    coefficients[power] = (lower - other * coefficients[power]) * scale;
                }
            }
            coefficients
        });
        Self { transform, checks: checks() }
    }

    /// The polynomials through values at the nodes. They interpolate what differs from one value:
    /// that is little, and so are the rounding errors.
    #[inline(always)]
    pub fn through<L: Lanes, const Q: usize>(&self, values: &Values<Q, ALL_NODES>) -> Surface<Q> {
        const MIDDLE: usize = ALL_NODES / 2 + NODES / 2;
        let mut surface = self.across::<L, Q>(&self.along::<L, Q>(values, MIDDLE));
        for (coefficients, values) in surface.0[0].iter_mut().zip(values) {
            coefficients[0] += values[MIDDLE];
        }
        surface
    }

    /// Coefficients along each row of the polynomials through values, less one of them.
    #[inline(always)]
    fn along<L: Lanes, const Q: usize>(
        &self,
        values: &Values<Q, ALL_NODES>,
        less: usize,
    ) -> [RowCoefficients<Q>; NODES] {
        let mut coefficients = [[[0.0; NODES]; Q]; NODES];
        for (quantity, values) in values.iter().enumerate() {
            for (coefficients, row) in coefficients.iter_mut().zip(values.chunks_exact(NODES)) {
                for at in (0..NODES).step_by(L::WIDTH) {
                    let mut sum = L::splat(0.0);
                    for (value, weights) in row.iter().zip(&self.transform) {
                        sum = L::load(weights, at).times_plus(L::splat(value - values[less]), sum);
                    }
                    sum.store(&mut coefficients[quantity], at);
                }
            }
        }
        coefficients
    }

    /// The same from row to row.
    #[inline(always)]
    fn across<L: Lanes, const Q: usize>(&self, rows: &[RowCoefficients<Q>; NODES]) -> Surface<Q> {
        let mut coefficients = [[[0.0; NODES]; Q]; NODES];
        for at in (0..Q * NODES).step_by(L::WIDTH) {
            for (power, coefficients) in coefficients.iter_mut().enumerate() {
                let mut sum = L::splat(0.0);
                for (row, weights) in rows.iter().zip(&self.transform) {
                    sum = L::load(row.as_flattened(), at).times_plus(L::splat(weights[power]), sum);
                }
                sum.store(coefficients.as_flattened_mut(), at);
            }
        }
        Surface(coefficients)
    }

    /// What polynomials give at the checks.
    #[inline(always)]
    pub fn at_checks<L: Lanes, const Q: usize>(&self, surface: &Surface<Q>) -> Values<Q, PAIR> {
        let mut values = [[0.0; PAIR]; Q];
        for (row, within) in CHECK_ROWS.into_iter().enumerate() {
            let coefficients = surface.row::<L>(within);
            for (values, coefficients) in values.iter_mut().zip(&coefficients) {
                for at in (row * NODES..(row + 1) * NODES).step_by(L::WIDTH) {
                    let place = L::load(&self.checks, at);
                    polynomial(coefficients, place).store(values, at);
                }
            }
        }
        values
    }
}

/// Whether values are as near to others as they must be, by quantity.
#[inline(always)]
pub fn are_near<L: Lanes, const Q: usize>(
    values: &Values<Q, PAIR>,
    others: &Values<Q, PAIR>,
    tolerances: &[f64; Q],
) -> bool {
    let mut near = 0;
    for ((values, others), &tolerance) in values.iter().zip(others).zip(tolerances) {
        for at in (0..PAIR).step_by(L::WIDTH) {
            let error = (L::load(values, at) - L::load(others, at)).abs();
            near += L::splat(tolerance).at_least(error).bits().count_ones();
        }
    }
    near as usize == Q * PAIR
}

impl<const Q: usize> Surface<Q> {
    /// With [`FEW`] coefficients along rows, the others zero: without Chebyshev's polynomials of the
    /// highest powers, which are the least that can be left out.
    #[inline(always)]
    pub fn shortened(&self) -> Self {
        let mut surface = self.clone();
        for coefficients in surface.0.as_flattened_mut() {
            let [c0, c1, c2, c3, c4, c5, c6, c7] = coefficients;
            let (sixth, seventh) = (std::mem::take(c6), std::mem::take(c7));
            // T6 = 32 x^6 - 48 x^4 + 18 x^2 - 1, T7 = 64 x^7 - 112 x^5 + 56 x^3 - 7 x
            *c0 += sixth * (1.0 / 32.0);
            *c1 += seventh * (7.0 / 64.0);
            *c2 -= sixth * (18.0 / 32.0);
            *c3 -= seventh * (56.0 / 64.0);
            *c4 += sixth * (48.0 / 32.0);
            *c5 += seventh * (112.0 / 64.0);
        }
        surface
    }

    /// The polynomials along the row at this place within the tile, from -1 to 1.
    #[inline(always)]
    pub fn row<L: Lanes>(&self, within: f64) -> RowCoefficients<Q> {
        let mut sums = [[0.0; NODES]; Q];
        for at in (0..Q * NODES).step_by(L::WIDTH) {
            let mut sum = L::splat(0.0);
            for coefficients in self.0.iter().rev() {
                sum = sum.times_plus(L::splat(within), L::load(coefficients.as_flattened(), at));
            }
            sum.store(sums.as_flattened_mut(), at);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A polynomial of degree 7 in both directions, different for each quantity.
    fn surface(quantity: usize, x: f64, y: f64) -> f64 {
        (0..8).map(|k| f64::from(quantity as i32 + k + 1) * x.powi(k) * y.powi(7 - k)).sum()
    }

    #[test]
    fn a_shortened_surface_is_off_by_chebyshevs_polynomials() {
        let mut surface = Surface([[[0.0; NODES]; 1]; NODES]);
        surface.0[0][0] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let short = surface.shortened().row::<f64>(0.3);
        assert_eq!(short[0][FEW..], [0.0, 0.0]);
        for angle in [0.0, 0.4, 1.0, 2.0, 3.0_f64] {
            let [long, short] =
                [surface.0[0][0], short[0]].map(|row| polynomial::<f64, NODES>(&row, angle.cos()));
            let left_out = 7.0 / 32.0 * (6.0 * angle).cos() + 8.0 / 64.0 * (7.0 * angle).cos();
            assert!((long - short - left_out).abs() < 1e-13, "{angle}");
        }
    }

    #[test]
    fn polynomials_of_as_high_a_degree_as_there_are_nodes_come_back() {
        let interpolation = Interpolation::new();
        let (xs, ys) = (nodes(), nodes());
        let mut values = [[0.0; ALL_NODES]; 4];
        for (quantity, values) in values.iter_mut().enumerate() {
            *values = std::array::from_fn(|k| surface(quantity, xs[k % NODES], ys[k / NODES]));
        }
        let found = interpolation.through::<f64, 4>(&values);
        for (x, y) in [(0.3, -0.7), (-1.0, 1.0), (0.99, 0.01)] {
            let row = found.row::<f64>(y);
            for (quantity, coefficients) in row.iter().enumerate() {
                let found = polynomial::<f64, NODES>(coefficients, x);
                assert!((found - surface(quantity, x, y)).abs() < 1e-11, "{quantity} {x} {y}: {found}");
            }
        }
    }
}
