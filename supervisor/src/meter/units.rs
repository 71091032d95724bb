//! In which units sizes are shown: in those in which the limit was asked for. PBS and Slurm count in 1024s,
//! and a job that asked for `1gb` has not got 1.1 GB.

use bytesize::ByteSize;

const MEBIBYTE: u64 = 1 << 20;

/// Units of sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Units {
    /// Powers of 1000: GB.
    #[default]
    Decimal,
    /// Powers of 1024: GiB.
    Binary,
}

impl Units {
    /// Those of a limit, bytes: one of whole MiB was asked for in these.
    pub fn of(limit: Option<u64>) -> Self {
        let whole = limit.is_some_and(|limit| limit >= MEBIBYTE && limit % MEBIBYTE == 0);
        if whole { Self::Binary } else { Self::Decimal }
    }

    /// A number of bytes in them.
    pub fn show(self, bytes: u64) -> String {
        let size = ByteSize(bytes);
        match self {
            Self::Decimal => size.display().si().to_string(),
            Self::Binary => size.display().iec().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_in_1024s_is_shown_in_them() {
        let shown = |limit: u64, bytes| Units::of(Some(limit)).show(bytes);
        assert_eq!(shown(1 << 30, 1 << 30), "1.0 GiB");
        assert_eq!(shown(190 << 30, 3 << 29), "1.5 GiB");
        assert_eq!(shown(190_000_000_000, 1_500_000_000), "1.5 GB");
        assert_eq!(Units::of(None).show(1 << 30), "1.1 GB");
    }
}
