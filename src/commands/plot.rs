//! `dayfold plot`: a result as a picture beside it, and as a table where asked for.

use std::path::{Path, PathBuf};

use dayfold_supervisor::durable;

use crate::cli::PlotArgs;
use crate::error::CliError;
use crate::exit::Exit;
use crate::plot::place::{self, Subject};
use crate::plot::{self, Chart, Format, MOST_LINES, PlotError, Series, Source, Zone};
use crate::show::{stderr, stdout};

/// What is drawn as context, dashed, behind [`OBSERVED`].
const CLOUDLESS: &str = "ideal";
const OBSERVED: &str = "actual";

/// More lines than that leave no room for dashed ones.
const MOST_WITH_CONTEXT: usize = 6;

/// A longer series is drawn as daily means.
const MOST_STEPS: usize = 2000;

/// Draws the picture, prints the table where asked for, and where the picture is.
pub fn run(args: &PlotArgs) -> Result<Exit, CliError> {
    let source = Source::open(&args.result)?;
    let variable = source.choose(args.variable.as_deref(), OBSERVED)?;
    let zone = args.timezone.to_string();
    let subject = Subject { result: &args.result, variable: &variable, regions: &args.region, zone: &zone };
    let (picture, format) = match &args.output {
        Some(picture) => (picture.clone(), place::named(picture, &args.result)?),
        None => (place::beside(&subject)?, Format::Png),
    };
    let series = chosen(&args.result, &source, &variable, &args.region)?;
    let timezone = args.timezone.of_calendar(series.calendar);
    let bytes = draw(args, &source, &series, &timezone, format, &subject.label())?;
    durable::replace(&picture, &bytes).map_err(PlotError::from)?;
    if args.variable.is_none() {
        tell_others(&source, &variable);
    }
    let table = if args.table { format!("{}\n", plot::table(&series, &timezone)) } else { String::new() };
    stdout::print(&format!("{table}{}\n", picture.display()))?;
    Ok(Exit::Done)
}

/// What else could be drawn.
fn tell_others(source: &Source<'_>, variable: &str) {
    let others: Vec<String> = source.drawable().into_iter().filter(|name| name != variable).collect();
    if !others.is_empty() {
        stderr::say(&format!("drawn is {variable}; --variable draws another: {}", others.join(", ")));
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

fn draw(
    args: &PlotArgs,
    source: &Source<'_>,
    series: &Series,
    zone: &Zone,
    format: Format,
    label: &str,
) -> Result<Vec<u8>, PlotError> {
    let result = &args.result;
    let mut shown = series.clone();
    shown.lines.truncate(MOST_LINES);
    let context = context(source, &shown)?;
    let daily = shown.times.len() > MOST_STEPS;
    let coarse = |series: Series| if daily { series.daily_means(zone) } else { series };
    let daily = daily.then_some(zone);
    let note = note(result, series, shown.lines.len(), daily);
    let (shown, context) = (coarse(shown), context.map(coarse));
    if shown.extremes().is_none() {
        return Err(PlotError::Empty { path: result.to_owned(), variable: series.variable.clone() });
    }
    Ok(Chart { series: &shown, dashed: context.as_ref(), note, zone, format }.picture(label)?)
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
fn note(result: &Path, series: &Series, shown: usize, daily: Option<&Zone>) -> String {
    let name = result.file_name().map(PathBuf::from).unwrap_or_default();
    let mut notes = vec![name.display().to_string()];
    if let Some(zone) = daily {
        let missing = if series.has_gaps() { ", without missing ones such as nights" } else { "" };
        notes.push(format!("means of each day's values ({zone}){missing}"));
    }
    if let Some(of) = series.lines_are.as_deref().filter(|lines| lines.starts_with("of ")) {
        notes.push(format!("all values {of} count alike in the mean"));
    }
    let lines = series.lines.len();
    if shown < lines {
        let what = if series.lines_are.is_none() { "regions" } else { "lines" };
        notes.push(format!("the first {shown} of {lines} {what} (choose others with --region)"));
    }
    notes.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Line;
    use dayfold_ncio::time::Calendar;

    #[test]
    fn the_note_says_what_is_left_out() {
        let path = Path::new("/a/pv.nc");
        let series = |lines: usize, value: f64, lines_are: Option<&str>| Series {
            variable: "actual".into(),
            long_name: String::new(),
            units: String::new(),
            comment: String::new(),
            lines_are: lines_are.map(str::to_owned),
            times: vec![0],
            calendar: Calendar::Standard,
            lines: vec![Line { name: "a".into(), values: vec![value] }; lines],
        };
        assert_eq!(note(path, &series(3, 1.0, None), 3, None), "pv.nc");
        let zone: Zone = "Australia/Brisbane".parse().unwrap();
        assert_eq!(
            note(path, &series(28, f64::NAN, None), 10, Some(&zone)),
            "pv.nc · means of each day's values (Australia/Brisbane), without missing ones such as nights · the first \
             10 of 28 regions (choose others with --region)"
        );
        let field = series(3, 1.0, Some("of lat and lon"));
        assert_eq!(note(path, &field, 3, None), "pv.nc · all values of lat and lon count alike in the mean");
    }
}
