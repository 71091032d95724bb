//! The file that a partial is written to before it has a name: never left behind by a worker that ends.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use dayfold_contract::Fingerprint;
use dayfold_contract::message::{Attempt, WrittenAside};
use dayfold_contract::partial::ASIDE_PREFIX;

use crate::task::workshop;

/// The file being written now, if any; known to both threads, so that either can remove it.
#[derive(Clone, Default)]
pub struct InHand(Arc<Mutex<Option<PathBuf>>>);

impl InHand {
    /// Removes the file, if there is one.
    pub fn discard(&self) {
        if let Some(path) = self.lock().take() {
            remove(&path);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// This process, in a name: its number and when it first wrote. Numbers of processes come again, after a boot
/// and on other nodes, and what a killed one has started may still write where that told it to.
static PROCESS: LazyLock<String> = LazyLock::new(|| {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{}-{:x}", std::process::id(), now.as_nanos())
});

/// Removes a partial without a name, and what its task kept beside it. What cannot be removed is cleared
/// away by the next run.
fn remove(path: &Path) {
    let _ = dayfold_files::remove_tree(path);
    let _ = dayfold_files::remove_tree(&workshop(path));
}

/// A place for one attempt's partial; the file is removed with it, unless it was finished.
pub struct Aside<'a> {
    path: PathBuf,
    name: String,
    in_hand: &'a InHand,
}

impl<'a> Aside<'a> {
    /// A place in the folder of partials that no other attempt uses, or ever has used.
    pub fn new(partials: &Path, attempt: Attempt, in_hand: &'a InHand) -> Self {
        let Attempt { group, number } = attempt;
        let name = format!("{ASIDE_PREFIX}{}-{}-{number}.nc", *PROCESS, group.0);
        let path = partials.join(&name);
        *in_hand.lock() = Some(path.clone());
        Self { path, name, in_hand }
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Syncs what was written and describes it; from here on the file is the supervisor's.
    pub fn finish(self) -> io::Result<WrittenAside> {
        let file = dayfold_files::open(&self.path)?;
        let checksum = Fingerprint::of_reader(&file)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        self.in_hand.lock().take();
        Ok(WrittenAside { file: self.name.clone(), checksum, bytes })
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        self.in_hand.discard();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_contract::GroupId;
    use std::fs::{self, File};
    use std::io::Write;

    const ATTEMPT: Attempt = Attempt { group: GroupId(7), number: 2 };

    fn write(aside: &Aside<'_>) {
        File::create(aside.path()).unwrap().write_all(b"values").unwrap();
    }

    #[test]
    fn a_finished_file_stays_and_is_described() {
        let (folder, in_hand) = (tempfile::tempdir().unwrap(), InHand::default());
        let aside = Aside::new(folder.path(), ATTEMPT, &in_hand);
        write(&aside);
        let written = aside.finish().unwrap();
        in_hand.discard();
        assert_eq!(fs::read(folder.path().join(&written.file)).unwrap(), b"values");
        assert_eq!((written.bytes, written.checksum), (6, Fingerprint::of(b"values")));
        let has = |part: String| assert!(written.file.contains(&part), "{}", written.file);
        has(format!(".aside-{}-", std::process::id()));
        has("-7-2.nc".to_owned());
    }

    /// A program that a killed worker left may write there for ever.
    #[test]
    fn what_a_killed_process_of_the_same_number_left_is_not_in_the_way() {
        let (folder, in_hand) = (tempfile::tempdir().unwrap(), InHand::default());
        let left = folder.path().join(format!("{ASIDE_PREFIX}{}-7-2.nc", std::process::id()));
        File::create(&left).unwrap();
        fs::create_dir(workshop(&left)).unwrap();
        let aside = Aside::new(folder.path(), ATTEMPT, &in_hand);
        assert!(!aside.path().exists() && !workshop(aside.path()).exists());
        assert_ne!(aside.path(), left);
    }

    #[test]
    fn an_unfinished_file_goes_with_its_attempt_or_at_the_other_threads_word() {
        let (folder, in_hand) = (tempfile::tempdir().unwrap(), InHand::default());
        let aside = Aside::new(folder.path(), ATTEMPT, &in_hand);
        write(&aside);
        fs::create_dir_all(workshop(aside.path()).join("within")).unwrap();
        in_hand.discard();
        assert!(!aside.path().exists() && !workshop(aside.path()).exists());
        write(&aside);
        drop(aside);
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "given up before: not this one's to remove"
        );
        let aside = Aside::new(folder.path(), ATTEMPT, &in_hand);
        write(&aside);
        drop(aside);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
