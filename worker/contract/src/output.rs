//! How people want variables of the final file stored: what a worker has to know of it, to say at once that a result
//! cannot be stored so.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How a variable is stored; what is not said is as for any other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableSettings {
    /// How long its chunks are along dimensions.
    #[serde(default)]
    pub chunks: BTreeMap<String, usize>,
    /// From 0 (as it is) to 9 (small).
    #[serde(default)]
    pub deflate: Option<u8>,
    /// The type of its numbers.
    #[serde(default)]
    pub dtype: Option<NumberType>,
}

/// A type of numbers, named as NumPy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberType {
    /// 64 bits, floating.
    Float64,
    /// 32 bits, floating.
    Float32,
    /// 64 bits.
    Int64,
    /// 32 bits.
    Int32,
    /// 16 bits.
    Int16,
    /// 8 bits.
    Int8,
}

impl NumberType {
    /// All of them with their names.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("float64", Self::Float64),
        ("float32", Self::Float32),
        ("int64", Self::Int64),
        ("int32", Self::Int32),
        ("int16", Self::Int16),
        ("int8", Self::Int8),
    ];
}

impl fmt::Display for NumberType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|(_, number)| number == self).map(|(name, _)| *name);
        f.write_str(name.unwrap_or_default())
    }
}
