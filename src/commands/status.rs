//! `dayfold status`: how a run stands, once or again and again. Reads only.

use std::collections::HashSet;
use std::io::{IsTerminal, stdout};
use std::thread;
use std::time::{Duration, Instant};

use dayfold_contract::shown::shown;
use dayfold_supervisor::meter::Host;
use dayfold_supervisor::rundir::RunDir;
use dayfold_supervisor::status::state::State;
use dayfold_supervisor::status::{Status, look};
use serde::Serialize;

use super::run_dir;
use crate::cli::StatusArgs;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::forecast::{Forecast, forecast};
use crate::show::{status, stderr, stdout as out};

/// Looks come no closer than this.
const BETWEEN_LOOKS: Duration = Duration::from_secs(3);

/// No more than one part in so many of the time is spent on looking: a folder can be large and slow.
const SHARE: u32 = 10;

/// Goes to the first line of a terminal, and clears all from there on.
const CLEAR: &str = "\x1b[H\x1b[J";

/// Everything about a run that programs may want to know.
#[derive(Debug, Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    status: &'a Status,
    /// Groups a second.
    rate: Option<f64>,
    /// Until all is done but collation.
    seconds_left: Option<f64>,
}

/// Shows how the run stands; with `--watch` until nobody is at work.
pub fn run(args: &StatusArgs) -> Result<Exit, CliError> {
    let (run_dir, host) = (RunDir::at(&run_dir::meant(&args.run_dir)), Host::here());
    let mut viewer = Viewer::new(args);
    loop {
        let began = Instant::now();
        let status = look(&run_dir, &host)?;
        let has_readers = viewer.show(&status)?;
        if !args.watch || !status.state.is_at_work() || !has_readers {
            return Ok(exit(&status));
        }
        thread::sleep(BETWEEN_LOOKS.max(began.elapsed() * SHARE));
    }
}

/// Without the plan, and what is there of it, it could not be shown; who begins will make one.
fn exit(status: &Status) -> Exit {
    if status.groups.is_none() && status.state != State::Beginning { Exit::Refused } else { Exit::Done }
}

/// Shows looks, one after the other.
struct Viewer<'a> {
    args: &'a StatusArgs,
    redraws: bool,
    looks: usize,
    told: HashSet<String>,
}

impl<'a> Viewer<'a> {
    fn new(args: &'a StatusArgs) -> Self {
        let redraws = args.watch && !args.json && stdout().is_terminal();
        Self { args, redraws, looks: 0, told: HashSet::new() }
    }

    /// False if nobody reads any more.
    fn show(&mut self, status: &Status) -> Result<bool, CliError> {
        let text = self.text(status)?;
        self.looks += 1;
        let has_readers = out::print_again(&text)?;
        for warning in &status.warnings {
            if self.told.insert(warning.clone()) || self.redraws {
                stderr::say(&format!("warning: {}", shown(warning)));
            }
        }
        Ok(has_readers)
    }

    fn text(&self, status: &Status) -> Result<String, CliError> {
        let forecast = forecast(status);
        let text = match (self.args.json, self.args.watch) {
            (true, true) => serde_json::to_string(&report(status, forecast))? + "\n",
            (true, false) => serde_json::to_string_pretty(&report(status, forecast))? + "\n",
            (false, _) => status::text(status, forecast),
        };
        Ok(match (self.redraws, self.args.json || self.looks == 0) {
            (true, _) => format!("{CLEAR}{text}"),
            (false, true) => text,
            (false, false) => format!("\n{text}"),
        })
    }
}

fn report(status: &Status, forecast: Forecast) -> Report<'_> {
    let Forecast { rate, left } = forecast;
    Report { status, rate, seconds_left: left.map(|left| left.as_secs_f64()) }
}
