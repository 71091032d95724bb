//! A field whose chunks are decoded here: rows of it on demand, chunk row after chunk row.

use std::ops::Range;

use super::bytes::Ahead;
use super::index::{Index, Stored};
use super::plan::{Plan, touched};
use super::tiling::Tile;
use super::unpack::Place;
use crate::decode::ChunkError;
use crate::decode::element::Bytes;
use crate::decode::pipeline::{Decoded, Inflater};
use crate::error::NcError;
use crate::reader::{Field, Reader};

/// The wanted chunks of one field, of which some are in memory.
pub(super) struct ChunkSource<'a> {
    reader: &'a Reader,
    field: &'a Field,
    plan: Plan<'a>,
    index: Index,
    inflater: Inflater,
    ahead: Ahead,
    slots: Vec<Slot>,
    /// The wanted chunks, by number, that are in memory for the row that was asked for last.
    band: Range<usize>,
    time_chunk: usize,
    /// Counted from the beginning of the chunk.
    time: usize,
    /// What stands where nothing was ever written.
    fill: Option<f64>,
}

/// Room for a decoded chunk.
struct Slot {
    /// The number of the chunk that is here.
    holds: Option<usize>,
    /// Whether that chunk is in the file at all.
    written: bool,
    decoded: Decoded,
}

impl<'a> ChunkSource<'a> {
    pub(super) fn new(reader: &'a Reader, field: &'a Field, plan: Plan<'a>) -> Self {
        let slot = || Slot { holds: None, written: false, decoded: plan.pipeline.room() };
        Self {
            slots: (0..plan.slots).map(|_| slot()).collect(),
            reader,
            field,
            plan,
            index: Index::default(),
            inflater: Inflater::default(),
            ahead: Ahead::default(),
            band: 0..0,
            time_chunk: 0,
            time: 0,
            fill: None,
        }
    }

    /// Where in the file was read so far, coarsely.
    pub(super) fn touched(&self) -> &[Range<u64>] {
        self.ahead.touched()
    }

    /// Rows are of this time from now on, which must exist.
    pub(super) fn turn_to(&mut self, time: usize) -> Result<(), NcError> {
        let time_chunk = time / self.plan.tiling.times();
        self.time = time % self.plan.tiling.times();
        self.band = 0..0;
        if time_chunk != self.time_chunk {
            self.slots.iter_mut().for_each(|slot| slot.holds = None);
            self.ahead.forget();
            self.time_chunk = time_chunk;
        }
        let turned = self.index.turn_to(time_chunk, &self.plan.rows(), &self.plan.tiling, &self.plan.finder);
        turned.map_err(|source| NcError::ChunkIndex {
            path: self.reader.path().to_owned(),
            variable: self.field.name().to_owned(),
            source,
        })
    }

    /// Reads a run of wanted cells.
    pub(super) fn run(&mut self, row: usize, columns: &Range<usize>, out: &mut [f64]) -> Result<(), NcError> {
        let (rows, width) = (self.plan.tiling.rows(), self.plan.tiling.columns());
        self.turn_to_row(row / rows)?;
        let mut rest = out;
        for column in touched(columns, width) {
            let part = columns.start.max(column * width)..columns.end.min((column + 1) * width);
            let Some((cells, later)) = rest.split_at_mut_checked(part.len()) else { break };
            rest = later;
            let place = self.plan.tiling.value(self.time, row % rows, part.start % width);
            self.cells(Tile { row: row / rows, column }, place, cells)?;
        }
        Ok(())
    }

    /// Unpacks cells of a row within a chunk, from a value on.
    fn cells(&mut self, tile: Tile, first: usize, out: &mut [f64]) -> Result<(), NcError> {
        let number = self.plan.tiles.partition_point(|wanted| *wanted < tile);
        let slot = self.slots.get(self.place(number)).filter(|slot| slot.holds == Some(number));
        debug_assert!(slot.is_some(), "only wanted cells are asked for");
        let Some(slot) = slot.filter(|slot| slot.written) else {
            out.fill(self.fill(tile)?);
            return Ok(());
        };
        let tiling = &self.plan.tiling;
        let Decoded { bytes, shuffled } = &slot.decoded;
        let chunk = Bytes { bytes, values: tiling.values(), shuffled: *shuffled, order: self.plan.order };
        self.plan.unpack.unpack(chunk, Place { first, stride: tiling.column_stride() }, out);
        Ok(())
    }

    /// Where a wanted chunk has its room: one of its own, or one in its row.
    fn place(&self, number: usize) -> usize {
        if self.slots.len() == self.plan.tiles.len() { number } else { number.wrapping_sub(self.band.start) }
    }

    /// Has the wanted chunks of a row of chunks in memory.
    fn turn_to_row(&mut self, row: usize) -> Result<(), NcError> {
        let tiles = &self.plan.tiles;
        let band =
            tiles.partition_point(|tile| tile.row < row)..tiles.partition_point(|tile| tile.row <= row);
        if band != self.band {
            self.band = band.clone();
            for number in band {
                if let Err((number, source)) = self.load(number) {
                    self.band = 0..0;
                    return Err(self.chunk_error(number, source));
                }
            }
        }
        Ok(())
    }

    fn load(&mut self, number: usize) -> Result<(), (usize, ChunkError)> {
        let stored = self.stored(number);
        if stored.is_some() && !self.holds(number) && self.ahead.get(number).is_none() {
            self.read_ahead(number)?;
        }
        let place = self.place(number);
        let Some(slot) = self.slots.get_mut(place).filter(|slot| slot.holds != Some(number)) else {
            return Ok(());
        };
        slot.holds = None;
        if let Some(stored) = stored {
            let bytes = self.ahead.get(number).unwrap_or_default();
            let decoded = &mut slot.decoded;
            let done = self.plan.pipeline.decode(bytes, stored.skipped, &mut self.inflater, decoded);
            done.map_err(|error| (number, error))?;
        }
        slot.written = stored.is_some();
        slot.holds = Some(number);
        Ok(())
    }

    /// Reads a chunk and some of those that are wanted next.
    fn read_ahead(&mut self, number: usize) -> Result<(), (usize, ChunkError)> {
        let mut ahead = std::mem::take(&mut self.ahead);
        let next = (number..self.plan.tiles.len()).filter(|&next| !self.holds(next));
        let stored = next.filter_map(|next| Some((next, self.stored(next)?)));
        let read = ahead.read(self.reader.source(), self.plan.pipeline.most_stored(), stored);
        self.ahead = ahead;
        read
    }

    /// Whether a wanted chunk is in memory, in a room of its own.
    fn holds(&self, number: usize) -> bool {
        let slot = number.checked_sub(self.band.start).and_then(|_| self.slots.get(self.place(number)));
        slot.is_some_and(|slot| slot.holds == Some(number))
    }

    fn stored(&self, number: usize) -> Option<Stored> {
        let tile = self.plan.tiles.get(number)?;
        self.index.get(self.time_chunk, self.plan.tiling.number(*tile))
    }

    /// What the library gives where nothing was ever written, as in this chunk.
    fn fill(&mut self, tile: Tile) -> Result<f64, NcError> {
        if let Some(fill) = self.fill {
            return Ok(fill);
        }
        let Plan { tiling, .. } = &self.plan;
        let (row, column) = (tile.row * tiling.rows(), tile.column * tiling.columns());
        let time = self.time_chunk * tiling.times() + self.time;
        let one = self.field.read(self.reader, time, row..row + 1, column..column + 1)?;
        let fill = one.first().copied().unwrap_or(f64::NAN);
        self.fill = Some(fill);
        Ok(fill)
    }

    fn chunk_error(&self, number: usize, source: ChunkError) -> NcError {
        let tile = self.plan.tiles.get(number).copied().unwrap_or(Tile { row: 0, column: 0 });
        NcError::Chunk {
            path: self.reader.path().to_owned(),
            variable: self.field.name().to_owned(),
            chunk: self.plan.tiling.origin(self.time_chunk, tile),
            source,
        }
    }
}
