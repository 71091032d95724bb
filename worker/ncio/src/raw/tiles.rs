//! How the chunks of a variable lie in a block of its values.

use crate::ffi::library::Slab;

/// One chunk of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Where it begins in the variable.
    pub origin: Vec<u64>,
    /// Its values in the block; what is left of it lies beyond the variable's edge.
    pub runs: Vec<Run>,
    /// How many values it has room for.
    pub cells: usize,
}

/// Values that follow each other in the block and in the chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where in the block.
    pub from: usize,
    /// Where in the chunk.
    pub to: usize,
    /// How many.
    pub length: usize,
}

/// The chunks of a block that lies in a variable of that shape as `slab` says, in the order of the
/// dimensions; `None` where the block ends within a chunk, or beyond the variable.
pub fn tiles(shape: &[usize], chunk: &[usize], slab: &Slab) -> Option<Vec<Tile>> {
    let Slab { start, count } = slab;
    let whole = |((&start, &count), (&chunk, &length)): ((&usize, &usize), (&usize, &usize))| {
        let end = start + count;
        start.is_multiple_of(chunk) && (end == length || (end.is_multiple_of(chunk) && end < length))
    };
    if !start.iter().zip(count).zip(chunk.iter().zip(shape)).all(whole) {
        return None;
    }
    let numbers: Vec<usize> = count.iter().zip(chunk).map(|(count, chunk)| count.div_ceil(*chunk)).collect();
    Some(each(&numbers).map(|number| tile(chunk, slab, &number)).collect())
}

/// The chunk with that number along each dimension, counted from the block's beginning.
fn tile(chunk: &[usize], slab: &Slab, number: &[usize]) -> Tile {
    let Slab { start, count } = slab;
    let first: Vec<usize> = number.iter().zip(chunk).map(|(number, chunk)| number * chunk).collect();
    let extent =
        first.iter().zip(count).zip(chunk).map(|((first, count), chunk)| (count - first).min(*chunk));
    Tile {
        origin: first.iter().zip(start).map(|(first, start)| (first + start) as u64).collect(),
        runs: runs(count, &first, &extent.collect::<Vec<_>>(), chunk),
        cells: chunk.iter().product(),
    }
}

/// The runs of the part of a block that begins at `first` and is of the shape `extent`, in a chunk
/// that begins there too. All four have a number for each dimension.
pub fn runs(block: &[usize], first: &[usize], extent: &[usize], chunk: &[usize]) -> Vec<Run> {
    let rank = block.len();
    // dimensions at the end of which both have all make one run with the one before
    let full = |axis: usize| extent[axis] == block[axis] && extent[axis] == chunk[axis];
    let mut outer = rank.saturating_sub(1);
    while outer > 0 && full(outer) {
        outer -= 1;
    }
    let length = extent[outer..].iter().product();
    let run = |index: Vec<usize>| {
        let place = |shape: &[usize], at: &dyn Fn(usize) -> usize| {
            (0..rank).fold(0, |place, axis| place * shape[axis] + at(axis))
        };
        let inner = |axis: usize| index.get(axis).copied().unwrap_or(0);
        Run { from: place(block, &|axis| first[axis] + inner(axis)), to: place(chunk, &inner), length }
    };
    each(&extent[..outer]).map(run).collect()
}

/// Every index within a shape, the last dimension running fastest.
fn each(shape: &[usize]) -> impl Iterator<Item = Vec<usize>> {
    (0..shape.iter().product()).map(move |mut place: usize| {
        let mut index = vec![0; shape.len()];
        for (index, &length) in index.iter_mut().zip(shape).rev() {
            (*index, place) = (place % length, place / length);
        }
        index
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slab(start: &[usize], count: &[usize]) -> Slab {
        Slab { start: start.to_vec(), count: count.to_vec() }
    }

    #[test]
    fn whole_rows_are_one_run() {
        let tiles = tiles(&[10, 3], &[4, 3], &slab(&[4, 0], &[6, 3])).unwrap();
        let run = |from, length| vec![Run { from, to: 0, length }];
        assert_eq!(
            tiles,
            [
                Tile { origin: vec![4, 0], runs: run(0, 12), cells: 12 },
                Tile { origin: vec![8, 0], runs: run(12, 6), cells: 12 },
            ]
        );
    }

    #[test]
    fn blocks_that_end_within_a_chunk_or_outside_are_refused() {
        for (start, count) in [(1, 9), (0, 6), (4, 2), (4, 8)] {
            assert_eq!(tiles(&[10, 3], &[4, 3], &slab(&[start, 0], &[count, 3])), None);
        }
    }

    /// Copied run by run, each value is where counting cell by cell puts it.
    #[test]
    fn every_cell_has_its_place_in_three_dimensions() {
        let (shape, chunk) = ([5, 7, 4], [2, 3, 3]);
        let block = slab(&[2, 0, 0], &[3, 7, 4]);
        let mut seen = vec![0; 3 * 7 * 4];
        for tile in tiles(&shape, &chunk, &block).unwrap() {
            let at = |axis: usize| tile.origin[axis] as usize;
            for run in &tile.runs {
                for step in 0..run.length {
                    let to = run.to + step;
                    let cell = [at(0) + to / 9 - 2, at(1) + to / 3 % 3, at(2) + to % 3];
                    assert_eq!(run.from + step, (cell[0] * 7 + cell[1]) * 4 + cell[2]);
                    seen[run.from + step] += 1;
                }
            }
        }
        assert!(seen.iter().all(|&times| times == 1), "{seen:?}");
    }
}
