//! `dayfold plot`: a result as a picture beside it, and as a table where asked for.

use std::fs::metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use dayfold_supervisor::durable;

use crate::cli::PlotArgs;
use crate::error::CliError;
use crate::exit::Exit;
use crate::plot::{self, Chart, MOST_LINES, PlotError, Series, Source};
use crate::show::stdout;

/// What is drawn as context, dashed, behind [`OBSERVED`].
const CLOUDLESS: &str = "ideal";
const OBSERVED: &str = "actual";

/// More lines than that leave no room for dashed ones.
const MOST_WITH_CONTEXT: usize = 6;

/// A longer series is drawn as daily means.
const MOST_STEPS: usize = 2000;

/// Draws the picture, prints the table where asked for, and where the picture is.
pub fn run(args: &PlotArgs) -> Result<Exit, CliError> {
    let picture = args.output.clone().unwrap_or_else(|| args.result.with_extension("png"));
    check_place(&picture, &args.result)?;
    let source = Source::open(&args.result)?;
    let series = chosen(&args.result, &source, &args.variable, &args.region)?;
    let bytes = draw(&args.result, &source, &series)?;
    durable::replace(&picture, &bytes).map_err(PlotError::from)?;
    let table = if args.table { format!("{}\n", plot::table(&series)) } else { String::new() };
    stdout::print(&format!("{table}{}\n", picture.display()))?;
    Ok(Exit::Done)
}

/// Nothing but an earlier picture may be lost by this one.
fn check_place(picture: &Path, result: &Path) -> Result<(), PlotError> {
    if !picture.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
        return Err(PlotError::NotPng { path: picture.to_owned() });
    }
    // whatever they are called, and through links
    let identity = |path| metadata(path).ok().map(|file| (file.dev(), file.ino()));
    if identity(picture).is_some_and(|there| identity(result) == Some(there)) {
        return Err(PlotError::OverResult { path: picture.to_owned() });
    }
    match picture.parent() {
        Some(folder) if folder != Path::new("") && !folder.is_dir() => {
            Err(PlotError::NoFolder { path: picture.to_owned(), folder: folder.to_owned() })
        }
        _ => Ok(()),
    }
}

/// The variable's series, of all regions or of those asked for.
fn chosen(
    result: &Path,
    source: &Source<'_>,
    variable: &str,
    regions: &[String],
) -> Result<Series, PlotError> {
    let series = source.series(variable)?;
    if regions.is_empty() {
        return Ok(series);
    }
    let present = || series.lines.iter().map(|line| line.name.clone()).collect();
    let unknown = |region| PlotError::NoRegion { path: result.to_owned(), region, present: present() };
    series.select(regions).map_err(unknown)
}

fn draw(result: &Path, source: &Source<'_>, series: &Series) -> Result<Vec<u8>, PlotError> {
    let mut shown = series.clone();
    shown.lines.truncate(MOST_LINES);
    let context = context(source, &shown)?;
    let daily = shown.times.len() > MOST_STEPS;
    let coarse = |series: Series| if daily { series.daily_means() } else { series };
    let (shown, context) = (coarse(shown), context.map(coarse));
    if shown.extremes().is_none() {
        return Err(PlotError::Empty { path: result.to_owned(), variable: series.variable.clone() });
    }
    let note = note(result, series.lines.len(), shown.lines.len(), daily);
    Ok(Chart { series: &shown, dashed: context.as_ref(), note }.picture()?.png()?)
}

/// The cloudless series of the same regions, where they are few.
fn context(source: &Source<'_>, shown: &Series) -> Result<Option<Series>, PlotError> {
    if shown.variable != OBSERVED || shown.lines.len() > MOST_WITH_CONTEXT || !source.has(CLOUDLESS) {
        return Ok(None);
    }
    let names: Vec<String> = shown.lines.iter().map(|line| line.name.clone()).collect();
    Ok(source.series(CLOUDLESS)?.select(&names).ok())
}

/// What the picture does not say by itself.
fn note(result: &Path, regions: usize, shown: usize, daily: bool) -> String {
    let name = result.file_name().map(PathBuf::from).unwrap_or_default();
    let mut notes = vec![name.display().to_string()];
    if daily {
        notes.push("daily means (UTC)".to_owned());
    }
    if shown < regions {
        notes.push(format!("the first {shown} of {regions} regions (choose others with --region)"));
    }
    notes.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_says_what_is_left_out() {
        let path = Path::new("/a/pv.nc");
        assert_eq!(note(path, 3, 3, false), "pv.nc");
        let all = note(path, 28, 10, true);
        assert_eq!(
            all,
            "pv.nc · daily means (UTC) · the first 10 of 28 regions (choose others with --region)"
        );
    }
}
