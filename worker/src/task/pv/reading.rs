//! One file of irradiance: its three variables, checked against each other, read run by run.

use std::path::Path;

use dayfold_contract::task::IrradianceNames;
use dayfold_ncio::chunks::{RunReader, Wanted};
use dayfold_ncio::grid::Grid;
use dayfold_ncio::reader::{Field, Reader};
use dayfold_ncio::time::UtcTime;

use super::error::{PvError, VariablesDiffer};
use super::kernel::FIELDS;
use super::units;

/// An open file.
pub struct IrradianceFile {
    reader: Reader,
    ghi: Field,
    dni: Field,
    dhi: Field,
}

impl IrradianceFile {
    /// Opens a file and checks that its three variables are irradiances with the same grid and times.
    pub fn open(path: &Path, names: &IrradianceNames) -> Result<Self, PvError> {
        let reader = Reader::open(path)?;
        let field = |key, name: &str| irradiance(&reader, key, name);
        let (ghi, dni, dhi) =
            (field("ghi", &names.ghi)?, field("dni", &names.dni)?, field("dhi", &names.dhi)?);
        let file = Self { ghi, dni, dhi, reader };
        file.check_times()?;
        file.check_same(&file.dni)?;
        file.check_same(&file.dhi)?;
        Ok(file)
    }

    /// Where the cells are.
    pub fn grid(&self) -> &Grid {
        self.ghi.grid()
    }

    /// In the file's order.
    pub fn times(&self) -> &[UtcTime] {
        self.ghi.times()
    }

    /// Reads these cells; `None` where there are none.
    pub fn cells<'a>(&'a self, wanted: &'a Wanted) -> Result<Option<RunReader<'a, FIELDS>>, PvError> {
        if wanted.runs().is_empty() {
            return Ok(None);
        }
        Ok(Some(RunReader::open(&self.reader, [&self.ghi, &self.dni, &self.dhi], wanted)?))
    }

    fn check_times(&self) -> Result<(), PvError> {
        if self.ghi.steps() == self.times().len() {
            return Ok(());
        }
        let (path, variable) = (self.reader.path().to_owned(), self.ghi.name().to_owned());
        Err(PvError::NoTimes { path, variable })
    }

    fn check_same(&self, field: &Field) -> Result<(), PvError> {
        let differ = |what, found, expected| {
            PvError::VariablesDiffer(Box::new(VariablesDiffer {
                path: self.reader.path().to_owned(),
                what,
                variable: field.name().to_owned(),
                found,
                first: self.ghi.name().to_owned(),
                expected,
            }))
        };
        if !field.grid().same_as(self.grid()) {
            return Err(differ("grid", field.grid().describe(), self.grid().describe()));
        }
        if field.times() != self.times() {
            return Err(differ("time axis", describe(field.times()), describe(self.times())));
        }
        Ok(())
    }
}

/// The variable that is named by this key of the configuration.
fn irradiance(reader: &Reader, key: &'static str, name: &str) -> Result<Field, PvError> {
    let field = reader.field(name).map_err(|error| PvError::of_variable(error, key))?;
    if units::are_of_irradiance(field.units()) {
        return Ok(field);
    }
    let (path, found) = (reader.path().to_owned(), field.units().unwrap_or_default().to_owned());
    Err(PvError::Units { path, variable: name.to_owned(), found })
}

/// For people: how many times, and from when to when.
fn describe(times: &[UtcTime]) -> String {
    match times {
        [] => "no times".to_owned(),
        [time] => time.to_string(),
        [first, .., last] => format!("{} times, {first} to {last}", times.len()),
    }
}
