//! Chunks made outside the library: cut out of a block of values, shuffled and deflated, in any thread.
//!
//! It is what the library's filters make, and every reader of NetCDF-4 reads it; the library itself
//! works in one thread and takes three times as long. Putting chunks into a file is
//! [`super::RawWriter`]'s, how they lie in a block [`super::tiles`]'.

use std::collections::BTreeMap;
use std::sync::Arc;

use libdeflater::{CompressionLvl, Compressor};

use super::tiles::Tile;
use crate::dataset::Values;

/// In a chunk's mask of filters that were left out, where shuffling is the first: deflating.
const NOT_DEFLATED: u32 = 1 << 1;

/// A chunk that is to be packed.
#[derive(Clone, Debug)]
pub struct LooseChunk {
    pub(super) variable: usize,
    pub(super) block: Arc<Values>,
    pub(super) tile: Tile,
    pub(super) level: u8,
}

/// A chunk as it is stored.
#[derive(Clone, Debug)]
pub struct PackedChunk {
    pub(super) variable: usize,
    pub(super) origin: Vec<u64>,
    pub(super) bytes: Vec<u8>,
    /// The filters that were left out, by bits.
    pub(super) skipped: u32,
}

/// Packs chunks, one at a time.
#[derive(Default)]
pub struct Packer(BTreeMap<u8, Compressor>);

impl Packer {
    /// Shuffles and deflates a chunk. The same chunk gives the same bytes.
    pub fn pack(&mut self, chunk: &LooseChunk) -> PackedChunk {
        self.pack_tile(chunk.variable, &chunk.block, &chunk.tile, chunk.level)
    }

    /// At a level from 1 (fast) to 9 (small).
    pub(super) fn pack_tile(
        &mut self,
        variable: usize,
        block: &Values,
        tile: &Tile,
        level: u8,
    ) -> PackedChunk {
        let new = || Compressor::new(CompressionLvl::new(level.into()).unwrap_or_default());
        let compressor = self.0.entry(level).or_insert_with(new);
        let shuffled = block.shuffled(&tile.runs, tile.cells);
        let mut bytes = vec![0; compressor.zlib_compress_bound(shuffled.len())];
        let origin = tile.origin.clone();
        match compressor.zlib_compress(&shuffled, &mut bytes) {
            Ok(length) => {
                bytes.truncate(length);
                PackedChunk { variable, origin, bytes, skipped: 0 }
            }
            // there is always room; were there none, the chunk would go into the file as it is
            Err(_) => PackedChunk { variable, origin, bytes: shuffled, skipped: NOT_DEFLATED },
        }
    }
}
