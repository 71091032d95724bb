//! How much there is to read, from a look at a few files.

use std::path::Path;

use dayfold_contract::Group;

/// Groups of which one file is looked at.
const LOOKS: usize = 100;

/// How much there is to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Files in all groups.
    pub files: u64,
    /// Their bytes, going by the middle files of up to 100 groups; `None` if no size could be had.
    pub bytes: Option<u64>,
    /// Folders that were listed to find them.
    pub directories: u64,
}

impl Estimate {
    /// Looks at the middle file of some groups, evenly spread.
    pub(super) fn new(root: &Path, groups: &[Group], directories: u64) -> Self {
        let files = groups.iter().map(|group| group.files.len() as u64).sum();
        let looks = groups.len().min(LOOKS);
        let spread = (0..looks).filter_map(|look| groups.get(look * groups.len() / looks));
        let middles = spread.filter_map(|group| group.files.get(group.files.len() / 2));
        let sizes = middles.filter_map(|file| std::fs::metadata(root.join(file)).ok());
        let (count, sum) =
            sizes.fold((0_u64, 0_u64), |(count, sum), file| (count + 1, sum.saturating_add(file.len())));
        let all = u128::from(sum) * u128::from(files);
        let bytes = all.checked_div(u128::from(count)).map(|bytes| u64::try_from(bytes).unwrap_or(u64::MAX));
        Self { files, bytes, directories }
    }
}
