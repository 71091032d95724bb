//! The least that reading costs, for benchmarks: the wanted chunks read, inflated and unshuffled, and
//! nothing done with them.

use std::hint::black_box;
use std::marker::PhantomData;

use super::bytes::Ahead;
use super::dispatch::{Machine, Work};
use super::index::{Index, Stored};
use super::plan::Plan;
use super::wanted::Wanted;
use crate::cf::{NumberType, with_raw};
use crate::decode::element::{Bytes, Element, TILE};
use crate::decode::pipeline::{Decoded, Inflater};
use crate::reader::{Field, Reader};
use crate::source::Source;

/// Fields of a file of which it is known where their chunks are.
pub struct Floor<'a> {
    reader: &'a Reader,
    fields: Vec<Chunks<'a>>,
    inflater: Inflater,
    ahead: Ahead,
}

/// The wanted chunks of a field.
struct Chunks<'a> {
    plan: Plan<'a>,
    stored: Vec<(usize, Stored)>,
    number_type: NumberType,
    decoded: Decoded,
    plain: Vec<u8>,
}

impl<'a> Floor<'a> {
    /// For the wanted cells of one time; `None` where a field would be left to the library, or where
    /// an index is damaged.
    pub fn open(
        reader: &'a Reader,
        fields: &[&'a Field],
        wanted: &Wanted,
        time_index: usize,
    ) -> Option<Self> {
        let chunks = fields.iter().map(|field| Chunks::find(reader, field, wanted, time_index));
        let fields = chunks.collect::<Option<_>>()?;
        Some(Self { reader, fields, inflater: Inflater::default(), ahead: Ahead::default() })
    }

    /// Decodes all chunks once, field after field; how many bytes they have. Chunks that cannot be
    /// decoded are left out.
    pub fn decode(&mut self) -> usize {
        let Self { reader, fields, inflater, ahead } = self;
        let mut bytes = 0;
        for chunks in fields {
            ahead.forget();
            bytes += chunks.decode(reader.source(), inflater, ahead);
        }
        bytes
    }
}

impl<'a> Chunks<'a> {
    fn find(reader: &'a Reader, field: &'a Field, wanted: &Wanted, time_index: usize) -> Option<Self> {
        let plan = Plan::new(reader, field, wanted).ok()?;
        let (mut index, time) = (Index::default(), time_index / plan.tiling.times());
        index.turn_to(time, &plan.rows(), &plan.tiling, &plan.finder).ok()?;
        let stored = (0..).zip(&plan.tiles);
        let stored =
            stored.filter_map(|(number, tile)| Some((number, index.get(time, plan.tiling.number(*tile))?)));
        let (stored, decoded) = (stored.collect(), plan.pipeline.room());
        let plain = vec![0; decoded.bytes.len()];
        Some(Self { stored, number_type: field.rule().number_type, decoded, plain, plan })
    }

    fn decode(&mut self, file: &Source, inflater: &mut Inflater, ahead: &mut Ahead) -> usize {
        let Self { plan: Plan { pipeline, tiling, order, .. }, stored, decoded, plain, .. } = self;
        let mut decoded_bytes = 0;
        for (at, (number, chunk)) in stored.iter().enumerate() {
            if ahead.get(*number).is_none() {
                let next = stored.iter().skip(at).copied();
                let _ = ahead.read(file, pipeline.most_stored(), next);
            }
            let raw = ahead.get(*number).unwrap_or_default();
            if pipeline.decode(raw, chunk.skipped, inflater, decoded).is_ok() {
                let Decoded { bytes, shuffled } = &*decoded;
                let chunk = Bytes { bytes, values: tiling.values(), shuffled: *shuffled, order: *order };
                unshuffle(self.number_type, Machine::best(), chunk, plain);
                decoded_bytes += black_box(&*plain).len();
            }
        }
        decoded_bytes
    }
}

/// Puts the bytes of each value together; `plain` has room for the chunk's and as many more.
pub(super) fn unshuffle(number_type: NumberType, machine: Machine, chunk: Bytes<'_>, plain: &mut [u8]) {
    with_raw!(number_type, T => machine.run(Unshuffle::<T> { chunk, plain, values: PhantomData }));
}

struct Unshuffle<'a, T> {
    chunk: Bytes<'a>,
    plain: &'a mut [u8],
    values: PhantomData<T>,
}

impl<T: Element> Work for Unshuffle<'_, T> {
    #[inline(always)]
    fn run(self) {
        let bytes = size_of::<T>();
        for (tile, out) in self.plain.chunks_exact_mut(TILE * bytes).enumerate() {
            let Some(values) = T::tile(self.chunk, tile * TILE) else { return };
            for (value, out) in values.iter().zip(out.chunks_exact_mut(bytes)) {
                value.store(out);
            }
        }
    }
}
