//! The index of a variable's chunks: a B-tree of version 1, gone through from its first chunk to its last.
//!
//! It has no checksum. What it says twice must agree: the keys of a node rise, and its first and last are those around
//! it in the node above. So a child that is passed over has nothing that is wanted, or a damaged key is noticed at its
//! neighbour, which is not. Whatever is not as a writer makes it is left to the library to judge.

use std::ops::Range;

use super::cursor::Cursor;
use super::{Known, Unknown};
use crate::source::Source;

/// Nodes have twice this many children at most: HDF5's default, which a file could only change in a superblock that is
/// not known here.
const HALF: usize = 32;

/// Higher no tree of a file grows.
const HIGHEST: u8 = 8;

/// What an index says about one chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indexed<'a> {
    /// Where it begins, in the order of the dimensions.
    pub(crate) origin: &'a [u64],
    /// The filters that were not applied, by bits.
    pub(crate) skipped: u32,
    /// Where it is in the file, from the file's first byte on.
    pub(crate) address: u64,
    /// How many bytes are stored.
    pub(crate) bytes: u64,
}

/// Goes through the tree of a variable: all chunks that begin in a part of it, and some others beside them. Unknown
/// where it is not understood, or where `each` gives `false`: what was seen until then counts for nothing.
pub(crate) fn walk(
    source: &Source,
    tree: Option<u64>,
    part: &Part,
    each: &mut dyn FnMut(Indexed<'_>) -> bool,
) -> Known<()> {
    let Some(root) = tree else { return Ok(()) };
    let mut part = part.clone();
    // in the tree the bytes of a value are a dimension more, and chunks begin at its first
    part.0.push(0..1);
    Walk { source, part, each }.node(root, None)
}

/// A part of a variable: a range along each of its dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part(pub(crate) Vec<Range<u64>>);

impl Part {
    /// Whether it has an element from one on and before another, in the file's order.
    fn has_between(&self, from: &[u64], before: &[u64]) -> bool {
        let is_empty = self.0.iter().any(Range::is_empty);
        !is_empty && first_from(&self.0, from).is_some_and(|first| first.as_slice() < before)
    }
}

/// The first element of some ranges, none of them empty, from one on.
fn first_from(ranges: &[Range<u64>], from: &[u64]) -> Option<Vec<u64>> {
    let ([range, inner @ ..], [index, others @ ..]) = (ranges, from) else { return Some(Vec::new()) };
    let begin = |index: u64| [index].into_iter().chain(inner.iter().map(|range| range.start)).collect();
    if *index < range.start {
        return Some(begin(range.start));
    }
    let here = first_from(inner, others).filter(|_| range.contains(index));
    let here = here.map(|inner| [*index].into_iter().chain(inner).collect());
    here.or_else(|| index.checked_add(1).filter(|next| range.contains(next)).map(begin))
}

/// A tree that is gone through.
struct Walk<'w> {
    source: &'w Source,
    part: Part,
    each: &'w mut dyn FnMut(Indexed<'_>) -> bool,
}

/// What a node is by the one above it.
struct Expected<'k> {
    level: u8,
    first: &'k Key,
    last: &'k Key,
}

/// What is told of a child: that of a leaf is a chunk, any other begins with it.
struct Key {
    bytes: u64,
    skipped: u32,
    origin: Vec<u64>,
}

impl Walk<'_> {
    /// The bytes of a key: size, mask, and an origin.
    fn key_bytes(&self) -> usize {
        4 + 4 + 8 * self.part.0.len()
    }

    /// Takes the chunks below a node; a root may be at any level, and have any keys.
    fn node(&mut self, address: u64, expected: Option<Expected<'_>>) -> Known<()> {
        let bytes = 24 + 2 * HALF * (self.key_bytes() + 8) + self.key_bytes();
        let node = self.source.get(address, bytes).ok_or(Unknown)?;
        let mut cursor = Cursor::new(&node);
        cursor.expect(b"TREE\x01")?;
        let (level, count) = (cursor.u8()?, usize::from(cursor.u16()?));
        let _siblings = (cursor.u64()?, cursor.u64()?);
        if level > HIGHEST || !(1..=2 * HALF).contains(&count) {
            return Err(Unknown);
        }
        let (children, last) = self.children(&mut cursor, count)?;
        if expected.is_some_and(|expected| !expected.is(level, &children, &last)) {
            return Err(Unknown);
        }
        self.take(level, &children, &last)
    }

    /// Reads the children of a node, each with the key before it, and the key behind the last; they must rise.
    fn children(&self, cursor: &mut Cursor<'_>, count: usize) -> Known<(Vec<(Key, u64)>, Key)> {
        let child = |_| Ok((self.key(cursor)?, cursor.address()?.ok_or(Unknown)?));
        let children: Vec<_> = (0..count).map(child).collect::<Known<_>>()?;
        let last = self.key(cursor)?;
        let origins = children.iter().map(|(key, _)| &key.origin).chain([&last.origin]);
        if origins.is_sorted_by(|one, next| one < next) { Ok((children, last)) } else { Err(Unknown) }
    }

    fn take(&mut self, level: u8, children: &[(Key, u64)], last: &Key) -> Known<()> {
        let behind = children.iter().skip(1).map(|(key, _)| key).chain([last]);
        for ((key, child), next) in children.iter().zip(behind) {
            match level.checked_sub(1) {
                None => self.chunk(key, *child)?,
                Some(level) if self.part.has_between(&key.origin, &next.origin) => {
                    self.node(*child, Some(Expected { level, first: key, last: next }))?;
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn key(&self, cursor: &mut Cursor<'_>) -> Known<Key> {
        let (bytes, skipped) = (cursor.u32()?.into(), cursor.u32()?);
        let origin = self.part.0.iter().map(|_| cursor.u64()).collect::<Known<_>>()?;
        Ok(Key { bytes, skipped, origin })
    }

    fn chunk(&mut self, key: &Key, address: u64) -> Known<()> {
        let Some((0, origin)) = key.origin.split_last() else { return Err(Unknown) };
        let chunk = Indexed { origin, skipped: key.skipped, address, bytes: key.bytes };
        if (self.each)(chunk) { Ok(()) } else { Err(Unknown) }
    }
}

impl Expected<'_> {
    /// Whether a node is at this level and has these keys at its ends.
    fn is(&self, level: u8, children: &[(Key, u64)], last: &Key) -> bool {
        let has_first = children.first().is_some_and(|(key, _)| key.origin == self.first.origin);
        level == self.level && has_first && last.origin == self.last.origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_part_is_between_where_any_of_its_elements_is() {
        let part = Part(vec![2..3, 5..7, 0..4]);
        assert!(part.has_between(&[0, 0, 0], &[2, 5, 1]) && !part.has_between(&[0, 0, 0], &[2, 5, 0]));
        assert!(part.has_between(&[2, 5, 9], &[2, 6, 1]) && !part.has_between(&[2, 5, 9], &[2, 6, 0]));
        assert!(!part.has_between(&[2, 6, 4], &[9, 9, 9]) && !part.has_between(&[2, 7, 0], &[9, 9, 9]));
        assert!(!Part(vec![0..5, 3..3]).has_between(&[0, 0], &[9, 9]));
    }

    proptest! {
        #[test]
        fn it_is_the_same_as_to_look_at_each_element(
            ranges in prop::collection::vec((0_u64..4, 0_u64..3), 2..4),
            from in prop::collection::vec(0_u64..7, 3),
            before in prop::collection::vec(0_u64..7, 3),
        ) {
            let ranges: Vec<_> = ranges.into_iter().map(|(start, length)| start..start + length).collect();
            let (from, before) = (&from[..ranges.len()], &before[..ranges.len()]);
            let elements = ranges.iter().fold(vec![vec![]], |heads: Vec<Vec<u64>>, range| {
                let with = |head: Vec<u64>| range.clone().map(move |index| [head.clone(), vec![index]].concat());
                heads.into_iter().flat_map(with).collect()
            });
            let expected = elements.iter().any(|element| element.as_slice() >= from && element.as_slice() < before);
            prop_assert_eq!(Part(ranges).has_between(from, before), expected);
        }
    }
}
