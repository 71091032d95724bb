//! From effective irradiance to AC power: the module at its maximum power point, and the inverter.
//!
//! The formulas of [`crate::module`] and [`crate::inverter`] with what does not depend on the cell
//! multiplied out, and without their decisions: [`SafeRange`] and [`Electric::is_safe`] tell
//! where no decision is near.

use dayfold_pv_system::{Inverter, Module};

use super::elementary::ln;
use super::lanes::Lanes;
use crate::module::{BOLTZMANN_OVER_CHARGE, REFERENCE_IRRADIANCE, REFERENCE_TEMPERATURE};

/// How an effective irradiance was found: the nearer to the inverter's start, the more do losses magnify
/// its error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// With interpolated weights.
    Interpolated,
    /// With the weights of the very cell.
    Exact,
    /// The same, and rounded alike on all instruction sets.
    BitExact,
}

/// How far, of its rated value, a voltage and the inverter's range must be from zero.
const CLEAR_OF_ZERO: f64 = 0.02;

/// A module and an inverter.
#[derive(Clone, Debug)]
pub struct Electric {
    module: Module,
    inverter: Inverter,
    range: [f64; 2],
    start: [f64; 2],
    curvature: [f64; 2],
    least_voltage: f64,
    least_range: f64,
    idle_below: f64,
    started_above: f64,
}

/// The module at temperatures: voltage and current as functions of the effective irradiance.
#[derive(Clone, Copy, Debug)]
pub struct Thermal<L> {
    voltage: [L; 4],
    current: [L; 2],
}

/// Power of effective irradiances, without the inverter's decisions.
#[derive(Clone, Copy, Debug)]
pub struct Output<L> {
    voltage: L,
    range: L,
    dc: L,
    /// AC power without an upper limit, W.
    pub ac: L,
}

/// For one temperature: effective irradiance, W m-2, at which the inverter's decisions are certain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SafeRange {
    /// Below this the inverter is idle.
    pub idle: f64,
    /// From here on it runs, by [`Precision`].
    low: [f64; 3],
    /// Up to here.
    pub high: f64,
}

impl Precision {
    /// How many times AC power the DC power may be at most.
    fn demand(self) -> f64 {
        match self {
            Self::Interpolated => 10.0,
            Self::Exact => 20.0,
            Self::BitExact => 1000.0,
        }
    }
}

impl SafeRange {
    /// From here on the inverter runs.
    #[inline(always)]
    pub fn low(&self, precision: Precision) -> f64 {
        self.low[precision as usize]
    }
}

/// A value at zero and a slope, at some voltage.
#[inline(always)]
fn line<L: Lanes>([value, slope]: [f64; 2], voltage: L) -> L {
    voltage.times_plus(L::splat(slope), L::splat(value))
}

impl Thermal<f64> {
    /// The same in each lane.
    #[inline(always)]
    pub fn splat<L: Lanes>(&self) -> Thermal<L> {
        let ([v0, v1, v2, v3], [i0, i1]) = (self.voltage, self.current);
        Thermal {
            voltage: [L::splat(v0), L::splat(v1), L::splat(v2), L::splat(v3)],
            current: [L::splat(i0), L::splat(i1)],
        }
    }
}

impl Electric {
    /// Of these.
    pub fn new(module: &Module, inverter: &Inverter) -> Self {
        let linear = |value: f64, slope: f64| [value * (1.0 - slope * inverter.vdco), value * slope];
        let (full, start) = (linear(inverter.pdco, inverter.c1), linear(inverter.pso, inverter.c2));
        // an idle inverter without losses of its own gives zero, which is not missing: left to the scalar model
        let idles = inverter.pso > 0.0 && inverter.pnt != 0.0;
        Self {
            module: module.clone(),
            inverter: inverter.clone(),
            range: [full[0] - start[0], full[1] - start[1]],
            start,
            curvature: linear(inverter.c0, inverter.c3),
            least_voltage: CLEAR_OF_ZERO * module.vmpo,
            least_range: CLEAR_OF_ZERO * inverter.pdco,
            idle_below: if idles { 0.999_999 * inverter.pso } else { f64::NEG_INFINITY },
            started_above: 1.000_001 * inverter.pso,
        }
    }

    /// AC power, W, up to the inverter's maximum.
    #[inline(always)]
    pub fn limited<L: Lanes>(&self, ac: L) -> L {
        ac.smaller(L::splat(self.inverter.paco))
    }

    /// How far AC power is above the inverter's maximum, W.
    #[inline(always)]
    pub fn excess<L: Lanes>(&self, ac: L) -> L {
        ac - self.inverter.paco
    }

    /// The module at temperatures in deg C.
    #[inline(always)]
    pub fn thermal<L: Lanes>(&self, temperature: L) -> Thermal<L> {
        let module = &self.module;
        let [c0, c1, c2, c3] = module.c;
        let warmer = temperature - REFERENCE_TEMPERATURE;
        let thermal = (temperature + 273.15) * (module.n * BOLTZMANN_OVER_CHARGE);
        let current = (warmer * module.aimp + 1.0) * (module.impo / REFERENCE_IRRADIANCE);
        Thermal {
            voltage: [
                warmer * (module.bvmpo + module.mbvmp) + module.vmpo,
                thermal * (c2 * module.cells_in_series),
                thermal * thermal * (c3 * module.cells_in_series),
                warmer * (-module.mbvmp / REFERENCE_IRRADIANCE),
            ],
            current: [current * c0, current * (c1 / REFERENCE_IRRADIANCE)],
        }
    }

    /// Power of effective irradiances, W m-2.
    #[inline(always)]
    pub fn output<L: Lanes>(&self, thermal: &Thermal<L>, effective: L) -> Output<L> {
        // the logarithm of REFERENCE_IRRADIANCE
        const REFERENCE_LOG: f64 = 6.907_755_278_982_137;
        let log = ln(effective) - REFERENCE_LOG;
        let [v0, v1, v2, v3] = thermal.voltage;
        let linear = v3.times_plus(effective, v0);
        let voltage = v2.times_plus(log, v1).times_plus(log, linear);
        let [i0, i1] = thermal.current;
        let dc = effective * i1.times_plus(effective, i0) * voltage;
        let range = line(self.range, voltage);
        let used = dc - line(self.start, voltage);
        let curvature = line(self.curvature, voltage);
        let slope = curvature.times_plus(used - range, L::splat(self.inverter.paco) / range);
        Output { voltage, range, dc, ac: slope * used }
    }

    /// Whether the inverter runs, beyond doubt, and so far from its start-up that the error of the
    /// effective irradiance is not magnified by too much.
    #[inline(always)]
    pub fn is_safe<L: Lanes>(&self, output: &Output<L>, precision: Precision) -> L::Mask {
        output.dc.above(L::splat(self.started_above))
            & (output.ac * precision.demand()).above(output.dc)
            & output.voltage.above(L::splat(self.least_voltage))
            & output.range.above(L::splat(self.least_range))
    }

    /// Whether the inverter is idle beyond doubt, which makes its power missing.
    #[inline(always)]
    pub fn is_idle<L: Lanes>(&self, output: &Output<L>) -> L::Mask {
        L::splat(self.idle_below).above(output.dc)
    }

    /// Where decisions are certain at a temperature in deg C: found by trying every effective
    /// irradiance from a thousandth to some suns, in steps of a part in 2000.
    pub fn comfort(&self, temperature: f64) -> SafeRange {
        let thermal = self.thermal(temperature);
        let tried = std::iter::successors(Some(1e-3), |&effective| Some(effective * 1.0005));
        let tried: Vec<(f64, Output<f64>)> = tried
            .take_while(|&effective| effective < 4000.0)
            .map(|effective| (effective, self.output::<f64>(&thermal, effective)))
            .collect();
        let idle = tried.iter().take_while(|(_, output)| self.is_idle(output)).last();
        let longest = |precision| {
            let runs = tried.split(|(_, output)| !self.is_safe(output, precision));
            runs.max_by_key(|run| run.len()).and_then(|run| Some((run.first()?.0, run.last()?.0)))
        };
        let runs = [Precision::Interpolated, Precision::Exact, Precision::BitExact]
            .map(|precision| longest(precision).unwrap_or((f64::INFINITY, f64::NEG_INFINITY)));
        SafeRange {
            idle: idle.map_or(f64::NEG_INFINITY, |&(effective, _)| effective),
            low: runs.map(|(low, _)| low),
            high: runs[Precision::Interpolated as usize].1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database;
    use crate::inverter::ac_power;
    use crate::module::maximum_power;

    fn pairs() -> impl Iterator<Item = (Module, Inverter)> {
        let modules = database::module_names().into_iter().step_by(29);
        let inverters = database::inverter_names().into_iter().step_by(181);
        modules.zip(inverters.cycle()).map(|(module, inverter)| {
            (database::module(module).unwrap(), database::inverter(inverter).unwrap())
        })
    }

    /// Within comfort, and below idleness, the scalar model decides as is said.
    #[test]
    fn decisions_are_certain_where_they_are_said_to_be() {
        let panel = database::module("Canadian_Solar_CS5P_220M___2009_").unwrap();
        let micro = database::inverter("ABB__MICRO_0_25_I_OUTD_US_208__208V_").unwrap();
        for (module, inverter) in pairs().chain([(panel, micro)]) {
            for temperature in [-30.0, 18.0, 75.0] {
                let electric = Electric::new(&module, &inverter);
                let (thermal, comfort) = (electric.thermal(temperature), electric.comfort(temperature));
                for effective in (0..4000).map(|k| f64::from(k) * 0.5) {
                    let scalar = ac_power(&inverter, maximum_power(&module, effective, temperature));
                    let ac = electric.output::<f64>(&thermal, effective).ac;
                    if effective < comfort.idle {
                        assert!(scalar.is_nan(), "{} {} {effective}", module.name, inverter.name);
                    } else if effective >= comfort.low(Precision::BitExact) && effective <= comfort.high {
                        let ours = electric.limited(ac);
                        assert!((ours / scalar - 1.0).abs() < 2e-12, "{effective}: {ours}, {scalar}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_panel_with_its_micro_inverter_is_comfortable_from_a_few_watts_to_some_suns() {
        let module = database::module("Canadian_Solar_CS5P_220M___2009_").unwrap();
        let inverter = database::inverter("ABB__MICRO_0_25_I_OUTD_US_208__208V_").unwrap();
        let comfort = Electric::new(&module, &inverter).comfort(18.0);
        let [interpolated, exact, alike] = comfort.low;
        assert!(comfort.idle > 8.0 && comfort.idle < alike && alike < exact, "{comfort:?}");
        assert!(exact < interpolated && interpolated < 18.0, "{comfort:?}");
        assert!(comfort.high > 3900.0, "{comfort:?}");
    }

    #[test]
    fn an_inverter_that_is_far_too_large_never_runs() {
        let module = database::module("Canadian_Solar_CS5P_220M___2009_").unwrap();
        let mut inverter = database::inverter("ABB__MICRO_0_25_I_OUTD_US_208__208V_").unwrap();
        inverter.pso = 10_000.0;
        let comfort = Electric::new(&module, &inverter).comfort(18.0);
        assert!(comfort.idle > 3900.0 && comfort.low(Precision::BitExact) > comfort.high, "{comfort:?}");
    }
}
