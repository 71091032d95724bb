//! What the journals of all shards tell, and which of it goes on.

use std::path::Path;

use dayfold_contract::error::in_one_line;
use jiff::Timestamp;

use super::holders::Holding;
use super::session::{Session, sessions};
use crate::journal::{Ending, Tail, read_end};
use crate::rundir::plan_file::Frozen;
use crate::rundir::{RunDir, RunDirError};

/// So many bytes of a journal are read, from its end: the history of some 15 000 groups. What stands before is
/// counted.
const READ: u64 = 8 << 20;

/// So many faults of one journal are told.
const TOLD: usize = 3;

/// All sessions of this run, the earliest first.
///
/// # Errors
/// If the run directory cannot be read; what is wrong with a journal is told.
pub fn look(
    run_dir: &RunDir,
    frozen: Option<&Frozen>,
    holders: &[Holding],
    warnings: &mut Vec<String>,
) -> Result<Vec<Session>, RunDirError> {
    let mut all = Vec::new();
    for shard in run_dir.journaled_shards()? {
        let holder = holders.iter().find(|holding| holding.works_on(shard));
        let tail = if holder.is_some() { Tail::MayBeInTheMaking } else { Tail::IsTorn };
        let Some(found) = read(&run_dir.journal_file(shard), frozen, tail, warnings) else { continue };
        let mut told = sessions(shard, found.earlier, found.history.entries);
        if let (Some(last), Some(holder)) = (told.last_mut(), holder)
            && is_of(last, holder)
        {
            last.goes_on(Timestamp::now());
        }
        all.append(&mut told);
    }
    all.sort_by_key(|session| session.began);
    Ok(all)
}

/// Whether a session is this process's. It may not have written anything yet: then the last session
/// is another one's.
fn is_of(session: &Session, holding: &Holding) -> bool {
    let same = session
        .start
        .as_ref()
        .zip(holding.holder.as_ref())
        .is_none_or(|(start, holder)| (&start.host, start.process) == (&holder.host, holder.process));
    session.end.is_none() && same
}

/// A journal of this run; what is left out of it is told.
fn read(path: &Path, frozen: Option<&Frozen>, tail: Tail, warnings: &mut Vec<String>) -> Option<Ending> {
    let found = match read_end(path, READ, tail) {
        Ok(found) => found?,
        Err(error) => {
            warnings.push(format!("failed to {}: its history is not shown", in_one_line(&error)));
            return None;
        }
    };
    let (path, history) = (path.display(), &found.history);
    if history.run.is_none() {
        warnings.push(format!(
            "{path} is damaged: its head does not say whose it is, its history is not shown, and the next \
             run puts it aside"
        ));
        return None;
    }
    if frozen.is_some_and(|frozen| history.run != Some(frozen.run)) {
        warnings.push(format!("{path} is of another run: the next run puts it aside"));
        return None;
    }
    let more = history.warnings.len().saturating_sub(TOLD);
    warnings.extend(history.warnings.iter().take(TOLD).cloned());
    if more > 0 {
        warnings.push(format!("{path}: {more} more faults of this kind"));
    }
    Some(found)
}
