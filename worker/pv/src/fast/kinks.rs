//! What there may be of kinks in a tile: functions that are zero where a value has one, met at its places.

use super::lanes::Lanes;
use super::nodes::PAIR;
use super::{panel, sky};

/// How far from zero a function must stay at the nodes, of the span of its values there: between
/// them a parabola reaches beyond by at most 0.05 of it.
const MARGIN: f64 = 0.1;

/// What was met so far.
pub struct Kinks {
    /// The horizon, and what else the sky has.
    pub sky: Spans<{ sky::KINKS }>,
    /// Of the panel.
    pub panel: Spans<{ panel::KINKS }>,
    /// Of the power of a cloudless sky: its start, and its limit.
    pub power: Spans<2>,
}

/// Of each function: the least and the largest value so far, in each lane; and zero, unless a value
/// is missing or infinite.
pub struct Spans<const K: usize> {
    least: [[f64; PAIR]; K],
    largest: [[f64; PAIR]; K],
    damage: [f64; PAIR],
}

impl Kinks {
    /// Nothing met.
    pub fn none() -> Self {
        Self { sky: Spans::none(), panel: Spans::none(), power: Spans::none() }
    }

    /// Everywhere, beyond doubt, and all values are finite.
    #[inline(always)]
    pub fn sun_is_up(&self) -> bool {
        self.sky.is_sound() && self.sky.is_positive(0) && self.sky.keeps_its_sign(0)
    }

    /// Neither weights nor what there is of a cloudless sky.
    #[inline(always)]
    pub fn light_has_none(&self) -> bool {
        self.sky.has_none() && self.panel.has_none()
    }

    /// Nor the power of a cloudless sky: the inverter must run.
    #[inline(always)]
    pub fn panel_has_none(&self) -> bool {
        self.light_has_none() && self.power.is_positive(0) && self.power.has_none()
    }
}

impl<const K: usize> Spans<K> {
    fn none() -> Self {
        let (least, largest) = ([[f64::INFINITY; PAIR]; K], [[f64::NEG_INFINITY; PAIR]; K]);
        Self { least, largest, damage: [0.0; PAIR] }
    }

    /// Takes note of the functions' values.
    #[inline(always)]
    pub fn meet<L: Lanes>(&mut self, lane: usize, values: &[L; K]) {
        let mut damage = L::load(&self.damage, lane);
        for ((least, largest), &value) in self.least.iter_mut().zip(&mut self.largest).zip(values) {
            value.smaller(L::load(least, lane)).store(least, lane);
            value.larger(L::load(largest, lane)).store(largest, lane);
            damage = damage + value * 0.0;
        }
        damage.store(&mut self.damage, lane);
    }

    #[inline(always)]
    fn is_sound(&self) -> bool {
        collate(self.damage, |one, other| one + other) == 0.0
    }

    #[inline(always)]
    fn is_positive(&self, kink: usize) -> bool {
        collate(self.least[kink], smaller) > 0.0
    }

    /// Whether a function does not change its sign within the tile; one never met does not.
    #[inline(always)]
    fn keeps_its_sign(&self, kink: usize) -> bool {
        let (least, largest) = (collate(self.least[kink], smaller), collate(self.largest[kink], larger));
        let margin = MARGIN * (largest - least);
        least > margin || largest < -margin
    }

    /// Whether no function does.
    #[inline(always)]
    fn has_none(&self) -> bool {
        self.is_sound() && (0..K).all(|kink| self.keeps_its_sign(kink))
    }
}

/// The smaller of two numbers.
#[inline(always)]
pub fn smaller(one: f64, other: f64) -> f64 {
    if one < other { one } else { other }
}

#[inline(always)]
fn larger(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}

/// Puts the lanes together, half by half: as many at once as instructions take.
#[inline(always)]
pub fn collate(mut lanes: [f64; PAIR], put_together: impl Fn(f64, f64) -> f64) -> f64 {
    let mut half = PAIR / 2;
    while half > 0 {
        let (low, high) = lanes.split_at_mut(half);
        low.iter_mut().zip(high).for_each(|(low, high)| *low = put_together(*low, *high));
        half /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(values: [f64; 4]) -> Spans<1> {
        let mut spans = Spans::none();
        for (lane, value) in values.into_iter().enumerate() {
            spans.meet(lane, &[value]);
        }
        spans
    }

    #[test]
    fn a_function_that_is_or_comes_near_zero_has_a_kink() {
        assert!(spans([1.0, 2.0, 3.0, 2.0]).has_none());
        assert!(spans([-1.0, -2.0, -3.0, -2.0]).has_none());
        assert!(!spans([1.0, -2.0, 3.0, 2.0]).has_none());
        assert!(!spans([0.1, 2.0, 3.0, 2.0]).has_none());
        assert!(!spans([1.0, f64::NAN, 3.0, 2.0]).has_none());
        assert!(!spans([1.0, f64::INFINITY, 3.0, 2.0]).has_none());
    }

    #[test]
    fn the_sign_is_known() {
        assert!(spans([1.0, 2.0, 3.0, 2.0]).is_positive(0));
        assert!(!spans([-1.0, -2.0, -3.0, -2.0]).is_positive(0));
    }
}
