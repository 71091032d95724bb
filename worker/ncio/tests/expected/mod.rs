//! The fixtures and what they hold.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What a field must read as.
pub struct Expected {
    pub file: String,
    pub variable: String,
    pub units: Option<String>,
    pub times: Vec<i64>,
    pub latitudes: Vec<f64>,
    pub longitudes: Vec<f64>,
    /// (time, latitude x longitude)
    pub values: Vec<Vec<f64>>,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.variable, self.file)
    }
}

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// All that `expected.json` holds.
pub fn expected() -> Vec<Expected> {
    let text = std::fs::read_to_string(fixture("expected.json")).unwrap();
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(all.len() > 100);
    all.iter().map(parse).collect()
}

fn parse(case: &Value) -> Expected {
    let text = |key: &str| case[key].as_str().map(str::to_owned);
    let list = |key: &str| case[key].as_array().unwrap().iter().map(|item| item.as_str().unwrap());
    Expected {
        file: text("file").unwrap(),
        variable: text("variable").unwrap(),
        units: text("units"),
        times: list("times").map(|time| time.parse().unwrap()).collect(),
        latitudes: numbers(&text("latitudes").unwrap()),
        longitudes: numbers(&text("longitudes").unwrap()),
        values: list("values").map(numbers).collect(),
    }
}

/// Numbers are kept as text, so that the standard library reads them to the bit.
fn numbers(text: &str) -> Vec<f64> {
    text.split(' ').map(|number| number.parse().unwrap()).collect()
}
