//! How much the atmosphere lifts the sun.

/// Air pressure, hPa.
const PRESSURE: f64 = 1013.25;

/// Air temperature, deg C.
const TEMPERATURE: f64 = 12.0;

/// The true elevation, degrees, down to which the upper limb of the refracted sun is seen: the
/// sun's radius and the refraction at the horizon.
const LOWEST: f64 = -(0.26667 + 0.5667);

/// Refraction, degrees, at a true elevation in degrees; zero where the sun is out of sight.
///
/// Reda & Andreas (2004), equation 42, at 101325 Pa and 12 deg C.
pub fn refraction(elevation: f64) -> f64 {
    if elevation < LOWEST {
        return 0.0;
    }
    let bent = (elevation + 10.3 / (elevation + 5.11)).to_radians();
    (PRESSURE / 1010.0) * (283.0 / (273.0 + TEMPERATURE)) * 1.02 / (60.0 * bent.tan())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_half_a_degree_at_the_horizon_and_nothing_overhead() {
        // Saemundsson (1986): 29.0 arc minutes at a true elevation of 0, 1010 hPa and 10 deg C
        assert!((refraction(0.0) - 29.0 / 60.0).abs() < 0.02, "{}", refraction(0.0));
        assert!(refraction(90.0).abs() < 1e-4);
    }

    #[test]
    fn ends_below_the_horizon() {
        assert!(refraction(-0.8333) > 0.5);
        assert_eq!(refraction(-0.8334), 0.0);
        assert!(refraction(f64::NAN).is_nan());
    }
}
