//! Partials into the final file: any variables of any type, concatenated along the shared dimension.
//!
//! Two looks at the partials: `survey` sees that they are whole (`proof`) and of one `form`, and gathers all times
//! in a `batch`; what does not fit is a `misfit`. `order`
//! sorts these and finds the ones that several partials have, `copy` takes the values over, in order
//! of time and through little memory; `opening` opens them, `coding` puts times and `numbers` other
//! values into one coding where they are not coded alike, `packing` deflates. Nothing here knows what the values mean, except times.
//!
//! The file is written aside and gets its name only by [`Prepared::publish`], so that the caller can
//! look once more whether it still holds its lock. Its bytes follow from the partials and the given
//! attributes alone.
//!
//! Constants (variables without the shared dimension) are held in memory, and so is one row of
//! a variable at a time, however large.

mod batch;
mod coding;
mod copy;
mod coverage;
mod description;
mod error;
mod files;
mod form;
mod globals;
mod layout;
mod misfit;
mod numbers;
mod opening;
mod order;
mod packing;
mod proof;
mod stored;
mod survey;

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use dayfold_contract::error::in_one_line;
use dayfold_contract::partial::ASIDE_PREFIX;
use dayfold_contract::{Fingerprint, GroupName};
use dayfold_ncio::dataset::Attribute;
use dayfold_ncio::raw::RawFile;
use dayfold_ncio::time::UtcTime;
use tempfile::TempPath;

pub use description::{Bounds, Described, Description};
pub use error::CollateError;
pub use form::FormReader;
pub use globals::named_files;
pub use misfit::Misfit;
pub use survey::{Survey, survey};

use crate::durable::{self, DurableError};
use layout::Layout;

/// A group's partial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Whose it is.
    pub group: GroupName,
    /// A NetCDF file; an empty one where the group has no values.
    pub path: PathBuf,
    /// What its content must be, where that is known: it is proven before any of it is believed.
    pub checksum: Option<Fingerprint>,
    /// Lines of global attributes that are gathered from all sources, which this one has and which hold no
    /// more: an earlier final file names what has been done anew since.
    pub outdated: HashSet<String>,
    /// Names of global attributes that this one has from collation, and not from its own sources.
    pub made: HashSet<String>,
    /// The groups without values among those that an earlier final file stands for.
    pub empty: Vec<GroupName>,
    /// How many groups it stands for.
    pub groups: usize,
    /// The first of these in the plan.
    pub first: GroupName,
}

impl Source {
    /// A partial of which everything holds.
    pub fn new(group: GroupName, path: PathBuf) -> Self {
        let first = group.clone();
        Self {
            group,
            path,
            checksum: None,
            outdated: HashSet::new(),
            made: HashSet::new(),
            empty: Vec::new(),
            groups: 1,
            first,
        }
    }

    /// The same, whose content must be this.
    pub fn kept_as(self, checksum: Fingerprint) -> Self {
        Self { checksum: Some(checksum), ..self }
    }
}

/// What is to be collated into what.
#[derive(Clone, Copy, Debug)]
pub struct Collation<'a> {
    /// No two of one group. Their order does not matter: they are taken by the groups' names.
    pub sources: &'a [Source],
    /// The final file. What is there stays until the new file is whole.
    pub output: &'a Path,
    /// Whose collation it is, in letters and digits: left-overs of the same owner's are removed.
    pub owner: &'a str,
    /// Global attributes of the final file; they win over the partials'.
    pub attributes: &'a [(String, Attribute)],
    /// Names of global attributes that are set from outside or not at all: a source that is an
    /// earlier final file has them, and they may not hold any more.
    pub own: &'a [&'a str],
    /// What it says beyond that.
    pub description: &'a Description,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Partials that were looked at.
    Surveyed {
        /// So many,
        done: usize,
        /// of so many.
        of: usize,
    },
    /// Stretches of time that were copied.
    Copied {
        /// So many,
        done: usize,
        /// of so many.
        of: usize,
    },
}

/// Hears how far it is, and may break it off.
pub type Watch<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// The times in a final file, in its order; in a calendar that is not of the world, those of the same dates.
///
/// # Errors
/// In words, why they cannot be read.
pub fn times_of(path: &Path) -> Result<Vec<UtcTime>, String> {
    let source = Source::new(GroupName::new("(the final file)"), path.to_owned());
    let file = RawFile::open(path).map_err(|error| in_one_line(&error))?;
    let times = survey::times(&source, &file).map_err(|error| in_one_line(&error))?;
    let calendar = survey::calendar_of_times(&file);
    Ok(times.into_iter().map(|time| time.at_its_date(calendar)).collect())
}

/// Lets it go on to the end.
pub fn to_the_end(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn tell(watch: &mut Watch<'_>, progress: Progress) -> Result<(), CollateError> {
    if watch(progress).is_break() { Err(CollateError::BrokenOff) } else { Ok(()) }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collated {
    /// The final file.
    pub output: PathBuf,
    /// Times in it.
    pub times: usize,
    /// Partials with values.
    pub with_values: usize,
    /// Groups without, in order; the file names them.
    pub empty: Vec<GroupName>,
    /// For people: what was left out.
    pub warnings: Vec<String>,
    /// The names of the global attributes that are from here and not from the sources, sorted.
    pub made: Vec<String>,
}

/// The final file, whole and synced but without its name; dropped, it is gone.
#[derive(Debug)]
pub struct Prepared {
    aside: TempPath,
    collated: Collated,
}

/// Collates partials into a file, at once. Blocks for as long as it takes.
pub fn collate(collation: &Collation<'_>, progress: &mut Watch<'_>) -> Result<Collated, CollateError> {
    prepare(collation, progress)?.publish()
}

/// Writes the final file aside, in the folder where it will stay. Removes what a crash left there
/// of an earlier try of the same owner: it may not be collating into the same output twice at once. Blocks for as long as it takes.
///
/// # Errors
/// If a source is not as it was kept, does not fit the others or contradicts them, or the file cannot be written.
pub fn prepare(collation: &Collation<'_>, progress: &mut Watch<'_>) -> Result<Prepared, CollateError> {
    let Collation { sources, output, owner, attributes, own, description } = *collation;
    let survey = survey(sources, own, description, progress)?;
    if !survey.misfits().is_empty() {
        return Err(CollateError::Misfits(survey.misfits().to_vec()));
    }
    let Survey { batch, empty, opening, left_out, partials, .. } = survey;
    let no_values = || CollateError::NoValues { groups: partials, output: output.to_owned() };
    let mut batch = batch.ok_or_else(no_values)?;
    batch.rows.sort_unstable();
    let set = [attributes, &batch.time_coverage(), &description.attributes].concat();
    let batch::Reference { schema, constants } = &batch.reference;
    let space = coverage::of_space(schema, constants, description.bounds);
    let defaults = [&description.defaults[..], &space].concat();
    let (steps, times) = order::steps(std::mem::take(&mut batch.rows));
    let globals = batch.globals.finish(&set, &defaults);
    let layout = Layout::new(&mut batch, &empty, times, globals.attributes, description)?;
    let warnings = [warnings(&batch, &left_out, &globals.made), layout.warnings.clone()].concat();
    let aside = aside(output, owner)?;
    copy::copy(&aside, layout, &batch, &opening, &steps, progress)?;
    let (with_values, empty) = (batch.sources.len(), empty.into_iter().collect());
    let (output, made) = (output.to_owned(), globals.made);
    Ok(Prepared { aside, collated: Collated { output, times, with_values, empty, warnings, made } })
}

impl Prepared {
    /// What it will be.
    pub fn collated(&self) -> &Collated {
        &self.collated
    }

    /// Where the file is for now.
    pub fn path(&self) -> &Path {
        &self.aside
    }

    /// Gives the file its name, in place of what is there, durably.
    pub fn publish(self) -> Result<Collated, CollateError> {
        let Self { aside, collated } = self;
        let system = |source| CollateError::System {
            action: "put the collated file in place of",
            path: collated.output.clone(),
            source,
        };
        durable::publish(&aside, &collated.output).map_err(system)?;
        // it has another name now; under the old one there is nothing to remove
        let _ = aside.keep();
        Ok(collated)
    }
}

/// Where the file is written; removed when dropped. Left-overs under such names are swept.
fn aside(output: &Path, owner: &str) -> Result<TempPath, CollateError> {
    let system = |action, path: &Path| {
        let path = path.to_owned();
        move |source| CollateError::System { action, path, source }
    };
    // short, whatever the output is called
    let prefix = format!("{ASIDE_PREFIX}{owner}-collation-");
    let folder = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let stays = |error: DurableError| system("remove left-overs beside", output)(error.into());
    let left = durable::sweep(folder, &prefix).map_err(stays)?;
    left.into_iter().try_for_each(|error| Err(stays(error)))?;
    let path = folder.join(format!("{prefix}{}", std::process::id()));
    TempPath::try_from_path(path).map_err(system("write beside", output))
}

/// What is left out of the final file, since it is not the same in all partials.
fn warnings(batch: &batch::Batch<'_>, left_out: &BTreeSet<String>, made: &[String]) -> Vec<String> {
    let globals = batch.globals.dropped(made).join(", ");
    let of_variable = |(variable, names): (&String, &BTreeSet<String>)| {
        names.iter().map(|name| format!("{variable}:{name}")).collect::<Vec<_>>()
    };
    let variables = batch.dropped.iter().flat_map(of_variable).collect::<Vec<_>>().join(", ");
    let told = |what: &str, names: String| {
        (!names.is_empty())
            .then(|| format!("{what} that are not the same in all partials are left out: {names}"))
    };
    let reserved: Vec<&str> = left_out.iter().map(String::as_str).collect();
    let reserved = (!reserved.is_empty()).then(|| {
        format!("attributes that a NetCDF-4 file cannot hold are left out: {}", reserved.join(", "))
    });
    [told("global attributes", globals), told("attributes of variables", variables), reserved]
        .into_iter()
        .flatten()
        .collect()
}
