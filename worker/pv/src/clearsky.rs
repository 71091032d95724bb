//! Irradiance under a cloudless sky at sea level.

use crate::irradiance::Irradiance;
use crate::propagate::{maximum, minimum};

/// Linke turbidity assumed for an absolute airmass: a clean sky, hazier where the sun is low.
pub fn linke_turbidity(airmass: f64) -> f64 {
    maximum(2.0 + 0.1 * airmass, 2.5)
}

/// Irradiance, W m-2, after Ineichen & Perez (2002) at altitude 0.
///
/// Takes the apparent zenith (degrees), the absolute airmass and the extraterrestrial radiation
/// (W m-2). All three components are missing where the airmass is.
pub fn ineichen(apparent_zenith: f64, airmass: f64, extraterrestrial: f64) -> Irradiance {
    let turbidity = linke_turbidity(airmass);
    let cos_zenith = maximum(apparent_zenith.to_radians().cos(), 0.0);
    let ghi = 0.868 * extraterrestrial * cos_zenith * (-0.0387 * airmass * turbidity).exp();
    let beam = 0.827 * extraterrestrial * (-0.09 * airmass * (turbidity - 1.0)).exp();
    let dni = minimum(beam, ghi * largest_beam_share(turbidity, cos_zenith));
    Irradiance { ghi, dni, dhi: ghi - dni * cos_zenith }
}

/// The most that DNI can be of GHI: the rest is always diffuse (Ineichen & Perez 2002, the
/// "empirical correction"). Bounded, so that a sun at the horizon gives zero and not NaN.
fn largest_beam_share(turbidity: f64, cos_zenith: f64) -> f64 {
    let horizontal = 1.0 - (0.1 - 0.2 * (-turbidity).exp()) / (0.1 + 0.882);
    minimum(horizontal / cos_zenith, 1e20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airmass::kasten_young;

    #[test]
    fn a_sun_overhead_gives_about_a_kilowatt() {
        // by hand: airmass 0.99971, turbidity 2.5; GHI 0.868 exp(-0.096722) of 1367, and DNI bounded
        // by 1 - (0.1 - 0.016417) / 0.982 of it
        let sky = ineichen(0.0, kasten_young(0.0), 1367.0);
        assert!((sky.ghi - 1077.2).abs() < 0.1, "{sky:?}");
        assert!((sky.dni - 985.5).abs() < 0.1, "{sky:?}");
        assert!((sky.dhi - (sky.ghi - sky.dni)).abs() < 1e-9, "{sky:?}");
    }

    #[test]
    fn a_sun_at_the_horizon_gives_next_to_nothing() {
        let sky = ineichen(90.0, kasten_young(90.0), 1367.0);
        assert!(sky.ghi.abs() < 1e-9 && sky.dni >= 0.0 && sky.dni < 1.0, "{sky:?}");
    }

    #[test]
    fn missing_at_night() {
        let sky = ineichen(91.0, kasten_young(91.0), 1367.0);
        assert!(sky.ghi.is_nan() && sky.dni.is_nan() && sky.dhi.is_nan());
    }
}
