//! Partials of one form: what they have in common, and what is not the same in all.

use std::collections::{BTreeMap, BTreeSet};

use dayfold_contract::GroupName;
use dayfold_contract::form::Form;
use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::{Attribute, Values, attribute};
use dayfold_ncio::form::is_descriptive;
use dayfold_ncio::raw::{RawFile, Schema, VariableSchema};
use dayfold_ncio::time::{Calendar, Instant, TimeError};

use super::Source;
use super::coding::{NewCoding, alike, calendar, coding, family, same, temporal};
use super::coverage;
use super::error::CollateError;
use super::globals::Globals;
use super::numbers::Codings;
use super::order::Row;
use super::survey::{calendar_of_times, partial, time};

/// Partials of one form.
pub(super) struct Batch<'a> {
    pub(super) form: Form,
    /// Whose the reference is.
    example: GroupName,
    /// With times, in order of the groups' names.
    pub(super) sources: Vec<&'a Source>,
    /// Their times.
    pub(super) rows: Vec<Row>,
    /// The first, which stands for the others.
    pub(super) reference: Reference,
    /// Variables whose times are not coded alike everywhere.
    pub(super) recode: BTreeSet<String>,
    /// How the other numbers are coded.
    pub(super) codings: Codings,
    /// How these are coded anew, by the coordinate of their family.
    pub(super) finest: BTreeMap<String, NewCoding>,
    /// Variables for which partials name several calendars of the world.
    pub(super) mixed_calendars: BTreeSet<String>,
    /// Whether `rows` are counted in nanoseconds, not microseconds: where times lie between two of these.
    fine: bool,
    pub(super) globals: Globals,
    /// Descriptive attributes that are not the same everywhere, by their variables.
    pub(super) dropped: BTreeMap<String, BTreeSet<String>>,
}

/// The schema of the final file, but for what is not the same everywhere, and the values that do not depend on time.
pub(super) struct Reference {
    pub(super) schema: Schema,
    pub(super) constants: Vec<(String, Values)>,
}

impl<'a> Batch<'a> {
    /// Without any source yet, of what this one is like.
    pub(super) fn new(
        form: Form,
        source: &Source,
        file: &RawFile,
        schema: &Schema,
        own: &[&str],
    ) -> Result<Self, CollateError> {
        let reference = Reference::read(source, file, schema)?;
        Ok(Self {
            form,
            example: source.first.clone(),
            sources: Vec::new(),
            rows: Vec::new(),
            codings: Codings::of(&reference.schema),
            recode: BTreeSet::new(),
            finest: BTreeMap::new(),
            mixed_calendars: BTreeSet::new(),
            fine: false,
            globals: Globals::without(own),
            dropped: BTreeMap::new(),
            reference,
        })
    }

    /// Takes a source of this form, whose schema has been compared.
    pub(super) fn add(
        &mut self,
        source: &'a Source,
        file: &RawFile,
        times: &[Instant],
    ) -> Result<(), CollateError> {
        self.take_times(source, file, times)?;
        self.globals.merge(&file.schema().attributes, source);
        self.sources.push(source);
        Ok(())
    }

    /// What may be another in partials of one form: how values are coded, and what describes them.
    pub(super) fn compare(&mut self, schema: &Schema) {
        let reference = &self.reference.schema;
        for (family, needed) in needed_codings(schema) {
            let finest = self.finest.entry(family).or_insert(needed);
            *finest = needed.max(*finest);
        }
        self.recode.extend(coded_otherwise(reference, schema));
        self.mixed_calendars.extend(of_mixed_calendars(reference, schema));
        self.codings.add(schema);
        self.drop_what_differs(schema);
    }

    fn take_times(&mut self, source: &Source, file: &RawFile, times: &[Instant]) -> Result<(), CollateError> {
        let is_between = |length: i128| times.iter().any(|time| time.nanoseconds() % length != 0);
        if !self.fine && is_between(1_000) {
            self.count_nanoseconds()?;
        }
        let (place, length) = (self.sources.len() as u32, if self.fine { 1 } else { 1_000 });
        let row = |(row, time_of_row): (usize, &Instant)| {
            let count = i64::try_from(time_of_row.nanoseconds() / length).map_err(|_| {
                let shown = time_of_row.show(calendar_of_times(file));
                time(source, SHARED_DIMENSION)(TimeError::NanosecondOverflow(shown))
            })?;
            Ok(Row { time: count, source: place, row: row as u32 })
        };
        let rows: Vec<Row> = times.iter().enumerate().map(row).collect::<Result<_, CollateError>>()?;
        self.rows.extend(rows);
        Ok(())
    }

    /// What the times cover, once they are in order.
    pub(super) fn time_coverage(&self) -> Vec<(String, Attribute)> {
        let schema = &self.reference.schema;
        let calendar = schema.variable(SHARED_DIMENSION).and_then(|variable| calendar(schema, variable));
        let unit = if self.fine { 1 } else { 1_000 };
        coverage::of_time(&self.rows, unit, calendar.unwrap_or(Calendar::Standard))
    }

    /// From now on, and what is there too.
    fn count_nanoseconds(&mut self) -> Result<(), CollateError> {
        let finer = |row: &Row| {
            let count = row.time.checked_mul(1_000).ok_or_else(|| {
                let shown = format!("{} microseconds since 1970", row.time);
                let overflow = TimeError::NanosecondOverflow(shown);
                time(self.sources[row.source as usize], SHARED_DIMENSION)(overflow)
            })?;
            Ok(Row { time: count, ..*row })
        };
        self.rows = self.rows.iter().map(finer).collect::<Result<_, CollateError>>()?;
        self.fine = true;
        Ok(())
    }

    /// The groups that its sources stand for.
    pub(super) fn groups(&self) -> usize {
        self.sources.iter().map(|source| source.groups).sum()
    }

    /// The first group in the plan.
    pub(super) fn first(&self) -> &GroupName {
        let firsts = self.sources.iter().map(|source| &source.first);
        firsts.min().unwrap_or(&self.example)
    }

    fn drop_what_differs(&mut self, other: &Schema) {
        for variable in &self.reference.schema.variables {
            let Some(twin) = other.variable(&variable.name) else { continue };
            let names = variable.attributes.iter().chain(&twin.attributes).map(|(name, _)| name);
            let differs = |name: &&String| {
                is_descriptive(name) && !same(variable.attribute(name), attribute(&twin.attributes, name))
            };
            let differing: Vec<String> = names.filter(differs).cloned().collect();
            if !differing.is_empty() {
                self.dropped.entry(variable.name.clone()).or_default().extend(differing);
            }
        }
    }

    /// A variable of the reference with the attributes that all have.
    pub(super) fn common(&self, variable: &VariableSchema) -> VariableSchema {
        let dropped = self.dropped.get(&variable.name);
        let stays = |(name, _): &&(String, Attribute)| dropped.is_none_or(|dropped| !dropped.contains(name));
        let attributes = variable.attributes.iter().filter(stays).cloned().collect();
        VariableSchema { attributes, ..variable.clone() }
    }
}

impl Reference {
    fn read(source: &Source, file: &RawFile, schema: &Schema) -> Result<Self, CollateError> {
        let is_constant = |variable: &&VariableSchema| variable.axis(SHARED_DIMENSION).is_none();
        let constants = schema.variables.iter().filter(is_constant).map(|variable| {
            let values = file.read(&variable.name).map_err(partial(source))?;
            Ok((variable.name.clone(), values))
        });
        let constants = constants.collect::<Result<_, CollateError>>()?;
        Ok(Self { schema: schema.clone(), constants })
    }
}

/// The variables whose times are coded otherwise in the second file. A coordinate and its bounds share
/// their units: all or none.
fn coded_otherwise(first: &Schema, second: &Schema) -> Vec<String> {
    let temporal = || first.variables.iter().filter(|variable| temporal(first, variable).is_some());
    let differs = |variable: &&VariableSchema| {
        second.variable(&variable.name).is_some_and(|other| !alike(variable, other))
    };
    let families: BTreeSet<_> =
        temporal().filter(differs).map(|variable| &family(first, variable).name).collect();
    let of_these = |variable: &&VariableSchema| families.contains(&family(first, variable).name);
    temporal().filter(of_these).map(|variable| variable.name.clone()).collect()
}

/// The coarsest coding that holds the times of each variable, by the coordinate of their family.
fn needed_codings(schema: &Schema) -> Vec<(String, NewCoding)> {
    let needed = |variable: &VariableSchema| {
        temporal(schema, variable)?;
        let coding = coding(schema, variable).ok()?;
        Some((family(schema, variable).name.clone(), NewCoding::of(coding.units())))
    };
    schema.variables.iter().filter_map(needed).collect()
}

/// The variables whose times have calendars of several names, which count the same days.
fn of_mixed_calendars(first: &Schema, second: &Schema) -> Vec<String> {
    let is_mixed = |variable: &&VariableSchema| {
        let other = second.variable(&variable.name).and_then(|other| calendar(second, other));
        other.is_some() && other != calendar(first, variable)
    };
    first.variables.iter().filter(is_mixed).map(|variable| variable.name.clone()).collect()
}
