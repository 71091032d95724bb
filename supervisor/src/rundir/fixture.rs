//! Plans for the tests of this folder and its neighbours.

use std::collections::BTreeMap;

use dayfold_contract::job::{BadFiles, Empty};
use dayfold_contract::plan::GroupBy;
use dayfold_contract::task::{Inverter, IrradianceNames, Module, Mount, Night, PvSpec, Temperature};
use dayfold_contract::{Fingerprint, Group, GroupName, Identity, Plan, TaskSpec, partial};

use super::learnt::Learnt;
use super::output_settings::OutputSettings;
use super::plan_file::Frozen;

pub fn group(name: &str, files: &[&str]) -> Group {
    Group { name: GroupName::new(name), files: files.iter().map(|&file| file.to_owned()).collect() }
}

pub fn plan(groups: Vec<Group>, missing: &[&str]) -> Plan {
    Plan { root: "/a".into(), groups, missing: missing.iter().map(|&name| GroupName::new(name)).collect() }
}

pub fn frozen(groups: Vec<Group>) -> Frozen {
    Frozen {
        run: Fingerprint::of(b"run"),
        identity: identity(),
        regions: None,
        region_contents: BTreeMap::new(),
        layout: None,
        learnt: Learnt::default(),
        empty: Empty::Fail,
        output: "/out/pv.nc".into(),
        output_settings: OutputSettings::default(),
        plan: plan(groups, &[]),
    }
}

fn identity() -> Identity {
    Identity {
        pattern: "%Y/%m/%d/*.nc".into(),
        versions: Vec::new(),
        group: GroupBy::Day,
        regions: None,
        task: TaskSpec::Pv(pv()),
        bad_files: BadFiles::Fail,
        partial_format: partial::FORMAT,
    }
}

fn pv() -> PvSpec {
    let module = Module {
        name: "a module".into(),
        a: [0.1; 5],
        b: [0.2; 6],
        c: [0.3; 4],
        cells_in_series: 96.0,
        impo: 4.5,
        aimp: -1e-4,
        vmpo: 48.3,
        bvmpo: -0.2,
        mbvmp: 0.0,
        n: 1.4,
        fd: 1.0,
    };
    let inverter = Inverter {
        name: "an inverter".into(),
        paco: 250.0,
        pdco: 259.5,
        vdco: 40.0,
        pso: 2.1,
        c0: -4e-5,
        c1: -9e-5,
        c2: 5e-4,
        c3: -0.013,
        pnt: 0.075,
    };
    let variables = IrradianceNames { ghi: "ghi".into(), dni: "dni".into(), dhi: "dhi".into() };
    PvSpec {
        mount: Mount::SingleAxis,
        module,
        inverter,
        temperature: Temperature::Constant(18.0),
        variables,
        night: Night::Missing,
    }
}
