//! How much atmosphere lies in the sun's way.

/// Relative airmass at an apparent zenith in degrees; missing with the sun below the horizon.
///
/// Kasten & Young (1989). At the model's pressure of 101325 Pa it is the absolute airmass too.
pub fn kasten_young(apparent_zenith: f64) -> f64 {
    if apparent_zenith > 90.0 {
        return f64::NAN;
    }
    let elevation = 90.0 - apparent_zenith;
    1.0 / (apparent_zenith.to_radians().cos() + 0.50572 * (6.07995 + elevation).powf(-1.6364))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secant_for_a_high_sun_and_about_38_at_the_horizon() {
        for zenith in [0.0_f64, 30.0, 45.0, 60.0] {
            let secant = 1.0 / zenith.to_radians().cos();
            assert!((kasten_young(zenith) / secant - 1.0).abs() < 0.004, "{zenith}");
        }
        assert!((kasten_young(90.0) - 38.0).abs() < 0.2, "{}", kasten_young(90.0));
    }

    #[test]
    fn missing_below_the_horizon() {
        assert!(kasten_young(90.0).is_finite());
        assert!(kasten_young(90.0_f64.next_up()).is_nan());
        assert!(kasten_young(f64::NAN).is_nan());
    }
}
