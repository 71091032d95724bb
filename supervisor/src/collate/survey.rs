//! The first look at all partials: whether they are whole and fit together, and every time that they have.
//!
//! Values along the shared dimension are left to the second look, but for the times themselves.

use std::collections::BTreeSet;

use dayfold_contract::GroupName;
use dayfold_contract::partial::{GRID, SHARED_DIMENSION};
use dayfold_ncio::dataset::{Attribute, Values, attribute};
use dayfold_ncio::error::NcError;
use dayfold_ncio::raw::{RawFile, Schema, VariableSchema};
use dayfold_ncio::time::{TimeError, UtcTime};

use super::coding::{Coding, Temporal, alike};
use super::difference;
use super::error::CollateError;
use super::globals::Globals;
use super::opening::Opening;
use super::order::Row;
use super::{Progress, Source, Watch, proof, tell};

/// What all partials have in common, and their times.
pub(super) struct Survey<'a> {
    /// Partials with times.
    pub(super) sources: Vec<&'a Source>,
    /// Partials without.
    pub(super) without_values: usize,
    /// The first partial with times, which stands for the others.
    pub(super) reference: Option<Reference>,
    /// The times of all of `sources`.
    pub(super) rows: Vec<Row>,
    /// Variables whose times are not coded alike everywhere.
    pub(super) recode: BTreeSet<String>,
    /// Whether all times are whole seconds.
    pub(super) whole_seconds: bool,
    pub(super) globals: Globals,
    /// How they are opened again.
    pub(super) opening: Opening,
    /// The grid of the first partial that tells one, and whose that is.
    grid: Option<(GroupName, String)>,
}

/// The schema of the final file, but for times, and the values that do not depend on time.
pub(super) struct Reference {
    pub(super) schema: Schema,
    pub(super) constants: Vec<(String, Values)>,
}

/// Looks at all, in order of the groups' names.
pub(super) fn survey<'a>(
    sources: &'a [Source],
    own: &[&str],
    progress: &mut Watch<'_>,
) -> Result<Survey<'a>, CollateError> {
    let mut sorted: Vec<&Source> = sources.iter().collect();
    sorted.sort_by(|one, other| one.group.cmp(&other.group));
    let mut survey = Survey {
        sources: Vec::new(),
        without_values: 0,
        reference: None,
        rows: Vec::new(),
        recode: BTreeSet::new(),
        whole_seconds: true,
        globals: Globals::without(own),
        opening: Opening::default(),
        grid: None,
    };
    for (done, source) in sorted.iter().enumerate() {
        survey.take(source)?;
        tell(progress, Progress::Surveyed { done: done + 1, of: sorted.len() })?;
    }
    Ok(survey)
}

impl<'a> Survey<'a> {
    fn take(&mut self, source: &'a Source) -> Result<(), CollateError> {
        if proof::whole(source)? == 0 {
            self.without_values += 1;
            return Ok(());
        }
        let file = self.opening.open(&source.path).map_err(partial(source))?;
        self.compare_grids(source, &file)?;
        self.globals.fold(&file.schema().attributes, &source.outdated);
        let times = times(source, &file)?;
        if times.is_empty() {
            self.without_values += 1;
            return Ok(());
        }
        self.take_times(&times);
        // what is like another one but for values that vary has been compared with it
        if !file.is_alike() {
            self.compare(source, &file)?;
            self.opening.learn(&file);
        }
        self.sources.push(source);
        Ok(())
    }

    /// Values of two grids do not belong into one file, even where they would fit.
    fn compare_grids(&mut self, source: &Source, file: &RawFile) -> Result<(), CollateError> {
        let Some(found) = attribute(&file.schema().attributes, GRID).and_then(Attribute::text) else {
            return Ok(());
        };
        let (group, grid) = self.grid.get_or_insert_with(|| (source.group.clone(), found.to_owned()));
        if grid == found {
            return Ok(());
        }
        let (first, second) = (group.clone(), source.group.clone());
        Err(CollateError::Grids { first, second, one: grid.clone(), other: found.to_owned() })
    }

    fn take_times(&mut self, times: &[UtcTime]) {
        let source = self.sources.len() as u32;
        let row = |(row, &time): (usize, &UtcTime)| Row { time, source, row: row as u32 };
        self.rows.extend(times.iter().enumerate().map(row));
        self.whole_seconds &= times.iter().all(|time| time.unix_seconds().fract() == 0.0);
    }

    /// With the first partial, which this may be itself.
    fn compare(&mut self, source: &'a Source, file: &RawFile) -> Result<(), CollateError> {
        let Some(reference) = &self.reference else {
            self.reference = Some(Reference::read(source, file)?);
            return Ok(());
        };
        let (schema, other) = (&reference.schema, file.schema());
        let first = || self.sources.first().unwrap_or(&source).group.clone();
        if let Some(difference) = difference::find(schema, other) {
            let (second, difference) = (source.group.clone(), Box::new(difference));
            return Err(CollateError::Schema { first: first(), second, difference });
        }
        for (variable, values) in &reference.constants {
            if !file.read(variable).map_err(partial(source))?.same(values) {
                let (second, variable) = (source.group.clone(), variable.clone());
                return Err(CollateError::Unequal { first: first(), second, variable });
            }
        }
        self.recode.extend(coded_otherwise(schema, other));
        Ok(())
    }
}

impl Reference {
    fn read(source: &Source, file: &RawFile) -> Result<Self, CollateError> {
        let schema = file.schema().clone();
        let mut constants = Vec::new();
        for variable in &schema.variables {
            match variable.dimensions.iter().filter(|name| *name == SHARED_DIMENSION).count() {
                0 => {
                    let values = file.read(&variable.name).map_err(partial(source))?;
                    constants.push((variable.name.clone(), values));
                }
                1 => {}
                _ => {
                    let (group, variable) = (source.group.clone(), variable.name.clone());
                    return Err(CollateError::Twice { group, variable });
                }
            }
        }
        Ok(Self { schema, constants })
    }
}

/// The variables whose times are coded otherwise in the second file. Coordinate and bounds share
/// their units: both or none.
fn coded_otherwise(first: &Schema, second: &Schema) -> Vec<String> {
    let temporal = first.variables.iter().filter_map(|variable| {
        let role = Temporal::find(first, variable)?;
        let other = second.variable(&variable.name)?;
        Some((role, &variable.name, alike(variable, other)))
    });
    let temporal: Vec<_> = temporal.collect();
    let shares_units = |role: Temporal| role != Temporal::Data;
    let axis_differs = temporal.iter().any(|&(role, _, alike)| shares_units(role) && !alike);
    let differs =
        |&&(role, _, alike): &&(Temporal, &String, bool)| !alike || (axis_differs && shares_units(role));
    temporal.iter().filter(differs).map(|&(_, name, _)| name.clone()).collect()
}

/// The times of a partial, none of them missing.
pub(super) fn times(source: &Source, file: &RawFile) -> Result<Vec<UtcTime>, CollateError> {
    let schema = file.schema();
    let variable = coordinate(schema).map_err(|found| CollateError::NoTime {
        group: source.group.clone(),
        path: source.path.clone(),
        found,
    })?;
    let values = file.read(SHARED_DIMENSION).map_err(partial(source))?;
    decode_all(schema, variable, &values).map_err(time(source, SHARED_DIMENSION))
}

fn decode_all(
    schema: &Schema,
    variable: &VariableSchema,
    values: &Values,
) -> Result<Vec<UtcTime>, TimeError> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let instants = Coding::of(schema, variable)?.decode(values)?;
    let there = |(index, instant): (usize, Option<UtcTime>)| instant.ok_or(TimeError::Missing(index));
    instants.into_iter().enumerate().map(there).collect()
}

/// The time coordinate, or what is there instead.
fn coordinate(schema: &Schema) -> Result<&VariableSchema, String> {
    if schema.length(SHARED_DIMENSION).is_none() {
        let names: Vec<_> = schema.dimensions.iter().map(|(name, _)| name.as_str()).collect();
        return Err(match names.is_empty() {
            true => "it has no dimensions".to_owned(),
            false => format!("its dimensions are {}", names.join(", ")),
        });
    }
    let variable = schema.variable(SHARED_DIMENSION).ok_or("it has the dimension but no such variable")?;
    if variable.dimensions != [SHARED_DIMENSION] {
        return Err(format!("its variable is over ({})", variable.dimensions.join(", ")));
    }
    match Temporal::find(schema, variable) {
        Some(_) => Ok(variable),
        None => Err(format!("its variable is of type {}, or packed", variable.data_type)),
    }
}

/// For `map_err`: whose partial cannot be read.
pub(super) fn partial(source: &Source) -> impl Fn(NcError) -> CollateError {
    move |error| CollateError::Partial { group: source.group.clone(), source: Box::new(error) }
}

/// For `map_err`: whose times cannot be decoded.
pub(super) fn time(source: &Source, variable: &str) -> impl Fn(TimeError) -> CollateError {
    move |error| CollateError::Time {
        group: source.group.clone(),
        path: source.path.clone(),
        variable: variable.to_owned(),
        source: error,
    }
}
