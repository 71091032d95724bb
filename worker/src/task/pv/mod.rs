//! The PV task: what a panel and its inverter deliver, averaged over regions, for every time of a group.
//!
//! A file goes from [`reading`] through [`kernel`] into [`means`], one time step after the other and run
//! of cells by run: no field is ever whole in memory. [`series`] puts a group's steps in order and
//! [`output`] writes them. The model itself is `dayfold-pv`, the decoding `dayfold-ncio`.

mod error;
mod kernel;
mod means;
mod output;
mod place;
mod reading;
mod series;
mod temperature;
mod units;

use std::ops::Range;
use std::path::Path;

use dayfold_contract::Job;
use dayfold_contract::error::in_one_line;
use dayfold_contract::job::{BadFiles, Empty, Layout, Probe, ProbeFailure};
use dayfold_contract::message::{Assignment, Failure};
use dayfold_contract::partial::{FILES_WITHOUT_TIMES, SKIPPED_FILES};
use dayfold_contract::task::{PvSpec, Temperature};
use dayfold_ncio::chunks::announce;
use dayfold_ncio::grid::Grid;
use dayfold_pv::fast::{Kernel, KernelTemperature};
use dayfold_pv::{Sun, System};

use super::{Produced, Progress, Task};
use crate::regions;
use crate::told::tell;
use error::PvError;
use kernel::StepKernel;
use place::Place;
use reading::IrradianceFile;
use series::Step;
use temperature::CellTemperature;

/// The task, and what it keeps from one group to the next.
pub struct PvTask {
    job: Job,
    spec: PvSpec,
    kernel: Kernel,
    temperature: CellTemperature,
    place: Option<Place>,
    /// What people should know of the group that was done last.
    warnings: Vec<String>,
    /// Where in the last file was read: in the next it will be about the same.
    touched: Vec<Range<u64>>,
}

/// What a group's files gave.
#[derive(Default)]
struct Gathered {
    steps: Vec<Step>,
    skipped: Vec<String>,
    /// Files that could be read and hold no time.
    without_times: Vec<String>,
    /// Why the first of these was left out.
    first_reason: Option<String>,
}

impl PvTask {
    /// Reads nothing yet.
    pub fn new(spec: PvSpec, job: Job) -> Self {
        let system =
            System { mount: spec.mount, module: spec.module.clone(), inverter: spec.inverter.clone() };
        let kernel = Kernel::new(&system, kernel_temperature(&spec.temperature));
        let temperature = CellTemperature::new(&spec.temperature, &job.folder);
        Self { job, spec, kernel, temperature, place: None, warnings: Vec::new(), touched: Vec::new() }
    }

    fn look(&mut self, file: &str) -> Result<Probe, PvError> {
        let path = self.job.root.join(file);
        let open = IrradianceFile::open(&path, &self.spec.variables)?;
        let place = located(&mut self.place, &self.job, &self.kernel, open.grid(), &path)?;
        let mut warnings = place.coverage.warnings().to_vec();
        let first = open.times().first();
        if let Some(error) = first.map(|&time| self.temperature.look(time, place)).transpose()?.flatten() {
            warnings.push(format!("the first file, {file}: {}", in_one_line(&error)));
        }
        Ok(Probe { layout: Some(place.layout.clone()), warnings })
    }

    fn gather(&mut self, assignment: &Assignment, progress: &mut dyn Progress) -> Result<Gathered, Failure> {
        let mut gathered = Gathered::default();
        if self.job.layout.is_none() {
            // nobody knows yet which grid is the run's: the supervisor compares those of the groups
            self.place = None;
        }
        for (done, file) in (0..).zip(&assignment.files) {
            progress.reading(done, file);
            match self.file(file, assignment.files.get(done as usize + 1)) {
                Ok(steps) if steps.is_empty() => gathered.without_times.push(file.clone()),
                Ok(steps) => gathered.steps.extend(steps),
                Err(error) => gathered.leave_out(error.settled(), file, self.job.bad_files, assignment)?,
            }
        }
        gathered.check(assignment, self.job.empty)
    }

    /// All time steps of one file; `next` will be read after it.
    fn file(&mut self, file: &str, next: Option<&String>) -> Result<Vec<Step>, PvError> {
        let path = self.job.root.join(file);
        let open = IrradianceFile::open(&path, &self.spec.variables)?;
        let place = located(&mut self.place, &self.job, &self.kernel, open.grid(), &path)?;
        if let Some(next) = next {
            // a file that is not there is told when its turn comes
            let _told_later = announce(&self.job.root.join(next), &self.touched);
        }
        let mut cells = open.cells(&place.wanted)?;
        let mut steps = Vec::with_capacity(open.times().len());
        for (index, &time) in open.times().iter().enumerate() {
            let temperature = self.temperature.at(time, place)?;
            let sun = Sun::at(time.unix_seconds());
            let mut kernel = StepKernel::new(&self.kernel, place, &sun, temperature, self.spec.night);
            if let Some(cells) = &mut cells {
                let mut runs = cells.step(index)?;
                while let Some(run) = runs.read_next()? {
                    kernel.add(&run);
                }
            }
            steps.push(Step { time, file: file.to_owned(), means: kernel.means() });
        }
        self.touched = cells.map_or_else(Vec::new, |cells| cells.touched());
        Ok(steps)
    }
}

impl Gathered {
    /// Leaves a file out where that is asked for and the file itself is to blame.
    fn leave_out(
        &mut self,
        error: PvError,
        file: &str,
        bad_files: BadFiles,
        assignment: &Assignment,
    ) -> Result<(), Failure> {
        if bad_files == BadFiles::Fail || !error.is_unreadable(assignment.attempt.number) {
            return Err(error.into_failure(Some(file.to_owned())));
        }
        let reason = error.told();
        tell(&format!("left out: {reason}"));
        self.skipped.push(file.to_owned());
        self.first_reason.get_or_insert(reason);
        Ok(())
    }

    /// A group of which nothing could be read is no result, and neither is one without times, unless that is
    /// allowed.
    fn check(self, assignment: &Assignment, empty: Empty) -> Result<Self, Failure> {
        let files = assignment.files.len();
        match (&self.first_reason, self.without_times.first()) {
            (Some(first), None) if self.skipped.len() == files => {
                let first = first.clone();
                Err(PvError::NoneRead { files, first }.into_failure(assignment.files.first().cloned()))
            }
            (_, Some(file)) if self.steps.is_empty() && empty == Empty::Fail => {
                let error = PvError::NoSteps { files: self.without_times.len(), skipped: self.skipped.len() };
                Err(error.into_failure(Some(file.clone())))
            }
            _ => Ok(self),
        }
    }

    /// The files that hold nothing, for people.
    fn told(&self) -> Option<String> {
        let first = self.without_times.first()?;
        Some(match self.without_times.len() {
            1 => format!("the file {first} holds no time step: it gives no values"),
            more => {
                let others =
                    if more == 2 { "1 other holds".to_owned() } else { format!("{} others hold", more - 1) };
                format!("the file {first} and {others} no time step: they give no values")
            }
        })
    }
}

/// A temperature that varies is given with each run of cells.
fn kernel_temperature(temperature: &Temperature) -> KernelTemperature {
    match temperature {
        Temperature::Constant(celsius) => KernelTemperature::Constant(*celsius),
        Temperature::Nearest { .. } => KernelTemperature::PerCell,
    }
}

/// The grid with its regions; worked out for the first file, and the same for every other.
fn located<'a>(
    known: &'a mut Option<Place>,
    job: &Job,
    kernel: &Kernel,
    grid: &Grid,
    path: &Path,
) -> Result<&'a Place, PvError> {
    match known {
        Some(place) => {
            place::check_same(grid, place, path)?;
            Ok(place)
        }
        unknown => {
            place::check(grid, job.layout.as_ref(), path)?;
            let place = Place::new(grid, job.regions.as_ref(), kernel);
            Ok(unknown.insert(place.map_err(|source| PvError::NoGrid { path: path.to_owned(), source })?))
        }
    }
}

impl Task for PvTask {
    fn probe(&mut self, file: &str) -> Result<Probe, ProbeFailure> {
        self.look(file).map_err(|error| error.settled().into_probe_failure())
    }

    /// A group whose files hold no time gives nothing, where that is allowed, unless some were left out: these have
    /// to be named.
    fn run(
        &mut self,
        assignment: &Assignment,
        partial: &Path,
        progress: &mut dyn Progress,
    ) -> Result<Produced, Failure> {
        self.warnings.clear();
        let gathered = self.gather(assignment, progress)?;
        self.warnings.extend(gathered.told());
        let Gathered { steps, skipped, without_times, .. } = gathered;
        if steps.is_empty() && skipped.is_empty() {
            return Ok(Produced::Nothing);
        }
        let steps = series::merge(steps).map_err(|error| {
            let file = error.second.clone();
            PvError::from(error).into_failure(Some(file))
        })?;
        let names = regions::names(self.job.regions.as_ref());
        let lists = [(SKIPPED_FILES, &skipped), (FILES_WITHOUT_TIMES, &without_times)];
        let written = output::write(partial, &names, &steps, &lists, self.layout().as_ref());
        written.map_err(|error| PvError::Write(error).into_failure(None))?;
        Ok(Produced::Partial)
    }

    fn warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    fn layout(&self) -> Option<Layout> {
        self.place.as_ref().map(|place| place.layout.clone())
    }
}
