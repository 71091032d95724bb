//! How people want the final file: how its variables are stored, and what it says besides.
//!
//! No part of a run's identity: the values are the same, and a finished run can be given other settings. What was
//! asked for last is kept in `plan.json`, so that `dayfold collate` knows it, and in `finished.json`, so that a final
//! file that was written otherwise is known.

use std::collections::BTreeMap;

use dayfold_contract::output::VariableSettings;
use dayfold_ncio::dataset::{Attribute, Values};
use serde::{Deserialize, Serialize};

/// `[output]`, but for the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OutputSettings {
    /// Global attributes of people's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, AttributeValue>,
    /// How variables are stored, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, VariableSettings>,
}

/// The value of an attribute, as a configuration can say it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeValue {
    /// A text.
    Text(String),
    /// Whole numbers, one or more.
    Wholes(Vec<i64>),
    /// Numbers, one or more.
    Numbers(Vec<f64>),
}

impl OutputSettings {
    /// Whether there are none.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The attributes as a file has them.
    pub fn file_attributes(&self) -> Vec<(String, Attribute)> {
        self.attributes.iter().map(|(name, value)| (name.clone(), value.into())).collect()
    }
}

impl From<&AttributeValue> for Attribute {
    fn from(value: &AttributeValue) -> Self {
        match value {
            AttributeValue::Text(text) => Self::Text(text.clone()),
            AttributeValue::Numbers(numbers) => Values::F64(numbers.clone()).into(),
            // the type that every reader knows, where it is wide enough
            AttributeValue::Wholes(wholes) => {
                let narrow: Option<Vec<i32>> =
                    wholes.iter().map(|&whole| i32::try_from(whole).ok()).collect();
                narrow.map_or_else(|| Values::I64(wholes.clone()), Values::I32).into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_defaults_are_not_written() {
        let text = |settings: &OutputSettings| serde_json::to_string(settings).unwrap();
        assert_eq!(text(&OutputSettings::default()), "{}");
        let attributes = [
            ("institution", AttributeValue::Text("UQ".into())),
            ("version", AttributeValue::Wholes(vec![3])),
            ("numbers", AttributeValue::Numbers(vec![1.0, 0.1])),
        ];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value)).into();
        let variables = [("actual".to_owned(), VariableSettings { deflate: Some(1), ..Default::default() })];
        let settings = OutputSettings { attributes, variables: variables.into() };
        assert_eq!(serde_json::from_str::<OutputSettings>(&text(&settings)).unwrap(), settings);
        let file = settings.file_attributes();
        assert_eq!(file[2].1, Values::I32(vec![3]).into());
        assert_eq!(
            Attribute::from(&AttributeValue::Wholes(vec![1 << 40])),
            Values::I64(vec![1 << 40]).into()
        );
    }
}
