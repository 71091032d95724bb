//! What is said of the PV task's results: what each mean is a mean of, above all.

use dayfold_contract::task::{Inverter, Mount, Night, PvSpec, Temperature};
use dayfold_ncio::dataset::{Attribute, DataType};

use super::super::text;
use crate::collate::{Bounds, Described, Description};
use crate::rundir::plan_file::{Frozen, RegionsNote};

type Attributes = Vec<(String, Attribute)>;

const REGION: &str = "region";
const CELLS: &str = "cells";

/// How a mean over cells depends on what a cell counts for at night.
struct Means {
    /// Within a name.
    cells: &'static str,
    /// In one or two sentences.
    comment: String,
}

/// Of the results of this task.
pub fn description(spec: &PvSpec, frozen: &Frozen) -> Description {
    let means = means(spec);
    let described = |name: &str, attributes: Attributes| {
        let data_type = match name {
            REGION => DataType::String,
            CELLS => DataType::I32,
            _ => DataType::F64,
        };
        Described { name: name.to_owned(), data_type, attributes }
    };
    let variables = vec![
        described("time", time()),
        described(
            REGION,
            vec![text("long_name", "name of the region"), text("coverage_content_type", "coordinate")],
        ),
        described("actual", power("AC power under the observed sky", &means)),
        described("ideal", power("AC power under a cloudless sky", &means)),
        described("ratio", ratio()),
        described(CELLS, cells()),
    ];
    Description {
        defaults: globals(spec, frozen, &means),
        variables,
        numbered: Some(REGION.to_owned()),
        bounds: bounds(frozen),
        ..Description::default()
    }
}

fn means(spec: &PvSpec) -> Means {
    let all = |dark: String| Means {
        cells: "its cells, by day and by night",
        comment: format!(
            "Mean over all of the region's cells that have data: a cell counts as {dark} while the sun is below its \
             horizon or gives too little light for the inverter to deliver. A cell whose irradiance is missing by \
             day does not count; without any cell the value is missing."
        ),
    };
    match spec.night {
        Night::Missing => Means {
            cells: "its delivering cells",
            comment: "Mean over those of the region's cells whose inverter delivers power at that time. Cells in the \
                      dark, with too little light, or without data do not count, and without any cell the value is \
                      missing. So a mean over time is one of the daytime, and neither of whole days nor a measure \
                      of energy (see the option night of dayfold)."
                .to_owned(),
        },
        Night::Zero => all("0 W".to_owned()),
        Night::Inverter => {
            let Inverter { pnt, .. } = spec.inverter;
            all(format!("what its inverter draws ({} W without any light)", -pnt.abs()))
        }
    }
}

fn time() -> Attributes {
    vec![
        text("standard_name", "time"),
        text("long_name", "time"),
        text("units", "seconds since 1970-01-01 00:00:00"),
        text("calendar", "standard"),
        // seconds as of a clock that has no leap seconds
        text("units_metadata", "leap_seconds: none"),
        text("axis", "T"),
        text("coverage_content_type", "coordinate"),
    ]
}

fn power(what: &str, means: &Means) -> Attributes {
    vec![
        text("long_name", format!("{what}, mean of a region over {}", means.cells)),
        text("units", "W"),
        text("cell_methods", format!("time: point area: mean (over {})", means.cells)),
        text("comment", &*means.comment),
        text("coverage_content_type", "modelResult"),
        missing(),
    ]
}

fn ratio() -> Attributes {
    vec![
        text("long_name", "actual over ideal AC power of a cell, mean of a region over its delivering cells"),
        text("units", "1"),
        text("cell_methods", "time: point area: mean (over its cells that deliver under both skies)"),
        text(
            "comment",
            "Mean of the ratios of those of the region's cells whose inverter delivers power under both skies, in which \
             all of them count alike. For a ratio of energies divide a sum of actual by a sum of ideal: a mean of \
             ratios is another quantity.",
        ),
        text("coverage_content_type", "modelResult"),
        missing(),
    ]
}

fn cells() -> Attributes {
    vec![
        text("long_name", "number of the region's cells with global horizontal irradiance"),
        text("units", "1"),
        text("cell_methods", "time: point area: sum"),
        text("coverage_content_type", "auxiliaryInformation"),
    ]
}

fn missing() -> (String, Attribute) {
    ("_FillValue".to_owned(), f64::NAN.into())
}

fn globals(spec: &PvSpec, frozen: &Frozen, means: &Means) -> Attributes {
    let where_to = match &frozen.regions {
        Some(RegionsNote { file, count: 1, .. }) => format!("the region of {file}"),
        Some(RegionsNote { file, count, .. }) => format!("the {count} regions of {file}"),
        None => "the whole grid".to_owned(),
    };
    let mount = match spec.mount {
        Mount::SingleAxis => "a horizontal single-axis tracker with backtracking".to_owned(),
        Mount::Latitude => "a mount that is tilted by the latitude towards the equator".to_owned(),
        Mount::Fixed { tilt, azimuth } => {
            format!("a mount of {tilt} degrees tilt and {azimuth} degrees azimuth")
        }
    };
    let temperature = match &spec.temperature {
        Temperature::Constant(celsius) => format!("a cell temperature of {celsius} deg C"),
        Temperature::Nearest { variable, .. } => {
            format!("the nearest air temperature ({variable}) as cell temperature")
        }
    };
    vec![
        text("title", format!("Power of a PV panel and its inverter, means over {where_to}")),
        text(
            "summary",
            format!(
                "AC power that the module {} on {mount} delivers through the inverter {}, at {temperature}: under the sky \
                 of the archive (actual), under a cloudless sky (ideal), and the one over the other (ratio), for \
                 each time step of the archive. {}",
                spec.module.name, spec.inverter.name, means.comment
            ),
        ),
        text("keywords", "solar power, photovoltaics, solar irradiance"),
        text(
            "source",
            "the models of pvlib (solar position by NREL's SPA, clear sky by Ineichen, Sandia array performance model \
             and inverter model), as computed by dayfold from satellite estimates of irradiance",
        ),
        text(
            "history",
            format!("irradiance of the archive to PV power, averaged over {where_to}, by dayfold"),
        ),
        text("standard_name_vocabulary", "CF Standard Name Table"),
    ]
}

/// The regions' box as far as the grid goes; without regions, the grid's.
fn bounds(frozen: &Frozen) -> Option<Bounds> {
    let grid = frozen.layout.as_ref().and_then(|layout| grid_bounds(&layout.description))?;
    let Some(regions) = &frozen.regions else { return Some(grid) };
    let [west, south, east, north] = regions.bounds?;
    let latitude = overlap([south, north], grid.latitude)?;
    let turned = [0.0, 360.0, -360.0].map(|turn| overlap([west + turn, east + turn], grid.longitude));
    let width = |[west, east]: &[f64; 2]| east - west;
    let longitude = turned.into_iter().flatten().max_by(|one, other| width(one).total_cmp(&width(other)))?;
    Some(Bounds { latitude, longitude })
}

fn overlap(one: [f64; 2], other: [f64; 2]) -> Option<[f64; 2]> {
    let both = [one[0].max(other[0]), one[1].min(other[1])];
    (both[0] <= both[1]).then_some(both)
}

/// Out of a layout's words: `173 x 222 cells, latitude -44.5 to -10.1, longitude 112 to 156.2`.
fn grid_bounds(description: &str) -> Option<Bounds> {
    let span = |name: &str| {
        let (_, after) = description.split_once(name)?;
        let text = after.split(',').next()?.trim();
        let (first, last) = text.split_once(" to ").unwrap_or((text, text));
        let (first, last): (f64, f64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        Some([first.min(last), first.max(last)])
    };
    Some(Bounds { latitude: span("latitude ")?, longitude: span("longitude ")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::frozen;
    use dayfold_contract::job::Layout;
    use dayfold_contract::{Fingerprint, TaskSpec};
    use dayfold_ncio::grid::Grid;

    fn with(layout: Option<&str>, regions: Option<[f64; 4]>) -> Option<Bounds> {
        let layout = layout.map(|description| Layout {
            fingerprint: Fingerprint::of(b""),
            description: description.to_owned(),
        });
        let regions =
            regions.map(|bounds| RegionsNote { file: "a.shp".into(), count: 2, bounds: Some(bounds) });
        bounds(&Frozen { layout, regions, ..frozen(Vec::new()) })
    }

    #[test]
    fn a_grid_in_words_has_its_bounds() {
        let grid = Grid { latitudes: [-10.0, -44.5].into(), longitudes: [112.0, 130.0, 156.2].into() };
        let bounds = grid_bounds(&grid.describe()).unwrap();
        assert_eq!((bounds.latitude, bounds.longitude), ([-44.5, -10.0], [112.0, 156.2]));
        let cell = Grid { latitudes: [1.5].into(), longitudes: [2.5].into() };
        assert_eq!(grid_bounds(&cell.describe()).unwrap().latitude, [1.5, 1.5]);
        assert_eq!(grid_bounds("of nothing"), None);
    }

    #[test]
    fn regions_are_bounded_as_far_as_the_grid_goes() {
        let grid = "9 x 9 cells, latitude -44.5 to -10, longitude 112 to 156";
        let found = with(Some(grid), Some([140.0, -50.0, 170.0, -20.0])).unwrap();
        assert_eq!((found.latitude, found.longitude), ([-44.5, -20.0], [140.0, 156.0]));
        let turned = "9 x 9 cells, latitude -44.5 to -10, longitude 270 to 300";
        let found = with(Some(turned), Some([-80.0, -40.0, -70.0, -20.0])).unwrap();
        assert_eq!(found.longitude, [280.0, 290.0]);
        assert_eq!(with(Some(grid), Some([0.0, -40.0, 10.0, -20.0])), None);
        assert_eq!(with(None, None), None);
        assert_eq!(with(Some(grid), None).unwrap().longitude, [112.0, 156.0]);
    }

    #[test]
    fn each_mean_says_what_it_is_a_mean_of() {
        let comment = |night| {
            let frozen = frozen(Vec::new());
            let TaskSpec::Pv(spec) = &frozen.identity.task else { panic!() };
            let description = description(&PvSpec { night, ..spec.clone() }, &frozen);
            let actual = description.variables.iter().find(|it| it.name == "actual").unwrap();
            let actual = &actual.attributes;
            let of =
                |name: &str| actual.iter().find(|(n, _)| n == name).unwrap().1.text().unwrap().to_owned();
            (of("long_name"), of("comment"))
        };
        let (name, text) = comment(Night::Missing);
        assert!(name.ends_with("over its delivering cells") && text.contains("one of the daytime"), "{text}");
        let (name, text) = comment(Night::Zero);
        assert!(name.ends_with("by day and by night") && text.contains("counts as 0 W while"), "{text}");
        assert!(comment(Night::Inverter).1.contains("draws (-0.075 W without any light)"));
    }
}
