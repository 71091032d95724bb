//! What the final file says beyond what its sources have in common.
//!
//! Sources keep the form that older versions gave them; what is said of the values, for people and by CF and
//! ACDD, is said once, here. A final file that is collated again has it already: see [`Description::as_source`].

use std::collections::BTreeMap;

use dayfold_contract::output::VariableSettings;
use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::{Attribute, DataType, Values};
use dayfold_ncio::raw::{Schema, VariableSchema};

use super::coding::is_coding;

/// A variable without the shared dimension, and its values.
type Constant = (String, Values);

/// What is said of the final file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// Global attributes, given where the sources have none in common.
    pub defaults: Vec<(String, Attribute)>,
    /// Global attributes of people's own, which win over any.
    pub attributes: Vec<(String, Attribute)>,
    /// How variables are stored that are not stored as all others.
    pub stored: BTreeMap<String, VariableSettings>,
    /// Variables with all their attributes: what sources have of these does not matter.
    pub variables: Vec<Described>,
    /// The dimension whose names are numbered: see [`number`].
    pub numbered: Option<String>,
    /// The part of the Earth that the values are of, where no variable says it.
    pub bounds: Option<Bounds>,
}

/// A variable that is described here.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// Its type, unless people want another one.
    pub data_type: DataType,
    /// All its attributes.
    pub attributes: Vec<(String, Attribute)>,
}

/// Degrees north and east.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// From south to north.
    pub latitude: [f64; 2],
    /// From west to east.
    pub longitude: [f64; 2],
}

/// Numbers, abbreviations and names of the entries of a dimension, as regionmask has them. The text coordinate
/// itself stays what is selected by.
const NUMBERED: [&str; 3] = ["region_id", "abbrevs", "names"];

impl Description {
    /// The schema of a source as it is compared with others: without what only a final file has.
    pub(super) fn as_source(&self, schema: &Schema) -> Schema {
        let mut schema = schema.clone();
        schema.variables.retain(|variable| !self.is_added(&variable.name));
        for variable in &mut schema.variables {
            if let Some(described) = self.variables.iter().find(|described| described.name == variable.name) {
                // it may have been stored otherwise
                variable.data_type = described.data_type;
                variable.attributes.retain(|(name, _)| is_coding(name) && name != "_FillValue");
            }
        }
        complete_time(&mut schema);
        schema
    }

    fn is_added(&self, variable: &str) -> bool {
        self.numbered.is_some() && NUMBERED.contains(&variable)
    }

    /// Puts what is said into a final file's schema and among its constants.
    pub(super) fn apply(&self, schema: &mut Schema, constants: &mut Vec<Constant>) {
        for Described { name, attributes, .. } in &self.variables {
            if let Some(variable) = schema.variables.iter_mut().find(|variable| variable.name == *name) {
                variable.attributes.clone_from(attributes);
            }
        }
        complete_time(schema);
        if let Some(dimension) = &self.numbered {
            number(dimension, schema, constants);
        }
    }
}

/// What a time coordinate is called by CF and ACDD, where its writer has not said it.
fn complete_time(schema: &mut Schema) {
    let Some(time) = schema.variables.iter_mut().find(|variable| variable.name == SHARED_DIMENSION) else {
        return;
    };
    let known = [
        ("standard_name", "time"),
        ("axis", "T"),
        ("long_name", "time"),
        ("coverage_content_type", "coordinate"),
    ];
    for (name, text) in known {
        if time.attribute(name).is_none() {
            time.attributes.push((name.to_owned(), text.into()));
        }
    }
}

/// Adds numbers from 0, abbreviations and names of the entries of a dimension.
fn number(dimension: &str, schema: &mut Schema, constants: &mut Vec<Constant>) {
    let names = constants.iter().find(|(name, _)| name == dimension);
    let Some((_, Values::Strings(names))) = names else { return };
    let names = names.clone();
    let abbreviations = abbreviations(&names);
    let numbers: Vec<i32> = (0..).take(names.len()).collect();
    let mut add = |name: &str, values: Values, attributes: Vec<(String, Attribute)>| {
        schema.variables.push(VariableSchema {
            name: name.to_owned(),
            data_type: values.data_type(),
            dimensions: vec![dimension.to_owned()],
            attributes,
        });
        constants.push((name.to_owned(), values));
    };
    let text = |name: &str, text: &str| (name.to_owned(), Attribute::from(text));
    let flags = vec![
        text("long_name", &format!("number of the {dimension}")),
        ("flag_values".to_owned(), Values::I32(numbers.clone()).into()),
        text("flag_meanings", &abbreviations.iter().map(|name| word(name)).collect::<Vec<_>>().join(" ")),
        text("coverage_content_type", "auxiliaryInformation"),
    ];
    let labels = |what: &str| {
        vec![
            text("long_name", &format!("{what} of the {dimension}")),
            text("coverage_content_type", "auxiliaryInformation"),
        ]
    };
    let [id, abbrevs, full] = NUMBERED;
    add(id, Values::I32(numbers), flags);
    add(abbrevs, Values::Strings(abbreviations), labels("abbreviation"));
    add(full, Values::Strings(names), labels("name"));
    let of_dimension = |variable: &&mut VariableSchema| {
        variable.dimensions.len() > 1 && variable.dimensions.iter().any(|name| name == dimension)
    };
    for variable in schema.variables.iter_mut().filter(of_dimension) {
        if variable.attribute("coordinates").is_none() && variable.data_type != DataType::String {
            variable.attributes.push(("coordinates".to_owned(), NUMBERED.join(" ").into()));
        }
    }
}

/// The first three letters of each word; those that are alike are numbered.
fn abbreviations(names: &[String]) -> Vec<String> {
    let short: Vec<String> = names.iter().map(|name| abbreviation(name)).collect();
    let place = |index: usize| short[..index].iter().filter(|earlier| **earlier == short[index]).count();
    let is_alone = |index: usize| short.iter().filter(|other| **other == short[index]).count() == 1;
    let numbered = |(index, name): (usize, &String)| {
        if is_alone(index) { name.clone() } else { format!("{name}{}", place(index)) }
    };
    short.iter().enumerate().map(numbered).collect()
}

fn abbreviation(name: &str) -> String {
    let plain: String = name.chars().filter(|letter| !"()[].".contains(*letter)).collect();
    let words = plain.split([' ', '-', '/']);
    words.flat_map(|word| word.chars().take(3)).collect()
}

/// As one of CF's flag meanings: letters, digits and a few signs, without blanks.
fn word(name: &str) -> String {
    let plain =
        |letter: char| if letter.is_ascii_alphanumeric() || "_-.+@".contains(letter) { letter } else { '_' };
    let word: String = name.chars().map(plain).collect();
    if word.is_empty() { "_".to_owned() } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn abbreviations_are_regionmasks() {
        // by regionmask 0.13.0, from_geopandas(..., abbrevs="_from_name")
        let given = names(&["Queensland", "New South Wales", "Far North (coast)", "Q1", "Q1/a-b", "Queen's"]);
        assert_eq!(abbreviations(&given), ["Que0", "NewSouWal", "FarNorcoa", "Q1", "Q1ab", "Que1"]);
    }

    #[test]
    fn flag_meanings_have_no_blanks() {
        assert_eq!(["Q1", "a b", "", "Über#1"].map(word), ["Q1", "a_b", "_", "_ber_1"]);
    }

    fn schema() -> (Schema, Vec<Constant>) {
        let variable = |name: &str, data_type, dimensions: &[&str]| VariableSchema {
            name: name.to_owned(),
            data_type,
            dimensions: names(dimensions),
            attributes: vec![("long_name".to_owned(), "as in the source".into())],
        };
        let variables = vec![
            variable("time", DataType::F64, &["time"]),
            variable("region", DataType::String, &["region"]),
            variable("actual", DataType::F64, &["time", "region"]),
        ];
        let dimensions = vec![("time".to_owned(), 3), ("region".to_owned(), 2)];
        let constants = vec![("region".to_owned(), Values::Strings(names(&["North", "South"])))];
        (Schema { dimensions, variables, attributes: vec![] }, constants)
    }

    #[test]
    fn a_described_file_compares_like_the_source_that_it_was() {
        let said = vec![("units".to_owned(), "W".into()), ("comment".to_owned(), "a mean".into())];
        let description = Description {
            variables: vec![Described {
                name: "actual".to_owned(),
                data_type: DataType::F64,
                attributes: said.clone(),
            }],
            numbered: Some("region".to_owned()),
            ..Description::default()
        };
        let (source, constants) = schema();
        let (mut described, mut more) = (source.clone(), constants.clone());
        description.apply(&mut described, &mut more);
        let actual = described.variable("actual").unwrap();
        assert_eq!(actual.attributes[..2], said);
        assert_eq!(actual.attribute("coordinates").unwrap().text(), Some("region_id abbrevs names"));
        assert_eq!(more[1], ("region_id".to_owned(), Values::I32(vec![0, 1])));
        let id = described.variable("region_id").unwrap();
        assert_eq!(id.attribute("flag_meanings").unwrap().text(), Some("Nor Sou"));
        let mut again = description.as_source(&described);
        let mut before = description.as_source(&source);
        // units are the values' and stay to be compared
        for schema in [&mut again, &mut before] {
            schema.variables.iter_mut().for_each(|v| v.attributes.retain(|(name, _)| name != "units"));
        }
        assert_eq!(again, before);
    }

    #[test]
    fn a_time_is_called_so_unless_it_says_otherwise() {
        let (mut schema, _) = schema();
        schema.variables[0].attributes.push(("standard_name".to_owned(), "forecast_reference_time".into()));
        complete_time(&mut schema);
        let time = &schema.variables[0];
        assert_eq!(time.attribute("standard_name").unwrap().text(), Some("forecast_reference_time"));
        assert_eq!(time.attribute("axis").unwrap().text(), Some("T"));
    }
}
