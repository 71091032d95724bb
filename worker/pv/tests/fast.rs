//! The fast kernel against the scalar model: every cell, with every instruction set that this
//! machine has, and these against each other.
#![expect(clippy::unwrap_used, reason = "a broken fixture should stop the test")]

use dayfold_pv::fast::{Cells, InstructionSet, Kernel, KernelTemperature, Powers};
use dayfold_pv::{Irradiance, Sun, System, database};
use dayfold_pv_system::{Mount, Night};
use proptest::prelude::*;
use proptest::sample::Index;

/// How far a cell may be from the scalar model, relative to the value or to [`LEAST`].
const TOLERANCE: f64 = 1e-9;

/// How far instruction sets may be apart, likewise.
const APART: f64 = 1e-12;

/// W.
const LEAST: f64 = 1e-3;

/// Of a numerical recipe's sequence: from 0 to 1.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A grid at a time, with irradiance.
struct Scene {
    latitudes: Vec<f64>,
    longitudes: Vec<f64>,
    sun: Sun,
    cells: [Vec<f64>; 4],
}

impl Scene {
    /// Clouds of any kind: also none, or almost no light, with missing and odd values here and there.
    fn new(corner: [f64; 2], spacing: f64, size: [usize; 2], time: f64, seed: u64) -> Self {
        let axis = |first: f64, length| {
            (0..length).map(|k| f64::from((first + spacing * f64::from(k)) as f32)).collect::<Vec<_>>()
        };
        let latitudes = axis(corner[0].min(90.0 - spacing * size[0] as f64), size[0] as u32);
        let longitudes = axis(corner[1], size[1] as u32);
        let mut random = Random(seed);
        let cells: Vec<_> = (0..size[0] * size[1]).map(|_| cell(&mut random)).collect();
        let cells = std::array::from_fn(|k| cells.iter().map(|cell| cell[k]).collect());
        Self { latitudes, longitudes, sun: Sun::at(time), cells }
    }

    /// Where the apparent sun is below the horizon.
    fn is_down(&self) -> Vec<bool> {
        let site = |&latitude: &f64| {
            self.longitudes.iter().map(move |&longitude| dayfold_pv::Site { latitude, longitude })
        };
        self.latitudes.iter().flat_map(site).map(|site| self.sun.seen_from(site).is_down()).collect()
    }

    fn fast(&self, kernel: &Kernel, per_cell: bool) -> [Vec<f64>; 2] {
        self.fast_by(Night::Missing, kernel, per_cell)
    }

    fn fast_by(&self, night: Night, kernel: &Kernel, per_cell: bool) -> [Vec<f64>; 2] {
        let width = self.longitudes.len();
        let grid = kernel.grid(&self.latitudes, &self.longitudes);
        let mut step = kernel.step(&grid, &self.sun);
        let mut powers = [0, 1].map(|_| vec![-1.0; self.cells[0].len()]);
        let [actual, ideal] = &mut powers;
        for row in 0..self.latitudes.len() {
            let of = row * width..(row + 1) * width;
            let [ghi, dni, dhi, temperature] = self.cells.each_ref().map(|values| &values[of.clone()]);
            let temperature = if per_cell { temperature } else { &[] };
            let cells = Cells { ghi, dni, dhi, temperature };
            let powers = Powers { actual: &mut actual[of.clone()], ideal: &mut ideal[of.clone()] };
            step.row(row, 0..width, cells, powers);
            let powers = Powers { actual: &mut actual[of.clone()], ideal: &mut ideal[of] };
            step.fill_night(night, row, 0..width, cells, powers);
        }
        powers
    }

    fn scalar(&self, system: &System, temperature: KernelTemperature) -> [Vec<f64>; 2] {
        self.scalar_by(Night::Missing, system, temperature)
    }

    /// By day there is neither power without GHI.
    fn scalar_by(&self, night: Night, system: &System, temperature: KernelTemperature) -> [Vec<f64>; 2] {
        let [mut actual, mut ideal] = [Vec::new(), Vec::new()];
        for (index, &ghi) in self.cells[0].iter().enumerate() {
            let (row, column) = (index / self.longitudes.len(), index % self.longitudes.len());
            let (latitude, longitude) = (self.latitudes[row], self.longitudes[column]);
            let irradiance = Irradiance { ghi, dni: self.cells[1][index], dhi: self.cells[2][index] };
            let celsius = match temperature {
                KernelTemperature::Constant(celsius) => celsius,
                KernelTemperature::PerCell => self.cells[3][index],
            };
            let site = dayfold_pv::Site { latitude, longitude };
            let power = system.power_by(night, &self.sun, site, irradiance, celsius);
            actual.push(power.actual);
            let is_missing = night == Night::Missing && ghi.is_nan();
            ideal.push(if is_missing { f64::NAN } else { power.ideal });
        }
        [actual, ideal]
    }
}

/// GHI, DNI, DHI, temperature.
fn cell(random: &mut Random) -> [f64; 4] {
    let light = if random.next() < 0.1 { 10.0 } else { 1000.0 };
    let (dni, dhi) = (light * random.next(), 0.6 * light * random.next());
    let mut cell = [0.7 * dni + dhi, dni, dhi, -20.0 + 70.0 * random.next()];
    match (random.next() * 400.0) as u32 {
        0..8 => cell[0] = f64::NAN,
        8 => cell[1] = f64::NAN,
        9 => cell[2] = f64::NAN,
        10 => cell[3] = f64::NAN,
        11..31 => cell[1] = 0.0,
        31..36 => [cell[0], cell[1], cell[2]] = [0.0; 3],
        36 => cell[1] = -3.0,
        37 => cell[0] = 5000.0,
        _ => {}
    }
    cell
}

/// The largest relative difference, and where; infinite where one is missing and the other not.
fn worst(one: &[Vec<f64>; 2], other: &[Vec<f64>; 2]) -> (f64, String) {
    let mut worst = (0.0, String::new());
    for (name, one, other) in [("actual", &one[0], &other[0]), ("ideal", &one[1], &other[1])] {
        for (index, (&a, &b)) in one.iter().zip(other).enumerate() {
            let error = match (a.is_nan(), b.is_nan()) {
                (true, true) => 0.0,
                (false, false) => (a - b).abs() / b.abs().max(LEAST),
                _ => f64::INFINITY,
            };
            if error > worst.0 {
                worst = (error, format!("{name} of cell {index}: {a} and {b}, apart by {error:e}"));
            }
        }
    }
    worst
}

/// Every instruction set against the scalar model and against the first.
fn compare(system: &System, temperature: KernelTemperature, scene: &Scene) -> Result<(), String> {
    let expected = scene.scalar(system, temperature);
    let mut first = None;
    for set in InstructionSet::available() {
        let kernel = Kernel::with(system, temperature, set);
        let found = scene.fast(&kernel, temperature == KernelTemperature::PerCell);
        let (error, place) = worst(&found, &expected);
        if error > TOLERANCE {
            return Err(format!("{set:?} and the scalar model: {place}"));
        }
        let (error, place) = worst(&found, first.get_or_insert_with(|| found.clone()));
        if error > APART {
            return Err(format!("{set:?} and the portable code: {place}"));
        }
    }
    Ok(())
}

fn system(mount: Mount, module: &str, inverter: &str) -> System {
    System {
        mount,
        module: database::module(module).unwrap(),
        inverter: database::inverter(inverter).unwrap(),
    }
}

const PANEL: &str = "Canadian_Solar_CS5P_220M___2009_";
const MICRO: &str = "ABB__MICRO_0_25_I_OUTD_US_208__208V_";

/// 2022-02-01T00:00:00Z.
const DAY: f64 = 1_643_673_600.0;

#[test]
fn a_day_from_before_sunrise_to_after_sunset() {
    for mount in [Mount::SingleAxis, Mount::Latitude, Mount::Fixed { tilt: 25.0, azimuth: 60.0 }] {
        for hour in [-4.3, -3.9, -3.5, -3.0, -2.0, 0.0, 2.9, 6.0, 9.0, 10.0, 10.6] {
            let scene = Scene::new([-30.0, 130.0], 0.02, [36, 400], DAY + hour * 3600.0, 7);
            for temperature in [KernelTemperature::Constant(18.0), KernelTemperature::PerCell] {
                let result = compare(&system(mount, PANEL, MICRO), temperature, &scene);
                assert_eq!(result, Ok(()), "{mount:?}, hour {hour}, {temperature:?}");
            }
        }
    }
}

/// At night all is missing in the files; by day some of it.
#[test]
fn the_night_is_told_from_data_that_are_missing() {
    let system = system(Mount::SingleAxis, PANEL, MICRO);
    for hour in [-8.0, -4.3, -3.9, -3.5, -3.0, 0.0, 9.9, 10.3, 10.6, 14.0] {
        let mut scene = Scene::new([-30.0, 130.0], 0.02, [36, 400], DAY + hour * 3600.0, 11);
        let down = scene.is_down();
        for (index, down) in down.iter().enumerate() {
            // the three are missing together where the sun is down, but for some in the twilight
            if *down && index % 7 != 0 {
                (0..3).for_each(|component| scene.cells[component][index] = f64::NAN);
            }
        }
        for temperature in [KernelTemperature::Constant(18.0), KernelTemperature::PerCell] {
            for (night, idle) in [(Night::Zero, 0.0), (Night::Inverter, -0.075)] {
                let expected = scene.scalar_by(night, &system, temperature);
                for set in InstructionSet::available() {
                    let kernel = Kernel::with(&system, temperature, set);
                    let found = scene.fast_by(night, &kernel, temperature == KernelTemperature::PerCell);
                    let (error, place) = worst(&found, &expected);
                    assert!(error <= TOLERANCE, "{night:?}, hour {hour}, {set:?}: {place}");
                    for (index, down) in down.iter().enumerate() {
                        let ghi = scene.cells[0][index];
                        let powers = [found[0][index], found[1][index]];
                        match (down, ghi.is_nan()) {
                            (true, _) => assert_eq!(powers, [idle; 2], "{night:?}, hour {hour}"),
                            (false, true) => assert!(powers.iter().all(|power| power.is_nan())),
                            // without a temperature there is no power, even without clouds
                            (false, false) => {
                                let is_missing = temperature == KernelTemperature::PerCell
                                    && scene.cells[3][index].is_nan();
                                assert_eq!(powers[1].is_nan(), is_missing, "{night:?}: {powers:?}");
                                assert!(is_missing || powers[1] >= idle, "{night:?}: {powers:?}");
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn every_tenth_module_with_its_own_spectrum_and_optics() {
    for (k, module) in database::module_names().into_iter().enumerate().step_by(10) {
        let mount = if k % 20 == 0 { Mount::SingleAxis } else { Mount::Latitude };
        for hour in [-3.3, -1.0, 3.0] {
            let scene = Scene::new([-25.0, 131.0], 0.1, [33, 40], DAY + hour * 3600.0, k as u64);
            let result = compare(&system(mount, module, MICRO), KernelTemperature::Constant(30.0), &scene);
            assert_eq!(result, Ok(()), "{module}, hour {hour}");
        }
    }
}

#[test]
fn neither_the_order_of_rows_nor_the_pieces_they_come_in_change_a_bit() {
    let scene = Scene::new([-31.0, 140.0], 0.02, [40, 300], DAY - 2.6 * 3600.0, 3);
    let kernel = Kernel::new(&system(Mount::SingleAxis, PANEL, MICRO), KernelTemperature::Constant(18.0));
    let whole = scene.fast(&kernel, false);
    let grid = kernel.grid(&scene.latitudes, &scene.longitudes);
    let mut step = kernel.step(&grid, &scene.sun);
    for row in [39, 3, 35, 31, 0] {
        for columns in [0..1, 1..97, 97..97, 97..130, 130..300] {
            let of = row * 300 + columns.start..row * 300 + columns.end;
            let [ghi, dni, dhi, _] = scene.cells.each_ref().map(|values| &values[of.clone()]);
            let (mut actual, mut ideal) = (vec![-1.0; of.len()], vec![-1.0; of.len()]);
            let powers = Powers { actual: &mut actual, ideal: &mut ideal };
            step.row(row, columns, Cells { ghi, dni, dhi, temperature: &[] }, powers);
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&actual), bits(&whole[0][of.clone()]), "row {row}");
            assert_eq!(bits(&ideal), bits(&whole[1][of]), "row {row}");
        }
    }
}

#[test]
fn descending_axes_and_a_turn_of_longitude_make_no_difference() {
    let kernel = Kernel::new(&system(Mount::Latitude, PANEL, MICRO), KernelTemperature::Constant(18.0));
    let mut scene = Scene::new([10.0, 200.0], 0.02, [33, 129], DAY - 4.0 * 3600.0, 5);
    let plain = scene.fast(&kernel, false);
    scene.latitudes.reverse();
    scene.longitudes.reverse();
    scene.longitudes.iter_mut().for_each(|longitude| *longitude -= 360.0);
    scene.cells.iter_mut().for_each(|values| values.reverse());
    let mut turned = scene.fast(&kernel, false);
    turned.iter_mut().for_each(|values| values.reverse());
    assert!(worst(&plain, &turned).0 < 1e-10, "{:?}", worst(&plain, &turned));
    assert!(plain[0].iter().filter(|power| power.is_finite()).count() > 1000, "mostly daylight");
}

fn mounts() -> impl Strategy<Value = Mount> {
    let given = (0.0..180.0, 0.0..360.0).prop_map(|(tilt, azimuth)| Mount::Fixed { tilt, azimuth });
    prop_oneof![3 => Just(Mount::SingleAxis), 1 => Just(Mount::Latitude), 1 => given]
}

fn temperatures() -> impl Strategy<Value = KernelTemperature> {
    let constant = (-30.0..80.0).prop_map(KernelTemperature::Constant);
    prop_oneof![constant, Just(KernelTemperature::PerCell)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("CASES").map_or(48, |c| c.parse().unwrap()), ..ProptestConfig::default() })]

    #[test]
    fn anywhere_at_any_time_with_anything(
        mount in mounts(), module: Index, inverter: Index, temperature in temperatures(),
        corner in (-90.0..89.0, -180.0..360.0), spacing in prop_oneof![Just(0.02), Just(0.02), 0.001..1.0],
        time in -1e9..3e9, seed: u64, micro in any::<bool>(),
    ) {
        let (modules, inverters) = (database::module_names(), database::inverter_names());
        let inverter = if micro { MICRO } else { inverters[inverter.index(inverters.len())] };
        let system = system(mount, modules[module.index(modules.len())], inverter);
        let scene = Scene::new([corner.0, corner.1], spacing, [35, 140], time, seed);
        let result = compare(&system, temperature, &scene);
        prop_assert_eq!(result, Ok(()), "{:?}", system);
    }
}
