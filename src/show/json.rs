//! What happens as JSON, one object a line, for programs: the event and when, in seconds since the
//! run's start.

use std::io::Write;
use std::time::Duration;

use dayfold_contract::message::FailureKind;
use dayfold_supervisor::run_event::{Listener, RunEvent};
use serde::Serialize;

/// A stream of JSON lines.
pub struct Json<W>(pub W);

#[derive(Serialize)]
struct Line<'a> {
    at: f64,
    #[serde(flatten)]
    happening: &'a RunEvent,
    /// Of an attempt that failed, in plain words: what `kind` means.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'static str>,
}

fn failure(happening: &RunEvent) -> Option<&'static str> {
    let RunEvent::AttemptFailed { kind, .. } = happening else { return None };
    Some(match kind {
        FailureKind::Input => "the same again would give the same",
        FailureKind::Passing => "another attempt may succeed",
        FailureKind::NoSpace => "no space is left",
    })
}

impl<W: Write> Listener for Json<W> {
    fn hear(&mut self, at: Duration, happening: &RunEvent) {
        let line = Line { at: at.as_secs_f64(), happening, failure: failure(happening) };
        if let Ok(text) = serde_json::to_string(&line) {
            // a reader that is gone must not stop the run
            let _ = self.0.write_all(format!("{text}\n").as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn each_line_is_one_event() {
        let mut json = Json(Vec::new());
        json.hear(Duration::from_millis(1500), &samples::started("2022-02-01", 1));
        json.hear(Duration::from_secs(2), &samples::ended(1, 0, 0));
        json.hear(Duration::from_secs(3), &samples::failed("2022-02-01", 1, true));
        let text = String::from_utf8(json.0).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let started = serde_json::json!(
            { "at": 1.5, "event": "started", "group": "2022-02-01", "attempt": 1, "worker": 0 }
        );
        assert_eq!((lines.len(), &lines[0]), (3, &started));
        assert_eq!(
            (&lines[2]["kind"], &lines[2]["failure"]),
            (&"Passing".into(), &"another attempt may succeed".into())
        );
        assert_eq!(lines[1]["event"], "ended");
    }
}
