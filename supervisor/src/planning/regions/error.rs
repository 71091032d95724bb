//! Why a file of regions cannot be used.

use std::path::PathBuf;

/// Why a file of regions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RegionsError {
    /// It cannot be opened or read.
    #[error("the regions' file {} cannot be read", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Neither GeoJSON nor a shapefile.
    #[error(
        "the regions' file {} is not of a known kind: expected .geojson, .json or .shp; \
         `ogr2ogr regions.geojson FILE` converts others", file.display()
    )]
    Kind {
        /// The file.
        file: PathBuf,
    },
    /// A shapefile consists of several files.
    #[error(
        "the shapefile {} lacks {}, which {holds}: copy it there as well",
        file.display(), missing.display()
    )]
    Incomplete {
        /// The `.shp`.
        file: PathBuf,
        /// What is not there.
        missing: PathBuf,
        /// What it is for.
        holds: &'static str,
    },
    /// Not GeoJSON.
    #[error("the regions' file {} is not GeoJSON", file.display())]
    GeoJson {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        #[source]
        source: Box<geojson::Error>,
    },
    /// A geometry by itself.
    #[error(
        "the regions' file {} is a bare geometry without a name: expected a Feature or a FeatureCollection",
        file.display()
    )]
    Bare {
        /// The file.
        file: PathBuf,
    },
    /// A damaged `.shp` or `.shx`.
    #[error("the shapes of {} cannot be read", file.display())]
    Shapes {
        /// The `.shp`.
        file: PathBuf,
        /// What is wrong.
        #[source]
        source: Box<shapefile::Error>,
    },
    /// A damaged `.dbf`.
    #[error("the attributes in {} cannot be read", file.display())]
    Table {
        /// The `.dbf`.
        file: PathBuf,
        /// What is wrong.
        #[source]
        source: Box<shapefile::dbase::Error>,
    },
    /// A `.dbf` whose rows are longer than the format has.
    #[error(
        "the attributes in {} cannot be read: a row of {length} bytes is longer than the format allows",
        file.display()
    )]
    RowLength {
        /// The `.dbf`.
        file: PathBuf,
        /// A row's length.
        length: usize,
    },
    /// Shapes and attributes of different files.
    #[error(
        "the shapefile {} holds {shapes} shapes, but its .dbf {records} rows: \
         they do not belong together, or one is cut off",
        file.display()
    )]
    Counts {
        /// The `.shp`.
        file: PathBuf,
        /// Shapes in the `.shp`.
        shapes: usize,
        /// Rows in the `.dbf`.
        records: usize,
    },
    /// No features at all.
    #[error("the regions' file {} holds no features", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// The name attribute is not there.
    #[error("the regions' file {} has no attribute {name:?}; it has {}", file.display(), list(attributes))]
    NoAttribute {
        /// The file.
        file: PathBuf,
        /// What was asked for.
        name: String,
        /// What there is.
        attributes: Vec<String>,
    },
    /// A feature without a name.
    #[error(
        "feature {feature} of {} has no name: its attribute {name:?} is missing, empty or not a text",
        file.display()
    )]
    NoName {
        /// The file.
        file: PathBuf,
        /// The attribute.
        name: String,
        /// Which feature, from 1.
        feature: usize,
    },
    /// Coordinates that are not degrees, by the file's own word.
    #[error(
        "the coordinates of {} are in {crs:?}; expected degrees of longitude and latitude: \
         `ogr2ogr -t_srs EPSG:4326 regions.geojson {0}` converts them", file.display()
    )]
    Crs {
        /// The file.
        file: PathBuf,
        /// Its coordinate reference system.
        crs: String,
    },
    /// Not an area.
    #[error("feature {feature} of {}, {region:?}, is a {kind}; expected polygons", file.display())]
    NotArea {
        /// The file.
        file: PathBuf,
        /// Which feature, from 1.
        feature: usize,
        /// Its name.
        region: String,
        /// What it is.
        kind: &'static str,
    },
    /// Not a place on Earth.
    #[error(
        "feature {feature} of {}, {region:?}, has a point at ({longitude}, {latitude}); expected degrees of \
         longitude (-360 to 360) and latitude (-90 to 90): are the coordinates projected?", file.display()
    )]
    OffEarth {
        /// The file.
        file: PathBuf,
        /// Which feature, from 1.
        feature: usize,
        /// Its name.
        region: String,
        /// The point's first coordinate.
        longitude: f64,
        /// The point's second coordinate.
        latitude: f64,
    },
    /// `include` or `exclude`.
    #[error("the glob {glob:?} on region names cannot be used")]
    Glob {
        /// As written.
        glob: String,
        /// What is wrong with it.
        #[source]
        source: globset::Error,
    },
    /// `include` and `exclude` leave none.
    #[error("`include` and `exclude` leave no region of {}; it has {}", file.display(), list(names))]
    NothingLeft {
        /// The file.
        file: PathBuf,
        /// The regions that there are.
        names: Vec<String>,
    },
}

/// The first names of a list that may be long.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 40;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
    match names.len() {
        0 => "none".to_owned(),
        count if count > SHOWN => format!("{} and {} more", shown.join(", "), count - SHOWN),
        _ => shown.join(", "),
    }
}
