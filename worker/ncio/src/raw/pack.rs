//! Chunks made outside the library: cut out of a block of values, shuffled and deflated, in any thread.
//!
//! It is what the library's filters make, and every reader of NetCDF-4 reads it; the library itself
//! works in one thread and takes three times as long. Putting chunks into a file is
//! [`super::RawWriter`]'s, how they lie in a block [`super::tiles`]'.

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
pub struct Packer(Compressor);

impl Packer {
    /// Of a level from 1 (fast) to 9 (small).
    pub fn new(level: u8) -> Self {
        Self(Compressor::new(CompressionLvl::new(level.into()).unwrap_or_default()))
    }

    /// Shuffles and deflates a chunk. The same chunk gives the same bytes.
    pub fn pack(&mut self, chunk: &LooseChunk) -> PackedChunk {
        self.pack_tile(chunk.variable, &chunk.block, &chunk.tile)
    }

    pub(super) fn pack_tile(&mut self, variable: usize, block: &Values, tile: &Tile) -> PackedChunk {
        let shuffled = block.shuffled(&tile.runs, tile.cells);
        let mut bytes = vec![0; self.0.zlib_compress_bound(shuffled.len())];
        let origin = tile.origin.clone();
        match self.0.zlib_compress(&shuffled, &mut bytes) {
            Ok(length) => {
                bytes.truncate(length);
                PackedChunk { variable, origin, bytes, skipped: 0 }
            }
            // there is always room; were there none, the chunk would go into the file as it is
            Err(_) => PackedChunk { variable, origin, bytes: shuffled, skipped: NOT_DEFLATED },
        }
    }
}
