//! Standard output, where results go.

use std::io::{self, ErrorKind, Write};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Prints results. A reader that has seen enough and closed the pipe is no error.
pub fn print(text: &str) -> io::Result<()> {
    print_again(text).map(drop)
}

/// The same, waiting so long at most for somebody who reads.
pub fn print_within(text: String, patience: Duration) -> io::Result<()> {
    let (say, said) = mpsc::channel();
    let print = move || {
        let _late = say.send(print(&text));
    };
    thread::Builder::new().spawn(print)?;
    said.recv_timeout(patience).unwrap_or(Ok(()))
}

/// The same, where more may follow: false if nobody reads any more.
pub fn print_again(text: &str) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        result => result.map(|()| true),
    }
}
