//! One time step: runs of cells through the PV model, their power into the sums of all regions that
//! hold them.
//!
//! Each cell is computed once, whatever number of regions it is in. The model is `dayfold-pv`'s fast
//! kernel; what is read and when is the task's.

use std::ops::Range;

use dayfold_contract::task::Night;
use dayfold_ncio::chunks::Run;
use dayfold_pv::Sun;
use dayfold_pv::fast::{Cells, Kernel, Powers, Step, Sums};

use super::means::Means;
use super::place::Place;
use super::temperature::StepTemperature;

/// Global, direct and diffuse irradiance.
pub const FIELDS: usize = 3;

/// One time step in the making.
pub struct StepKernel<'a> {
    place: &'a Place,
    step: Step<'a>,
    temperature: StepTemperature<'a>,
    night: Night,
    sums: Vec<Sums>,
    /// With what `night` says of cells whose inverter delivers nothing; empty where they are missing.
    night_sums: Vec<Sums>,
    actual: Vec<f64>,
    ideal: Vec<f64>,
    /// By cell; empty where the temperature is constant.
    celsius: Vec<f64>,
}

impl<'a> StepKernel<'a> {
    /// For the time at which the sun and the temperature are these.
    pub fn new(
        kernel: &'a Kernel,
        place: &'a Place,
        sun: &Sun,
        temperature: StepTemperature<'a>,
        night: Night,
    ) -> Self {
        let sums = vec![Sums::new(kernel.instruction_set()); place.coverage.names().len()];
        Self {
            place,
            step: kernel.step(&place.tables, sun),
            temperature,
            night,
            night_sums: if night == Night::Missing { Vec::new() } else { sums.clone() },
            sums,
            actual: Vec::new(),
            ideal: Vec::new(),
            celsius: Vec::new(),
        }
    }

    /// Adds a run of cells; runs come in the order of their rows, and in a row from left to right.
    pub fn add(&mut self, run: &Run<'_, FIELDS>) {
        let [ghi, dni, dhi] = run.values;
        self.actual.resize(ghi.len(), f64::NAN);
        self.ideal.resize(ghi.len(), f64::NAN);
        self.read_temperature(run);
        let cells = Cells { ghi, dni, dhi, temperature: &self.celsius };
        let powers = Powers { actual: &mut self.actual, ideal: &mut self.ideal };
        self.step.row(run.row, run.columns.clone(), cells, powers);
        add_to_regions(self.place, run, &self.actual, &self.ideal, &mut self.sums);
        if self.night != Night::Missing {
            let powers = Powers { actual: &mut self.actual, ideal: &mut self.ideal };
            self.step.fill_night(self.night, run.row, run.columns.clone(), cells, powers);
            add_to_regions(self.place, run, &self.actual, &self.ideal, &mut self.night_sums);
        }
    }

    fn read_temperature(&mut self, run: &Run<'_, FIELDS>) {
        if let StepTemperature::Field(..) = self.temperature {
            self.celsius.clear();
            self.celsius.extend(run.columns.clone().map(|column| self.temperature.of(run.row, column)));
        }
    }

    /// The means, in the regions' order.
    pub fn means(&self) -> Vec<Means> {
        if self.night == Night::Missing {
            return self.sums.iter().map(Means::of).collect();
        }
        let both = self.sums.iter().zip(&self.night_sums);
        both.map(|(sums, night)| Means::of(sums).with_powers_of(night)).collect()
    }
}

/// A run holds all of a span or nothing of it: see [`Place::wanted`].
fn add_to_regions(place: &Place, run: &Run<'_, FIELDS>, actual: &[f64], ideal: &[f64], regions: &mut [Sums]) {
    let inside =
        |columns: &Range<usize>| columns.start >= run.columns.start && columns.end <= run.columns.end;
    for span in place.coverage.spans(run.row).iter().filter(|span| inside(&span.columns)) {
        let cells = span.columns.start - run.columns.start..span.columns.end - run.columns.start;
        let (Some(ghi), Some(actual), Some(ideal)) =
            (run.values[0].get(cells.clone()), actual.get(cells.clone()), ideal.get(cells))
        else {
            continue;
        };
        for &region in place.coverage.members(span.set) {
            if let Some(sums) = regions.get_mut(region) {
                sums.add(run.row, span.columns.start, ghi, actual, ideal);
            }
        }
    }
}
