//! Sandia's inverter model (King et al. 2007): from DC to AC power.

use dayfold_pv_system::Inverter;

use crate::module::DirectCurrent;
use crate::propagate::minimum;

/// AC power, W, at most the inverter's maximum; missing where the inverter only draws its own
/// losses, because the DC power does not start it or all goes into them.
pub fn ac_power(inverter: &Inverter, dc: DirectCurrent) -> f64 {
    let ac = exchanged_power(inverter, dc);
    if ac < 0.0 { f64::NAN } else { ac }
}

/// The same where the inverter draws power, too: negative then.
pub fn exchanged_power(inverter: &Inverter, dc: DirectCurrent) -> f64 {
    let idle = dc.power < inverter.pso;
    if idle { night_power(inverter) } else { minimum(unlimited(inverter, dc), inverter.paco) }
}

/// What the inverter draws without any DC power, W, as a negative power.
pub fn night_power(inverter: &Inverter) -> f64 {
    -inverter.pnt.abs()
}

/// The model's parabola, without limits.
fn unlimited(inverter: &Inverter, dc: DirectCurrent) -> f64 {
    let above = dc.voltage - inverter.vdco;
    let full = inverter.pdco * (1.0 + inverter.c1 * above);
    let start = inverter.pso * (1.0 + inverter.c2 * above);
    let curvature = inverter.c0 * (1.0 + inverter.c3 * above);
    let (range, used) = (full - start, dc.power - start);
    (inverter.paco / range - curvature * range) * used + curvature * used * used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database;

    fn inverter() -> Inverter {
        database::inverter("ABB__MICRO_0_25_I_OUTD_US_208__208V_").unwrap()
    }

    #[test]
    fn the_rated_point_gives_the_rated_power() {
        let inverter = inverter();
        let rated = DirectCurrent { voltage: inverter.vdco, power: inverter.pdco };
        assert!((ac_power(&inverter, rated) - inverter.paco).abs() < 1e-9);
        let more = DirectCurrent { power: 2.0 * inverter.pdco, ..rated };
        assert_eq!(ac_power(&inverter, more), inverter.paco);
    }

    #[test]
    fn missing_below_the_start_up_power() {
        let inverter = inverter();
        let low = DirectCurrent { voltage: inverter.vdco, power: inverter.pso.next_down() };
        assert!(ac_power(&inverter, low).is_nan());
        let start = DirectCurrent { power: inverter.pso, ..low };
        assert_eq!(ac_power(&inverter, start), 0.0);
    }

    #[test]
    fn below_the_start_up_power_the_inverter_draws_its_night_power() {
        let inverter = inverter();
        let at = |power| DirectCurrent { voltage: inverter.vdco, power };
        for power in [0.0, inverter.pso.next_down()] {
            assert_eq!(exchanged_power(&inverter, at(power)), -0.075);
        }
        assert_eq!(exchanged_power(&inverter, at(inverter.pso)), 0.0);
        assert!(exchanged_power(&inverter, at(f64::NAN)).is_nan());
    }

    #[test]
    fn missing_stays_missing() {
        let missing = DirectCurrent { voltage: f64::NAN, power: f64::NAN };
        assert!(ac_power(&inverter(), missing).is_nan());
    }
}
