//! What the final file is like: its schema, its storage, and its columns.

use std::collections::BTreeSet;

use dayfold_contract::GroupName;
use dayfold_contract::partial::{EMPTY_GROUPS, SHARED_DIMENSION};
use dayfold_contract::shown::shown;
use dayfold_ncio::dataset::{Attribute, ConvertError, DataType};
use dayfold_ncio::form::Conversion;
use dayfold_ncio::raw::{Schema, Storage, VariableSchema};

use super::batch::Batch;
use super::coding::{NewCoding, family};
use super::description::Description;
use super::error::CollateError;
use super::numbers;
use super::stored;

/// Measured on series of 30 regions as doubles, shuffled, in chunks of 512 KiB, at levels 1, 4 and 9:
/// under clouds 76.5, 76.3 and 76.1 % of the size at 137, 123 and 75 MB/s; under clear skies 58.8, 58.2
/// and 57.9 % at 196, 178 and 98 MB/s.
pub(super) const LEVEL: u8 = 4;

/// A chunk is small enough to be read for one day's plot and large enough to be few.
const CHUNK_BYTES: usize = 512 << 10;

/// All columns' buffers together: each holds about one chunk.
const BUFFER_BYTES: usize = 64 << 20;

/// A variable with the shared dimension.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// The type in the final file.
    pub(super) data_type: DataType,
    /// The type before the conversion: that of partials, or what they are coded anew in.
    pub(super) kept: DataType,
    /// How values get the type that people want, where that is another one.
    pub(super) conversion: Option<Conversion>,
    /// How its times are coded anew, where that is needed.
    pub(super) recode: Option<NewCoding>,
    /// The type that other numbers are unpacked to, where that is needed.
    pub(super) unpacked: Option<DataType>,
    /// The product of the dimensions before the shared one.
    pub(super) outer: usize,
    /// Values at one time.
    pub(super) row: usize,
    /// Rows that are written at once.
    pub(super) block: usize,
}

/// The final file before it is written.
pub(super) struct Layout {
    pub(super) schema: Schema,
    pub(super) storage: Storage,
    pub(super) columns: Vec<Column>,
    /// What people want and cannot have.
    pub(super) warnings: Vec<String>,
}

impl Layout {
    /// Of a file with `length` times.
    pub(super) fn new(
        batch: &mut Batch<'_>,
        empty: &BTreeSet<GroupName>,
        length: usize,
        attributes: Vec<(String, Attribute)>,
        description: &Description,
    ) -> Result<Self, CollateError> {
        let reference = batch.reference.schema.clone();
        let mut schema = reference.clone();
        schema.attributes = attributes;
        if !empty.is_empty() {
            let names: Vec<_> = empty.iter().map(|group| shown(group.as_str())).collect();
            schema.attributes.push((EMPTY_GROUPS.to_owned(), names.join("\n").into()));
        }
        for (name, present) in &mut schema.dimensions {
            if name == SHARED_DIMENSION {
                *present = length;
            }
        }
        for variable in &mut schema.variables {
            *variable = batch.common(variable);
            if let Some(new) = recoding(batch, variable) {
                let mixed = batch.mixed_calendars.contains(&variable.name);
                *variable = new.applied(&reference, variable, mixed);
            }
            if let Some(data_type) = batch.codings.unpacked(&variable.name) {
                *variable = numbers::recoded(variable, data_type);
            }
        }
        description.apply(&mut schema, &mut batch.reference.constants);
        let stored = &description.stored;
        let before = schema.clone();
        let stored::Applied { mut conversions, warnings } =
            stored::apply(&mut schema, stored, |name| batch.recode.contains(name))?;
        for (name, values) in &mut batch.reference.constants {
            let wrong =
                |error: ConvertError| CollateError::Stored { variable: name.clone(), why: error.to_string() };
            // an earlier final file has it as people wanted it then
            if let Some(kept) = before.variable(name).filter(|kept| kept.data_type != values.data_type()) {
                *values = values.convert(kept.data_type).map_err(wrong)?;
            }
            if let Some(conversion) = conversions.get(name) {
                *values = conversion.apply(values).map_err(wrong)?;
            }
        }
        // the coordinate first, the others as they are
        schema.variables.sort_by_key(|variable| variable.name != SHARED_DIMENSION);
        let shared = schema.variables.iter().filter(|variable| variable.axis(SHARED_DIMENSION).is_some());
        let chunk_bytes = CHUNK_BYTES.min(BUFFER_BYTES / shared.count().max(1));
        let storage = Storage::Deflated { level: LEVEL, chunk_bytes, along: SHARED_DIMENSION.to_owned() };
        let storage = stored::storage(storage, stored);
        stored::check_chunks(&schema, &storage, stored)?;
        let columns = schema.variables.iter().filter_map(|variable| {
            let recode = recoding(batch, variable);
            let unpacked = batch.codings.unpacked(&variable.name);
            let conversion = conversions.remove(&variable.name);
            let kept = before.variable(&variable.name)?.data_type;
            let column = Column::new(&schema, &storage, variable, chunk_bytes)?;
            Some(Column { recode, unpacked, kept, conversion, ..column })
        });
        Ok(Self { columns: columns.collect(), schema, storage, warnings })
    }
}

impl Column {
    /// `None` for a variable that has no shared dimension or, by another dimension, no values.
    fn new(
        schema: &Schema,
        storage: &Storage,
        variable: &VariableSchema,
        chunk_bytes: usize,
    ) -> Option<Self> {
        let axis = variable.axis(SHARED_DIMENSION)?;
        let shape = schema.shape(variable);
        let (before, after) = (shape.get(..axis)?, shape.get(axis + 1..)?);
        let outer: usize = before.iter().product();
        let row = outer * after.iter().product::<usize>();
        if row == 0 {
            return None;
        }
        let unchunked = chunk_bytes / (row * variable.data_type.size());
        let block = storage.chunk_length(schema, variable, SHARED_DIMENSION).unwrap_or(unchunked.max(1));
        let (name, data_type) = (variable.name.clone(), variable.data_type);
        let (recode, unpacked, conversion) = (None, None, None);
        Some(Self { name, data_type, kept: data_type, conversion, recode, unpacked, outer, row, block })
    }
}

/// How a variable's times are coded anew, where they are.
fn recoding(batch: &Batch<'_>, variable: &VariableSchema) -> Option<NewCoding> {
    if !batch.recode.contains(&variable.name) {
        return None;
    }
    let schema = &batch.reference.schema;
    batch.finest.get(&family(schema, schema.variable(&variable.name)?).name).copied()
}
