//! The units of irradiance: W m-2, however it is spelled, and nothing else.

/// What is asked for, as CF writes it.
pub const EXPECTED: &str = "W m-2";

/// Watts over square metres, without blanks, dots, stars, carets and brackets, in lower case.
const SPELLINGS: [&str; 14] = [
    "wm-2",
    "m-2w",
    "w/m2",
    "wattm-2",
    "wattsm-2",
    "watt/m2",
    "watts/m2",
    "watt/meter2",
    "watts/meter2",
    "watt/squaremeter",
    "watts/squaremeter",
    "js-1m-2",
    "jm-2s-1",
    "kgs-3",
];

/// Whether values with these units are irradiances; a variable that does not say is believed.
pub fn are_of_irradiance(units: Option<&str>) -> bool {
    let plain = plain(units.unwrap_or_default());
    plain.is_empty() || SPELLINGS.contains(&plain.as_str())
}

fn plain(units: &str) -> String {
    let units = units.to_lowercase().replace(" per ", "/").replace("metre", "meter");
    let units = units.replace(['\u{207b}', '\u{2212}'], "-").replace('\u{b2}', "2");
    units.chars().filter(|c| !c.is_whitespace() && !"._*^()\u{b7}\u{22c5}".contains(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_are_known() {
        for units in [
            "W m-2",
            "W/m2",
            "W/m^2",
            "W/m**2",
            "W m**-2",
            "W.m-2",
            "W m^-2",
            "Wm-2",
            "W m\u{207b}\u{b2}",
            "W/m\u{b2}",
            "watts m-2",
            "Watt per square metre",
            "J s-1 m-2",
            " W m-2 ",
        ] {
            assert!(are_of_irradiance(Some(units)), "{units}");
        }
        assert!(are_of_irradiance(None) && are_of_irradiance(Some("")));
    }

    #[test]
    fn other_quantities_and_multiples_are_not() {
        for units in
            ["kW m-2", "mW/m2", "MW m-2", "J m-2", "W", "W m2", "W h m-2", "kWh/m2", "1", "%", "W cm-2"]
        {
            assert!(!are_of_irradiance(Some(units)), "{units}");
        }
    }
}
