//! The checksum of HDF5's filter fletcher32, as its file format specification describes it: sums of
//! 16-bit words that are read with the higher byte first, modulo 65535.

/// So many words can be added before the sums must be reduced.
const WORDS: usize = 360;

/// The bytes that the checksum takes after those that it is of.
pub(crate) const BYTES: usize = 4;

/// The checksum of bytes.
pub(crate) fn fletcher32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (0_u32, 0_u32);
    for block in bytes.chunks(2 * WORDS) {
        for word in block.chunks(2) {
            let first = u32::from(word.first().copied().unwrap_or_default());
            let second = u32::from(word.get(1).copied().unwrap_or_default());
            low += first << 8 | second;
            high += low;
        }
        (low, high) = (reduced(low), reduced(high));
    }
    // a block ends with sums of 17 bits at most
    reduced(high) << 16 | reduced(low)
}

fn reduced(sum: u32) -> u32 {
    (sum & 0xffff) + (sum >> 16)
}

/// Whether a checksum is that of a file: HDF5 before 1.6.3 wrote it with its bytes exchanged in pairs
/// on machines with the lower byte first, and the library accepts that too.
pub(crate) fn agrees(computed: u32, stored: u32) -> bool {
    let [a, b, c, d] = computed.to_be_bytes();
    stored == computed || stored == u32::from_be_bytes([b, a, d, c])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_summed_modulo_65535() {
        // by hand: words 0x6162, 0x6364, 0x6500; sums 0x6162, 0x126c6 -> 0xc4c6, 0x129c6 -> 0x29c7, and so on
        assert_eq!(fletcher32(b"ab"), 0x6162_6162);
        assert_eq!(fletcher32(b"abcd"), by_definition(b"abcd"));
        assert_eq!(fletcher32(b"abcde"), by_definition(b"abcde"));
    }

    /// The definition, with remainders and no shortcuts; a sum of 65535 is kept as it is.
    fn by_definition(bytes: &[u8]) -> u32 {
        let words = bytes.chunks(2).map(|pair| match pair {
            [first, second] => u64::from(*first) * 256 + u64::from(*second),
            pair => u64::from(pair[0]) * 256,
        });
        let (mut low, mut high) = (0_u64, 0_u64);
        for word in words {
            low += word;
            high += low;
        }
        let modulo =
            |sum: u64| if sum > 0 && sum.is_multiple_of(65535) { 65535 } else { (sum % 65535) as u32 };
        modulo(high) << 16 | modulo(low)
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_the_defined_checksum(bytes in proptest::collection::vec(0_u8.., 0..3000)) {
            proptest::prop_assert_eq!(fletcher32(&bytes), by_definition(&bytes));
        }
    }

    #[test]
    fn the_longest_sums_do_not_overflow() {
        assert_eq!(fletcher32(&[0xff; 10_000]), by_definition(&[0xff; 10_000]));
    }

    #[test]
    fn the_old_order_of_bytes_is_accepted() {
        assert!(agrees(0x0102_0304, 0x0102_0304) && agrees(0x0102_0304, 0x0201_0403));
        assert!(!agrees(0x0102_0304, 0x0403_0201));
    }
}
