//! What a grid decides, whatever the time: its trigonometry by row and by column, and its tiles,
//! over which geometry is interpolated: 32 rows of 32 columns, or 64 of 128 where that is smooth.

use dayfold_pv_system::Mount;

use super::lanes::Lanes;
use super::nodes::{ALL_NODES, CHECK_ROWS, NODES, PAIR, Piece, Places, Turns, nodes};
use crate::mount::Plane;
use crate::sun::{FLATTENED, Site, SolarPosition};

/// Rows of a tile, and columns of a narrow one.
pub const TILE: usize = 32;

/// How many narrow tiles there are side by side in a wide one.
pub const WIDE: usize = 4;

/// Rows of a wide tile.
pub const TALL: usize = 2 * TILE;

/// A grid's cell centres, and what follows from them.
#[derive(Clone, Debug)]
pub struct GridTables {
    latitudes: Vec<f64>,
    longitudes: Vec<f64>,
    pub(super) rows: Vec<Row<f64>>,
    /// Where each row is within its narrow tiles and within its wide ones, from -1 to 1.
    pub(super) within: Vec<[f64; 2]>,
    /// Rows of narrow tiles.
    pub(super) strips: Vec<Strip>,
    /// Rows of wide tiles.
    pub(super) tall_strips: Vec<Strip>,
    /// By narrow tile.
    pub(super) columns: Vec<Columns>,
    /// Of the wide tiles.
    pub(super) wide: Vec<Places>,
}

/// Latitudes.
#[derive(Clone, Copy, Debug)]
pub struct Row<T> {
    /// Of the latitude.
    pub sin: T,
    /// Of the latitude.
    pub cos: T,
    /// The observer's distance from the Earth's axis, in equatorial radii.
    pub equatorial: T,
    /// The observer's distance from the equator's plane, likewise.
    pub polar: T,
    /// What a fixed panel faces: up, north, east. Without meaning for a tracker.
    pub normal: [T; 3],
}

/// The latitudes of a row of tiles.
#[derive(Clone, Debug)]
pub struct Strip {
    /// Of the nodes.
    pub nodes: Row<[f64; ALL_NODES]>,
    /// Of the checks.
    pub checks: Row<[f64; PAIR]>,
    /// Whether it is small enough to be worth a try.
    pub small: bool,
}

/// The longitudes of a narrow tile; the last cell is repeated where the grid ends within it.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Of the cells.
    pub cells: Turns<TILE>,
    /// The cells' place within the tile, from -1 to 1.
    pub within: [f64; TILE],
    /// The cells' place within the wide tile.
    pub within_wide: [f64; TILE],
    /// Of the nodes and checks.
    pub places: Places,
}

impl GridTables {
    pub(super) fn new(mount: &Mount, latitudes: &[f64], longitudes: &[f64]) -> Self {
        let within = |rows: usize| {
            let pieces = latitudes.chunks(rows).map(|strip| (Piece::of(strip), strip));
            pieces.flat_map(|(piece, strip)| strip.iter().map(move |&latitude| piece.within(latitude)))
        };
        let strips = |rows: usize| latitudes.chunks(rows).map(|strip| Strip::new(mount, strip)).collect();
        let columns = longitudes.chunks(TILE * WIDE).flat_map(|wide| {
            let piece = Piece::of(wide);
            wide.chunks(TILE).map(move |part| Columns::new(part, &piece))
        });
        Self {
            rows: latitudes.iter().map(|&latitude| Row::new(mount, latitude)).collect(),
            within: within(TILE).zip(within(TALL)).map(|(narrow, wide)| [narrow, wide]).collect(),
            strips: strips(TILE),
            tall_strips: strips(TALL),
            columns: columns.collect(),
            wide: longitudes.chunks(TILE * WIDE).map(|wide| Places::new(&Piece::of(wide))).collect(),
            latitudes: latitudes.to_vec(),
            longitudes: longitudes.to_vec(),
        }
    }

    /// How many cells there are in a row.
    pub fn width(&self) -> usize {
        self.longitudes.len()
    }

    /// How many rows there are.
    pub fn height(&self) -> usize {
        self.latitudes.len()
    }

    /// A cell's centre; missing outside the grid.
    pub fn site(&self, row: usize, column: usize) -> Site {
        let at = |axis: &[f64], index: usize| axis.get(index).copied().unwrap_or(f64::NAN);
        Site { latitude: at(&self.latitudes, row), longitude: at(&self.longitudes, column) }
    }
}

impl Row<f64> {
    fn new(mount: &Mount, latitude: f64) -> Self {
        let (sin, cos) = latitude.to_radians().sin_cos();
        let (sin_u, cos_u) = (FLATTENED * latitude.to_radians().tan()).atan().sin_cos();
        let normal = normal(mount, latitude);
        Self { sin, cos, equatorial: cos_u, polar: FLATTENED * sin_u, normal }
    }

    /// The same in each lane.
    #[inline(always)]
    pub fn splat<L: Lanes>(&self) -> Row<L> {
        self.map(L::splat)
    }
}

impl<T: Copy> Row<T> {
    /// The same in another form.
    #[inline(always)]
    pub fn map<U>(&self, form: impl Fn(T) -> U) -> Row<U> {
        Row {
            sin: form(self.sin),
            cos: form(self.cos),
            equatorial: form(self.equatorial),
            polar: form(self.polar),
            normal: self.normal.map(&form),
        }
    }
}

impl<const N: usize> Row<[f64; N]> {
    fn gather(rows: [Row<f64>; N]) -> Self {
        Self {
            sin: rows.map(|row| row.sin),
            cos: rows.map(|row| row.cos),
            equatorial: rows.map(|row| row.equatorial),
            polar: rows.map(|row| row.polar),
            normal: [0, 1, 2].map(|axis| rows.map(|row| row.normal[axis])),
        }
    }

    /// The lanes from one on.
    #[inline(always)]
    pub fn load<L: Lanes>(&self, at: usize) -> Row<L> {
        let [up, north, east] = &self.normal;
        Row {
            sin: L::load(&self.sin, at),
            cos: L::load(&self.cos, at),
            equatorial: L::load(&self.equatorial, at),
            polar: L::load(&self.polar, at),
            normal: [L::load(up, at), L::load(north, at), L::load(east, at)],
        }
    }
}

/// What a fixed panel faces.
fn normal(mount: &Mount, latitude: f64) -> [f64; 3] {
    let any = SolarPosition { elevation: 0.0, apparent_elevation: 0.0, apparent_zenith: 90.0, azimuth: 0.0 };
    let plane = Plane::of(mount, Site { latitude, longitude: 0.0 }, &any);
    let (sin_tilt, cos_tilt) = plane.tilt.to_radians().sin_cos();
    let (sin_azimuth, cos_azimuth) = plane.azimuth.to_radians().sin_cos();
    [cos_tilt, sin_tilt * cos_azimuth, sin_tilt * sin_azimuth]
}

impl Strip {
    fn new(mount: &Mount, latitudes: &[f64]) -> Self {
        let piece = Piece::of(latitudes);
        let row = |within| Row::new(mount, piece.at(within));
        let (nodes, checks) = (nodes().map(row), CHECK_ROWS.map(row));
        Self {
            nodes: Row::gather(std::array::from_fn(|k| nodes[k / NODES])),
            checks: Row::gather(std::array::from_fn(|k| checks[k / NODES])),
            small: piece.is_small(),
        }
    }
}

impl Columns {
    fn new(longitudes: &[f64], wide: &Piece) -> Self {
        let piece = Piece::of(longitudes);
        let last = longitudes.last().copied().unwrap_or(f64::NAN);
        let cells: [f64; TILE] = std::array::from_fn(|k| longitudes.get(k).copied().unwrap_or(last));
        Self {
            cells: Turns::new(cells),
            within: cells.map(|longitude| piece.within(longitude)),
            within_wide: cells.map(|longitude| wide.within(longitude)),
            places: Places::new(&piece),
        }
    }
}
