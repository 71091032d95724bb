//! The sections `[archive]` and `[regions]`: where the input is, and where to average it.

use dayfold_contract::plan::{GroupBy, VersionRule};
use dayfold_supervisor::planning::{ArchiveSpec, RegionsSpec};
use jiff::civil::Date;

use super::document::{Table, Value};
use super::paths::{Paths, all_replaced};
use super::quantity::parse_date;

const GROUPS: [(&str, GroupBy); 4] =
    [("file", GroupBy::File), ("day", GroupBy::Day), ("month", GroupBy::Month), ("year", GroupBy::Year)];

/// Reads `[archive]`.
pub fn read_archive(archive: &Table<'_>, paths: &Paths<'_>) -> Option<ArchiveSpec> {
    let root = archive.require("root");
    let pattern = archive.require("pattern");
    let versions = archive.get("versions").and_then(|list| list.list()).unwrap_or_default();
    let versions = versions.iter().filter_map(read_version).collect();
    let from = archive.get("from").and_then(|from| read_date(&from));
    let to = archive.get("to").and_then(|to| read_date(&to));
    let group = archive.get("group").and_then(|group| group.choice(&GROUPS)).unwrap_or_default();
    archive.finish();
    let root = root?.parse(|text| paths.resolve(text));
    let pattern = pattern?.parse(|text| all_replaced(text).and_then(|()| paths.expand(text)));
    Some(ArchiveSpec { root: root?, pattern: pattern?, versions, from, to, group })
}

/// Reads `[regions]`; `None` also where there is no such section.
pub fn read_regions(regions: &Table<'_>, paths: &Paths<'_>) -> Option<RegionsSpec> {
    if !regions.is_there() {
        return None;
    }
    let file = regions.require("file").and_then(|file| file.parse(|text| paths.resolve(text)));
    let name = regions.require("name").and_then(|name| name.text());
    let globs = |key| regions.get(key).and_then(|globs| globs.texts()).unwrap_or_default();
    let (include, exclude) = (globs("include"), globs("exclude"));
    regions.finish();
    Some(RegionsSpec { file: file?, name: name?.to_owned(), include, exclude })
}

/// A date, as TOML's own or in quotes.
pub fn read_date(value: &Value<'_>) -> Option<Date> {
    match value.if_date() {
        Some(date) => value.understood(parse_date(&date)),
        None => value.parse(parse_date),
    }
}

fn read_version(entry: &Value<'_>) -> Option<VersionRule> {
    let table = entry.table()?;
    let name = table.require("name").and_then(|name| name.text());
    let until = table.get("until");
    table.finish();
    let until = match until {
        Some(until) => Some(read_date(&until)?.to_string()),
        None => None,
    };
    Some(VersionRule { name: name?.to_owned(), until })
}
