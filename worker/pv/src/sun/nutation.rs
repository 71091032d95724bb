//! The nodding of the Earth's axis (Reda & Andreas 2004, section 3.4).

use super::nutation_terms::TERMS;

/// Nutation, degrees.
#[derive(Clone, Copy, Debug)]
pub struct Nutation {
    /// Along the ecliptic.
    pub longitude: f64,
    /// Of the ecliptic's obliquity.
    pub obliquity: f64,
}

/// Degrees in the tables' unit of 1e-4 arc seconds.
const UNITS_PER_DEGREE: f64 = 36_000_000.0;

impl Nutation {
    /// At this many Julian ephemeris centuries since 2000.
    pub fn at(century: f64) -> Self {
        let arguments = arguments(century);
        let (mut longitude, mut obliquity) = (0.0, 0.0);
        for [y0, y1, y2, y3, y4, a, b, c, d] in TERMS {
            let multiples = [y0, y1, y2, y3, y4];
            let angle: f64 = multiples.iter().zip(arguments).map(|(multiple, x)| multiple * x).sum();
            let (sin, cos) = angle.to_radians().sin_cos();
            longitude += (a + b * century) * sin;
            obliquity += (c + d * century) * cos;
        }
        Self { longitude: longitude / UNITS_PER_DEGREE, obliquity: obliquity / UNITS_PER_DEGREE }
    }
}

/// X0 to X4, degrees (equations 15 to 19): the moon's mean elongation, the sun's and the moon's
/// mean anomaly, the moon's argument of latitude, and the longitude of its ascending node.
fn arguments(century: f64) -> [f64; 5] {
    let cubic = |x: f64, linear: f64, square: f64, cube: f64| {
        x + linear * century + square * century * century + century * century * century / cube
    };
    [
        cubic(297.85036, 445267.111480, -0.0019142, 189474.0),
        cubic(357.52772, 35999.050340, -0.0001603, -300000.0),
        cubic(134.96298, 477198.867398, 0.0086972, 56250.0),
        cubic(93.27191, 483202.017538, -0.0036825, 327270.0),
        cubic(125.04452, -1934.136261, 0.0020708, 450000.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_example() {
        // Reda & Andreas (2004), Table A5.1
        let nutation = Nutation::at((2_452_930.312847 + 67.0 / 86400.0 - 2_451_545.0) / 36525.0);
        assert!((nutation.longitude - -0.00399840).abs() < 1e-8, "{nutation:?}");
        assert!((nutation.obliquity - 0.00166657).abs() < 1e-8, "{nutation:?}");
    }
}
