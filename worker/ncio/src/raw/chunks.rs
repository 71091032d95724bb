//! How the values of a variable lie in a file: in one piece, or in deflated chunks.

use std::collections::BTreeMap;

use super::schema::{Schema, VariableSchema};
use crate::dataset::DataType;

/// How the variables of a new file are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Each in one piece as it is: the cheapest to write and to read.
    Plain,
    /// Shuffled and deflated, in chunks; strings, which the format cannot deflate, and scalars
    /// stay in one piece.
    Deflated {
        /// From 1 (fast) to 9 (small).
        level: u8,
        /// Chunks hold at most about this many bytes; a variable that is not larger is one chunk.
        chunk_bytes: usize,
        /// The dimension along which variables are cut first.
        along: String,
    },
    /// As usual, but for some variables.
    Varied {
        /// How the others are stored.
        usual: Box<Storage>,
        /// What is otherwise, by variable.
        variables: BTreeMap<String, VariableStorage>,
    },
}

/// How one variable is stored; what is not said is as for all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariableStorage {
    /// How long its chunks are along dimensions; no longer than these.
    pub chunks: BTreeMap<String, usize>,
    /// From 0, not deflated, to 9.
    pub level: Option<u8>,
}

impl Storage {
    /// How long a variable's chunks are along a dimension; `None` where it is not chunked or has
    /// no such dimension.
    pub fn chunk_length(&self, schema: &Schema, variable: &VariableSchema, dimension: &str) -> Option<usize> {
        self.chunks(schema, variable)?.get(variable.axis(dimension)?).copied()
    }

    /// The shape of a variable's chunks; `None` for one piece. Decided by schema and lengths alone.
    pub(super) fn chunks(&self, schema: &Schema, variable: &VariableSchema) -> Option<Vec<usize>> {
        let shape = schema.shape(variable);
        let (chunk_bytes, along) = match self {
            Self::Plain => return None,
            Self::Deflated { chunk_bytes, along, .. } => (chunk_bytes, along),
            Self::Varied { usual, variables } => {
                let mut chunk = usual.chunks(schema, variable)?;
                let asked = variables.get(&variable.name).map(|storage| &storage.chunks);
                for (dimension, &length) in asked.into_iter().flatten() {
                    if let Some(axis) = variable.axis(dimension) {
                        chunk[axis] = length.clamp(1, shape[axis]);
                    }
                }
                return Some(chunk);
            }
        };
        if shape.is_empty() || shape.contains(&0) || variable.data_type == DataType::String {
            return None;
        }
        Some(chunk_shape(shape, variable.axis(along), (chunk_bytes / variable.data_type.size()).max(1)))
    }

    /// How much a variable that has chunks is deflated; `None` where it is not.
    pub(super) fn level(&self, variable: &str) -> Option<u8> {
        match self {
            Self::Plain => None,
            Self::Deflated { level, .. } => Some(*level).filter(|level| *level > 0),
            Self::Varied { usual, variables } => {
                match variables.get(variable).and_then(|storage| storage.level) {
                    Some(level) => Some(level).filter(|level| *level > 0),
                    None => usual.level(variable),
                }
            }
        }
    }
}

/// Cuts first the given axis, then the longest that are left, until a chunk has at most
/// `most` values; into parts of equal length, so that the last chunk is about full.
fn chunk_shape(shape: Vec<usize>, along: Option<usize>, most: usize) -> Vec<usize> {
    let mut chunk = shape;
    if let Some(axis) = along {
        let others = saturating_product(&chunk) / chunk[axis];
        chunk[axis] = equal_parts(chunk[axis], (most / others).max(1));
    }
    while saturating_product(&chunk) > most {
        let Some(longest) = chunk.iter_mut().max() else { break };
        if *longest == 1 {
            break;
        }
        *longest = longest.div_ceil(2);
    }
    chunk
}

fn saturating_product(lengths: &[usize]) -> usize {
    lengths.iter().fold(1, |product, &length| product.saturating_mul(length))
}

/// The length of each of as few parts as have at most `most`.
fn equal_parts(length: usize, most: usize) -> usize {
    length.div_ceil(length.div_ceil(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_one_chunk() {
        assert_eq!(chunk_shape(vec![103, 30], Some(0), 65_536), [103, 30]);
        assert_eq!(chunk_shape(vec![30], None, 65_536), [30]);
    }

    #[test]
    fn a_long_series_is_cut_into_equal_parts_of_time() {
        // 375,950 x 30 values: 65,536 / 30 = 2184 steps at most, so 173 chunks of 2174
        assert_eq!(chunk_shape(vec![375_950, 30], Some(0), 65_536), [2174, 30]);
        assert_eq!(chunk_shape(vec![30, 375_950], Some(1), 65_536), [30, 2174]);
        assert_eq!(chunk_shape(vec![375_950], Some(0), 65_536), [62_659]);
    }

    #[test]
    fn a_variable_may_be_stored_otherwise() {
        let variable = |name: &str| VariableSchema {
            name: name.to_owned(),
            data_type: DataType::F64,
            dimensions: vec!["time".to_owned(), "region".to_owned()],
            attributes: vec![],
        };
        let dimensions = vec![("time".to_owned(), 1000), ("region".to_owned(), 30)];
        let schema = Schema { dimensions, variables: vec![], attributes: vec![] };
        let chunks =
            [("time", 144), ("region", 99), ("none", 1)].map(|(name, length)| (name.to_owned(), length));
        let variables = [("one".to_owned(), VariableStorage { chunks: chunks.into(), level: Some(0) })];
        let usual = Storage::Deflated { level: 4, chunk_bytes: 512 << 10, along: "time".to_owned() };
        let storage = Storage::Varied { usual: Box::new(usual), variables: variables.into() };
        assert_eq!(storage.chunks(&schema, &variable("one")), Some(vec![144, 30]));
        assert_eq!(storage.chunks(&schema, &variable("other")), Some(vec![1000, 30]));
        assert_eq!((storage.level("one"), storage.level("other")), (None, Some(4)));
        assert_eq!(Storage::Plain.level("one"), None);
    }

    #[test]
    fn a_large_field_is_cut_in_space_too() {
        let chunk = chunk_shape(vec![48, 1726, 2214], Some(0), 131_072);
        // halved in turn: 2214, 1726, 1107, 863, 554; then 432 x 277 = 119,664
        assert_eq!(chunk, [1, 432, 277]);
        assert_eq!(chunk_shape(vec![5, 1], Some(0), 1), [1, 1]);
    }
}
