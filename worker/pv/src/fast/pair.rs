//! Two [`Lanes`] side by side: independent work that hides the latency of long formulas.

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Sub};

use super::lanes::{Lanes, Mask};

/// The lanes of the first, then those of the second.
#[derive(Clone, Copy)]
pub struct Pair<L>(L, L);

macro_rules! operator {
    ($operator:ident, $method:ident) => {
        impl<L: Lanes> $operator for Pair<L> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self($operator::$method(self.0, other.0), $operator::$method(self.1, other.1))
            }
        }
    };
    ($operator:ident<f64>, $method:ident) => {
        impl<L: Lanes> $operator<f64> for Pair<L> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                Self($operator::$method(self.0, other), $operator::$method(self.1, other))
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);
operator!(Add<f64>, add);
operator!(Sub<f64>, sub);
operator!(Mul<f64>, mul);

impl<L: Lanes> Neg for Pair<L> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

/// Their masks.
#[derive(Clone, Copy)]
pub struct PairMask<L: Lanes>(L::Mask, L::Mask);

impl<L: Lanes> BitAnd for PairMask<L> {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0, self.1 & other.1)
    }
}

impl<L: Lanes> BitOr for PairMask<L> {
    type Output = Self;

    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0, self.1 | other.1)
    }
}

impl<L: Lanes> Mask for PairMask<L> {
    #[inline(always)]
    fn bits(self) -> u32 {
        self.0.bits() | self.1.bits() << L::WIDTH
    }
}

impl<L: Lanes> Lanes for Pair<L> {
    const WIDTH: usize = 2 * L::WIDTH;
    const BIT_EXACT: bool = L::BIT_EXACT;
    type Mask = PairMask<L>;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self(L::splat(value), L::splat(value))
    }

    #[inline(always)]
    fn load(from: &[f64], index: usize) -> Self {
        Self(L::load(from, index), L::load(from, index + L::WIDTH))
    }

    #[inline(always)]
    fn store(self, to: &mut [f64], index: usize) {
        self.0.store(to, index);
        self.1.store(to, index + L::WIDTH);
    }

    #[inline(always)]
    fn times_plus(self, factor: Self, summand: Self) -> Self {
        Self(self.0.times_plus(factor.0, summand.0), self.1.times_plus(factor.1, summand.1))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt(), self.1.sqrt())
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(self.0.abs(), self.1.abs())
    }

    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        Self(self.0.copysign(sign.0), self.1.copysign(sign.1))
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(self.0.larger(other.0), self.1.larger(other.1))
    }

    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        Self(self.0.smaller(other.0), self.1.smaller(other.1))
    }

    #[inline(always)]
    fn above(self, other: Self) -> PairMask<L> {
        PairMask(self.0.above(other.0), self.1.above(other.1))
    }

    #[inline(always)]
    fn at_least(self, other: Self) -> PairMask<L> {
        PairMask(self.0.at_least(other.0), self.1.at_least(other.1))
    }

    #[inline(always)]
    fn select(mask: PairMask<L>, yes: Self, no: Self) -> Self {
        Self(L::select(mask.0, yes.0, no.0), L::select(mask.1, yes.1, no.1))
    }

    #[inline(always)]
    fn plus_where(self, mask: PairMask<L>, other: Self) -> Self {
        Self(self.0.plus_where(mask.0, other.0), self.1.plus_where(mask.1, other.1))
    }

    #[inline(always)]
    fn and_bits(self, bits: u64) -> Self {
        Self(self.0.and_bits(bits), self.1.and_bits(bits))
    }

    #[inline(always)]
    fn or_bits(self, bits: u64) -> Self {
        Self(self.0.or_bits(bits), self.1.or_bits(bits))
    }

    #[inline(always)]
    fn plus_bits(self, bits: u64) -> Self {
        Self(self.0.plus_bits(bits), self.1.plus_bits(bits))
    }

    #[inline(always)]
    fn shift_out_fraction(self) -> Self {
        Self(self.0.shift_out_fraction(), self.1.shift_out_fraction())
    }

    #[inline(always)]
    fn shift_in_fraction(self) -> Self {
        Self(self.0.shift_in_fraction(), self.1.shift_in_fraction())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Two = Pair<f64>;

    fn both(value: Two) -> [f64; 2] {
        let mut both = [0.0; 2];
        value.store(&mut both, 0);
        both
    }

    #[test]
    fn each_half_is_computed_by_itself() {
        let (a, b) = (Two::load(&[9.0, 4.0, -1.0], 1), Two::splat(-2.0));
        assert_eq!((both(a + b), both(a - b)), ([2.0, -3.0], [6.0, 1.0]));
        assert_eq!((both(a * b), both(a / b)), ([-8.0, 2.0], [-2.0, 0.5]));
        assert_eq!((both(-a), both(a.abs())), ([-4.0, 1.0], [4.0, 1.0]));
        assert_eq!((both(a.larger(b)), both(a.smaller(b))), ([4.0, -1.0], [-2.0, -2.0]));
        assert_eq!(both(a.copysign(b)), [-4.0, -1.0]);
        assert_eq!(both(a.times_plus(b, Two::splat(1.0))), [-7.0, 3.0]);
        assert_eq!(both(a.abs().sqrt()), [2.0, 1.0]);
    }

    #[test]
    fn masks_have_a_bit_for_each_half() {
        let a = Two::load(&[4.0, f64::NAN], 0);
        let large = a.above(Two::splat(3.0));
        assert_eq!((large.bits(), a.is_number().bits()), (0b01, 0b01));
        let other = Two::load(&[1.0, 5.0], 0).above(Two::splat(3.0));
        assert_eq!(((large | other).bits(), (large & other).bits()), (0b11, 0b00));
        assert_eq!(both(Two::select(other, Two::splat(7.0), Two::splat(8.0))), [8.0, 7.0]);
    }
}
