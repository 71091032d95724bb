//! Air temperature as files give it, to deg C.

/// 0 deg C in K.
const FREEZING: f64 = 273.15;

/// The unit of a temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// K.
    Kelvin,
    /// Deg C.
    Celsius,
}

impl Unit {
    /// By its usual spellings, UDUNITS' among them; `None` for any other.
    pub fn parse(units: &str) -> Option<Self> {
        let plain: String = units.chars().filter(|c| !matches!(c, ' ' | '_' | '\u{b0}')).collect();
        let plain = plain.to_ascii_lowercase();
        let bare = ["degrees", "degree", "degs", "deg"].iter().find_map(|prefix| plain.strip_prefix(prefix));
        match bare.unwrap_or(&plain) {
            "k" | "kelvin" | "kelvins" => Some(Self::Kelvin),
            "c" | "celsius" => Some(Self::Celsius),
            _ => None,
        }
    }

    /// A value in this unit as deg C.
    pub fn to_celsius(self, value: f64) -> f64 {
        match self {
            Self::Kelvin => value - FREEZING,
            Self::Celsius => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_are_known_and_others_are_not() {
        for kelvin in ["K", "kelvin", "Kelvin", "degK", "deg_K", "degrees_kelvin", "degree K"] {
            assert_eq!(Unit::parse(kelvin), Some(Unit::Kelvin), "{kelvin}");
        }
        for celsius in ["degC", "deg C", "Celsius", "degree_Celsius", "degrees_C", "\u{b0}C", "C"] {
            assert_eq!(Unit::parse(celsius), Some(Unit::Celsius), "{celsius}");
        }
        for other in ["", "degF", "fahrenheit", "degrees", "degrees_north", "kg"] {
            assert_eq!(Unit::parse(other), None, "{other}");
        }
    }

    #[test]
    fn kelvin_is_shifted() {
        assert_eq!(Unit::Kelvin.to_celsius(300.0), 300.0 - 273.15);
        assert_eq!(Unit::Celsius.to_celsius(18.0), 18.0);
    }
}
