//! From a chunk's bytes to numbers in one pass: unshuffled, unpacked and checked tile by tile.

use super::dispatch::{Machine, Work};
use crate::cf::{Packing, Raw, Rule, with_raw};
use crate::decode::element::{Bytes, Element, TILE};

/// Where a run of values is in a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The index of the first.
    pub(super) first: usize,
    /// From one to the next.
    pub(super) stride: usize,
}

/// Unpacks values of a type that is known when a file is open.
pub(super) trait Unpack {
    /// Fills `out` with the numbers of a run, NaN for missing; bit for bit those of
    /// [`Packing::unpack`]. Leaves the rest where the bytes end too early.
    fn unpack(&self, chunk: Bytes<'_>, place: Place, out: &mut [f64]);
}

/// The unpacking by a rule, with the instructions of a machine.
pub(super) fn by_rule(rule: &Rule, machine: Machine) -> Box<dyn Unpack> {
    with_raw!(rule.number_type, T => Box::new(Typed { packing: Packing::<T>::new(rule), machine }))
}

struct Typed<T> {
    packing: Packing<T>,
    machine: Machine,
}

impl<T: Element> Unpack for Typed<T> {
    fn unpack(&self, chunk: Bytes<'_>, place: Place, out: &mut [f64]) {
        self.machine.run(Run { packing: &self.packing, chunk, place, out });
    }
}

struct Run<'a, T> {
    packing: &'a Packing<T>,
    chunk: Bytes<'a>,
    place: Place,
    out: &'a mut [f64],
}

impl<T: Element> Work for Run<'_, T> {
    #[inline(always)]
    fn run(self) {
        match *self.packing.missing.as_slice() {
            [] => self.tiles(|_| false),
            [one] => self.tiles(|raw| raw == one),
            [one, other] => self.tiles(|raw| (raw == one) | (raw == other)),
            _ => {
                let missing = &self.packing.missing;
                self.tiles(|raw| missing.contains(&raw));
            }
        }
    }
}

impl<T: Element> Run<'_, T> {
    #[inline(always)]
    fn tiles(self, is_missing: impl Fn(T) -> bool) {
        let Self { packing, chunk, place: Place { mut first, stride }, out } = self;
        let (tiles, rest) = out.as_chunks_mut::<TILE>();
        for tile in tiles {
            let Some(raw) = raw(chunk, Place { first, stride }) else { return };
            numbers(packing, &raw, &is_missing, tile);
            first += TILE * stride;
        }
        if !rest.is_empty() {
            let Some(raw) = raw(chunk, Place { first, stride }) else { return };
            let mut tile = [0.0; TILE];
            numbers(packing, &raw, &is_missing, &mut tile);
            rest.iter_mut().zip(tile).for_each(|(out, number)| *out = number);
        }
    }
}

#[inline(always)]
fn raw<T: Element>(chunk: Bytes<'_>, place: Place) -> Option<[T; TILE]> {
    match place.stride {
        1 => T::tile(chunk, place.first),
        stride => T::apart(chunk, place.first, stride),
    }
}

/// [`Packing::unpack`] of each, without branches.
#[inline(always)]
fn numbers<T: Raw>(
    packing: &Packing<T>,
    raw: &[T; TILE],
    is_missing: &impl Fn(T) -> bool,
    out: &mut [f64; TILE],
) {
    let Packing { scale, offset, valid, valid_unpacked, .. } = *packing;
    for (out, &raw) in out.iter_mut().zip(raw) {
        let value = raw.to_f64() * scale + offset;
        let is_valid = (valid.lowest <= raw) & (raw <= valid.highest);
        let is_valid_unpacked = (valid_unpacked.lowest <= value) & (value <= valid_unpacked.highest);
        *out = if is_valid & is_valid_unpacked & !is_missing(raw) { value } else { f64::NAN };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cf::{Number, NumberType};
    use crate::decode::element::{ByteOrder, SLACK};
    use proptest::prelude::*;

    const VALUES: usize = 400;

    fn rule(number_type: NumberType, missing: Vec<Number>, limits_unpacked: bool) -> Rule {
        let (lowest, highest) = (Some(Number::Integer(-100)), Some(Number::Float(110.5)));
        Rule { number_type, scale: 0.01, offset: 0.3, missing, lowest, highest, limits_unpacked }
    }

    /// The run as the scalar rule unpacks it, each value by itself.
    fn expected<T: Element>(rule: &Rule, chunk: Bytes<'_>, place: Place, count: usize) -> Vec<u64> {
        let packing = Packing::<T>::new(rule);
        let value = |index| T::apart(chunk, place.first + index * place.stride, 1).unwrap()[0];
        (0..count).map(|index| packing.unpack(value(index)).to_bits()).collect()
    }

    proptest! {
        #[test]
        fn all_instruction_sets_unpack_as_the_rule_does(
            mut bytes in prop::collection::vec(prop_oneof![3 => 0_u8..3, 1 => 0_u8..], VALUES * 8),
            (first, stride, count) in (0..100_usize, prop_oneof![Just(1_usize), Just(2)], 0..150_usize),
            missing in 0..4_usize,
            (shuffled, big, limits_unpacked) in any::<(bool, bool, bool)>(),
        ) {
            use NumberType::*;
            let missing: Vec<_> = (0..missing).map(|value| Number::Integer(value as i128)).collect();
            let order = if big { ByteOrder::BigEndian } else { ByteOrder::LittleEndian };
            bytes.resize(VALUES * 8 + SLACK, 0);
            let chunk = Bytes { bytes: &bytes, values: VALUES, shuffled, order };
            let place = Place { first, stride };
            for number_type in [I8, U8, I16, U16, I32, U32, I64, U64, F32, F64] {
                let rule = rule(number_type, missing.clone(), limits_unpacked);
                let wanted = with_raw!(number_type, T => expected::<T>(&rule, chunk, place, count));
                for machine in Machine::available() {
                    let mut out = vec![0.0; count];
                    by_rule(&rule, machine).unpack(chunk, place, &mut out);
                    let found: Vec<_> = out.iter().map(|value| value.to_bits()).collect();
                    prop_assert_eq!(&found, &wanted, "{:?} {:?}", number_type, machine);
                }
            }
        }
    }
}
