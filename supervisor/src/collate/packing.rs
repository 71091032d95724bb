//! Chunks of the final file, packed in several threads and put into it in the order in which they came.
//!
//! The file's bytes must not depend on how many threads there are: so many chunks as are always on
//! their way, and which one is put when, does not.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use dayfold_ncio::raw::{LooseChunk, PackedChunk, Packer, RawWriter};

use super::error::CollateError;

/// So many chunks are on their way: enough for all threads, few enough for their memory.
const ON_THEIR_WAY: usize = 16;

/// More threads than this would wait for the one that reads and writes.
const MOST_THREADS: usize = 8;

/// A chunk to be packed, and where to send it.
type Job = (LooseChunk, Sender<PackedChunk>);

/// Threads that pack.
pub(super) struct Press {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    waiting: VecDeque<Receiver<PackedChunk>>,
}

impl Press {
    /// Starts a thread for each core, within bounds.
    pub(super) fn start() -> io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self::of(cores.min(MOST_THREADS))
    }

    fn of(threads: usize) -> io::Result<Self> {
        let (jobs, incoming) = mpsc::channel();
        let mut press = Self { jobs: Some(jobs), threads: Vec::new(), waiting: VecDeque::new() };
        let incoming = Arc::new(Mutex::new(incoming));
        for _ in 0..threads {
            let incoming = Arc::clone(&incoming);
            let thread = thread::Builder::new().name("pack".to_owned()).spawn(move || pack(&incoming))?;
            press.threads.push(thread);
        }
        Ok(press)
    }

    /// Takes a chunk; puts the first that came into the file, if enough are on their way.
    pub(super) fn take(&mut self, chunk: LooseChunk, writer: &mut RawWriter) -> Result<(), CollateError> {
        let (answer, packed) = mpsc::channel();
        if let Some(jobs) = &self.jobs {
            let _threads_gone = jobs.send((chunk, answer));
        }
        self.waiting.push_back(packed);
        if self.waiting.len() > ON_THEIR_WAY { self.put_first(writer) } else { Ok(()) }
    }

    /// Puts all that is on its way into the file.
    pub(super) fn finish(mut self, writer: &mut RawWriter) -> Result<(), CollateError> {
        while !self.waiting.is_empty() {
            self.put_first(writer)?;
        }
        Ok(())
    }

    fn put_first(&mut self, writer: &mut RawWriter) -> Result<(), CollateError> {
        let Some(packed) = self.waiting.pop_front() else { return Ok(()) };
        // a thread that is gone has panicked: it took its chunk with it
        let chunk = packed.recv().map_err(|_| CollateError::Packing)?;
        Ok(writer.put_chunk(&chunk)?)
    }
}

impl Drop for Press {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _panicked = thread.join();
        }
    }
}

fn pack(jobs: &Mutex<Receiver<Job>>) {
    let mut packer = Packer::default();
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
    while let Ok((chunk, answer)) = next() {
        let _not_wanted_any_more = answer.send(packer.pack(&chunk));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_ncio::dataset::{DataType, Dataset, Values, Variable};
    use dayfold_ncio::raw::{Cut, RawFile, Schema, Storage};
    use std::path::Path;

    const LENGTH: usize = 20_000;

    /// Two variables of 20 chunks each, and strings, which are not packed, among them.
    fn written(path: &Path, threads: usize) -> Vec<u8> {
        let variable = |name: &str, values| Variable {
            name: name.into(),
            dimensions: vec!["time".into()],
            values,
            attributes: Vec::new(),
        };
        let numbers: Vec<f64> = (0..LENGTH).map(|number| (number as f64).sqrt()).collect();
        let texts: Vec<String> = (0..LENGTH).map(|number| number.to_string()).collect();
        let variables = ["one", "two"].map(|name| variable(name, Values::F64(numbers.clone())));
        let texts = variable("texts", Values::Strings(texts));
        let dataset = Dataset {
            dimensions: vec![("time".into(), LENGTH)],
            variables: variables.into_iter().chain([texts]).collect(),
            attributes: Vec::new(),
        };
        let storage = Storage::Deflated { level: 4, chunk_bytes: 8000, along: "time".into() };
        let mut writer = RawWriter::create(path, Schema::from(&dataset), storage).unwrap();
        let mut press = Press::of(threads).unwrap();
        for start in (0..LENGTH).step_by(1000) {
            for Variable { name, values, .. } in &dataset.variables {
                let range = start..start + 1000;
                let part = values.slice(range.clone()).unwrap();
                match writer.cut(name, "time", range.clone(), part).unwrap() {
                    Cut::Chunks(chunks) => {
                        chunks.into_iter().for_each(|chunk| press.take(chunk, &mut writer).unwrap());
                    }
                    Cut::Whole(values) => {
                        assert_eq!(values.data_type(), DataType::String);
                        writer.write_along(name, "time", range, &values).unwrap();
                    }
                }
            }
        }
        press.finish(&mut writer).unwrap();
        writer.finish().unwrap();
        let file = RawFile::open(path).unwrap();
        for Variable { name, values, .. } in &dataset.variables {
            assert!(file.read(name).unwrap().same(values), "{name}");
        }
        std::fs::read(path).unwrap()
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = [1, 2, 7].map(|threads| written(&folder.path().join(threads.to_string()), threads));
        assert!(bytes[0] == bytes[1] && bytes[1] == bytes[2]);
    }
}
