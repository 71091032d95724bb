//! The parameters of modules and inverters: the two databases of NREL's System Advisor Model (SAM)
//! that pvlib ships, embedded as they are. Names are written as pvlib writes them.

use std::rc::Rc;
use std::sync::LazyLock;

use csv::StringRecord;
use dayfold_pv_system::{Inverter, Module};

const MODULES: &str = include_str!("../data/sam-library-sandia-modules-2015-6-30.csv");
const INVERTERS: &str = include_str!("../data/sam-library-cec-inverters-2019-03-05.csv");

/// How many nearest names an error offers.
const OFFERED: usize = 3;

static MODULE_NAMES: LazyLock<Vec<String>> = LazyLock::new(|| names(MODULES, module_of));
static INVERTER_NAMES: LazyLock<Vec<String>> = LazyLock::new(|| names(INVERTERS, inverter_of));

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
    find(MODULES, name, module_of).ok_or_else(|| unknown(name, "module", module_names()))
}

/// The inverter of this name.
pub fn inverter(name: &str) -> Result<Inverter, UnknownName> {
    find(INVERTERS, name, inverter_of).ok_or_else(|| unknown(name, "inverter", inverter_names()))
}

/// The names of all modules, in the database's order.
pub fn module_names() -> Vec<&'static str> {
    MODULE_NAMES.iter().map(String::as_str).collect()
}

/// The names of all inverters, in the database's order.
pub fn inverter_names() -> Vec<&'static str> {
    INVERTER_NAMES.iter().map(String::as_str).collect()
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

/// The row of a name. Only that one is made numbers of: each start of a program looks two names up.
fn find<T>(text: &'static str, name: &str, parse: fn(&Row) -> Option<T>) -> Option<T> {
    let row = rows(text).find(|row| row.name().as_deref() == Some(name))?;
    parse(&row)
}

/// The names of all rows.
///
/// A row that cannot be read is left out: the files are part of the program, and a test counts.
fn names<T>(text: &'static str, parse: fn(&Row) -> Option<T>) -> Vec<String> {
    rows(text).filter(|row| parse(row).is_some()).filter_map(|row| row.name()).collect()
}

/// All rows below the heading and its two rows of units and SAM's own names.
fn rows(text: &'static str) -> impl Iterator<Item = Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heading = Rc::new(reader.headers().cloned().unwrap_or_default());
    let records = reader.into_records().skip(2).flatten();
    records.map(move |record| Row { heading: Rc::clone(&heading), record })
}

/// One line of a database.
struct Row {
    heading: Rc<StringRecord>,
    record: StringRecord,
}

impl Row {
    fn name(&self) -> Option<String> {
        self.text("Name").map(normal)
    }

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
        name: row.name()?,
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
        name: row.name()?,
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
