//! Elementary functions without branches, calls and look-ups, on any [`Lanes`].
//!
//! Each is good to 13 digits within the range that it names, and gives some value, never a panic,
//! outside. The coefficients are Chebyshev interpolants, computed with 70 digits.

use std::f64::consts::{FRAC_PI_2, LN_2, LOG2_E, SQRT_2};

use super::lanes::Lanes;

/// The polynomial with these coefficients, that of the lowest power first.
#[inline(always)]
pub fn polynomial<L: Lanes, const N: usize>(coefficients: &[f64; N], x: L) -> L {
    shortened::<L, N>(coefficients, x)
}

/// The polynomial with the first `N` of these coefficients.
#[inline(always)]
pub fn shortened<L: Lanes, const N: usize>(coefficients: &[f64], x: L) -> L {
    let mut sum = L::splat(coefficients[N - 1]);
    for power in (0..N - 1).rev() {
        sum = sum.times_plus(x, L::splat(coefficients[power]));
    }
    sum
}

/// Natural logarithm of positive normal numbers.
#[inline(always)]
pub fn ln<L: Lanes>(x: L) -> L {
    const LEAST: u64 = (SQRT_2 / 2.0).to_bits();
    const ONE: u64 = 1.0_f64.to_bits();
    const FRACTION: u64 = (1 << 52) - 1;
    // the exponent as the last digits of a number of 2^52 and more, whose distance is known
    const APART: f64 = (1_u64 << 52) as f64;
    // (2 atanh(s) / s - 2) over s squared
    const SERIES: [f64; 5] = [
        0.6666666666737509,
        0.3999999879733759,
        0.2857175453591449,
        0.22191400830308503,
        0.19362653714202008,
    ];
    let shifted = x.plus_bits(ONE - LEAST);
    let exponent = shifted.shift_out_fraction().or_bits(APART.to_bits()) - (APART + 1023.0);
    let mantissa = shifted.and_bits(FRACTION).plus_bits(LEAST);
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let z = s * s;
    let odd = z.times_plus(polynomial(&SERIES, z), L::splat(2.0));
    exponent.times_plus(L::splat(LN_2), s * odd)
}

/// The exponential function between -700 and 700.
#[inline(always)]
pub fn exp<L: Lanes>(x: L) -> L {
    // adding it rounds to an integer, which the last bits then hold
    const ROUND: f64 = 1.5 * (1_u64 << 52) as f64;
    // the logarithm of 2 in two parts: a multiple of the first is exact
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const SERIES: [f64; 11] = [
        1.0,
        1.0000000000000067,
        0.5000000000000006,
        0.16666666666554314,
        0.041666666666573066,
        0.008333333385699212,
        0.001388888893251478,
        0.00019841170230570286,
        2.480150431378554e-05,
        2.764019739169484e-06,
        2.7626371065696354e-07,
    ];
    let rounded = x.times_plus(L::splat(LOG2_E), L::splat(ROUND));
    let power = rounded - ROUND;
    let rest = power.times_plus(L::splat(-LN_2_LOW), power.times_plus(L::splat(-LN_2_HIGH), x));
    polynomial(&SERIES, rest) * rounded.shift_in_fraction().plus_bits(1.0_f64.to_bits())
}

/// The angle whose sine and cosine these are, radians; for cosines that are not negative.
#[inline(always)]
pub fn angle<L: Lanes>(sine: L, cosine: L) -> L {
    // (1 - atan(t) / t) over t squared
    const SERIES: [f64; 8] = [
        0.33333333333266196,
        -0.19999999949854794,
        0.142857081103604,
        -0.11110819716745676,
        0.09084101895346429,
        -0.07604800046078292,
        0.06027307460946675,
        -0.03295679541870136,
    ];
    let height = sine.abs();
    let steep = height.above(cosine);
    let (near, far) = (L::select(steep, height, cosine), L::select(steep, cosine, height));
    // of half the angle, or of half of what it lacks to a right angle: at most 0.4142
    let tangent = far / (near + 1.0);
    let z = tangent * tangent;
    let double = tangent + tangent;
    let twice = (double * -z).times_plus(polynomial(&SERIES, z), double);
    L::select(steep, L::splat(FRAC_PI_2) - twice, twice).copysign(sine)
}

/// Sine and cosine of angles of at most 0.05, radians.
#[inline(always)]
pub fn small_sin_cos<L: Lanes>(angle: L) -> (L, L) {
    let z = angle * angle;
    let sine = angle * polynomial(&[1.0, -1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0], z);
    let cosine = polynomial(&[1.0, -0.5, 1.0 / 24.0, -1.0 / 720.0, 1.0 / 40320.0], z);
    (sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(ours: f64, standard: f64, what: f64) {
        let tolerance = 2e-13 * standard.abs().max(1e-300);
        assert!((ours - standard).abs() <= tolerance, "{what}: {ours:e} and not {standard:e}");
    }

    fn steps(from: f64, to: f64) -> impl Iterator<Item = f64> {
        (0..=20_000).map(move |n| from + (to - from) * f64::from(n) / 20_000.0)
    }

    #[test]
    fn logarithms() {
        for power in steps(-20.0, 20.0) {
            let x = power.exp() * 1.000123;
            let (ours, standard) = (ln::<f64>(x), x.ln());
            let tolerance = 5e-14 + 4.0 * f64::EPSILON * standard.abs();
            assert!((ours - standard).abs() <= tolerance, "{x}: {ours} and not {standard}");
        }
        assert!(ln::<f64>(0.0).is_finite());
    }

    #[test]
    fn exponentials() {
        steps(-60.0, 60.0).for_each(|x| compare(exp::<f64>(x), x.exp(), x));
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
        assert!(exp::<f64>(f64::NAN).is_nan() && angle(f64::NAN, 0.5).is_nan());
        assert!(polynomial::<f64, 2>(&[1.0, 2.0], f64::NAN).is_nan());
    }
}
