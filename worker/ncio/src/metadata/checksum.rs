//! The checksum of HDF5's metadata: Bob Jenkins's lookup3 (`hashlittle`, public domain), begun with 0.

use super::{Known, Unknown};

/// Bytes without the four of the checksum at their end, which must be theirs.
pub(super) fn checked(bytes: &[u8]) -> Known<&[u8]> {
    let (bytes, stored) = bytes.split_last_chunk().ok_or(Unknown)?;
    if agrees(bytes, u32::from_le_bytes(*stored)) { Ok(bytes) } else { Err(Unknown) }
}

/// Whether bytes have this checksum.
pub(super) fn agrees(bytes: &[u8], stored: u32) -> bool {
    #[cfg(test)]
    if trust::ANY.get() {
        return true;
    }
    lookup3(bytes) == stored
}

/// For tests of what stands behind checksums.
#[cfg(test)]
pub(super) mod trust {
    use std::cell::Cell;

    thread_local! {
        /// Any checksum is as good.
        pub(in crate::metadata) static ANY: Cell<bool> = const { Cell::new(false) };
    }
}

/// The checksum of bytes.
fn lookup3(bytes: &[u8]) -> u32 {
    let start = 0xdead_beef_u32.wrapping_add(bytes.len() as u32);
    let mut state = [start; 3];
    // the last block is never mixed, however long it is
    let whole = bytes.len().saturating_sub(1) / 12 * 12;
    let (blocks, last) = bytes.split_at(whole);
    for block in blocks.chunks_exact(12) {
        add(&mut state, block);
        mix(&mut state);
    }
    if last.is_empty() {
        return state[2];
    }
    add(&mut state, last);
    finish(&mut state);
    state[2]
}

/// Adds up to twelve bytes, as three numbers; what is missing counts as zero.
fn add(state: &mut [u32; 3], block: &[u8]) {
    for (word, bytes) in state.iter_mut().zip(block.chunks(4)) {
        let number = bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte));
        *word = word.wrapping_add(number);
    }
}

fn mix([a, b, c]: &mut [u32; 3]) {
    let turn = |x: &mut u32, y: &mut u32, z: &mut u32, by: u32| {
        *x = x.wrapping_sub(*z) ^ z.rotate_left(by);
        *z = z.wrapping_add(*y);
    };
    turn(a, b, c, 4);
    turn(b, c, a, 6);
    turn(c, a, b, 8);
    turn(a, b, c, 16);
    turn(b, c, a, 19);
    turn(c, a, b, 4);
}

fn finish([a, b, c]: &mut [u32; 3]) {
    let turn = |x: &mut u32, y: u32, by: u32| *x = (*x ^ y).wrapping_sub(y.rotate_left(by));
    turn(c, *b, 14);
    turn(a, *c, 11);
    turn(b, *a, 25);
    turn(c, *b, 16);
    turn(a, *c, 4);
    turn(b, *a, 14);
    turn(c, *b, 24);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_its_author_publishes() {
        assert_eq!(lookup3(b""), 0xdead_beef);
        assert_eq!(lookup3(b"Four score and seven years ago"), 0x1777_0551);
    }

    #[test]
    fn the_superblock_of_a_file_has_its_own() {
        let file = include_bytes!("../../tests/fixtures/archive.nc");
        assert_eq!(file[8], 2);
        assert_eq!(checked(&file[..48]).unwrap().len(), 44);
        for at in 0..48 {
            let mut damaged = file[..48].to_vec();
            damaged[at] ^= 4;
            assert!(checked(&damaged).is_err(), "{at}");
        }
    }
}
