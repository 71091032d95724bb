//! How a program is started, without a copy of this process.
//!
//! The child borrows this process's memory until it is the program, as `posix_spawn` does it. It is not
//! done by that, because of what it cannot: the program is killed when the thread that starts it ends,
//! however that comes. And not by `std`, which for anything between copies the memory's tables, and
//! throws them away: that costs more than all else about a small program.
#![expect(unsafe_code, reason = "code between the system's clone and exec")]

use std::ffi::{CString, OsString, c_char, c_int, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicI32, Ordering};

use super::environment;
use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitOptions, chdir, getpid, getppid, set_parent_process_death_signal, setsid, waitpid,
};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};

/// The child's stack, in units of 16 bytes, by which stacks are aligned: it makes a few calls.
const STACK: usize = (64 << 10) / 16;

/// What is started.
pub struct Launch<'a> {
    /// An absolute path.
    pub program: &'a Path,
    /// Without the program.
    pub arguments: Vec<OsString>,
    /// Where it works.
    pub folder: &'a Path,
}

/// Starts a program. It has a session of its own, so that it hears no signal that is sent to another one; its
/// standard input is `input`, its standard output and standard error are `output`. When the calling thread ends,
/// it is killed.
///
/// # Errors
/// If the system does not start it: with what `clone`, `chdir` or `execve` say.
pub fn start(launch: Launch<'_>, input: impl AsFd, output: impl AsFd) -> io::Result<Pid> {
    let texts = Texts::of(launch)?;
    let child = Child {
        program: texts.program.as_ptr(),
        arguments: pointers(&texts.arguments),
        environment: pointers(&texts.environment),
        folder: &texts.folder,
        input: input.as_fd(),
        output: output.as_fd(),
        parent: getpid(),
        failed: AtomicI32::new(0),
    };
    let pid = child.born()?;
    match child.failed.load(Ordering::SeqCst) {
        0 => Ok(pid),
        errno => {
            let _status = rustix::io::retry_on_intr(|| waitpid(Some(pid), WaitOptions::empty()));
            Err(io::Error::from_raw_os_error(errno))
        }
    }
}

/// What the program is told, as C has it.
struct Texts {
    program: CString,
    arguments: Vec<CString>,
    environment: Vec<CString>,
    folder: CString,
}

impl Texts {
    fn of(launch: Launch<'_>) -> io::Result<Self> {
        let program = CString::new(launch.program.as_os_str().as_bytes())?;
        let rest = launch.arguments.into_iter().map(|argument| CString::new(argument.into_vec()));
        let arguments = std::iter::once(Ok(program.clone())).chain(rest).collect::<Result<_, _>>()?;
        let variable = |(mut name, value): (OsString, OsString)| {
            name.push("=");
            name.push(value);
            CString::new(name.into_vec())
        };
        let environment = environment::of_programs().map(variable).collect::<Result<_, _>>()?;
        let folder = CString::new(launch.folder.as_os_str().as_bytes())?;
        Ok(Self { program, arguments, environment, folder })
    }
}

/// With the null pointer that ends such lists.
fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    texts.iter().map(|text| text.as_ptr()).chain([null()]).collect()
}

/// What the child needs: it must neither take memory nor a lock.
struct Child<'a> {
    program: *const c_char,
    arguments: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    folder: &'a CString,
    input: BorrowedFd<'a>,
    output: BorrowedFd<'a>,
    parent: Pid,
    /// The system's number of what went wrong.
    failed: AtomicI32,
}

impl Child<'_> {
    /// Makes the process, and returns when it is the program or has failed.
    fn born(&self) -> io::Result<Pid> {
        let mut stack = Vec::<MaybeUninit<u128>>::with_capacity(STACK);
        // SAFETY: one past the end of what was allocated. Stacks grow downwards.
        let top = unsafe { stack.as_mut_ptr().add(STACK) };
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        let blocked = Blocked::all();
        // SAFETY: this thread waits until the child does not use the memory any more, so that `self` and the
        // stack live for as long as it does. It has a stack of its own, and makes calls of the system only.
        // No handler of this process runs in it: signals are blocked until there are none.
        let pid =
            unsafe { libc::clone(child, top.cast(), flags, std::ptr::from_ref(self).cast_mut().cast()) };
        let failed = io::Error::last_os_error();
        drop(blocked);
        Pid::from_raw(pid.max(0)).ok_or(failed)
    }

    /// Becomes the program; returns only why not.
    fn become_program(&self) -> Errno {
        if let Err(error) = self.arrange() {
            return error;
        }
        let (arguments, environment) = (self.arguments.as_ptr(), self.environment.as_ptr());
        // SAFETY: texts that end in NUL, and lists that end in a null pointer.
        unsafe { libc::execve(self.program, arguments, environment) };
        // SAFETY: this thread's own error number, which is always there.
        Errno::from_raw_os_error(unsafe { *libc::__errno_location() })
    }

    fn arrange(&self) -> Result<(), Errno> {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // gone in between: nobody would be left to tell the kernel
        if getppid() != Some(self.parent) {
            return Err(Errno::INTR);
        }
        setsid()?;
        chdir(self.folder.as_c_str())?;
        dup2_stdin(self.input)?;
        dup2_stdout(self.output)?;
        dup2_stderr(self.output)?;
        forget_handlers();
        unblock();
        Ok(())
    }
}

/// The child's first and last function.
extern "C" fn child(this: *mut c_void) -> c_int {
    // SAFETY: `born` gives a `Child` that lives, and that nobody changes meanwhile.
    let this = unsafe { &*this.cast::<Child<'_>>() };
    this.failed.store(this.become_program().raw_os_error(), Ordering::SeqCst);
    // SAFETY: ends the child alone, and runs nothing of this process's.
    unsafe { libc::_exit(127) }
}

/// In the child: what this process hears is not the program's. Signals that are ignored stay so, but for
/// the one that Rust ignores in every program of its own.
fn forget_handlers() {
    for signal in 1..=libc::SIGRTMAX() {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: there is room for the action, of which every bit pattern is one. Numbers that are no
        // signals for programs are refused.
        unsafe {
            if libc::sigaction(signal, null(), action.as_mut_ptr()) != 0 {
                continue;
            }
            let handler = (*action.as_ptr()).sa_sigaction;
            if handler != libc::SIG_DFL && (handler != libc::SIG_IGN || signal == libc::SIGPIPE) {
                (*action.as_mut_ptr()).sa_sigaction = libc::SIG_DFL;
                libc::sigaction(signal, action.as_ptr(), null_mut());
            }
        }
    }
}

/// In the child: nothing is blocked.
fn unblock() {
    let mut none = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: there is room for the set.
    unsafe {
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), null_mut());
    }
}

/// All signals of this thread, kept until this is dropped.
struct Blocked(libc::sigset_t);

impl Blocked {
    fn all() -> Self {
        let mut all = MaybeUninit::<libc::sigset_t>::zeroed();
        let mut before = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: there is room for both sets, of which every bit pattern is one.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), before.as_mut_ptr());
            Self(before.assume_init())
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the set is the one that was in force before.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.0, null_mut()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Read;
    use std::os::fd::AsRawFd;

    fn started(program: &str, arguments: &[&str], folder: &Path, output: impl AsFd) -> io::Result<Pid> {
        let arguments = arguments.iter().map(OsString::from).collect();
        let launch = Launch { program: Path::new(program), arguments, folder };
        start(launch, File::open("/dev/null").unwrap(), output)
    }

    fn said(script: &str, folder: &Path) -> String {
        let (mut reader, writer) = io::pipe().unwrap();
        let pid = started("/bin/sh", &["-c", script, "sh", "one two", ""], folder, &writer).unwrap();
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        waitpid(Some(pid), WaitOptions::empty()).unwrap();
        text
    }

    #[test]
    fn it_has_its_arguments_folder_environment_and_nothing_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        let ours = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 100).unwrap();
        assert_eq!(
            said("echo $# \"$1\"; pwd -P", folder.path()).lines().collect::<Vec<_>>(),
            ["2 one two", folder.path().canonicalize().unwrap().to_str().unwrap()]
        );
        let path = std::env::var("PATH").unwrap();
        assert_eq!(said("echo \"$PATH\"; echo error >&2; cat", folder.path()), format!("{path}\nerror\n"));
        let open = said("ls /proc/self/fd", folder.path());
        assert!(open.lines().any(|number| number == "2"), "{open}");
        assert!(open.lines().all(|number| number != ours.as_raw_fd().to_string()), "{open}");
    }

    #[test]
    fn signals_are_neither_blocked_nor_ours() {
        let heard = std::sync::Arc::<std::sync::atomic::AtomicBool>::default();
        signal_hook::flag::register(signal_hook::consts::SIGUSR2, heard).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let status = said("grep -E '^Sig(Blk|Cgt)|^SigIgn' /proc/self/status", folder.path());
        let bits = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            u64::from_str_radix(line.trim(), 16).unwrap()
        };
        let bit = |signal: c_int| 1_u64 << (signal - 1);
        assert_eq!((bits("SigBlk:"), bits("SigCgt:") & bit(libc::SIGUSR2)), (0, 0));
        assert_eq!(bits("SigIgn:") & bit(libc::SIGPIPE), 0);
        assert_eq!(blocked_here(), 0, "and here as before");
    }

    fn blocked_here() -> u64 {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap()
    }

    #[test]
    fn what_the_system_refuses_is_told_and_leaves_no_process() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |program: &str, folder: &Path, argument: &str| {
            let error = started(program, &[argument], folder, io::stderr()).unwrap_err();
            Errno::from_io_error(&error)
        };
        assert_eq!(refused("/no/such/program", folder.path(), ""), Some(Errno::NOENT));
        assert_eq!(refused("/dev/null", folder.path(), ""), Some(Errno::ACCESS));
        assert_eq!(refused("/bin/sh", Path::new("/no/such/folder"), ""), Some(Errno::NOENT));
        assert_eq!(refused("/bin/sh", folder.path(), &"x".repeat(1 << 20)), Some(Errno::TOOBIG));
        assert_eq!(refused("/bin/sh", folder.path(), "a\0b"), None);
    }
}
