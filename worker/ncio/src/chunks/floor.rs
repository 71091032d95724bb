//! The least that reading costs, for benchmarks: the wanted chunks read, inflated and unshuffled, and
//! nothing done with them.

use std::hint::black_box;
use std::marker::PhantomData;

use super::bytes::{Ahead, ChunkFile};
use super::dispatch::{Machine, Work};
use super::element::{Bytes, Element, TILE};
use super::hdf5::File;
use super::index::{Index, Stored};
use super::pipeline::{Decoded, Inflater};
use super::plan::Plan;
use super::wanted::Wanted;
use crate::cf::{NumberType, with_raw};
use crate::error::NcError;
use crate::reader::{Field, Reader};

/// Fields of a file of which it is known where their chunks are.
pub struct Floor {
    file: ChunkFile,
    fields: Vec<Chunks>,
    inflater: Inflater,
    ahead: Ahead,
    /// Closed after its variables.
    _file: File,
}

/// The wanted chunks of a field.
struct Chunks {
    plan: Plan,
    stored: Vec<(usize, Stored)>,
    number_type: NumberType,
    decoded: Decoded,
    plain: Vec<u8>,
}

impl Floor {
    /// For the wanted cells of one time; `None` where a field would be left to the library, or where
    /// an index is damaged.
    pub fn open(
        reader: &Reader,
        fields: &[&Field],
        wanted: &Wanted,
        time_index: usize,
    ) -> Result<Option<Self>, NcError> {
        let open = |source| NcError::Open { path: reader.path().to_owned(), source };
        let chunk_file = ChunkFile::open(reader.path()).map_err(open)?;
        let Some(file) = File::open(reader.path()).filter(|_| reader.is_hdf5()) else { return Ok(None) };
        let chunks = fields.iter().map(|field| Chunks::find(&file, field, wanted, time_index));
        let Some(fields) = chunks.collect() else { return Ok(None) };
        let (inflater, ahead) = (Inflater::default(), Ahead::default());
        Ok(Some(Self { file: chunk_file, fields, inflater, ahead, _file: file }))
    }

    /// Decodes all chunks once, field after field; how many bytes they have. Chunks that cannot be
    /// decoded are left out.
    pub fn decode(&mut self) -> usize {
        let Self { file, fields, inflater, ahead, .. } = self;
        let mut bytes = 0;
        for chunks in fields {
            ahead.forget();
            bytes += chunks.decode(file, inflater, ahead);
        }
        bytes
    }
}

impl Chunks {
    fn find(file: &File, field: &Field, wanted: &Wanted, time_index: usize) -> Option<Self> {
        let plan = Plan::new(file, field, wanted).ok()?;
        let (mut index, time) = (Index::default(), time_index / plan.tiling.times());
        index.turn_to(time, &plan.tiling, &plan.dataset).ok()?;
        let stored = (0..).zip(&plan.tiles);
        let stored =
            stored.filter_map(|(number, tile)| Some((number, index.get(time, plan.tiling.number(*tile))?)));
        let (stored, decoded) = (stored.collect(), plan.pipeline.room());
        let plain = vec![0; decoded.bytes.len()];
        Some(Self { stored, number_type: field.rule().number_type, decoded, plain, plan })
    }

    fn decode(&mut self, file: &ChunkFile, inflater: &mut Inflater, ahead: &mut Ahead) -> usize {
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
