//! The vectors of x86-64 as [`Lanes`], and the code compiled for them.
//!
//! The one place of this crate that is unsafe. [`Avx2`] and [`Avx512`] are proofs that the machine
//! has these instructions: whoever holds one may run the code compiled for them. The vectors are
//! named by that code alone.
#![expect(unsafe_code, reason = "instructions that not every machine has, and loads and stores of vectors")]

use std::arch::x86_64::*;
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Sub};

use super::geometry::{self, GeometryWork};
use super::lanes::{Lanes, Mask};
use super::partial::{self, SumWork};
use super::row;
use super::work::RowWork;

/// The machine has AVX2 and FMA.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Avx2(());

/// The machine has AVX-512 (F, DQ and VL), AVX2 and FMA.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Avx512(());

/// The loops of the kernel, compiled for these instructions.
macro_rules! compiled {
    ($features:literal, $lanes:ident) => {
        compiled!($features, /// Computes the power of a row's cells.
            row(RowWork<'_>), row::run::<$lanes>);
        compiled!($features, /// Computes the geometry of a row's cells.
            geometry(&GeometryWork<'_>) -> f64, geometry::run::<$lanes>);
        compiled!($features, /// Adds a row's cells to sums.
            add(SumWork<'_>), partial::run::<$lanes>);
    };
    ($features:literal, $(#[$doc:meta])* $name:ident($work:ty) $(-> $found:ty)?, $run:expr) => {
        $(#[$doc])*
        pub fn $name(self, work: $work) $(-> $found)? {
            #[target_feature(enable = $features)]
            fn compiled(work: $work) $(-> $found)? {
                $run(work)
            }
            // SAFETY: the features were found, or `self` would not exist.
            unsafe { compiled(work) }
        }
    };
}

impl Avx2 {
    /// Asks the machine.
    pub fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }

    compiled!("avx2,fma", Four);
}

impl Avx512 {
    /// Asks the machine.
    pub fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        Avx2::detect().filter(|_| found).map(|_| Self(()))
    }

    compiled!("avx2,fma,avx512f,avx512dq,avx512vl", Eight);
}

/// Two numbers, with SSE2, which every x86-64 has.
#[derive(Clone, Copy)]
pub struct Two(__m128d);

/// Four numbers, with AVX2 and FMA.
#[derive(Clone, Copy)]
struct Four(__m256d);

/// Eight numbers, with AVX-512.
#[derive(Clone, Copy)]
struct Eight(__m512d);

/// One of `Two`'s comparisons: all bits of a number, or none.
#[derive(Clone, Copy)]
pub struct TwoMask(__m128d);

/// The same of `Four`.
#[derive(Clone, Copy)]
struct FourMask(__m256d);

/// One bit each.
#[derive(Clone, Copy)]
struct EightMask(__mmask8);

/// An instruction.
macro_rules! instruction {
    ($call:expr) => {{
        // SAFETY: vectors are used by nothing but the code that runs with a proof that the machine has
        // their instructions (SSE2 is always there), and that inlines all of this. Loads and stores are
        // given slices that are long enough.
        #[allow(unused_unsafe, reason = "SSE2 is in the baseline")]
        unsafe {
            $call
        }
    }};
}

macro_rules! operator {
    ($name:ident, $operator:ident, $method:ident, $instruction:ident) => {
        impl $operator for $name {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(instruction!($instruction(self.0, other.0)))
            }
        }
    };
    ($name:ident, $operator:ident<f64>, $method:ident) => {
        impl $operator<f64> for $name {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                $operator::$method(self, Self::splat(other))
            }
        }
    };
}

/// What the three have in common, by the names of the instructions.
macro_rules! lanes {
    (
        $name:ident, $mask:ident, $width:literal,
        [$add:ident, $sub:ident, $mul:ident, $div:ident],
        splat: $splat:ident, load: $load:ident, store: $store:ident, sqrt: $sqrt:ident,
        max: $max:ident, min: $min:ident, and: $and:ident, or: $or:ident, add_integers: $add_integers:ident,
        right: $right:ident, left: $left:ident, to_integers: $to_integers:ident, to_numbers: $to_numbers:ident,
        times_plus: |$factor:ident, $other:ident, $summand:ident| $times_plus:expr,
        above: |$a:ident, $b:ident| $above:expr,
        at_least: |$c:ident, $d:ident| $at_least:expr,
        select: |$chosen:ident, $yes:ident, $no:ident| $select:expr,
        plus_where: |$sum:ident, $where:ident, $more:ident| $plus_where:expr,
    ) => {
        operator!($name, Add, add, $add);
        operator!($name, Sub, sub, $sub);
        operator!($name, Mul, mul, $mul);
        operator!($name, Div, div, $div);
        operator!($name, Add<f64>, add);
        operator!($name, Sub<f64>, sub);
        operator!($name, Mul<f64>, mul);

        impl Neg for $name {
            type Output = Self;

            #[inline(always)]
            fn neg(self) -> Self {
                // the sign alone: zero minus zero would have the wrong one
                Self::splat(-0.0) - self
            }
        }

        impl Lanes for $name {
            const WIDTH: usize = $width;
            type Mask = $mask;

            #[inline(always)]
            fn splat(value: f64) -> Self {
                Self(instruction!($splat(value)))
            }

            #[inline(always)]
            fn load(from: &[f64], index: usize) -> Self {
                let numbers = &from[index..index + $width];
                Self(instruction!($load(numbers.as_ptr())))
            }

            #[inline(always)]
            fn store(self, to: &mut [f64], index: usize) {
                let numbers = &mut to[index..index + $width];
                instruction!($store(numbers.as_mut_ptr(), self.0));
            }

            #[inline(always)]
            fn times_plus(self, factor: Self, summand: Self) -> Self {
                let ($factor, $other, $summand) = (self.0, factor.0, summand.0);
                Self(instruction!($times_plus))
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(instruction!($sqrt(self.0)))
            }

            #[inline(always)]
            fn abs(self) -> Self {
                self.and_bits(!(1 << 63))
            }

            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                let sign = sign.and_bits(1 << 63);
                Self(instruction!($or(self.abs().0, sign.0)))
            }

            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                Self(instruction!($max(self.0, other.0)))
            }

            #[inline(always)]
            fn smaller(self, other: Self) -> Self {
                Self(instruction!($min(self.0, other.0)))
            }

            #[inline(always)]
            fn above(self, other: Self) -> $mask {
                let ($a, $b) = (self.0, other.0);
                $mask(instruction!($above))
            }

            #[inline(always)]
            fn at_least(self, other: Self) -> $mask {
                let ($c, $d) = (self.0, other.0);
                $mask(instruction!($at_least))
            }

            #[inline(always)]
            fn select(mask: $mask, yes: Self, no: Self) -> Self {
                let ($chosen, $yes, $no) = (mask.0, yes.0, no.0);
                Self(instruction!($select))
            }

            #[inline(always)]
            fn plus_where(self, mask: $mask, other: Self) -> Self {
                let ($sum, $where, $more) = (self.0, mask.0, other.0);
                Self(instruction!($plus_where))
            }

            #[inline(always)]
            fn and_bits(self, bits: u64) -> Self {
                Self(instruction!($and(self.0, $splat(f64::from_bits(bits)))))
            }

            #[inline(always)]
            fn or_bits(self, bits: u64) -> Self {
                Self(instruction!($or(self.0, $splat(f64::from_bits(bits)))))
            }

            #[inline(always)]
            fn plus_bits(self, bits: u64) -> Self {
                let other = Self::splat(f64::from_bits(bits)).0;
                Self(instruction!($to_numbers($add_integers($to_integers(self.0), $to_integers(other)))))
            }

            #[inline(always)]
            fn shift_out_fraction(self) -> Self {
                Self(instruction!($to_numbers($right::<52>($to_integers(self.0)))))
            }

            #[inline(always)]
            fn shift_in_fraction(self) -> Self {
                Self(instruction!($to_numbers($left::<52>($to_integers(self.0)))))
            }
        }
    };
}

lanes! {
    Two, TwoMask, 2,
    [_mm_add_pd, _mm_sub_pd, _mm_mul_pd, _mm_div_pd],
    splat: _mm_set1_pd, load: _mm_loadu_pd, store: _mm_storeu_pd, sqrt: _mm_sqrt_pd,
    max: _mm_max_pd, min: _mm_min_pd, and: _mm_and_pd, or: _mm_or_pd, add_integers: _mm_add_epi64,
    right: _mm_srli_epi64, left: _mm_slli_epi64,
    to_integers: _mm_castpd_si128, to_numbers: _mm_castsi128_pd,
    times_plus: |a, b, c| _mm_add_pd(_mm_mul_pd(a, b), c),
    above: |a, b| _mm_cmpgt_pd(a, b),
    at_least: |a, b| _mm_cmpge_pd(a, b),
    select: |mask, yes, no| _mm_or_pd(_mm_and_pd(mask, yes), _mm_andnot_pd(mask, no)),
    plus_where: |sum, mask, more| _mm_add_pd(sum, _mm_and_pd(mask, more)),
}

lanes! {
    Four, FourMask, 4,
    [_mm256_add_pd, _mm256_sub_pd, _mm256_mul_pd, _mm256_div_pd],
    splat: _mm256_set1_pd, load: _mm256_loadu_pd, store: _mm256_storeu_pd, sqrt: _mm256_sqrt_pd,
    max: _mm256_max_pd, min: _mm256_min_pd, and: _mm256_and_pd, or: _mm256_or_pd, add_integers: _mm256_add_epi64,
    right: _mm256_srli_epi64, left: _mm256_slli_epi64,
    to_integers: _mm256_castpd_si256, to_numbers: _mm256_castsi256_pd,
    times_plus: |a, b, c| _mm256_fmadd_pd(a, b, c),
    above: |a, b| _mm256_cmp_pd::<_CMP_GT_OQ>(a, b),
    at_least: |a, b| _mm256_cmp_pd::<_CMP_GE_OQ>(a, b),
    select: |mask, yes, no| _mm256_blendv_pd(no, yes, mask),
    plus_where: |sum, mask, more| _mm256_add_pd(sum, _mm256_and_pd(mask, more)),
}

lanes! {
    Eight, EightMask, 8,
    [_mm512_add_pd, _mm512_sub_pd, _mm512_mul_pd, _mm512_div_pd],
    splat: _mm512_set1_pd, load: _mm512_loadu_pd, store: _mm512_storeu_pd, sqrt: _mm512_sqrt_pd,
    max: _mm512_max_pd, min: _mm512_min_pd, and: _mm512_and_pd, or: _mm512_or_pd, add_integers: _mm512_add_epi64,
    right: _mm512_srli_epi64, left: _mm512_slli_epi64,
    to_integers: _mm512_castpd_si512, to_numbers: _mm512_castsi512_pd,
    times_plus: |a, b, c| _mm512_fmadd_pd(a, b, c),
    above: |a, b| _mm512_cmp_pd_mask::<_CMP_GT_OQ>(a, b),
    at_least: |a, b| _mm512_cmp_pd_mask::<_CMP_GE_OQ>(a, b),
    select: |mask, yes, no| _mm512_mask_blend_pd(mask, no, yes),
    plus_where: |sum, mask, more| _mm512_mask_add_pd(sum, mask, sum, more),
}

operator!(TwoMask, BitAnd, bitand, _mm_and_pd);
operator!(TwoMask, BitOr, bitor, _mm_or_pd);
operator!(FourMask, BitAnd, bitand, _mm256_and_pd);
operator!(FourMask, BitOr, bitor, _mm256_or_pd);
operator!(EightMask, BitAnd, bitand, _kand_mask8);
operator!(EightMask, BitOr, bitor, _kor_mask8);

impl Mask for TwoMask {
    #[inline(always)]
    fn bits(self) -> u32 {
        instruction!(_mm_movemask_pd(self.0)).cast_unsigned()
    }
}

impl Mask for FourMask {
    #[inline(always)]
    fn bits(self) -> u32 {
        instruction!(_mm256_movemask_pd(self.0)).cast_unsigned()
    }
}

impl Mask for EightMask {
    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self.0)
    }
}
