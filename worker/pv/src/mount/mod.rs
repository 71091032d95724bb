//! How the panel is turned, and how the sun falls on it.

mod fixed;
mod single_axis;

pub(crate) use single_axis::GROUND_COVER;

use dayfold_pv_system::Mount;

use crate::sun::{Site, SolarPosition};

/// The panel's orientation, degrees; missing for a tracker with the sun below the horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    /// From the horizontal.
    pub tilt: f64,
    /// Which way it faces, clockwise from north.
    pub azimuth: f64,
}

impl Plane {
    /// As the mount turns it at a site, for the sun's position.
    pub fn of(mount: &Mount, site: Site, sun: &SolarPosition) -> Self {
        match *mount {
            Mount::SingleAxis => single_axis::plane(sun),
            Mount::Latitude => fixed::towards_the_equator(site),
            Mount::Fixed { tilt, azimuth } => Self { tilt, azimuth },
        }
    }

    /// The cosine of the angle between the plane's normal and the apparent sun.
    pub fn cos_incidence(&self, sun: &SolarPosition) -> f64 {
        let (sin_tilt, cos_tilt) = self.tilt.to_radians().sin_cos();
        let (sin_zenith, cos_zenith) = sun.apparent_zenith.to_radians().sin_cos();
        let across = (sun.azimuth - self.azimuth).to_radians().cos();
        // rounding must not take it beyond what has an arc cosine
        (cos_tilt * cos_zenith + sin_tilt * sin_zenith * across).clamp(-1.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sun(apparent_zenith: f64, azimuth: f64) -> SolarPosition {
        let elevation = 90.0 - apparent_zenith;
        SolarPosition { elevation, apparent_elevation: elevation, apparent_zenith, azimuth }
    }

    #[test]
    fn a_panel_that_faces_the_sun_has_no_angle_of_incidence() {
        let plane = Plane { tilt: 40.0, azimuth: 200.0 };
        assert!((plane.cos_incidence(&sun(40.0, 200.0)) - 1.0).abs() < 1e-15);
        assert!((plane.cos_incidence(&sun(50.0, 20.0))).abs() < 1e-15);
    }

    #[test]
    fn a_given_orientation_is_kept() {
        let site = Site { latitude: -30.0, longitude: 0.0 };
        let plane = Plane::of(&Mount::Fixed { tilt: 12.0, azimuth: 34.0 }, site, &sun(120.0, 0.0));
        assert_eq!(plane, Plane { tilt: 12.0, azimuth: 34.0 });
    }
}
