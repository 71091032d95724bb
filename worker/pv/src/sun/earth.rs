//! Where the Earth is, as seen from the sun (Reda & Andreas 2004, section 3.2).

use super::earth_terms::{B0, B1, L0, L1, L2, L3, L4, L5, R0, R1, R2, R3, R4};

/// The Earth's heliocentric position.
#[derive(Clone, Copy, Debug)]
pub struct Earth {
    /// Degrees, 0 to 360.
    pub longitude: f64,
    /// Degrees.
    pub latitude: f64,
    /// AU.
    pub radius: f64,
}

impl Earth {
    /// At this many Julian ephemeris millennia since 2000.
    pub fn at(millennium: f64) -> Self {
        let longitude = series(&[&L0, &L1, &L2, &L3, &L4, &L5], millennium);
        Self {
            longitude: longitude.to_degrees().rem_euclid(360.0),
            latitude: series(&[&B0, &B1], millennium).to_degrees(),
            radius: series(&[&R0, &R1, &R2, &R3, &R4], millennium),
        }
    }
}

/// A polynomial in time whose coefficients are sums of periodic terms.
///
/// Summed from the lowest power, as the paper and pvlib do: after some turns of the Earth another
/// order would round differently by 1e-12 degrees.
fn series(tables: &[&[[f64; 3]]], millennium: f64) -> f64 {
    let powers = std::iter::successors(Some(1.0), |power| Some(power * millennium));
    tables.iter().zip(powers).map(|(table, power)| periodic(table, millennium) * power).sum::<f64>() / 1e8
}

fn periodic(table: &[[f64; 3]], millennium: f64) -> f64 {
    table.iter().map(|[amplitude, phase, frequency]| amplitude * (phase + frequency * millennium).cos()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_example() {
        // Reda & Andreas (2004), Table A5.1, for the Julian ephemeris day of its Julian day 2452930.312847
        let day = 2_452_930.312847 + 67.0 / 86400.0;
        let earth = Earth::at((day - 2_451_545.0) / 365_250.0);
        assert!((earth.longitude - 24.0182616917).abs() < 1e-6, "{earth:?}");
        assert!((earth.latitude - -0.0001011219).abs() < 1e-9, "{earth:?}");
        assert!((earth.radius - 0.9965422974).abs() < 1e-9, "{earth:?}");
    }
}
