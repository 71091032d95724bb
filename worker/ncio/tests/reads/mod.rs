//! What this process has asked the system to read, as that counts it for all threads: a test that uses it must be the
//! only one of its process.

/// Bytes that were asked for, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Reads {
    pub bytes: u64,
    pub calls: u64,
}

fn so_far() -> Reads {
    let told = std::fs::read_to_string("/proc/self/io").unwrap();
    let number = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse::<u64>().unwrap()
    };
    Reads { bytes: number("rchar:"), calls: number("syscr:") }
}

/// What `work` reads, without what it takes to ask.
pub fn during(work: impl FnOnce()) -> Reads {
    let (first, second) = (so_far(), so_far());
    work();
    let last = so_far();
    let less = |of: fn(Reads) -> u64| (of(last) - of(second)).checked_sub(of(second) - of(first)).unwrap();
    Reads { bytes: less(|reads| reads.bytes), calls: less(|reads| reads.calls) }
}
