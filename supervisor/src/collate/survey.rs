//! The first look at all partials: whether they are whole and fit together, and every time that they have.
//!
//! Values along the shared dimension are left to the second look, but for the times themselves.

use std::collections::BTreeSet;

use dayfold_contract::GroupName;
use dayfold_contract::partial::{GRID, SHARED_DIMENSION};
use dayfold_ncio::dataset::{Attribute, Values, attribute};
use dayfold_ncio::error::NcError;
use dayfold_ncio::raw::{Carried, RawFile, Schema, VariableSchema, carried};
use dayfold_ncio::time::{Calendar, Instant, TimeError};

use super::coding::{Temporal, alike, calendar, coding, family};
use super::coverage;
use super::description::Description;
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
    /// Of these, those that some partial counts in nanoseconds, by the coordinate of their family.
    pub(super) nanoseconds: BTreeSet<String>,
    /// Variables for which partials name several calendars of the world.
    pub(super) mixed_calendars: BTreeSet<String>,
    /// Whether `rows` are counted in nanoseconds, not microseconds: where times lie between two of these.
    pub(super) fine: bool,
    /// Attributes that NetCDF-4 cannot hold, for people.
    pub(super) left_out: BTreeSet<String>,
    description: &'a Description,
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
    description: &'a Description,
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
        nanoseconds: BTreeSet::new(),
        mixed_calendars: BTreeSet::new(),
        fine: false,
        left_out: BTreeSet::new(),
        description,
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
        self.globals.fold(&file.schema().attributes, source);
        let times = times(source, &file)?;
        if times.is_empty() {
            self.without_values += 1;
            return Ok(());
        }
        self.take_times(source, &file, &times)?;
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

    fn take_times(&mut self, source: &Source, file: &RawFile, times: &[Instant]) -> Result<(), CollateError> {
        let is_between = |length: i128| times.iter().any(|time| time.nanoseconds() % length != 0);
        if !self.fine && is_between(1_000) {
            self.count_nanoseconds()?;
        }
        let (place, length) = (self.sources.len() as u32, if self.fine { 1 } else { 1_000 });
        for (row, time_of_row) in times.iter().enumerate() {
            let count = i64::try_from(time_of_row.nanoseconds() / length).map_err(|_| {
                let shown = time_of_row.show(calendar_of_times(file));
                time(source, SHARED_DIMENSION)(TimeError::NanosecondOverflow(shown))
            })?;
            self.rows.push(Row { time: count, source: place, row: row as u32 });
        }
        Ok(())
    }

    /// What the times cover, once they are in order.
    pub(super) fn time_coverage(&self, schema: &Schema) -> Vec<(String, Attribute)> {
        let calendar = schema.variable(SHARED_DIMENSION).and_then(|variable| calendar(schema, variable));
        let unit = if self.fine { 1 } else { 1_000 };
        coverage::of_time(&self.rows, unit, calendar.unwrap_or(Calendar::Standard))
    }

    /// From now on, and what is there too.
    fn count_nanoseconds(&mut self) -> Result<(), CollateError> {
        self.fine = true;
        for row in &mut self.rows {
            let count = row.time.checked_mul(1_000);
            row.time = count.ok_or_else(|| {
                let shown = format!("{} microseconds since 1970", row.time);
                let overflow = TimeError::NanosecondOverflow(shown);
                time(self.sources[row.source as usize], SHARED_DIMENSION)(overflow)
            })?;
        }
        Ok(())
    }

    /// With the first partial, which this may be itself.
    fn compare(&mut self, source: &'a Source, file: &RawFile) -> Result<(), CollateError> {
        let bad = |error| CollateError::CannotCarry {
            group: source.group.clone(),
            path: source.path.clone(),
            source: Box::new(error),
        };
        let Carried { schema: other, left_out } = carried(file.schema()).map_err(bad)?;
        self.left_out.extend(left_out);
        self.nanoseconds.extend(in_nanoseconds(&other));
        let other = self.description.as_source(&other);
        let Some(reference) = &self.reference else {
            self.reference = Some(Reference::read(source, file, other)?);
            return Ok(());
        };
        let schema = &reference.schema;
        let first = || self.sources.first().unwrap_or(&source).group.clone();
        if let Some(difference) = difference::find(schema, &other) {
            let (second, difference) = (source.group.clone(), Box::new(difference));
            return Err(CollateError::Schema { first: first(), second, difference });
        }
        for (variable, values) in &reference.constants {
            if !file.read(variable).map_err(partial(source))?.same(values) {
                let (second, variable) = (source.group.clone(), variable.clone());
                return Err(CollateError::Unequal { first: first(), second, variable });
            }
        }
        self.recode.extend(coded_otherwise(schema, &other));
        self.mixed_calendars.extend(of_mixed_calendars(schema, &other));
        Ok(())
    }
}

impl Reference {
    fn read(source: &Source, file: &RawFile, schema: Schema) -> Result<Self, CollateError> {
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

/// The variables whose times are coded otherwise in the second file. A coordinate and its bounds share
/// their units: all or none.
fn coded_otherwise(first: &Schema, second: &Schema) -> Vec<String> {
    let temporal = || first.variables.iter().filter(|variable| Temporal::find(first, variable).is_some());
    let differs = |variable: &&VariableSchema| {
        second.variable(&variable.name).is_some_and(|other| !alike(variable, other))
    };
    let families: BTreeSet<_> =
        temporal().filter(differs).map(|variable| &family(first, variable).name).collect();
    let of_these = |variable: &&VariableSchema| families.contains(&family(first, variable).name);
    temporal().filter(of_these).map(|variable| variable.name.clone()).collect()
}

/// The families of variables in which times are counted in nanoseconds.
fn in_nanoseconds(schema: &Schema) -> Vec<String> {
    let counts_them = |variable: &&VariableSchema| {
        let coding = Temporal::find(schema, variable).and_then(|_| coding(schema, variable).ok());
        coding.is_some_and(|coding| coding.units().are_nanoseconds())
    };
    let variables = schema.variables.iter().filter(counts_them);
    variables.map(|variable| family(schema, variable).name.clone()).collect()
}

/// The variables whose times have calendars of several names, which count the same days.
fn of_mixed_calendars(first: &Schema, second: &Schema) -> Vec<String> {
    let is_mixed = |variable: &&VariableSchema| {
        let other = second.variable(&variable.name).and_then(|other| calendar(second, other));
        other.is_some() && other != calendar(first, variable)
    };
    first.variables.iter().filter(is_mixed).map(|variable| variable.name.clone()).collect()
}

/// The calendar of a partial's times.
pub(super) fn calendar_of_times(file: &RawFile) -> Calendar {
    let variable = file.schema().variable(SHARED_DIMENSION);
    variable.and_then(|variable| calendar(file.schema(), variable)).unwrap_or(Calendar::Standard)
}

/// The times of a partial, none of them missing.
pub(super) fn times(source: &Source, file: &RawFile) -> Result<Vec<Instant>, CollateError> {
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
) -> Result<Vec<Instant>, TimeError> {
    if values.is_empty() { Ok(Vec::new()) } else { coding(schema, variable)?.decode_all(values) }
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
        None => Err(format!("its variable is of type {}", variable.data_type)),
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
