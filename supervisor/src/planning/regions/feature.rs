//! A feature of a file of regions, whichever kind of file it came from.

use dayfold_contract::Polygon;
use dayfold_contract::region::Ring;

/// What a file holds, before anything is selected.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// In the file's order.
    pub(super) features: Vec<Feature>,
    /// All attributes that any feature has.
    pub(super) attributes: Vec<String>,
    /// What people should know.
    pub(super) notes: Vec<String>,
}

/// A named area.
#[derive(Debug)]
pub(super) struct Feature {
    /// Its name; `None` if the attribute is missing, empty or not a text.
    pub(super) name: Option<String>,
    /// Its polygons; no more than the name of what it is, if it is something else.
    pub(super) polygons: Result<Vec<Polygon>, &'static str>,
}

/// A name that was a number: without decimals where it has none.
pub(super) fn number_as_name(number: f64) -> String {
    number.to_string()
}

/// A name, unless there is nothing in it.
pub(super) fn text_as_name(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// Whether a ring has no area: fewer than three points, not counting the one that closes it.
pub(super) fn is_flat(ring: &Ring) -> bool {
    let closed = ring.len() > 1 && ring.first() == ring.last();
    ring.len() - usize::from(closed) < 3
}
