//! The parameters of modules and inverters: the two databases of NREL's System Advisor Model (SAM)
//! that pvlib ships, embedded as they are. Names are written as pvlib writes them.

use std::sync::LazyLock;

use csv::StringRecord;
use dayfold_contract::task::{Inverter, Module};

const MODULES: &str = include_str!("../data/sam-library-sandia-modules-2015-6-30.csv");
const INVERTERS: &str = include_str!("../data/sam-library-cec-inverters-2019-03-05.csv");

/// How many nearest names an error offers.
const OFFERED: usize = 3;

static ALL_MODULES: LazyLock<Vec<Module>> = LazyLock::new(|| read(MODULES, module_of));
static ALL_INVERTERS: LazyLock<Vec<Inverter>> = LazyLock::new(|| read(INVERTERS, inverter_of));

/// A name that a database does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {kind} is named {name:?}: the nearest are {}", nearest.join(", "))]
pub struct UnknownName {
    /// What was asked for.
    pub name: String,
    /// `module` or `inverter`.
    pub kind: &'static str,
    /// The three names that are most like it, the best first.
    pub nearest: Vec<String>,
}

/// The module of this name.
pub fn module(name: &str) -> Result<Module, UnknownName> {
    let found = ALL_MODULES.iter().find(|module| module.name == name);
    found.cloned().ok_or_else(|| unknown(name, "module", module_names()))
}

/// The inverter of this name.
pub fn inverter(name: &str) -> Result<Inverter, UnknownName> {
    let found = ALL_INVERTERS.iter().find(|inverter| inverter.name == name);
    found.cloned().ok_or_else(|| unknown(name, "inverter", inverter_names()))
}

/// The names of all modules, in the database's order.
pub fn module_names() -> Vec<&'static str> {
    ALL_MODULES.iter().map(|module| module.name.as_str()).collect()
}

/// The names of all inverters, in the database's order.
pub fn inverter_names() -> Vec<&'static str> {
    ALL_INVERTERS.iter().map(|inverter| inverter.name.as_str()).collect()
}

/// Compares pairs of letters, so that a part of a long name finds it.
fn unknown(name: &str, kind: &'static str, mut names: Vec<&str>) -> UnknownName {
    let wanted = normal(name).to_lowercase();
    names.sort_by_cached_key(|other| {
        let likeness = strsim::sorensen_dice(&wanted, &other.to_lowercase());
        std::cmp::Reverse((likeness * 1e9) as u64)
    });
    let nearest = names.into_iter().take(OFFERED).map(str::to_owned).collect();
    UnknownName { name: name.to_owned(), kind, nearest }
}

/// A product's name as pvlib writes it.
fn normal(name: &str) -> String {
    name.replace([' ', '-', '.', '(', ')', '[', ']', ':', '+', '/', '"', ','], "_")
}

/// All rows below the heading and its two rows of units and SAM's own names.
///
/// A row that cannot be read is left out: the files are part of the program, and a test counts.
fn read<T>(text: &str, parse: fn(&Row) -> Option<T>) -> Vec<T> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let Ok(heading) = reader.headers().cloned() else { return Vec::new() };
    let records = reader.records().skip(2).flatten();
    records.filter_map(|record| parse(&Row { heading: &heading, record })).collect()
}

/// One line of a database.
struct Row<'a> {
    heading: &'a StringRecord,
    record: StringRecord,
}

impl Row<'_> {
    fn text(&self, column: &str) -> Option<&str> {
        let place = self.heading.iter().position(|name| name == column)?;
        self.record.get(place)
    }

    fn number(&self, column: &str) -> Option<f64> {
        self.text(column)?.trim().parse().ok()
    }

    /// The columns `<letter>0` and so on.
    fn numbers<const N: usize>(&self, letter: char) -> Option<[f64; N]> {
        let mut numbers = [0.0; N];
        for (power, number) in numbers.iter_mut().enumerate() {
            *number = self.number(&format!("{letter}{power}"))?;
        }
        Some(numbers)
    }
}

fn module_of(row: &Row) -> Option<Module> {
    Some(Module {
        name: normal(row.text("Name")?),
        a: row.numbers('A')?,
        b: row.numbers('B')?,
        c: row.numbers('C')?,
        cells_in_series: row.number("Cells in Series")?,
        impo: row.number("Impo")?,
        aimp: row.number("Aimp")?,
        vmpo: row.number("Vmpo")?,
        bvmpo: row.number("Bvmpo")?,
        mbvmp: row.number("Mbvmp")?,
        n: row.number("N")?,
        fd: row.number("FD")?,
    })
}

fn inverter_of(row: &Row) -> Option<Inverter> {
    let [c0, c1, c2, c3] = row.numbers('C')?;
    Some(Inverter {
        name: normal(row.text("Name")?),
        paco: row.number("Paco")?,
        pdco: row.number("Pdco")?,
        vdco: row.number("Vdco")?,
        pso: row.number("Pso")?,
        c0,
        c1,
        c2,
        c3,
        pnt: row.number("Pnt")?,
    })
}
