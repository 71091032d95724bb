//! The configuration that goes with a sample: complete, and commented as a first example.

use jiff::civil::Date;

/// Its text, for these days; with or without a temperature archive beside it.
pub fn text(first: Date, last: Date, temperature: bool) -> String {
    let temperature = if temperature { NEAREST } else { CONSTANT };
    TEMPLATE
        .replace("@FIRST@", &first.to_string())
        .replace("@LAST@", &last.to_string())
        .replace("@TEMPERATURE@", temperature)
}

const CONSTANT: &str = "\
temperature = 18.0                  # of the cells, deg C; or the nearest value of another archive:
#                                   # { pattern = \"tas/tas_%Y%m.nc\", variable = \"tas\" }";

const NEAREST: &str = "\
temperature = { pattern = \"tas/tas_%Y%m.nc\", variable = \"tas\" }   # or a constant, deg C";

const TEMPLATE: &str = r#"# The PV series of a small synthetic archive. Relative paths start where this file is.

[archive]
root     = "archive"
pattern  = "{version}/%Y/%m/%d/IDE00326.*.nc"      # strftime fields and globs
versions = [ { name = "v1.0", until = "2019-03-31" }, { name = "v1.1" } ]
from     = "@FIRST@"
to       = "@LAST@"                            # inclusive
group    = "day"                                   # what a worker does at a time: file, day, month, year

[regions]                                          # without this section: the whole grid
file    = "regions.geojson"                        # GeoJSON or a shapefile
name    = "name"                                   # the attribute that names a region
# include = ["*East*"]                             # globs on the name
# exclude = ["Far*"]

[task]
kind        = "pv"
mount       = "single-axis"         # or "latitude", or { tilt = 30, azimuth = 0 }
module      = "Canadian_Solar_CS5P_220M___2009_"
inverter    = "ABB__MICRO_0_25_I_OUTD_US_208__208V_"
@TEMPERATURE@
night       = "missing"             # means over the cells that deliver; "zero": over all, by day and by night

[task.variables]                                   # what the three irradiances are called in the files
ghi = "surface_global_irradiance"
dni = "direct_normal_irradiance"
dhi = "surface_diffuse_irradiance"

[output]
file = "pv.nc"

# [run]                                            # options of `dayfold run`; the command line wins
# workers = 2
# memory  = "8GB"
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn it_is_toml_with_the_days_asked_for() {
        for temperature in [false, true] {
            let text = text(date(2022, 2, 1), date(2022, 2, 3), temperature);
            assert!(!text.contains('@'), "{text}");
            let table: toml::Table = text.parse().unwrap();
            assert_eq!(table["archive"]["to"].as_str(), Some("2022-02-03"));
            assert_eq!(table["task"]["temperature"].is_table(), temperature);
        }
    }
}
