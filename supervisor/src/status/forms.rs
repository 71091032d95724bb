//! How many results have which form, by the names of partials.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use dayfold_contract::form::FormId;
use dayfold_contract::{GroupName, partial};
use serde::Serialize;

use super::results::Results;
use super::session::Session;
use crate::rundir::plan_file::Frozen;

/// So many groups of a form are named.
const NAMED: usize = 3;

/// The results of one form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FormCount {
    /// Its short name; `None` for partials that do not name theirs, as those of earlier versions.
    pub form: Option<FormId>,
    /// How many groups have it.
    pub groups: usize,
    /// The first of these.
    pub first: Vec<GroupName>,
    /// Where it differs from that of most, as a session has told it.
    pub differs: Option<String>,
}

/// The forms of the results of a plan, that of most groups first.
pub fn look(frozen: &Frozen, results: &Results, sessions: &[Session]) -> Vec<FormCount> {
    let mut counts: BTreeMap<Option<FormId>, FormCount> = BTreeMap::new();
    for group in &frozen.plan.groups {
        let Some(form) = results.form(partial::key(frozen.run, group)) else { continue };
        let differs = || form.and_then(|form| told(sessions, form));
        let count = counts.entry(form).or_insert_with(|| FormCount {
            form,
            groups: 0,
            first: Vec::new(),
            differs: differs(),
        });
        count.groups += 1;
        if count.first.len() < NAMED {
            count.first.push(group.name.clone());
        }
    }
    let mut counts: Vec<FormCount> = counts.into_values().collect();
    counts.sort_by_key(|count| (Reverse(count.groups), count.first.first().cloned()));
    counts
}

/// What was told last of a form that deviates.
fn told(sessions: &[Session], form: FormId) -> Option<String> {
    sessions.iter().rev().find_map(|session| session.deviates.get(&form)).cloned()
}
