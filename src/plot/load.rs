//! Takes a variable out of a result: any NetCDF file with a time coordinate, and a variable of numbers over
//! time.

use std::path::Path;

use dayfold_ncio::dataset::{Attribute, DataType, Values};
use dayfold_ncio::form::{self, Temporal, unpack_nearest};
use dayfold_ncio::raw::{RawFile, Schema, VariableSchema};
use dayfold_ncio::time::{Calendar, TimeError};

use super::PlotError;
use super::series::{Line, Series};

/// The dimension along which lines run.
pub(super) const TIME: &str = "time";

/// The dimension whose entries need no name.
const REGION: &str = "region";

/// A result, opened.
#[derive(Debug)]
pub struct Source<'a> {
    path: &'a Path,
    file: RawFile,
}

impl<'a> Source<'a> {
    /// Opens a result.
    pub fn open(path: &'a Path) -> Result<Self, PlotError> {
        Ok(Self { path, file: RawFile::open(path)? })
    }

    /// Whether it has a variable of this name.
    pub fn has(&self, variable: &str) -> bool {
        self.file.schema().variable(variable).is_some()
    }

    /// The variables that can be drawn, in the file's order.
    pub fn drawable(&self) -> Vec<String> {
        let schema = self.file.schema();
        let drawable = |variable: &&VariableSchema| is_drawable(variable) && !is_auxiliary(schema, variable);
        schema.variables.iter().filter(drawable).map(|variable| variable.name.clone()).collect()
    }

    /// What to draw: the variable asked for, or the preferred one, or the first that can be drawn.
    pub fn choose(&self, asked_for: Option<&str>, preferred: &str) -> Result<String, PlotError> {
        if let Some(name) = asked_for {
            return Ok(name.to_owned());
        }
        let drawable = self.drawable();
        match drawable.iter().find(|name| *name == preferred).or(drawable.first()) {
            Some(name) => Ok(name.clone()),
            None => Err(PlotError::Nothing { path: self.path.to_owned(), found: self.described() }),
        }
    }

    /// The series of a variable: a line for each entry of its other dimension; of one with more dimensions, what
    /// its values come to.
    pub fn series(&self, name: &str) -> Result<Series, PlotError> {
        let schema = self.file.schema();
        let variable = schema.variable(name).ok_or_else(|| self.no_variable(name))?;
        if !is_drawable(variable) {
            return Err(PlotError::Shape {
                path: self.path.to_owned(),
                variable: variable.name.clone(),
                found: format!("{} ({})", variable.data_type, variable.dimensions.join(", ")),
            });
        }
        let (times, calendar) = self.times()?;
        let others: Vec<&str> =
            variable.dimensions.iter().filter(|name| *name != TIME).map(String::as_str).collect();
        let (lines_are, lines) = match others.as_slice() {
            [] => (None, self.lines(variable, vec![name.to_owned()], times.len())?),
            [dimension] => {
                let lines = self.lines(variable, self.line_names(dimension)?, times.len())?;
                ((*dimension != REGION).then(|| (*dimension).to_owned()), lines)
            }
            several => {
                let of = format!("of {}", several.join(" and "));
                (Some(of), super::field::lines(self, variable, times.len())?)
            }
        };
        let text = |attribute| variable.attribute(attribute).and_then(Attribute::text).unwrap_or("");
        let long_name = match text("long_name") {
            "" => name,
            text => text,
        };
        Ok(Series {
            variable: name.to_owned(),
            long_name: long_name.to_owned(),
            units: text("units").to_owned(),
            comment: text("comment").to_owned(),
            lines_are,
            lines,
            times,
            calendar,
        })
    }

    /// One line after the other, each of as many values as there are times.
    fn lines(
        &self,
        variable: &VariableSchema,
        names: Vec<String>,
        times: usize,
    ) -> Result<Vec<Line>, PlotError> {
        let mut values = self.file.read(&variable.name)?;
        if variable.axis(TIME) == Some(0) {
            values = values.swap_axes(times, names.len());
        }
        let values = self.unpacked(variable, &values)?;
        let lines = names.into_iter().zip(values.chunks(times.max(1)));
        Ok(lines.map(|(name, values)| Line { name, values: values.to_vec() }).collect())
    }

    /// The numbers that values stand for; NaN for missing ones.
    pub(super) fn unpacked(&self, variable: &VariableSchema, values: &Values) -> Result<Vec<f64>, PlotError> {
        unpack_nearest(variable, values).map_err(|source| PlotError::Numbers {
            path: self.path.to_owned(),
            variable: variable.name.clone(),
            source: Box::new(source),
        })
    }

    pub(super) fn file(&self) -> &RawFile {
        &self.file
    }

    fn no_variable(&self, name: &str) -> PlotError {
        PlotError::NoVariable {
            path: self.path.to_owned(),
            variable: name.to_owned(),
            present: self.drawable(),
        }
    }

    /// What there is instead of something to draw.
    fn described(&self) -> String {
        let shape = |variable: &VariableSchema| {
            format!("{} {}({})", variable.data_type, variable.name, variable.dimensions.join(", "))
        };
        let variables: Vec<String> = self.file.schema().variables.iter().map(shape).collect();
        if variables.is_empty() { "no variables".to_owned() } else { variables.join(", ") }
    }

    /// Seconds since 1970; in a calendar that is not of the world, those of its own days.
    fn times(&self) -> Result<(Vec<i64>, Calendar), PlotError> {
        let failed = |source| PlotError::Times { path: self.path.to_owned(), source };
        let schema = self.file.schema();
        let time = schema.variable(TIME).ok_or_else(|| failed(TimeError::NoUnits))?;
        let coding = form::coding(schema, time, TIME).map_err(failed)?;
        let times = coding.decode_all(&self.file.read(TIME)?).map_err(failed)?;
        let seconds = times.into_iter().map(|time| time.seconds().round() as i64).collect();
        Ok((seconds, coding.units().calendar()))
    }

    /// From the coordinate variable of a dimension where there is one, else numbers.
    fn line_names(&self, dimension: &str) -> Result<Vec<String>, PlotError> {
        let schema = self.file.schema();
        let count = schema.length(dimension).unwrap_or(0);
        let Some(coordinate) = schema.variable(dimension) else { return Ok(numbered(count)) };
        Ok(match self.file.read(dimension)? {
            Values::Strings(names) => names,
            Values::Chars(bytes) => split_names(&bytes, characters(schema, coordinate)),
            other => other.to_f64().unwrap_or_default().iter().map(f64::to_string).collect(),
        })
    }
}

/// Whether a variable is one of numbers over time.
fn is_drawable(variable: &VariableSchema) -> bool {
    let is_number = !matches!(variable.data_type, DataType::Char | DataType::String);
    is_number && variable.name != TIME && variable.axis(TIME).is_some()
}

/// Whether a variable belongs to another one: bounds, and times that are not the coordinate.
fn is_auxiliary(schema: &Schema, variable: &VariableSchema) -> bool {
    let names_it = |other: &VariableSchema| {
        let text = |name| other.attribute(name).and_then(Attribute::text);
        [text("bounds"), text("climatology")].contains(&Some(variable.name.as_str()))
    };
    schema.variables.iter().any(names_it) || Temporal::find(schema, variable, TIME).is_some()
}

fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| number.to_string()).collect()
}

/// How many characters a name has in an array of characters.
fn characters(schema: &Schema, coordinate: &VariableSchema) -> usize {
    schema.shape(coordinate).last().copied().unwrap_or(1).max(1)
}

fn split_names(bytes: &[u8], length: usize) -> Vec<String> {
    let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches(['\0', ' ']).to_owned();
    bytes.chunks(length).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_ncio::dataset::{Dataset, Variable};
    use dayfold_ncio::write::{Storage, write_dataset};

    fn variable(
        name: &str,
        dimensions: &[&str],
        values: Values,
        attributes: &[(&str, Attribute)],
    ) -> Variable {
        Variable {
            name: name.into(),
            dimensions: dimensions.iter().map(|&dimension| dimension.into()).collect(),
            values,
            attributes: attributes.iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
        }
    }

    /// The series `x` of two regions and three hours, in a file with more variables.
    fn series(x: Variable, more: Vec<Variable>) -> Series {
        let hours = [("units", "hours since 2022-02-01".into())];
        let time = variable("time", &["time"], Values::I32(vec![0, 1, 2]), &hours);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.nc");
        let dimensions = [("time", 3), ("region", 2), ("characters", 5)];
        let dataset = Dataset {
            dimensions: dimensions.map(|(name, length)| (name.into(), length)).into(),
            variables: [vec![time, x], more].concat(),
            attributes: vec![],
        };
        write_dataset(&path, &dataset, Storage::Plain).unwrap();
        Source::open(&path).unwrap().series("x").unwrap()
    }

    #[test]
    fn packed_values_of_any_order_are_unpacked_region_by_region() {
        let packing = [
            ("_FillValue", Values::I16(vec![-1]).into()),
            ("scale_factor", 0.5.into()),
            ("add_offset", 10.0.into()),
            ("units", "W".into()),
        ];
        let by_region = variable("x", &["region", "time"], Values::I16(vec![0, 2, -1, 4, 6, 8]), &packing);
        let by_time = variable("x", &["time", "region"], Values::I16(vec![0, 4, 2, 6, -1, 8]), &packing);
        for x in [by_region, by_time] {
            let series = series(x, vec![]);
            // 2022-02-01T00:00:00Z
            assert_eq!(series.times, [1_643_673_600, 1_643_677_200, 1_643_680_800]);
            assert_eq!((series.quantity().as_str(), series.long_name.as_str()), ("x (W)", "x"));
            let [one, two] = series.lines.as_slice() else { panic!("{series:?}") };
            assert_eq!((one.name.as_str(), &one.values[..2]), ("1", &[10.0, 11.0][..]));
            assert!(one.values[2].is_nan());
            assert_eq!((two.name.as_str(), &two.values[..]), ("2", &[12.0, 13.0, 14.0][..]));
        }
    }

    #[test]
    fn values_are_read_as_the_attributes_say() {
        let values = |values: Values, attributes: &[(&str, Attribute)]| {
            let read = series(variable("x", &["time"], values, attributes), vec![]).lines.remove(0).values;
            read.into_iter().map(|value| (!value.is_nan()).then_some(value)).collect::<Vec<_>>()
        };
        let unsigned = [("_Unsigned", "true".into()), ("_FillValue", Values::I8(vec![-1]).into())];
        assert_eq!(values(Values::I8(vec![-56, 3, -1]), &unsigned), [Some(200.0), Some(3.0), None]);
        let range = [("valid_range", Values::I16(vec![0, 9]).into())];
        assert_eq!(values(Values::I16(vec![4, 10, -32767]), &range), [Some(4.0), None, None]);
        let several = [("missing_value", Values::F32(vec![-1.0, -2.0]).into())];
        assert_eq!(values(Values::F32(vec![-1.0, -2.0, 5.0]), &several), [None, None, Some(5.0)]);
        assert_eq!(values(Values::I32(vec![1, 2, -2_147_483_647]), &[]), [Some(1.0), Some(2.0), None]);
    }

    #[test]
    fn times_may_be_packed_and_of_any_calendar() {
        let time = [
            ("units", "days since 2001-02-29".into()),
            ("calendar", "360_day".into()),
            ("scale_factor", 0.5.into()),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.nc");
        let variables = vec![
            variable("time", &["time"], Values::I16(vec![0, 3]), &time),
            variable("x", &["time"], Values::F32(vec![1.0, 2.0]), &[]),
            variable(
                "planted",
                &["time"],
                Values::F32(vec![1.0, 2.0]),
                &[("units", "days since planting".into())],
            ),
        ];
        let dataset = Dataset { dimensions: vec![("time".into(), 2)], variables, attributes: vec![] };
        write_dataset(&path, &dataset, Storage::Plain).unwrap();
        let source = Source::open(&path).unwrap();
        assert_eq!(source.drawable(), ["x", "planted"]);
        let series = source.series("x").unwrap();
        let zone = "UTC".parse::<super::super::Zone>().unwrap().of_calendar(series.calendar);
        let shown: Vec<_> = series.times.iter().map(|&time| zone.show(time)).collect();
        assert_eq!(shown, ["2001-02-29 00:00", "2001-02-30 12:00"]);
    }

    #[test]
    fn names_may_be_characters_and_regions_may_be_none() {
        let letters = Values::Chars(b"NorthWest\0".to_vec());
        let names = variable("region", &["region", "characters"], letters, &[]);
        let values = || Values::F32(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let named = series(variable("x", &["time", "region"], values(), &[]), vec![names]);
        let names: Vec<_> = named.lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["North", "West"]);
        let alone = series(variable("x", &["time"], Values::U8(vec![1, 2, 3]), &[]), vec![]);
        assert_eq!(alone.lines.len(), 1);
        assert_eq!((alone.lines[0].name.as_str(), &alone.lines[0].values[..]), ("x", &[1.0, 2.0, 3.0][..]));
    }
}
