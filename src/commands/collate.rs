//! `dayfold collate`: only the last step of a run.

use std::time::Instant;

use dayfold_supervisor::run::collate_only;

use super::run::close;
use super::{interrupt, run_dir};
use crate::cli::CollateArgs;
use crate::config::OutputStyle;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show;
use crate::show::summary::Closing;

/// Collates the partials that are there, if none is left to do.
pub fn run(args: &CollateArgs) -> Result<Exit, CliError> {
    let began = Instant::now();
    let style = OutputStyle::default();
    let interrupt = interrupt::listen(style.format)?;
    let mut listener = show::listener(style);
    let report = collate_only(
        &run_dir::meant_folder(&args.run_dir)?,
        args.allow_failed,
        args.overwrite,
        &interrupt,
        &mut *listener,
    )?;
    drop(listener);
    let command = "dayfold run, with the configuration of this run";
    close(&Closing { report: &report, elapsed: began.elapsed(), command }, style)
}
