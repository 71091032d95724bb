//! `failed.tsv`: the groups that failed, for people and their scripts.

use std::io;

use dayfold_contract::GroupName;

use super::{RunDir, RunDirError};
use crate::durable;

/// A group that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedGroup {
    /// Which.
    pub group: GroupName,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub reason: String,
    /// The input file in hand, relative to the archive's root.
    pub file: Option<String>,
}

/// Writes the table, whole or not at all; with nothing to tell, the file is removed.
///
/// # Errors
/// If it cannot be written.
pub fn write(run_dir: &RunDir, failed: &[FailedGroup]) -> Result<(), RunDirError> {
    if failed.is_empty() {
        return remove(run_dir);
    }
    let rows = failed.iter().map(row);
    let table: String = std::iter::once("group\tattempts\treason\tfile\n".to_owned()).chain(rows).collect();
    Ok(durable::replace(&run_dir.failed_file(), table.as_bytes())?)
}

/// Reads what an earlier run wrote; lines that do not have the table's form are passed over.
pub fn read(run_dir: &RunDir) -> Vec<FailedGroup> {
    let text = std::fs::read_to_string(run_dir.failed_file()).unwrap_or_default();
    text.lines().skip(1).filter_map(parse).collect()
}

fn parse(line: &str) -> Option<FailedGroup> {
    let mut cells = line.split('\t');
    let (group, attempts, reason) = (cells.next()?, cells.next()?.parse().ok()?, cells.next()?.to_owned());
    let file = cells.next().filter(|file| !file.is_empty()).map(str::to_owned);
    Some(FailedGroup { group: GroupName::new(group), attempts, reason, file })
}

fn remove(run_dir: &RunDir) -> Result<(), RunDirError> {
    let path = run_dir.failed_file();
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(RunDirError::NotWritable { path, source })
        }
        _ => Ok(()),
    }
}

fn row(failed: &FailedGroup) -> String {
    let FailedGroup { group, attempts, reason, file } = failed;
    let file = file.as_deref().unwrap_or_default();
    format!("{}\t{attempts}\t{}\t{}\n", cell(group.as_str()), cell(reason), cell(file))
}

/// Tabs and line ends would break the table.
fn cell(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_several_lines_is_one_row() {
        let failed = FailedGroup {
            group: GroupName::new("2022-02-01"),
            attempts: 3,
            reason: "first\nsecond\tthird".into(),
            file: None,
        };
        assert_eq!(row(&failed), "2022-02-01\t3\tfirst second third\t\n");
        let back = parse(row(&failed).trim_end_matches('\n'));
        assert_eq!(back, Some(FailedGroup { reason: "first second third".into(), ..failed }));
    }
}
