//! Several numbers at once: what the kernel is written in, for any instruction set.
//!
//! Formulas are generic over [`Lanes`]. A single number is one too, for machines of which nothing
//! is known; the vectors of x86-64 are in [`super::x86`]. Every operation but `times_plus` rounds
//! alike everywhere.

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Sub};

/// [`Lanes::WIDTH`] numbers.
pub trait Lanes:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    /// How many: a divisor of 8.
    const WIDTH: usize;
    /// Whether `times_plus` rounds alike on all instruction sets, too.
    const BIT_EXACT: bool = false;
    /// A yes or no for each.
    type Mask: Mask;

    /// The same number in each lane.
    fn splat(value: f64) -> Self;
    /// The numbers from an index on; panics where there are not enough.
    fn load(from: &[f64], index: usize) -> Self;
    /// Puts the numbers there; panics where there is not enough room.
    fn store(self, to: &mut [f64], index: usize);
    /// `self factor + summand`, with one rounding or with two.
    fn times_plus(self, factor: Self, summand: Self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Magnitude.
    fn abs(self) -> Self;
    /// With another's sign.
    fn copysign(self, sign: Self) -> Self;
    /// The larger; `other` where they do not compare.
    fn larger(self, other: Self) -> Self;
    /// The smaller; `other` where they do not compare.
    fn smaller(self, other: Self) -> Self;
    /// `self > other`.
    fn above(self, other: Self) -> Self::Mask;
    /// `self >= other`.
    fn at_least(self, other: Self) -> Self::Mask;
    /// One where it holds, another where not.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// `self + other` where it holds, itself where not.
    fn plus_where(self, mask: Self::Mask, other: Self) -> Self;
    /// Bits that are in both.
    fn and_bits(self, bits: u64) -> Self;
    /// Bits that are in either.
    fn or_bits(self, bits: u64) -> Self;
    /// The bits as an integer, plus another, without carry beyond.
    fn plus_bits(self, bits: u64) -> Self;
    /// What the 52 bits of the fraction leave.
    fn shift_out_fraction(self) -> Self;
    /// The last 12 bits, put before 52 zeros.
    fn shift_in_fraction(self) -> Self;

    /// Not NaN.
    #[inline(always)]
    fn is_number(self) -> Self::Mask {
        self.at_least(self)
    }
}

/// A yes or no for each lane.
pub trait Mask: Copy + BitAnd<Output = Self> + BitOr<Output = Self> {
    /// One bit each, the first lane's the lowest.
    fn bits(self) -> u32;
}

/// Whether every machine that this is compiled for multiplies and adds in one.
const FUSES: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

impl Mask for bool {
    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self)
    }
}

impl Lanes for f64 {
    const WIDTH: usize = 1;
    type Mask = bool;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn load(from: &[f64], index: usize) -> Self {
        from[index]
    }

    #[inline(always)]
    fn store(self, to: &mut [f64], index: usize) {
        to[index] = self;
    }

    #[inline(always)]
    fn times_plus(self, factor: Self, summand: Self) -> Self {
        if FUSES { self.mul_add(factor, summand) } else { self * factor + summand }
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        self.copysign(sign)
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        if self < other { self } else { other }
    }

    #[inline(always)]
    fn above(self, other: Self) -> bool {
        self > other
    }

    #[inline(always)]
    fn at_least(self, other: Self) -> bool {
        self >= other
    }

    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }

    #[inline(always)]
    fn plus_where(self, mask: bool, other: Self) -> Self {
        if mask { self + other } else { self }
    }

    #[inline(always)]
    fn and_bits(self, bits: u64) -> Self {
        f64::from_bits(self.to_bits() & bits)
    }

    #[inline(always)]
    fn or_bits(self, bits: u64) -> Self {
        f64::from_bits(self.to_bits() | bits)
    }

    #[inline(always)]
    fn plus_bits(self, bits: u64) -> Self {
        f64::from_bits(self.to_bits().wrapping_add(bits))
    }

    #[inline(always)]
    fn shift_out_fraction(self) -> Self {
        f64::from_bits(self.to_bits() >> 52)
    }

    #[inline(always)]
    fn shift_in_fraction(self) -> Self {
        f64::from_bits(self.to_bits() << 52)
    }
}
