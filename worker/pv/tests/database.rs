//! The embedded databases against what pvlib 0.16.1 (`retrieve_sam`) makes of the same files.

use dayfold_pv::database::{inverter, inverter_names, module, module_names};
use dayfold_pv_system::{Inverter, Module};

#[test]
fn as_many_as_in_pvlib_and_no_name_twice() {
    for (mut names, count) in [(module_names(), 523), (inverter_names(), 3264)] {
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}

#[test]
fn names_are_written_as_in_pvlib() {
    let length = |names: Vec<&str>| names.iter().map(|name| name.len()).sum::<usize>();
    assert_eq!((length(module_names()), length(inverter_names())), (15_456, 131_271));
    let plain = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || "_&#*'<>".contains(c));
    let odd: Vec<_> = module_names().into_iter().filter(|name| !plain(name)).collect();
    assert!(odd.is_empty(), "{odd:?}");
    assert_eq!(module_names().first(), Some(&"Advent_Solar_AS160___2006_"));
    assert_eq!(inverter_names().last(), Some(&"iPower__SHO_5_2__240V_"));
}

#[test]
fn modules_have_pvlibs_parameters() {
    let siemens = Module {
        name: "Siemens_Solar_SP75__6V___2003__E__".into(),
        a: [0.938, 0.054228, -0.0099032, 0.00072969, -1.9074e-05],
        b: [1.0, -0.002438, 0.0003103, -1.246e-05, 2.11e-07, -1.36e-09],
        c: [1.0206, -0.0206, -0.14909, -8.95853],
        cells_in_series: 18.0,
        impo: 8.8,
        aimp: -0.0002,
        vmpo: 8.5,
        bvmpo: -0.039,
        mbvmp: 0.0,
        n: 1.279,
        fd: 1.0,
    };
    let silevo = Module {
        name: "Silevo_Triex_U300_Black__2014_".into(),
        a: [0.9191, 0.09988, -0.04273, 0.00937, -0.0007643],
        b: [1.0, -0.006498, 0.0006908, -2.678e-05, 4.322e-07, -2.508e-09],
        c: [0.995, 0.005, 0.3221, -6.717804],
        cells_in_series: 96.0,
        impo: 5.383,
        aimp: -0.0003,
        vmpo: 55.4547,
        bvmpo: -0.184,
        mbvmp: 0.0,
        n: 1.345,
        fd: 1.0,
    };
    for known in [siemens, silevo] {
        assert_eq!(module(&known.name), Ok(known));
    }
}

#[test]
fn inverters_have_pvlibs_parameters() {
    let rows = [
        (
            "ABB__MICRO_0_25_I_OUTD_US_208__208V_",
            [250.0, 259.588593, 40.0, 2.089607, -4.1e-05, -9.1e-05, 0.000494, -0.013171, 0.075],
        ),
        (
            "Fronius_USA__Fronius_Symo_15_0_3__208V_",
            [15000.0, 15578.842773, 445.0, 38.263893, -8.461926e-07, 3e-05, 0.002276, 0.000423, 4.5],
        ),
        (
            "Eaton__PV250__277V_",
            [4830.0, 4947.90918, 360.0, 28.928755, -1.817617e-06, -2.9e-05, -0.001691, -0.000533, 1.449],
        ),
    ];
    for (name, [paco, pdco, vdco, pso, c0, c1, c2, c3, pnt]) in rows {
        let known = Inverter { name: name.into(), paco, pdco, vdco, pso, c0, c1, c2, c3, pnt };
        assert_eq!(inverter(name), Ok(known));
    }
}

/// Sums over a whole database, so that no row of the files goes unseen.
#[test]
fn all_parameters_add_up_as_in_pvlib() {
    let modules: Vec<_> = module_names().into_iter().map(|name| module(name).unwrap()).collect();
    let inverters: Vec<_> = inverter_names().into_iter().map(|name| inverter(name).unwrap()).collect();
    let m = |parameter: fn(&Module) -> f64| modules.iter().map(parameter).sum::<f64>();
    let i = |parameter: fn(&Inverter) -> f64| inverters.iter().map(parameter).sum::<f64>();
    let sums = [
        (m(|x| x.a[0]), 489.382977),
        (m(|x| x.a[4]), -0.020195113),
        (m(|x| x.b[5]), -7.52349e-07),
        (m(|x| x.c[3]), -4630.237927),
        (m(|x| x.impo), 2497.30771),
        (m(|x| x.bvmpo), -60.669134),
        (m(|x| x.n), 773.7513),
        (m(|x| x.fd), 520.0),
        (m(|x| x.cells_in_series), 27569.0),
        (i(|x| x.paco), 404474327.847),
        (i(|x| x.pdco), 417527074.103918),
        (i(|x| x.vdco), 1138797.1),
        (i(|x| x.pso), 1809881.127478),
        (i(|x| x.c0), -0.054209516177934194),
        (i(|x| x.c1), -0.33492835346944),
        (i(|x| x.c2), 6.1147305912123),
        (i(|x| x.c3), -40.842513293844),
        (i(|x| x.pnt), 122416.311852),
    ];
    for (place, (ours, theirs)) in sums.into_iter().enumerate() {
        assert!((ours / theirs - 1.0).abs() < 1e-11, "{place}: {ours} and not {theirs}");
    }
}

#[test]
fn a_slip_offers_the_name_that_was_meant() {
    let error = module("Canadian_Solar_CS5P_220_M___2009_").unwrap_err();
    assert_eq!((error.kind, error.nearest.len()), ("module", 3));
    assert_eq!(error.nearest[0], "Canadian_Solar_CS5P_220M___2009_");
    let error = inverter("abb micro-0.25-i-outd-us-208 [208v]").unwrap_err();
    assert_eq!((error.kind, error.nearest.len()), ("inverter", 3));
    assert_eq!(error.nearest[0], "ABB__MICRO_0_25_I_OUTD_US_208__208V_");
}

#[test]
fn a_part_of_a_name_finds_it() {
    let error = module("CS5P-220M").unwrap_err();
    assert_eq!(error.nearest[0], "Canadian_Solar_CS5P_220M___2009_");
    assert!(error.to_string().contains(r#"no module is named "CS5P-220M""#), "{error}");
}

#[test]
fn nonsense_still_offers_three() {
    for name in ["", "\u{fffd}", "x"] {
        assert_eq!(inverter(name).unwrap_err().nearest.len(), 3);
    }
}
