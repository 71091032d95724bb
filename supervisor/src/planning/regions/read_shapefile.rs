//! Regions from an ESRI shapefile: shapes from the `.shp`, names from the `.dbf` beside it.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use shapefile::dbase::{self, FieldIndex, FieldInfo, FieldValue};
use shapefile::{PolygonRing, Shape, ShapeReader};

use super::beside::{beside, open, open_beside};
use super::crs::unknown_in_prj;
use super::encoding::{Encoded, open_table};
use super::error::RegionsError;
use super::feature::{Feature, Table, number_as_name, text_as_name};
use super::rings::assemble;

/// Reads a shapefile; `attribute` names the regions.
pub(super) fn read(file: &Path, attribute: &str) -> Result<Table, RegionsError> {
    let mut notes = Vec::new();
    check_crs(file, &mut notes)?;
    let shapes = shapes(file)?;
    let (rows, attributes) = rows(file, attribute, &mut notes)?;
    if shapes.len() != rows.len() {
        let (shapes, records) = (shapes.len(), rows.len());
        return Err(RegionsError::Counts { file: file.to_path_buf(), shapes, records });
    }
    let mut oddities = Oddities::default();
    let features = shapes
        .into_iter()
        .zip(rows)
        .filter_map(|(shape, row)| match row {
            Row::Deleted => None,
            Row::Named(name) => Some(Feature { name, polygons: polygons(shape, &mut oddities) }),
        })
        .collect();
    notes.extend(oddities.notes());
    Ok(Table { features, attributes, notes })
}

fn check_crs(file: &Path, notes: &mut Vec<String>) -> Result<(), RegionsError> {
    let Some(path) = beside(file, "prj") else {
        notes.push(format!(
            "{} has no .prj: its coordinates are taken as degrees of longitude and latitude",
            file.display()
        ));
        return Ok(());
    };
    let text = dayfold_files::read(&path).map_err(|source| RegionsError::Read { file: path, source })?;
    match unknown_in_prj(&String::from_utf8_lossy(&text)) {
        Some(crs) => Err(RegionsError::Crs { file: file.to_path_buf(), crs }),
        None => Ok(()),
    }
}

fn shapes(file: &Path) -> Result<Vec<Shape>, RegionsError> {
    let shp = open(file)?;
    let (_, shx) = open_beside(file, "shx", "says where its shapes are")?;
    ShapeReader::with_shx(shp, shx)
        .and_then(ShapeReader::read)
        .map_err(|source| RegionsError::Shapes { file: file.to_path_buf(), source: Box::new(source) })
}

/// A row of the attributes.
enum Row {
    /// Marked as deleted, and its shape with it.
    Deleted,
    /// With its name, if there is one.
    Named(Option<String>),
}

/// All rows, and the attributes that there are.
fn rows(
    file: &Path,
    attribute: &str,
    notes: &mut Vec<String>,
) -> Result<(Vec<Row>, Vec<String>), RegionsError> {
    let Encoded { path, mut table, note } = open_table(file)?;
    notes.extend(note);
    let attributes: Vec<String> = table.fields().iter().map(|field| field.name().to_owned()).collect();
    let Some(column) = attributes.iter().position(|name| name == attribute) else {
        let file = file.to_path_buf();
        return Err(RegionsError::NoAttribute { file, name: attribute.to_owned(), attributes });
    };
    check_row_length(&path, table.fields())?;
    let rows = read_rows(&mut table, FieldIndex(column))
        .map_err(|source| RegionsError::Table { file: path, source: Box::new(source) })?;
    let garbled =
        |row: &Row| matches!(row, Row::Named(Some(name)) if name.contains(char::REPLACEMENT_CHARACTER));
    if rows.iter().any(garbled) {
        notes.push(format!(
            "names in {} are in another encoding than it says: write it, such as ISO-8859-1, \
             into a .cpg file beside it",
            file.display()
        ));
    }
    Ok((rows, attributes))
}

/// The library counts a row's bytes in 16 bits.
fn check_row_length(path: &Path, fields: &[FieldInfo]) -> Result<(), RegionsError> {
    let length = 1 + fields.iter().map(|field| usize::from(field.length())).sum::<usize>();
    if length > usize::from(u16::MAX) {
        return Err(RegionsError::RowLength { file: path.to_path_buf(), length });
    }
    Ok(())
}

fn read_rows(table: &mut dbase::File<BufReader<File>>, column: FieldIndex) -> Result<Vec<Row>, dbase::Error> {
    let mut rows = Vec::new();
    for index in 0..table.num_records() {
        let Some(mut record) = table.record(index) else { break };
        let deleted = record.is_deleted()?;
        rows.push(if deleted { Row::Deleted } else { Row::Named(name(record.read_field(column)?)) });
    }
    Ok(rows)
}

fn name(value: FieldValue) -> Option<String> {
    match value {
        FieldValue::Character(text) => text.as_deref().and_then(text_as_name),
        FieldValue::Memo(text) => text_as_name(&text),
        FieldValue::Numeric(number) => number.map(number_as_name),
        FieldValue::Float(number) => number.map(|number| number.to_string()),
        FieldValue::Integer(number) => Some(number.to_string()),
        FieldValue::Currency(number) | FieldValue::Double(number) => Some(number_as_name(number)),
        FieldValue::Logical(value) => value.map(|value| value.to_string()),
        FieldValue::Date(date) => {
            date.map(|date| format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
        }
        FieldValue::DateTime(_) => None,
    }
}

/// What was odd about shapes, counted.
#[derive(Default)]
struct Oddities {
    backwards: usize,
    stray_holes: usize,
}

impl Oddities {
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.backwards > 0 {
            notes.push(format!(
                "the rings of {} shapes run the wrong way round: their largest is taken as outer",
                self.backwards
            ));
        }
        if self.stray_holes > 0 {
            notes.push(format!("{} holes are in no outer ring: they are taken as areas", self.stray_holes));
        }
        notes
    }
}

fn polygons(shape: Shape, oddities: &mut Oddities) -> Result<Vec<dayfold_contract::Polygon>, &'static str> {
    let rings = match shape {
        Shape::NullShape => Vec::new(),
        Shape::Polygon(polygon) => rings(polygon.into_inner(), |point| [point.x, point.y]),
        Shape::PolygonM(polygon) => rings(polygon.into_inner(), |point| [point.x, point.y]),
        Shape::PolygonZ(polygon) => rings(polygon.into_inner(), |point| [point.x, point.y]),
        Shape::Point(_) | Shape::PointM(_) | Shape::PointZ(_) => return Err("Point"),
        Shape::Polyline(_) | Shape::PolylineM(_) | Shape::PolylineZ(_) => return Err("Polyline"),
        Shape::Multipoint(_) | Shape::MultipointM(_) | Shape::MultipointZ(_) => return Err("Multipoint"),
        Shape::Multipatch(_) => return Err("Multipatch"),
    };
    let assembled = assemble(rings);
    oddities.backwards += usize::from(assembled.backwards);
    oddities.stray_holes += assembled.stray_holes;
    Ok(assembled.polygons)
}

/// The library tells outer rings from holes as well, but not whose they are, nor with unclosed rings.
fn rings<P>(rings: Vec<PolygonRing<P>>, point: fn(P) -> [f64; 2]) -> Vec<dayfold_contract::region::Ring> {
    rings.into_iter().map(|ring| ring.into_inner().into_iter().map(point).collect()).collect()
}
