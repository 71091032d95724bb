//! The whole chain: from the sun and a cell's irradiance to AC power.
//!
//! In three parts: the geometry of a cell, the same for any irradiance; the effective irradiance;
//! and its power. [`System::solve`] shows every value in between.

use dayfold_pv_system::{Inverter, Module, Mount, Night};

use crate::airmass::kasten_young;
use crate::clearsky::ineichen;
use crate::inverter::{ac_power, exchanged_power, night_power};
use crate::irradiance::{Irradiance, PlaneOfArray};
use crate::module::{effective_irradiance, incidence_factor, maximum_power, spectral_factor};
use crate::mount::Plane;
use crate::propagate::maximum;
use crate::sun::{Site, SolarPosition, Sun};
use crate::transpose::Factors;

/// One panel and its inverter.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// How the panel is mounted.
    pub mount: Mount,
    /// The panel.
    pub module: Module,
    /// Its inverter.
    pub inverter: Inverter,
}

/// What a cell's place and the time decide, whatever its irradiance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// Where the sun stands.
    pub position: SolarPosition,
    /// How the panel is turned.
    pub plane: Plane,
    /// Angle of incidence on the panel, degrees.
    pub aoi: f64,
    /// Absolute airmass.
    pub airmass: f64,
    /// The irradiance that a cloudless sky would give.
    pub clear_sky: Irradiance,
    /// What share of each component reaches the panel.
    pub factors: Factors,
    /// The module's F1.
    pub spectral: f64,
    /// The module's F2.
    pub incidence: f64,
}

/// AC power, W; NaN where missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// From the irradiance.
    pub actual: f64,
    /// Under a cloudless sky.
    pub ideal: f64,
}

/// Every value of the chain; NaN where missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solved {
    /// What does not depend on the irradiance.
    pub geometry: Geometry,
    /// Irradiance on the panel, from the given irradiance.
    pub plane_of_array: PlaneOfArray,
    /// What of it the panel can use, W m-2.
    pub effective_irradiance: f64,
    /// The same under a cloudless sky, W m-2.
    pub ideal_effective_irradiance: f64,
    /// AC power of both.
    pub power: Power,
}

impl System {
    /// AC power of a cell, with its irradiance and its cell temperature in deg C.
    ///
    /// Both powers are missing with the apparent sun below the horizon, and where the inverter does
    /// not start; `actual` where a component of the irradiance is missing.
    pub fn power(&self, sun: &Sun, site: Site, irradiance: Irradiance, cell_temperature: f64) -> Power {
        self.solve(sun, site, irradiance, cell_temperature).power
    }

    /// As [`System::power`], with what `night` says wherever the inverter delivers nothing.
    ///
    /// With the apparent sun below the horizon that needs no irradiance; by day both powers are missing without
    /// GHI, and each where it cannot be computed.
    pub fn power_by(
        &self,
        night: Night,
        sun: &Sun,
        site: Site,
        irradiance: Irradiance,
        cell_temperature: f64,
    ) -> Power {
        let solved = self.solve(sun, site, irradiance, cell_temperature);
        if night == Night::Missing {
            return solved.power;
        }
        if solved.geometry.position.is_down() {
            let idle = self.idle_power(night);
            return Power { actual: idle, ideal: idle };
        }
        if irradiance.ghi.is_nan() {
            return Power { actual: f64::NAN, ideal: f64::NAN };
        }
        let power = |effective| {
            let dc = maximum_power(&self.module, effective, cell_temperature);
            let exchanged = exchanged_power(&self.inverter, dc);
            if night == Night::Zero { maximum(exchanged, 0.0) } else { exchanged }
        };
        Power { actual: power(solved.effective_irradiance), ideal: power(solved.ideal_effective_irradiance) }
    }

    /// The power of a cell in the dark, W; NaN where that is missing.
    pub fn idle_power(&self, night: Night) -> f64 {
        match night {
            Night::Missing => f64::NAN,
            Night::Zero => 0.0,
            Night::Inverter => night_power(&self.inverter),
        }
    }

    /// As [`System::power`], with every value in between.
    pub fn solve(&self, sun: &Sun, site: Site, irradiance: Irradiance, cell_temperature: f64) -> Solved {
        let geometry = self.geometry(sun, site);
        let plane_of_array = geometry.factors.apply(irradiance);
        let effective = self.effective_irradiance(&geometry, plane_of_array);
        let ideal = self.effective_irradiance(&geometry, geometry.factors.apply(geometry.clear_sky));
        Solved {
            geometry,
            plane_of_array,
            effective_irradiance: effective,
            ideal_effective_irradiance: ideal,
            power: Power {
                actual: self.ac_power(effective, cell_temperature),
                ideal: self.ac_power(ideal, cell_temperature),
            },
        }
    }

    /// What the place and the time decide.
    pub fn geometry(&self, sun: &Sun, site: Site) -> Geometry {
        let position = sun.seen_from(site);
        let plane = Plane::of(&self.mount, site, &position);
        let cos_incidence = plane.cos_incidence(&position);
        let aoi = cos_incidence.acos().to_degrees();
        let airmass = kasten_young(position.apparent_zenith);
        Geometry {
            position,
            plane,
            aoi,
            airmass,
            clear_sky: ineichen(position.apparent_zenith, airmass, sun.extraterrestrial()),
            factors: Factors::isotropic(plane.tilt, cos_incidence),
            spectral: spectral_factor(&self.module, airmass),
            incidence: incidence_factor(&self.module, aoi),
        }
    }

    /// AC power, W, of an effective irradiance (W m-2) at a cell temperature (deg C).
    pub fn ac_power(&self, effective_irradiance: f64, cell_temperature: f64) -> f64 {
        ac_power(&self.inverter, maximum_power(&self.module, effective_irradiance, cell_temperature))
    }

    fn effective_irradiance(&self, geometry: &Geometry, plane: PlaneOfArray) -> f64 {
        effective_irradiance(&self.module, geometry.spectral, geometry.incidence, plane)
    }
}
