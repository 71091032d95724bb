//! From the horizontal to the panel's plane, under an isotropic sky.

use crate::irradiance::{Irradiance, PlaneOfArray};
use crate::propagate::maximum;

/// The ground's albedo.
pub const ALBEDO: f64 = 0.25;

/// What share of each component reaches the plane: geometry alone, the same for any irradiance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factors {
    /// Of DNI: the cosine of incidence, negative with the sun behind the panel.
    pub beam: f64,
    /// Of DHI: the part of the sky that the panel sees.
    pub sky: f64,
    /// Of GHI: the part of the ground that it sees, times [`ALBEDO`].
    pub ground: f64,
}

impl Factors {
    /// Of a plane with this tilt (degrees) and cosine of incidence.
    pub fn isotropic(tilt: f64, cos_incidence: f64) -> Self {
        let cos_tilt = tilt.to_radians().cos();
        Self { beam: cos_incidence, sky: (1.0 + cos_tilt) * 0.5, ground: ALBEDO * (1.0 - cos_tilt) * 0.5 }
    }

    /// The irradiance in the plane; missing where a component is.
    pub fn apply(&self, irradiance: Irradiance) -> PlaneOfArray {
        PlaneOfArray {
            direct: maximum(irradiance.dni * self.beam, 0.0),
            diffuse: irradiance.dhi * self.sky + irradiance.ghi * self.ground,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Irradiance = Irradiance { ghi: 900.0, dni: 800.0, dhi: 100.0 };

    #[test]
    fn a_flat_panel_sees_the_whole_sky_and_no_ground() {
        let plane = Factors::isotropic(0.0, 1.0).apply(NOON);
        assert_eq!(plane, PlaneOfArray { direct: 800.0, diffuse: 100.0 });
    }

    #[test]
    fn an_upright_panel_sees_half_of_each() {
        let plane = Factors::isotropic(90.0, 0.5).apply(NOON);
        assert!((plane.direct - 400.0).abs() < 1e-9);
        assert!((plane.diffuse - (50.0 + 0.25 * 450.0)).abs() < 1e-9);
    }

    #[test]
    fn the_sun_behind_the_panel_adds_nothing() {
        assert_eq!(Factors::isotropic(30.0, -0.1).apply(NOON).direct, 0.0);
        let missing = Irradiance { dni: f64::NAN, ..NOON };
        assert!(Factors::isotropic(30.0, -0.1).apply(missing).direct.is_nan());
    }
}
