//! The archive's grid over Australia, whole or coarsened.

/// Rows and columns of the real archive.
const FULL: (u16, u16) = (1726, 2214);
/// Its south-west corner, degrees.
const CORNER: (f64, f64) = (-44.5, 112.0);
/// Between cells, degrees.
const STEP: f64 = 0.02;

/// Cell centres, degrees, as the archive stores them.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Ascending.
    pub latitude: Vec<f32>,
    /// Ascending, east of Greenwich.
    pub longitude: Vec<f32>,
}

impl Grid {
    /// The largest `every` that leaves a grid worth the name.
    pub const COARSEST: u32 = 100;

    /// Every `every`th row and column of the real grid.
    pub fn coarsened(every: u32) -> Self {
        let axis = |first: f64, count: u16| {
            (0..count)
                .step_by(every.max(1) as usize)
                .map(|index| (first + STEP * f64::from(index)) as f32)
                .collect()
        };
        Self { latitude: axis(CORNER.0, FULL.0), longitude: axis(CORNER.1, FULL.1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_grid_has_the_archives_corners() {
        let grid = Grid::coarsened(1);
        assert_eq!((grid.latitude.len(), grid.longitude.len()), (1726, 2214));
        assert_eq!((grid.latitude[0], grid.latitude[1725]), (-44.5, -10.0));
        assert_eq!((grid.longitude[0], grid.longitude[2213]), (112.0, 156.26));
    }

    #[test]
    fn a_coarse_grid_is_a_part_of_the_full_one() {
        let (full, coarse) = (Grid::coarsened(1), Grid::coarsened(10));
        assert_eq!((coarse.latitude.len(), coarse.longitude.len()), (173, 222));
        assert!(coarse.latitude.iter().eq(full.latitude.iter().step_by(10)));
        assert!(coarse.longitude.iter().eq(full.longitude.iter().step_by(10)));
    }
}
