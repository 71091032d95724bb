//! The synthetic fields of one time step, cell by cell: sun, clouds and what is left of the light.
//!
//! Values are what the archive stores: integers, hundredths of the unit. How they are laid out in
//! a file is `archive`'s.

use jiff::civil::DateTime;

use super::clouds;
use super::grid::Grid;
use super::sun::{Direction, Sun};

/// What the archive stores where there is no value.
pub const FILL: i32 = -999_999;

/// Extraterrestrial irradiance, W m-2.
const SOLAR_CONSTANT: f64 = 1367.0;

/// The diffuse part of the light under a clear sky.
const CLEAR_DIFFUSE: f64 = 0.12;

/// All fields of one time step, row by row.
#[derive(Debug, Default)]
pub struct Fields {
    /// Global horizontal irradiance, 0.01 W m-2.
    pub ghi: Vec<i32>,
    /// Direct normal irradiance, 0.01 W m-2.
    pub dni: Vec<i32>,
    /// Diffuse horizontal irradiance, 0.01 W m-2.
    pub dhi: Vec<i32>,
    /// 0 where there is light.
    pub quality: Vec<i32>,
    /// 1 where more than half of the sky is covered.
    pub cloud_type: Vec<i8>,
    /// 0.01.
    pub optical_depth: Vec<i32>,
    /// 0.01 degrees.
    pub elevation: Vec<i32>,
    /// 0.01 degrees.
    pub azimuth: Vec<i32>,
}

impl Fields {
    /// The fields over `grid` at `time`, UTC.
    pub fn at(time: DateTime, grid: &Grid) -> Self {
        let sun = Sun::at(time);
        let hours = super::seconds_since_epoch(time) / 3600.0;
        let mut fields = Self::default();
        for &latitude in &grid.latitude {
            for &longitude in &grid.longitude {
                let (latitude, longitude) = (f64::from(latitude), f64::from(longitude));
                fields.push(sun.seen_from(latitude, longitude), clouds::cover(latitude, longitude, hours));
            }
        }
        fields
    }

    /// Adds a cell.
    fn push(&mut self, sun: Direction, cover: f64) {
        let day = sun.up > 0.0;
        let by_day = |value: f64| if day { centi(value) } else { FILL };
        let light = Light::under(sun.up, cover);
        self.ghi.push(by_day(light.global));
        self.dni.push(by_day(light.direct));
        self.dhi.push(by_day(light.diffuse));
        self.quality.push(by_day(0.0));
        self.cloud_type.push(i8::from(cover > 0.5));
        self.optical_depth.push(by_day(20.0 * cover));
        self.elevation.push(centi(sun.up.asin().to_degrees()));
        self.azimuth.push(centi(sun.azimuth));
    }
}

fn centi(value: f64) -> i32 {
    (value * 100.0).round() as i32
}

/// Irradiance, W m-2.
struct Light {
    global: f64,
    direct: f64,
    diffuse: f64,
}

impl Light {
    /// What comes through air (Meinel's 1976 model of the direct beam) and clouds.
    fn under(up: f64, cover: f64) -> Self {
        let up = up.clamp(0.02, 1.0);
        let direct = SOLAR_CONSTANT * 0.75_f64.powf((1.0 / up).powf(0.678)) * (1.0 - cover).powf(1.5);
        let thick = if cover > 0.9 { 0.6 } else { 1.0 };
        let diffuse = CLEAR_DIFFUSE * SOLAR_CONSTANT * up * (1.0 + 1.2 * cover) * thick;
        Self { global: direct * up + diffuse, direct, diffuse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_noon_is_bright_and_clouds_take_the_beam() {
        let clear = Light::under(1.0, 0.0);
        // 1367 * 0.75 = 1025.25; 0.12 * 1367 = 164.04
        assert!((clear.direct - 1025.25).abs() < 1e-9 && (clear.diffuse - 164.04).abs() < 1e-9);
        assert!((clear.global - 1189.29).abs() < 1e-9);
        let overcast = Light::under(1.0, 1.0);
        assert_eq!(overcast.direct, 0.0);
        assert!(overcast.diffuse > clear.diffuse && overcast.global < 0.3 * clear.global);
    }

    #[test]
    fn the_three_are_missing_together_at_night_only() {
        let grid = Grid::coarsened(100);
        let noon = Fields::at(jiff::civil::date(2022, 2, 1).at(3, 0, 0, 0), &grid);
        assert!(
            noon.ghi.iter().chain(&noon.dni).chain(&noon.dhi).all(|&value| (0..=140_000).contains(&value))
        );
        let dawn = Fields::at(jiff::civil::date(2022, 2, 1).at(20, 30, 0, 0), &grid);
        let missing = |field: &[i32]| field.iter().map(|&value| value == FILL).collect::<Vec<_>>();
        let dark = missing(&dawn.ghi);
        assert!(dark.contains(&true) && dark.contains(&false));
        assert!(missing(&dawn.dni) == dark && missing(&dawn.dhi) == dark);
        let below: Vec<_> = dawn.elevation.iter().map(|&elevation| elevation <= 0).collect();
        let differ = below.iter().zip(&dark).filter(|(a, b)| a != b).count();
        assert!(differ <= 1, "missing where the sun is down, but for rounding: {differ}");
    }
}
