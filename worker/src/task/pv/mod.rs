//! The PV task: what a panel and its inverter deliver, averaged over regions, for every time of a group.
//!
//! A file goes from [`reading`] through [`kernel`] into [`sums`], one time step after the other;
//! [`series`] puts a group's steps in order and [`output`] writes them. The model itself is `dayfold-pv`.

mod error;
mod kernel;
mod output;
mod place;
mod reading;
mod series;
mod sums;
mod temperature;

use std::path::Path;

use dayfold_contract::Job;
use dayfold_contract::job::{BadFiles, Probe, ProbeFailure};
use dayfold_contract::message::{Assignment, Failure};
use dayfold_contract::task::PvSpec;
use dayfold_ncio::grid::Grid;
use dayfold_pv::{Sun, System};

use super::{Produced, Progress, Task};
use crate::regions;
use crate::told::{tell, told};
use error::PvError;
use kernel::Kernel;
use place::Place;
use reading::IrradianceFile;
use series::Step;
use temperature::CellTemperature;

/// The task, and what it keeps from one group to the next.
pub struct PvTask {
    job: Job,
    spec: PvSpec,
    system: System,
    temperature: CellTemperature,
    place: Option<Place>,
}

/// What a group's files gave.
#[derive(Default)]
struct Gathered {
    steps: Vec<Step>,
    skipped: Vec<String>,
}

impl PvTask {
    /// Reads nothing yet.
    pub fn new(spec: PvSpec, job: Job) -> Self {
        let system =
            System { mount: spec.mount, module: spec.module.clone(), inverter: spec.inverter.clone() };
        let temperature = CellTemperature::new(&spec.temperature);
        Self { job, spec, system, temperature, place: None }
    }

    fn look(&mut self, file: &str) -> Result<Probe, PvError> {
        let path = self.job.root.join(file);
        let open = IrradianceFile::open(&path, &self.spec.variables)?;
        let place = located(&mut self.place, &self.job, open.grid(), &path)?;
        let mut warnings = place.coverage.warnings().to_vec();
        // Later files may have their temperature: this alone does not stop a run.
        let first = open.times().first();
        if let Some(error) = first.and_then(|&time| self.temperature.at(time, place).err()) {
            warnings.push(format!("the first file, {file}: {}", told(&error)));
        }
        Ok(Probe { layout: Some(place.layout.clone()), warnings })
    }

    fn gather(&mut self, assignment: &Assignment, progress: &mut dyn Progress) -> Result<Gathered, Failure> {
        let mut gathered = Gathered::default();
        for (done, file) in (0..).zip(&assignment.files) {
            progress.reading(done, file);
            match self.file(file) {
                Ok(steps) => gathered.steps.extend(steps),
                Err(error) if error.is_unreadable() && self.job.bad_files == BadFiles::Skip => {
                    tell(&format!("left out: {}", told(&error)));
                    gathered.skipped.push(file.clone());
                }
                Err(error) => return Err(error.into_failure(Some(file.clone()))),
            }
        }
        Ok(gathered)
    }

    /// All time steps of one file.
    fn file(&mut self, file: &str) -> Result<Vec<Step>, PvError> {
        let path = self.job.root.join(file);
        let open = IrradianceFile::open(&path, &self.spec.variables)?;
        let place = located(&mut self.place, &self.job, open.grid(), &path)?;
        let mut steps = Vec::with_capacity(open.times().len());
        for (index, &time) in open.times().iter().enumerate() {
            let temperature = self.temperature.at(time, place)?;
            let mut kernel = Kernel::new(&self.system, place, Sun::at(time.unix_seconds()), temperature);
            for block in open.blocks(index, place.coverage.window()) {
                kernel.add(&block?);
            }
            steps.push(Step { time, file: file.to_owned(), means: kernel.means() });
        }
        Ok(steps)
    }
}

/// The grid with its regions; worked out for the first file, and the same for every other.
fn located<'a>(
    known: &'a mut Option<Place>,
    job: &Job,
    grid: &Grid,
    path: &Path,
) -> Result<&'a Place, PvError> {
    match known {
        Some(place) => {
            place::check(grid, Some(&place.layout), path)?;
            Ok(place)
        }
        unknown => {
            place::check(grid, job.layout.as_ref(), path)?;
            let place = Place::new(grid, job.regions.as_ref());
            Ok(unknown.insert(place.map_err(|source| PvError::NoGrid { path: path.to_owned(), source })?))
        }
    }
}

impl Task for PvTask {
    fn probe(&mut self, file: &str) -> Result<Probe, ProbeFailure> {
        self.look(file).map_err(PvError::into_probe_failure)
    }

    /// A group whose files hold no time gives nothing, unless files were left out: these have to be named.
    fn run(
        &mut self,
        assignment: &Assignment,
        partial: &Path,
        progress: &mut dyn Progress,
    ) -> Result<Produced, Failure> {
        let Gathered { steps, skipped } = self.gather(assignment, progress)?;
        if steps.is_empty() && skipped.is_empty() {
            return Ok(Produced::Nothing);
        }
        let steps = series::merge(steps).map_err(|error| {
            let file = error.second.clone();
            PvError::from(error).into_failure(Some(file))
        })?;
        let written = output::write(partial, &regions::names(self.job.regions.as_ref()), &steps, &skipped);
        written.map_err(|error| PvError::Write(error).into_failure(None))?;
        Ok(Produced::Partial)
    }
}
