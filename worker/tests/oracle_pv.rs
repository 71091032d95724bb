//! The PV task on a made archive against the oracle itself, where it and its packages are at hand.
//!
//! Needs the oracle: see `shared.rs`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;
#[path = "../../tests/support/shared.rs"]
mod shared;
#[path = "../../tests/support/skip.rs"]
mod skip;

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use common::{Table, assert_agrees, files_below, fixtures, job, reference, run, spec};
use dayfold_contract::task::{Mount, Temperature};
use shared::Shared;

/// Prints a result of the oracle as the fixture's reference is written.
const AS_CSV: &str = "
import sys, xarray, numpy
with xarray.open_dataset(sys.argv[1]) as ds:
    print('seconds,region,actual,ideal,ratio,cells')
    for t, r in numpy.ndindex(ds.actual.shape):
        here = ds.isel(time=t, region=r)
        values = (f'{here[v].item():.17g}' for v in ('actual', 'ideal', 'ratio', 'cells'))
        print(here.time.values.astype('datetime64[s]').astype(int), here.region.item(), *values, sep=',')
";

struct Oracle(Shared);

impl Oracle {
    fn python(&self, arguments: &[&OsStr]) -> Vec<u8> {
        let output = Command::new(&self.0.python).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Two days over the end of a month, a few time steps each, with temperature.
    fn make_archive(&self, root: &Path) {
        let script = self.0.script("make_archive.py");
        let options =
            ["--from", "2022-01-31", "--days", "2", "--coarsen", "20", "--every", "15", "--tas", "--out"];
        let mut arguments = vec![script.as_os_str()];
        arguments.extend(options.map(OsStr::new));
        arguments.push(root.as_os_str());
        self.python(&arguments);
    }

    fn reference(&self, root: &Path, options: &[&str]) -> Table {
        let (script, result) = (self.0.script("pv_reference.py"), root.join("reference.nc"));
        let regions = fixtures().join("au_states.geojson");
        let mut arguments = vec![script.as_os_str(), OsStr::new("--archive"), root.as_os_str()];
        arguments.extend(["--day", "2022-01-31", "2022-02-01", "--regions"].map(OsStr::new));
        arguments.extend([regions.as_os_str(), OsStr::new("--out"), result.as_os_str()]);
        arguments.extend(options.iter().map(OsStr::new));
        self.python(&arguments);
        let csv = self.python(&[OsStr::new("-c"), OsStr::new(AS_CSV), result.as_os_str()]);
        reference(&csv[..], None)
    }
}

#[test]
fn every_mount_and_temperature_agrees_with_the_oracle() {
    let Some(oracle) = Shared::find().map(Oracle) else { return };
    let root = tempfile::tempdir().unwrap();
    oracle.make_archive(root.path());
    let tas = root.path().join("tas");
    let nearest = Temperature::Nearest {
        pattern: tas.join("tas_%Y%m.nc").to_str().unwrap().into(),
        variable: "tas".into(),
    };
    let constant = || Temperature::Constant(18.0);
    let cases: [(&[&str], Mount, Temperature); 4] = [
        (&[], Mount::SingleAxis, constant()),
        (&["--mount", "fixed"], Mount::Latitude, constant()),
        (
            &["--mount", "fixed", "--orientation", "30", "20"],
            Mount::Fixed { tilt: 30.0, azimuth: 20.0 },
            constant(),
        ),
        (&["--tas", tas.to_str().unwrap()], Mount::SingleAxis, nearest),
    ];
    let files: Vec<_> =
        files_below(root.path()).into_iter().filter(|file| file.starts_with("v1.1/")).collect();
    for (options, mount, temperature) in cases {
        let partial = run(job(root.path(), spec(mount, temperature)), &files).unwrap().unwrap();
        assert_agrees(&partial.table(), &oracle.reference(root.path(), options));
    }
}
