//! The first look at all partials: whether they are whole and fit together, and every time that they have.
//!
//! Values along the shared dimension are left to the second look, but for the times themselves. Partials of one
//! form are gathered in a [`Batch`]; that of most groups becomes the final file, the others are [`Misfit`]s.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use dayfold_contract::GroupName;
use dayfold_contract::form::FormId;
use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::Values;
use dayfold_ncio::error::NcError;
use dayfold_ncio::raw::{Carried, RawFile, Schema, VariableSchema, carried};
use dayfold_ncio::time::{Calendar, Instant, TimeError};

use super::batch::Batch;
use super::coding::{calendar, coding, temporal};
use super::description::Description;
use super::error::CollateError;
use super::misfit::{self, Misfit};
use super::opening::Opening;
use super::{Progress, Source, Watch, form, proof, tell};

/// What the partials of one form have in common, and their times; and what does not fit.
pub struct Survey<'a> {
    /// Those that become the final file; `None` where no partial has a time.
    pub(super) batch: Option<Batch<'a>>,
    /// The groups without values.
    pub(super) empty: BTreeSet<GroupName>,
    /// How partials are opened again.
    pub(super) opening: Opening,
    /// How many partials there are.
    pub(super) partials: usize,
    /// Attributes that NetCDF-4 cannot hold, for people.
    pub(super) left_out: BTreeSet<String>,
    misfits: Vec<Misfit>,
}

impl Survey<'_> {
    /// The sources that cannot become part of the final file, in order: those of another form than most, and
    /// those that are wrong by themselves.
    pub fn misfits(&self) -> &[Misfit] {
        &self.misfits
    }
}

/// Looks at all, in order of the groups' names. `own` are names of global attributes that are set from outside
/// or not at all.
///
/// # Errors
/// If a source is gone, damaged or unreadable.
pub fn survey<'a>(
    sources: &'a [Source],
    own: &[&str],
    description: &Description,
    progress: &mut Watch<'_>,
) -> Result<Survey<'a>, CollateError> {
    let mut sorted: Vec<&Source> = sources.iter().collect();
    sorted.sort_by(|one, other| one.group.cmp(&other.group));
    let mut gathering = Gathering {
        batches: BTreeMap::new(),
        empty: BTreeSet::new(),
        wrong: Vec::new(),
        left_out: BTreeSet::new(),
        opening: Opening::default(),
        own,
        description,
    };
    for (done, source) in sorted.iter().enumerate() {
        gathering.take(source)?;
        tell(progress, Progress::Surveyed { done: done + 1, of: sorted.len() })?;
    }
    Ok(gathering.decide(sources.len()))
}

struct Gathering<'a, 'b> {
    batches: BTreeMap<FormId, Batch<'a>>,
    empty: BTreeSet<GroupName>,
    wrong: Vec<Misfit>,
    left_out: BTreeSet<String>,
    opening: Opening,
    own: &'b [&'b str],
    description: &'b Description,
}

impl<'a> Gathering<'a, '_> {
    /// What is wrong with one result by itself does not concern the others.
    fn take(&mut self, source: &'a Source) -> Result<(), CollateError> {
        match self.look(source) {
            Err(error) if error.is_of_one_result() => {
                self.wrong.push(misfit::wrong(source, &error));
                Ok(())
            }
            looked => looked,
        }
    }

    fn look(&mut self, source: &'a Source) -> Result<(), CollateError> {
        self.empty.extend(source.empty.iter().cloned());
        if proof::whole(source)? == 0 {
            self.empty.insert(source.group.clone());
            return Ok(());
        }
        let (file, known) = self.opening.open(&source.path).map_err(partial(source))?;
        let times = times(source, &file)?;
        if times.is_empty() {
            self.empty.insert(source.group.clone());
            return Ok(());
        }
        if let Some(batch) = known.and_then(|form| self.batches.get_mut(&form)) {
            // what is like another one but for values that vary has been compared with it
            return batch.add(source, &file, &times);
        }
        let Carried { schema, left_out } =
            carried(file.schema()).map_err(|error| CollateError::CannotCarry {
                group: source.group.clone(),
                path: source.path.clone(),
                source: Box::new(error),
            })?;
        let schema = self.description.as_source(&schema);
        let form = form::of(&schema, &file).map_err(partial(source))?;
        let id = form.id();
        match self.batches.entry(id) {
            Entry::Occupied(mut batch) => {
                let batch = batch.get_mut();
                batch.add(source, &file, &times)?;
                batch.compare(&schema);
            }
            Entry::Vacant(place) => {
                let mut batch = Batch::new(form, source, &file, &schema, self.own)?;
                batch.add(source, &file, &times)?;
                batch.compare(&schema);
                place.insert(batch);
            }
        }
        self.left_out.extend(left_out);
        self.opening.learn(&file, id);
        Ok(())
    }

    /// The form of most groups is that of the final file; of two with as many the one of the first group. So it
    /// does not matter in what order groups ended.
    fn decide(mut self, partials: usize) -> Survey<'a> {
        let rank = |batch: &Batch<'_>| (batch.groups(), std::cmp::Reverse(batch.first().clone()));
        let most = self.batches.iter().max_by_key(|(_, batch)| rank(batch)).map(|(id, _)| *id);
        let batch = most.and_then(|id| self.batches.remove(&id));
        let others = batch.iter().flat_map(|most| {
            self.batches
                .values()
                .flat_map(|other| other.sources.iter().map(|source| misfit::deviates(source, other, most)))
        });
        let mut misfits: Vec<Misfit> = others.collect();
        misfits.append(&mut self.wrong);
        misfits.sort_by(|one, other| one.group.cmp(&other.group));
        Survey { batch, empty: self.empty, opening: self.opening, left_out: self.left_out, partials, misfits }
    }
}

/// The calendar of a partial's times.
pub(super) fn calendar_of_times(file: &RawFile) -> Calendar {
    let variable = file.schema().variable(SHARED_DIMENSION);
    variable.and_then(|variable| calendar(file.schema(), variable)).unwrap_or(Calendar::Standard)
}

/// The times of a partial, none of them missing.
pub(super) fn times(source: &Source, file: &RawFile) -> Result<Vec<Instant>, CollateError> {
    let schema = file.schema();
    let is_twice = |variable: &&VariableSchema| {
        variable.dimensions.iter().filter(|name| *name == SHARED_DIMENSION).count() > 1
    };
    if let Some(variable) = schema.variables.iter().find(is_twice) {
        let (group, variable) = (source.group.clone(), variable.name.clone());
        return Err(CollateError::Twice { group, variable });
    }
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
    match temporal(schema, variable) {
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
