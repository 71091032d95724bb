//! The Sandia Array Performance Model (King et al. 2004): from irradiance on the panel to DC power.

use dayfold_pv_system::Module;

use crate::irradiance::PlaneOfArray;
use crate::propagate::maximum;

/// Boltzmann's constant over the elementary charge, V/K (both exact in the SI).
pub(crate) const BOLTZMANN_OVER_CHARGE: f64 = 1.380649e-23 / 1.602176634e-19;

/// The cell temperature of reference conditions, deg C.
pub(crate) const REFERENCE_TEMPERATURE: f64 = 25.0;

/// The irradiance of reference conditions, W m-2.
pub(crate) const REFERENCE_IRRADIANCE: f64 = 1000.0;

/// The maximum power point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DirectCurrent {
    /// V.
    pub voltage: f64,
    /// W.
    pub power: f64,
}

/// F1: what the spectrum at an absolute airmass does; zero where the airmass is missing, so that
/// a sun below the horizon gives no power.
pub fn spectral_factor(module: &Module, airmass: f64) -> f64 {
    f64::max(polynomial(&module.a, airmass), 0.0)
}

/// F2: what reflection at an angle of incidence (degrees) leaves of direct irradiance.
pub fn incidence_factor(module: &Module, aoi: f64) -> f64 {
    maximum(polynomial(&module.b, aoi), 0.0)
}

/// Effective irradiance, W m-2, from F1, F2 and the irradiance in the panel's plane.
pub fn effective_irradiance(module: &Module, spectral: f64, incidence: f64, plane: PlaneOfArray) -> f64 {
    spectral * (plane.direct * incidence + module.fd * plane.diffuse)
}

/// The maximum power point at an effective irradiance (W m-2) and a cell temperature (deg C).
pub fn maximum_power(module: &Module, effective_irradiance: f64, cell_temperature: f64) -> DirectCurrent {
    let irradiance = effective_irradiance / REFERENCE_IRRADIANCE;
    let warmer = cell_temperature - REFERENCE_TEMPERATURE;
    let voltage = voltage(module, irradiance, cell_temperature, warmer);
    DirectCurrent { voltage, power: current(module, irradiance, warmer) * voltage }
}

fn current(module: &Module, irradiance: f64, warmer: f64) -> f64 {
    let [c0, c1, ..] = module.c;
    module.impo * (c0 * irradiance + c1 * irradiance * irradiance) * (1.0 + module.aimp * warmer)
}

/// Without irradiance the logarithm is minus infinity and the voltage zero.
fn voltage(module: &Module, irradiance: f64, cell_temperature: f64, warmer: f64) -> f64 {
    let [_, _, c2, c3] = module.c;
    let thermal = module.n * BOLTZMANN_OVER_CHARGE * (cell_temperature + 273.15);
    let log = thermal * irradiance.ln();
    let drift = module.bvmpo + module.mbvmp * (1.0 - irradiance);
    let cells = module.cells_in_series;
    maximum(module.vmpo + c2 * cells * log + c3 * cells * log * log + drift * warmer, 0.0)
}

/// The polynomial with these coefficients, that of the lowest power first.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database;

    fn module() -> Module {
        database::module("Canadian_Solar_CS5P_220M___2009_").unwrap()
    }

    #[test]
    fn reference_conditions_give_the_rated_power() {
        // at 1000 W m-2 and 25 deg C the model is Impo (C0 + C1) times Vmpo, and C0 + C1 is 1
        let module = module();
        let point = maximum_power(&module, 1000.0, 25.0);
        assert!((point.voltage - module.vmpo).abs() < 1e-9);
        assert!((point.power / (module.impo * module.vmpo) - 1.0).abs() < 1e-3, "{point:?}");
    }

    #[test]
    fn no_irradiance_gives_zero_or_nothing_but_never_infinity() {
        for name in database::module_names() {
            let point = maximum_power(&database::module(name).unwrap(), 0.0, 25.0);
            assert!(point.power == 0.0 || point.power.is_nan(), "{name}: {point:?}");
        }
    }

    #[test]
    fn negative_irradiance_is_missing() {
        assert!(maximum_power(&module(), -1.0, 25.0).power.is_nan());
    }

    #[test]
    fn factors_treat_missing_values_as_the_model_does() {
        assert_eq!(spectral_factor(&module(), f64::NAN), 0.0);
        assert!(incidence_factor(&module(), f64::NAN).is_nan());
        assert!((polynomial(&[1.0, 2.0, 3.0], 2.0) - 17.0).abs() < 1e-12);
    }
}
