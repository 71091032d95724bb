//! A panel tilted by the latitude.

use super::Plane;
use crate::sun::Site;

/// Tilted by the latitude towards the equator; on the equator it counts as northern.
pub fn towards_the_equator(site: Site) -> Plane {
    let azimuth = if site.latitude < 0.0 { 0.0 } else { 180.0 };
    Plane { tilt: site.latitude.abs(), azimuth }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faces_the_equator_from_either_side() {
        let at = |latitude| towards_the_equator(Site { latitude, longitude: 0.0 });
        assert_eq!(at(-35.0), Plane { tilt: 35.0, azimuth: 0.0 });
        assert_eq!(at(48.0), Plane { tilt: 48.0, azimuth: 180.0 });
        assert_eq!(at(0.0), Plane { tilt: 0.0, azimuth: 180.0 });
    }
}
