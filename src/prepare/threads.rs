//! How many threads a program may use, as the libraries for threads and linear algebra are told.
//!
//! There is a worker for each core: a program that takes all cores, as these libraries do unless they are told,
//! would be one of as many that do.

use std::num::NonZeroU32;

/// OpenMP, the linear algebra that numpy, R and Julia call, numexpr, polars, numba, Julia itself.
const VARIABLES: [&str; 10] = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "GOTO_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "JULIA_NUM_THREADS",
];

/// PBS sets this one itself in every job, to the job's cores, which it tells in [`CORES_OF_PBS`], too.
const SET_BY_PBS: &str = "OMP_NUM_THREADS";

const CORES_OF_PBS: &str = "NCPUS";

/// What programs get in their environment besides what is there: what the user has set stays.
pub fn environment(threads: NonZeroU32, variable: impl Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let by_pbs = |name: &str| {
        name == SET_BY_PBS && variable("PBS_JOBID").is_some() && variable(name) == variable(CORES_OF_PBS)
    };
    let to_set = VARIABLES.into_iter().filter(|name| variable(name).is_none() || by_pbs(name));
    to_set.map(|name| (name.to_owned(), threads.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(threads: u32, environment_is: &[(&str, &str)]) -> Vec<(String, String)> {
        let variable = |name: &str| {
            environment_is.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        environment(NonZeroU32::new(threads).unwrap(), variable)
    }

    fn value<'a>(set: &'a [(String, String)], name: &str) -> Option<&'a str> {
        set.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn what_the_user_has_set_stays() {
        let told = set(4, &[("OMP_NUM_THREADS", "2"), ("MKL_NUM_THREADS", "")]);
        assert_eq!(value(&told, "OPENBLAS_NUM_THREADS"), Some("4"));
        assert_eq!((value(&told, "OMP_NUM_THREADS"), value(&told, "MKL_NUM_THREADS")), (None, None));
    }

    #[test]
    fn what_pbs_sets_in_every_job_is_no_wish_of_the_users() {
        let told = |threads| set(1, &[("PBS_JOBID", "7"), ("NCPUS", "48"), ("OMP_NUM_THREADS", threads)]);
        assert_eq!(value(&told("48"), "OMP_NUM_THREADS"), Some("1"));
        assert_eq!(value(&told("2"), "OMP_NUM_THREADS"), None);
        assert_eq!(value(&set(1, &[("NCPUS", "48"), ("OMP_NUM_THREADS", "48")]), "OMP_NUM_THREADS"), None);
    }
}
