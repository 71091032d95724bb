//! Elementary functions without branches, calls and look-ups, on any [`Lanes`].
//!
//! A last digit near the horizon becomes a visible one, after some polynomials whose terms cancel:
//! there all instruction sets must round alike, elsewhere they may use what they have.
//!
//! Each is good to a few units in the last place within the range that it names, and gives some
//! value, never a panic, outside. The coefficients are Chebyshev interpolants, computed with 70 digits.

use std::f64::consts::{FRAC_PI_2, LN_2, LOG2_E, SQRT_2};

use super::lanes::Lanes;

/// For `FUSED`: as fast as the instruction set can.
pub const FUSED: bool = true;

/// For `FUSED`: rounded alike on all instruction sets.
pub const ALIKE: bool = false;

/// `a b + c`.
#[inline(always)]
pub fn multiply_add<L: Lanes, const FUSED: bool>(a: L, b: L, c: L) -> L {
    if FUSED { a.times_plus(b, c) } else { a * b + c }
}

/// The polynomial with these coefficients, that of the lowest power first.
#[inline(always)]
pub fn polynomial<L: Lanes, const FUSED: bool, const N: usize>(coefficients: &[f64; N], x: L) -> L {
    let mut sum = L::splat(coefficients[N - 1]);
    for power in (0..N - 1).rev() {
        sum = multiply_add::<L, FUSED>(sum, x, L::splat(coefficients[power]));
    }
    sum
}

/// Natural logarithm of positive normal numbers.
#[inline(always)]
pub fn ln<L: Lanes, const FUSED: bool>(x: L) -> L {
    const LEAST: u64 = (SQRT_2 / 2.0).to_bits();
    const ONE: u64 = 1.0_f64.to_bits();
    const FRACTION: u64 = (1 << 52) - 1;
    // the exponent as the last digits of a number of 2^52 and more, whose distance is known
    const APART: f64 = (1_u64 << 52) as f64;
    // (2 atanh(s) / s - 2) over s squared
    const SERIES: [f64; 6] = [
        0.6666666666666208,
        0.4000000001120651,
        0.28571424138322354,
        0.22222862280305436,
        0.1814019379426609,
        0.166218172827956,
    ];
    let shifted = x.plus_bits(ONE - LEAST);
    let exponent = shifted.shift_out_fraction().or_bits(APART.to_bits()) - (APART + 1023.0);
    let mantissa = shifted.and_bits(FRACTION).plus_bits(LEAST);
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let z = s * s;
    let odd = multiply_add::<L, FUSED>(z, polynomial::<L, FUSED, 6>(&SERIES, z), L::splat(2.0));
    multiply_add::<L, FUSED>(exponent, L::splat(LN_2), s * odd)
}

/// The exponential function between -700 and 700.
#[inline(always)]
pub fn exp<L: Lanes, const FUSED: bool>(x: L) -> L {
    // adding it rounds to an integer, which the last bits then hold
    const ROUND: f64 = 1.5 * (1_u64 << 52) as f64;
    // the logarithm of 2 in two parts: a multiple of the first is exact
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let rounded = x * LOG2_E + ROUND;
    let power = rounded - ROUND;
    let rest = (x - power * LN_2_HIGH) - power * LN_2_LOW;
    polynomial::<L, FUSED, 14>(&INVERSE_FACTORIALS, rest)
        * rounded.shift_in_fraction().plus_bits(1.0_f64.to_bits())
}

/// Of 0 to 13.
const INVERSE_FACTORIALS: [f64; 14] = {
    let mut inverse = [1.0; 14];
    let mut factorial = 1.0;
    let mut n = 1;
    while n < 14 {
        factorial *= n as f64;
        inverse[n] = 1.0 / factorial;
        n += 1;
    }
    inverse
};

/// The angle whose sine and cosine these are, radians; for cosines that are not negative.
#[inline(always)]
pub fn angle<L: Lanes>(sine: L, cosine: L) -> L {
    // (1 - atan(t) / t) over t squared
    const SERIES: [f64; 10] = [
        0.3333333333333325,
        -0.19999999999898407,
        0.14285714266096602,
        -0.11111109636533431,
        0.09090852557145968,
        -0.07691055157849669,
        0.06649613689550408,
        -0.05736332130703195,
        0.044833345062807464,
        -0.022750525406052224,
    ];
    let height = sine.abs();
    let steep = height.above(cosine);
    let (near, far) = (L::select(steep, height, cosine), L::select(steep, cosine, height));
    // of half the angle, or of half of what it lacks to a right angle: at most 0.4142
    let tangent = far / (near + 1.0);
    let z = tangent * tangent;
    let twice = (tangent + tangent) * (L::splat(1.0) - z * polynomial::<L, ALIKE, 10>(&SERIES, z));
    L::select(steep, L::splat(FRAC_PI_2) - twice, twice).copysign(sine)
}

/// Sine and cosine of angles of at most 0.05, radians.
#[inline(always)]
pub fn small_sin_cos<L: Lanes>(angle: L) -> (L, L) {
    let z = angle * angle;
    let sine = angle * polynomial::<L, ALIKE, 4>(&[1.0, -1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0], z);
    let cosine = polynomial::<L, ALIKE, 5>(&[1.0, -0.5, 1.0 / 24.0, -1.0 / 720.0, 1.0 / 40320.0], z);
    (sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(ours: f64, standard: f64, what: f64) {
        let tolerance = 6.0 * f64::EPSILON * standard.abs().max(1e-300);
        assert!((ours - standard).abs() <= tolerance, "{what}: {ours:e} and not {standard:e}");
    }

    fn steps(from: f64, to: f64) -> impl Iterator<Item = f64> {
        (0..=20_000).map(move |n| from + (to - from) * f64::from(n) / 20_000.0)
    }

    #[test]
    fn logarithms() {
        for power in steps(-20.0, 20.0) {
            let x = power.exp() * 1.000123;
            let (ours, standard) = (ln::<f64, ALIKE>(x), x.ln());
            let tolerance = 4.0 * f64::EPSILON * (1.0 + standard.abs());
            assert!((ours - standard).abs() <= tolerance, "{x}: {ours} and not {standard}");
        }
        assert!(ln::<f64, ALIKE>(0.0).is_finite());
    }

    #[test]
    fn exponentials() {
        steps(-60.0, 60.0).for_each(|x| compare(exp::<f64, ALIKE>(x), x.exp(), x));
    }

    #[test]
    fn angles() {
        for x in steps(-FRAC_PI_2, FRAC_PI_2) {
            let (sine, cosine) = x.sin_cos();
            compare(angle(sine, cosine), x, x);
        }
    }

    #[test]
    fn small_angles() {
        for x in steps(-0.05, 0.05) {
            let (sine, cosine) = small_sin_cos(x);
            compare(sine, x.sin(), x);
            compare(cosine, x.cos(), x);
        }
    }

    #[test]
    fn missing_values_stay_missing() {
        assert!(exp::<f64, FUSED>(f64::NAN).is_nan() && angle(f64::NAN, 0.5).is_nan());
        assert!(polynomial::<f64, FUSED, 2>(&[1.0, 2.0], f64::NAN).is_nan());
    }
}
