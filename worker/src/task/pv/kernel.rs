//! The kernel: each cell of any region once, its power into the sums of all regions that hold it.

use dayfold_pv::{Site, Sun, System};

use super::place::Place;
use super::reading::Block;
use super::sums::{Means, RegionSums};
use super::temperature::StepTemperature;

/// One time step in the making.
pub struct Kernel<'a> {
    system: &'a System,
    place: &'a Place,
    sun: Sun,
    temperature: StepTemperature<'a>,
    sums: Vec<RegionSums>,
}

impl<'a> Kernel<'a> {
    /// For the time at which the sun and the temperature are these.
    pub fn new(system: &'a System, place: &'a Place, sun: Sun, temperature: StepTemperature<'a>) -> Self {
        let sums = vec![RegionSums::default(); place.coverage.names().len()];
        Self { system, place, sun, temperature, sums }
    }

    /// Adds the cells of some rows; blocks come in the order of their rows.
    pub fn add(&mut self, block: &Block) {
        let place = self.place;
        for row in block.rows() {
            let Some(&latitude) = place.grid.latitudes.get(row) else { continue };
            for span in place.coverage.spans(row) {
                let longitudes = place.grid.longitudes.get(span.columns.clone()).unwrap_or_default();
                for (column, &longitude) in span.columns.clone().zip(longitudes) {
                    let site = Site { latitude, longitude };
                    self.add_cell(block, [row, column], site, place.coverage.members(span.set));
                }
            }
        }
    }

    /// A cell without GHI counts for nothing.
    fn add_cell(&mut self, block: &Block, [row, column]: [usize; 2], site: Site, regions: &[usize]) {
        let irradiance = block.irradiance(row, column);
        if irradiance.ghi.is_nan() {
            return;
        }
        let power = self.system.power(&self.sun, site, irradiance, self.temperature.of(row, column));
        for &region in regions {
            if let Some(sums) = self.sums.get_mut(region) {
                sums.add(power.actual, power.ideal);
            }
        }
    }

    /// The means, in the regions' order.
    pub fn means(&self) -> Vec<Means> {
        self.sums.iter().map(RegionSums::means).collect()
    }
}
