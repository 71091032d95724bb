//! How many workers a run gets: what the user says, or one a core that this process may use.

use std::num::NonZeroU32;

use dayfold_supervisor::meter::{Host, cores};
use serde::Serialize;

/// A number of workers and why it is that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Workers {
    /// How many.
    pub count: NonZeroU32,
    /// What decided.
    pub source: String,
}

/// How many workers there should be.
pub fn workers(asked: Option<NonZeroU32>, host: &Host) -> Workers {
    if let Some(count) = asked {
        return Workers { count, source: "--workers or run.workers".to_owned() };
    }
    let cores = cores::cores(host);
    let deciding = cores.deciding().and_then(|cores| {
        let count = NonZeroU32::new(u32::try_from(cores.value).ok()?)?;
        Some(Workers { count, source: format!("one a core ({})", cores.source) })
    });
    let unknown = "the number of cores is not known";
    deciding.unwrap_or_else(|| Workers { count: NonZeroU32::MIN, source: unknown.to_owned() })
}
