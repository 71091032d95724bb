//! A progress bar at the bottom of a terminal, as the writing thread paints it: painting can wait for the
//! terminal, and nobody else may.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How far a run is.
#[derive(Debug, PartialEq)]
pub enum Progress {
    /// So far.
    At {
        /// Groups that ended.
        ended: u64,
        /// Groups to do.
        of: u64,
        /// What there is to say of it.
        text: String,
    },
    /// There is nothing more to show.
    Over,
}

/// Whether there is a terminal on standard error that can show a bar.
pub fn can_paint() -> bool {
    !ProgressDrawTarget::stderr().is_hidden()
}

/// The bar, not shown before there is progress.
pub struct Painter(ProgressBar);

impl Painter {
    /// A bar that is not shown yet.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} [{bar:30}] {wide_msg}") {
            bar.set_style(style.progress_chars("#>-"));
        }
        Self(bar)
    }

    /// Shows how far the run is.
    pub fn paint(&self, progress: Progress) {
        let Progress::At { ended, of, text } = progress else { return self.0.finish_and_clear() };
        self.0.update(|bar| {
            bar.set_len(of);
            bar.set_pos(ended);
        });
        self.0.set_message(text);
        if self.0.is_hidden() {
            self.0.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Lets the bar's clock move on.
    pub fn tick(&self) {
        if !self.0.is_finished() {
            self.0.tick();
        }
    }

    /// Does something above the bar.
    pub fn above(&self, write: impl FnOnce()) {
        self.0.suspend(write);
    }
}
