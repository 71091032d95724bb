//! `failed.tsv`: the groups that failed, for people and their scripts.
//!
//! A shard writes `failed.<i>-of-<n>.tsv`, and the last to end joins them into `failed.tsv`. Whether
//! a group is done is not told here: a row of one that is done by now is passed over by readers.

use std::collections::BTreeMap;

use dayfold_contract::GroupName;
use dayfold_contract::shown::{from_cell, to_cell};
use serde::Serialize;

use dayfold_contract::error::in_one_line;

use super::shard::Shard;
use super::{RunDir, RunDirError, remove_file};
use crate::durable;
use crate::run_event::RunEvent;

const STEM: &str = "failed";
const EXTENSION: &str = ".tsv";
const HEADER: &str = "group\tattempts\treason\tfile\tcause\tlog_file\n";

/// What dayfold before logs were kept wrote, and what any header begins with.
const FIRST_COLUMNS: &str = "group\tattempts\treason\tfile";

/// A group that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedGroup {
    /// Which.
    pub group: GroupName,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub reason: String,
    /// The input file in hand, relative to the archive's root.
    pub file: Option<String>,
    /// What a program said went wrong; the reason has it, too.
    pub cause: Option<String>,
    /// Where the output of the last attempt is kept, relative to the run directory.
    pub log_file: Option<String>,
}

impl FailedGroup {
    /// Of what happened, if that was the last attempt at a group.
    pub fn of(happening: &RunEvent) -> Option<Self> {
        let RunEvent::AttemptFailed { group, attempt, reason, cause, file, log_file, again: false, .. } =
            happening
        else {
            return None;
        };
        Some(Self {
            group: group.clone(),
            attempts: *attempt,
            reason: reason.clone(),
            file: file.clone(),
            cause: cause.clone(),
            log_file: log_file.clone(),
        })
    }

    /// Names no output that is not there: it could not be written, or was removed.
    pub fn forget_lost_log(&mut self, run_dir: &RunDir) {
        self.log_file.take_if(|log| !run_dir.path().join(log).is_file());
    }
}

/// Writes a shard's table, whole or not at all; with nothing to tell, the file is removed.
///
/// # Errors
/// If it cannot be written.
pub fn write(run_dir: &RunDir, shard: Shard, failed: &[FailedGroup]) -> Result<(), RunDirError> {
    let path = run_dir.failed_file(shard);
    if failed.is_empty() {
        return remove_file(&path);
    }
    let rows = failed.iter().map(row);
    let table: String = std::iter::once(HEADER.to_owned()).chain(rows).collect();
    Ok(durable::replace(&path, table.as_bytes())?)
}

/// Writes the table of the whole run, in place of the shards' tables.
///
/// # Errors
/// If it cannot be written, or those not be removed.
pub fn join(run_dir: &RunDir, failed: &[FailedGroup]) -> Result<(), RunDirError> {
    write(run_dir, Shard::WHOLE, failed)?;
    let parts = run_dir.shards_with(STEM, EXTENSION)?.into_iter().filter(|shard| !shard.is_whole());
    parts.map(|shard| run_dir.failed_file(shard)).try_for_each(|path| remove_file(&path))
}

/// Reads what earlier runs and all shards wrote, in order of the groups' names; lines that do not
/// have the table's form are passed over.
///
/// # Errors
/// If the run directory cannot be read.
pub fn read(run_dir: &RunDir) -> Result<Vec<FailedGroup>, RunDirError> {
    Ok(look(run_dir)?.0)
}

/// The same, and what is wrong with the tables, in words.
///
/// # Errors
/// If the run directory cannot be read.
pub fn look(run_dir: &RunDir) -> Result<(Vec<FailedGroup>, Vec<String>), RunDirError> {
    let mut tables = run_dir.shards_with(STEM, EXTENSION)?;
    // a shard's table is later than the joined one: that is written in place of them
    tables.sort();
    let (mut by_group, mut faults) = (BTreeMap::new(), Vec::new());
    for path in tables.into_iter().map(|shard| run_dir.failed_file(shard)) {
        let text = dayfold_files::read(&path).unwrap_or_else(|error| {
            faults.push(format!("{} cannot be read: {}", path.display(), in_one_line(&error)));
            HEADER.into()
        });
        let text = String::from_utf8_lossy(&text);
        let rows: Vec<Option<FailedGroup>> = text.lines().skip(1).map(parse).collect();
        if !text.starts_with(FIRST_COLUMNS) || !text.ends_with('\n') || rows.contains(&None) {
            faults.push(format!("{} is damaged: rows are missing or not as they were", path.display()));
        }
        by_group.extend(rows.into_iter().flatten().map(|row| (row.group.clone(), row)));
    }
    Ok((by_group.into_values().collect(), faults))
}

fn parse(line: &str) -> Option<FailedGroup> {
    let mut cells = line.split('\t');
    let (group, attempts, reason) = (cells.next()?, cells.next()?.parse().ok()?, from_cell(cells.next()?));
    let mut optional = || cells.next().filter(|cell| !cell.is_empty()).map(from_cell);
    let (file, cause, log_file) = (optional(), optional(), optional());
    Some(FailedGroup { group: GroupName::new(from_cell(group)), attempts, reason, file, cause, log_file })
}

fn row(failed: &FailedGroup) -> String {
    let FailedGroup { group, attempts, reason, file, cause, log_file } = failed;
    let optional = |text: &Option<String>| to_cell(text.as_deref().unwrap_or_default()).into_owned();
    let [file, cause, log_file] = [file, cause, log_file].map(optional);
    format!("{}\t{attempts}\t{}\t{file}\t{cause}\t{log_file}\n", to_cell(group.as_str()), to_cell(reason))
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
            cause: Some("third".into()),
            log_file: Some("logs/2022-02-01.3.log".into()),
        };
        assert_eq!(row(&failed), "2022-02-01\t3\tfirst\\nsecond\\tthird\t\tthird\tlogs/2022-02-01.3.log\n");
        let back = parse(row(&failed).trim_end_matches('\n'));
        assert_eq!(back, Some(failed));
    }

    #[test]
    fn tables_of_shards_are_read_together_and_joined() {
        let folder = tempfile::tempdir().unwrap();
        let run_dir = RunDir::at(folder.path());
        let failed = |group: &str, reason: &str| FailedGroup {
            group: GroupName::new(group),
            attempts: 1,
            reason: reason.into(),
            file: Some("a.nc".into()),
            cause: None,
            log_file: None,
        };
        let shard = |text: &str| text.parse().unwrap();
        write(&run_dir, Shard::WHOLE, &[failed("1", "early"), failed("3", "early")]).unwrap();
        write(&run_dir, shard("2/2"), &[failed("2", "late")]).unwrap();
        write(&run_dir, shard("1/2"), &[failed("3", "late")]).unwrap();
        let all = [failed("1", "early"), failed("2", "late"), failed("3", "late")];
        assert_eq!(read(&run_dir).unwrap(), all);
        join(&run_dir, &all[..2]).unwrap();
        assert_eq!(read(&run_dir).unwrap(), all[..2]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        join(&run_dir, &[]).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_table_that_is_not_as_it_was_written_is_told_and_read_as_far_as_it_goes() {
        let folder = tempfile::tempdir().unwrap();
        let run_dir = RunDir::at(folder.path());
        let row = |group: &str| FailedGroup {
            group: GroupName::new(group),
            attempts: 1,
            reason: "torn".into(),
            file: None,
            cause: None,
            log_file: None,
        };
        write(&run_dir, Shard::WHOLE, &[row("1"), row("2")]).unwrap();
        assert_eq!(look(&run_dir).unwrap(), (vec![row("1"), row("2")], vec![]));
        let path = run_dir.failed_file(Shard::WHOLE);
        let whole = std::fs::read_to_string(&path).unwrap();
        for damaged in ["", &whole[1..], &whole[..whole.len() - 3], &whole.replace("1\ttorn", "one\ttorn")] {
            durable::replace(&path, damaged.as_bytes()).unwrap();
            let (rows, faults) = look(&run_dir).unwrap();
            assert!(rows.len() <= 2 && faults.len() == 1 && faults[0].contains("failed.tsv is damaged"));
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(look(&run_dir).unwrap().1[0].contains("cannot be read"));
    }

    #[test]
    fn a_table_of_four_columns_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let run_dir = RunDir::at(folder.path());
        let path = run_dir.failed_file(Shard::WHOLE);
        durable::replace(&path, b"group\tattempts\treason\tfile\n1\t3\ttorn\ta.nc\n2\t1\tgone\t\n").unwrap();
        let (rows, faults) = look(&run_dir).unwrap();
        assert_eq!((rows.len(), rows[0].file.as_deref(), rows[1].file.as_deref()), (2, Some("a.nc"), None));
        assert!(rows.iter().all(|row| row.cause.is_none() && row.log_file.is_none()));
        assert_eq!(faults, [""; 0]);
    }
}
