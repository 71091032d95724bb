//! One chunk in memory, decoded step by step: what each step costs, for benchmarks.

use std::hint::black_box;

use libdeflater::{CompressionLvl, Compressor};

use super::dispatch::Machine;
use super::floor::unshuffle;
use super::unpack::{self, Place, Unpack};
use crate::cf::{Number, NumberType, Rule};
use crate::decode::ChunkError;
use crate::decode::element::{ByteOrder, Bytes};
use crate::decode::pipeline::{Decoded, Filter, Inflater, Pipeline};

/// Shuffle of 4 bytes, then deflate.
const FILTERS: [Filter; 2] =
    [Filter { number: 2, parameter: Some(4) }, Filter { number: 1, parameter: None }];

/// A shuffled and deflated chunk of 32-bit integers, on one instruction set.
pub struct Trial {
    machine: Machine,
    stored: Vec<u8>,
    pipeline: Pipeline,
    inflater: Inflater,
    decoded: Decoded,
    unpack: Box<dyn Unpack>,
    plain: Vec<u8>,
    numbers: Vec<f64>,
}

impl Trial {
    /// The chunk of these values on each instruction set of this machine, the plainest first; they are
    /// unpacked by a scale of 0.01.
    ///
    /// # Errors
    ///
    /// Where the values cannot be deflated.
    pub fn each(values: &[i32]) -> Result<Vec<Self>, ChunkError> {
        Machine::available().into_iter().map(|machine| Self::new(values, machine)).collect()
    }

    fn new(values: &[i32], machine: Machine) -> Result<Self, ChunkError> {
        let bytes = size_of_val(values);
        let pipeline = Pipeline::new(&FILTERS, 4, bytes).ok_or(ChunkError::Deflated)?;
        let mut trial = Self {
            machine,
            stored: deflated(values).ok_or(ChunkError::Deflated)?,
            inflater: Inflater::default(),
            decoded: pipeline.room(),
            unpack: unpack::by_rule(&rule(), machine),
            plain: vec![0; pipeline.room().bytes.len()],
            numbers: vec![0.0; values.len()],
            pipeline,
        };
        trial.inflate()?;
        Ok(trial)
    }

    /// The instruction set, for people.
    pub fn name(&self) -> &'static str {
        self.machine.name()
    }

    /// The size of the chunk as it is stored.
    pub fn stored_bytes(&self) -> usize {
        self.stored.len()
    }

    /// Inflates the chunk: the same on all instruction sets.
    pub fn inflate(&mut self) -> Result<(), ChunkError> {
        self.pipeline.decode(&self.stored, 0, &mut self.inflater, &mut self.decoded)
    }

    /// Unshuffles it, as the floor does.
    pub fn unshuffle(&mut self) {
        let chunk = chunk(&self.decoded, self.numbers.len());
        unshuffle(NumberType::I32, self.machine, chunk, &mut self.plain);
        black_box(&self.plain);
    }

    /// Unshuffles and unpacks it, as the product does.
    pub fn unpack(&mut self) -> &[f64] {
        let chunk = chunk(&self.decoded, self.numbers.len());
        self.unpack.unpack(chunk, Place { first: 0, stride: 1 }, &mut self.numbers);
        black_box(&self.numbers)
    }
}

fn chunk(Decoded { bytes, shuffled }: &Decoded, values: usize) -> Bytes<'_> {
    Bytes { bytes, values, shuffled: *shuffled, order: ByteOrder::LittleEndian }
}

/// What the archive has: hundredths, with limits, of which one value is missing.
fn rule() -> Rule {
    Rule {
        number_type: NumberType::I32,
        scale: 0.01,
        offset: 0.0,
        missing: vec![Number::Integer(-999_999)],
        lowest: Some(Number::Integer(0)),
        highest: Some(Number::Integer(140_000)),
        limits_unpacked: false,
    }
}

fn deflated(values: &[i32]) -> Option<Vec<u8>> {
    let planes = (0..4).flat_map(|byte| values.iter().map(move |value| value.to_le_bytes()[byte]));
    let shuffled: Vec<u8> = planes.collect();
    let mut compressor = Compressor::new(CompressionLvl::new(4).ok()?);
    let mut stored = vec![0; compressor.zlib_compress_bound(shuffled.len())];
    let length = compressor.zlib_compress(&shuffled, &mut stored).ok()?;
    stored.truncate(length);
    Some(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_come_back_on_every_instruction_set() {
        let values: Vec<i32> =
            (0..1000).map(|index| if index % 7 == 0 { -999_999 } else { index * 31 }).collect();
        for mut trial in Trial::each(&values).unwrap() {
            trial.unshuffle();
            let plain: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            assert_eq!(trial.plain[..plain.len()], plain, "{}", trial.name());
            let found = trial.unpack();
            for (found, &value) in found.iter().zip(&values) {
                assert!(if value < 0 { found.is_nan() } else { *found == f64::from(value) * 0.01 });
            }
        }
    }
}
