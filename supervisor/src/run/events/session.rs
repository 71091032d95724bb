//! Who works on a run and how: what the journal says at each start.

use std::io::IsTerminal;

use serde_json::{Map, Value, json};

use crate::batch::job::is_interactive;
use crate::decide::Settings;
use crate::journal::Session;
use crate::lock::client::LockClient;
use crate::meter::Host;
use crate::run::order::Order;
use crate::rundir::shard::Shard;

/// Of `dayfold run`.
pub fn of_run(client: &LockClient, order: &Order) -> Session {
    let Settings { workers, memory, .. } = order.settings;
    Session {
        shard: order.shard,
        workers: workers.get(),
        memory_limit: memory.limit,
        options: options(order),
        ..of("run", client)
    }
}

/// Of `dayfold collate`.
pub fn of_collation(client: &LockClient) -> Session {
    of("collate", client)
}

fn of(command: &str, client: &LockClient) -> Session {
    let me = client.me();
    Session {
        command: command.to_owned(),
        host: me.host.clone(),
        process: me.process,
        job: me.job.clone(),
        is_interactive: is_interactive(&Host::here(), std::io::stderr().is_terminal()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        shard: Shard::WHOLE,
        workers: 0,
        memory_limit: None,
        options: Map::new(),
    }
}

/// Durations in seconds, sizes in bytes; what was not given is null.
fn options(order: &Order) -> Map<String, Value> {
    let Settings { attempts, retry, memory, time, .. } = order.settings;
    let only: Vec<&str> = order.selection.only.iter().map(dayfold_contract::GroupName::as_str).collect();
    let options = json!({
        "attempts": attempts,
        "retry": retry,
        "memory_per_group": memory.per_group,
        "timeout": time.timeout.map(|timeout| timeout.as_secs_f64()),
        "grace": time.grace.as_secs_f64(),
        "walltime": time.walltime.map(|walltime| walltime.as_secs_f64()),
        "limit": order.selection.limit,
        "only": only,
        "allow_failed": order.allow_failed,
        "keep_partials": order.keep_partials,
        "overwrite": order.overwrite,
        "accept_change": order.accept_change,
        "redo": order.redo.as_ref().map(|redo| &redo.groups),
    });
    if let Value::Object(options) = options { options } else { Map::new() }
}
