//! [`Lanes`] that round alike on all instruction sets: each product by itself.
//!
//! For what decides something: machines that fuse and machines that do not must decide alike.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::lanes::Lanes;

/// Lanes whose `times_plus` rounds twice.
#[derive(Clone, Copy)]
pub struct BitExact<L>(L);

impl<L: Lanes> BitExact<L> {
    /// The same numbers.
    #[inline(always)]
    pub fn of(lanes: L) -> Self {
        Self(lanes)
    }

    /// The other way.
    #[inline(always)]
    pub fn inside(self) -> L {
        self.0
    }
}

macro_rules! operator {
    ($operator:ident, $method:ident) => {
        impl<L: Lanes> $operator for BitExact<L> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self($operator::$method(self.0, other.0))
            }
        }
    };
    ($operator:ident<f64>, $method:ident) => {
        impl<L: Lanes> $operator<f64> for BitExact<L> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                Self($operator::$method(self.0, other))
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

impl<L: Lanes> Neg for BitExact<L> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// The same operations, on what is inside.
macro_rules! forward {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {$(
        #[inline(always)]
        fn $name(self, $($argument: $kind),*) -> Self {
            Self(self.0.$name($($argument.inner()),*))
        }
    )*};
}

/// What is inside of an argument.
trait Inner {
    type Is;
    fn inner(self) -> Self::Is;
}

impl<L> Inner for BitExact<L> {
    type Is = L;

    #[inline(always)]
    fn inner(self) -> L {
        self.0
    }
}

impl Inner for u64 {
    type Is = Self;

    #[inline(always)]
    fn inner(self) -> Self {
        self
    }
}

impl<L: Lanes> Lanes for BitExact<L> {
    const WIDTH: usize = L::WIDTH;
    const BIT_EXACT: bool = true;
    type Mask = L::Mask;

    forward! {
        sqrt();
        abs();
        copysign(sign: Self);
        larger(other: Self);
        smaller(other: Self);
        and_bits(bits: u64);
        or_bits(bits: u64);
        plus_bits(bits: u64);
        shift_out_fraction();
        shift_in_fraction();
    }

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self(L::splat(value))
    }

    #[inline(always)]
    fn load(from: &[f64], index: usize) -> Self {
        Self(L::load(from, index))
    }

    #[inline(always)]
    fn store(self, to: &mut [f64], index: usize) {
        self.0.store(to, index);
    }

    #[inline(always)]
    fn times_plus(self, factor: Self, summand: Self) -> Self {
        self * factor + summand
    }

    #[inline(always)]
    fn above(self, other: Self) -> L::Mask {
        self.0.above(other.0)
    }

    #[inline(always)]
    fn at_least(self, other: Self) -> L::Mask {
        self.0.at_least(other.0)
    }

    #[inline(always)]
    fn select(mask: L::Mask, yes: Self, no: Self) -> Self {
        Self(L::select(mask, yes.0, no.0))
    }

    #[inline(always)]
    fn plus_where(self, mask: L::Mask, other: Self) -> Self {
        Self(self.0.plus_where(mask, other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_rounded_before_they_are_added_to() {
        let near_one = 1.0 + f64::EPSILON;
        let value = BitExact(near_one).times_plus(BitExact(near_one), BitExact(-1.0));
        assert_eq!(value.0, 2.0 * f64::EPSILON);
    }
}
