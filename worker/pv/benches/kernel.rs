//! Nanoseconds a cell with GHI, of the fast kernel with its sums and of the scalar model, at some
//! hours of a day and over the day, on some rows of a grid with 0.02 degrees.
//!
//! `cargo bench -p dayfold-pv --bench kernel`, with `-- AVX` for the lines with that in their name. The least
//! of some runs counts: what else the machine does only adds. The lines of the worst cells tell how far the
//! kernel is from the scalar model.
#![expect(clippy::unwrap_used, reason = "a bench may stop")]
#![expect(clippy::print_stdout, reason = "its figures")]

mod common;

use std::hint::black_box;

use common::{COLUMNS, MIDNIGHT, REPEATS, grid, now, system};
use dayfold_pv::fast::{Cells, GridTables, InstructionSet, Kernel, KernelTemperature, Powers, Sums};
use dayfold_pv::{Irradiance, Site, Sun, System};

const ROWS: usize = 173;

/// Of so many rows one is compared with the scalar model.
const STRIDE: usize = 12;

/// Rows that come at once, as from unpacking.
const CHUNK: usize = 10;

/// Hours after midnight, UTC; local noon is between 1:36 and 4:36 after it: a day, from the first light to the last.
const HOURS: [f64; 15] = [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];

/// One time step.
struct Scene {
    sun: Sun,
    /// GHI, DNI, DHI and temperature.
    cells: [Vec<f64>; 4],
}

impl Scene {
    /// A sky of clouds with sharp edges, each over some eight cells.
    fn new(hour: f64, latitudes: &[f64], longitudes: &[f64]) -> Self {
        let mut scene = Self { sun: Sun::at(MIDNIGHT + hour * 3600.0), cells: Default::default() };
        let (mut random, mut cloud) = (1_u64, 0.5);
        for &latitude in latitudes {
            for &longitude in longitudes {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let share = (random >> 11) as f64 / (1_u64 << 53) as f64;
                cloud = if share < 0.125 { share * 8.0 } else { cloud };
                let cell = cell(&scene.sun, Site { latitude, longitude }, cloud);
                for (values, value) in scene.cells.iter_mut().zip(cell) {
                    values.push(value);
                }
            }
        }
        scene
    }

    fn lit(&self, cells: usize) -> usize {
        self.cells[0][..cells].iter().filter(|ghi| !ghi.is_nan()).count()
    }
}

/// In steps of 0.01 W m-2; missing without sun.
fn cell(sun: &Sun, site: Site, cloud: f64) -> [f64; 4] {
    let elevation = sun.seen_from(site).apparent_elevation;
    let up = if elevation > 0.0 { elevation.to_radians().sin() } else { f64::NAN };
    let packed = |value: f64| (value * 100.0).round() / 100.0;
    let (dni, dhi) = (packed(900.0 * up.sqrt() * (1.0 - cloud)), packed((60.0 + 300.0 * cloud) * up));
    [packed(dni * up + dhi), dni, dhi, 40.0 - 30.0 * cloud]
}

/// Seconds for all rows, out of the cache.
fn fast(kernel: &Kernel, grid: &GridTables, scene: &Scene, per_cell: bool) -> f64 {
    let (mut actual, mut ideal) = (vec![0.0; COLUMNS], vec![0.0; COLUMNS]);
    let mut sums = Sums::new(kernel.instruction_set());
    let mut time = 0.0;
    let mut step = kernel.step(grid, &scene.sun);
    for first in (0..ROWS).step_by(CHUNK) {
        let rows = first..ROWS.min(first + CHUNK);
        let chunk =
            scene.cells.each_ref().map(|values| values[rows.start * COLUMNS..rows.end * COLUMNS].to_vec());
        let start = now();
        for row in rows {
            let of = (row - first) * COLUMNS..(row - first + 1) * COLUMNS;
            let [ghi, dni, dhi, temperature] = chunk.each_ref().map(|values| &values[of.clone()]);
            let temperature = if per_cell { temperature } else { &[] };
            let powers = Powers { actual: &mut actual, ideal: &mut ideal };
            step.row(row, 0..COLUMNS, Cells { ghi, dni, dhi, temperature }, powers);
            sums.add(row, 0, ghi, &actual, &ideal);
        }
        time += now() - start;
    }
    black_box(sums.totals());
    time
}

/// Seconds for the first row.
fn scalar(system: &System, latitude: f64, longitudes: &[f64], scene: &Scene) -> f64 {
    let start = now();
    for (column, &longitude) in longitudes.iter().enumerate() {
        let [ghi, dni, dhi, _] = scene.cells.each_ref().map(|values| values[column]);
        if !ghi.is_nan() {
            let site = Site { latitude, longitude };
            black_box(system.power(&scene.sun, site, Irradiance { ghi, dni, dhi }, 18.0));
        }
    }
    now() - start
}

/// The largest difference of the kernel from the scalar model in some rows, relative to the value or to 1e-3 W.
fn worst(system: &System, kernel: &Kernel, grid: &GridTables, scene: &Scene, celsius: Option<f64>) -> f64 {
    let (mut actual, mut ideal) = (vec![0.0; COLUMNS], vec![0.0; COLUMNS]);
    let mut step = kernel.step(grid, &scene.sun);
    let mut worst: f64 = 0.0;
    for row in (0..ROWS).step_by(STRIDE) {
        let [ghi, dni, dhi, temperature] =
            scene.cells.each_ref().map(|values| &values[row * COLUMNS..(row + 1) * COLUMNS]);
        let given = if celsius.is_some() { &[] } else { temperature };
        let powers = Powers { actual: &mut actual, ideal: &mut ideal };
        step.row(row, 0..COLUMNS, Cells { ghi, dni, dhi, temperature: given }, powers);
        for column in (0..COLUMNS).filter(|&column| !ghi[column].is_nan()) {
            let irradiance = Irradiance { ghi: ghi[column], dni: dni[column], dhi: dhi[column] };
            let celsius = celsius.unwrap_or(temperature[column]);
            let expected = system.power(&scene.sun, grid.site(row, column), irradiance, celsius);
            worst = worst
                .max(difference(actual[column], expected.actual))
                .max(difference(ideal[column], expected.ideal));
        }
    }
    worst
}

/// Infinite where only one of both is missing.
fn difference(found: f64, expected: f64) -> f64 {
    match (found.is_nan(), expected.is_nan()) {
        (true, true) => 0.0,
        (false, false) => (found - expected).abs() / expected.abs().max(1e-3),
        _ => f64::INFINITY,
    }
}

/// Whether the line of this name is asked for: all are, unless a part of names is given.
fn is_wanted(name: &str) -> bool {
    let part = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    part.is_none_or(|part| name.contains(&part))
}

/// Prints one line, if it is wanted: of `seconds` for a scene's first cells.
fn line(name: &str, scenes: &[Scene], cells: usize, seconds: impl Fn(&Scene) -> f64) {
    if !is_wanted(name) {
        return;
    }
    print!("{name:<24}");
    let (mut time, mut lit) = (0.0, 0);
    for scene in scenes.iter().filter(|scene| scene.lit(cells) > 0) {
        let runs = std::iter::repeat_with(|| seconds(scene)).take(REPEATS);
        let least = runs.fold(f64::INFINITY, f64::min) * 1e9;
        print!("{:>7.1}", least / scene.lit(cells) as f64);
        (time, lit) = (time + least, lit + scene.lit(cells));
    }
    println!("{:>9.2}", time / lit as f64);
}

fn main() {
    let (system, (latitudes, longitudes)) = (system(), grid(ROWS));
    let scenes = HOURS.map(|hour| Scene::new(hour, &latitudes, &longitudes));
    println!(
        "{:<24}{}      day",
        "ns a cell, by hour UTC",
        HOURS.map(|hour| format!("{hour:>7.1}")).concat()
    );
    for (temperature, name) in
        [(KernelTemperature::Constant(18.0), "constant"), (KernelTemperature::PerCell, "per cell")]
    {
        for set in InstructionSet::available().into_iter().rev() {
            let kernel = Kernel::with(&system, temperature, set);
            let grid = kernel.grid(&latitudes, &longitudes);
            let per_cell = temperature == KernelTemperature::PerCell;
            line(&format!("{}, {name}", set.name()), &scenes, ROWS * COLUMNS, |scene| {
                fast(&kernel, &grid, scene, per_cell)
            });
            let name = format!("worst cell, {}, {name}", set.name());
            if is_wanted(&name) {
                let celsius = if per_cell { None } else { Some(18.0) };
                let far = scenes.iter().map(|scene| worst(&system, &kernel, &grid, scene, celsius));
                println!("{name:<40}{:.1e}", far.fold(0.0, f64::max));
            }
        }
    }
    line("scalar", &scenes, COLUMNS, |scene| scalar(&system, latitudes[0], &longitudes, scene));
}
