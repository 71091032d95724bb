//! Where the program is, and whether it can be started: told before any work, in words.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

/// Where programs are looked for if the environment does not say.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The kernel looks for an interpreter's name in so many bytes.
const FIRST_LINE: u64 = 256;

/// Why a program cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// A path to nothing.
    #[error("no such program: {}", .0.display())]
    NoSuch(PathBuf),
    /// A name that no folder has.
    #[error(
        "no such program: {name} is in no folder of PATH; one beside the configuration is named with its \
         folder, as in ./{name} (PATH is {path})"
    )]
    NotInPath {
        /// As given.
        name: String,
        /// Where it was looked for.
        path: String,
    },
    /// A folder, a device.
    #[error("{} is not a program: it is no regular file", .0.display())]
    NotAFile(PathBuf),
    /// Without the permission.
    #[error("{path} is not executable: allow it with `chmod +x {path}`", path = .0.display())]
    NotExecutable(PathBuf),
    /// `#!` with a program that is not there.
    #[error(
        "{} begins with #!{interpreter}, and there is no such program: correct its first line",
        path.display()
    )]
    NoInterpreter {
        /// The script.
        path: PathBuf,
        /// As in its first line.
        interpreter: String,
    },
    /// The file system does not let us look.
    #[error("cannot look at {}", path.display())]
    Unknown {
        /// The program.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// The path of a program: one with a slash is relative to `folder`, another is looked for in PATH.
pub fn find(program: &OsStr, folder: &Path) -> Result<PathBuf, ProgramError> {
    if !program.as_bytes().contains(&b'/') {
        return find_by_name(program, &std::env::var_os("PATH").unwrap_or_else(|| USUAL_PATH.into()));
    }
    let path = folder.join(program);
    check(&path)?;
    Ok(path)
}

/// The first that can be started; where there is none, what is wrong with the first that is there.
fn find_by_name(name: &OsStr, path: &OsStr) -> Result<PathBuf, ProgramError> {
    let not_there =
        || ProgramError::NotInPath { name: name.display().to_string(), path: path.display().to_string() };
    let mut wrong = None;
    for folder in std::env::split_paths(path) {
        let candidate = folder.join(name);
        match check(&candidate) {
            Ok(()) => return Ok(candidate),
            Err(error @ (ProgramError::NotExecutable(_) | ProgramError::NoInterpreter { .. })) => {
                wrong.get_or_insert(error);
            }
            Err(_) => {}
        }
    }
    Err(wrong.unwrap_or_else(not_there))
}

fn check(path: &Path) -> Result<(), ProgramError> {
    let unknown = |source| ProgramError::Unknown { path: path.to_owned(), source };
    let metadata = fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ProgramError::NoSuch(path.to_owned()),
        _ => unknown(source),
    })?;
    if !metadata.is_file() {
        return Err(ProgramError::NotAFile(path.to_owned()));
    }
    match access(path, Access::EXEC_OK) {
        Ok(()) => {}
        Err(rustix::io::Errno::ACCESS) => return Err(ProgramError::NotExecutable(path.to_owned())),
        Err(error) => return Err(unknown(error.into())),
    }
    match interpreter(path) {
        Some(interpreter) if !Path::new(&interpreter).exists() => {
            Err(ProgramError::NoInterpreter { path: path.to_owned(), interpreter })
        }
        _ => Ok(()),
    }
}

/// The program behind a script's `#!`, if it is given by an absolute path; nothing for what is no script, or cannot be read.
fn interpreter(path: &Path) -> Option<String> {
    let mut line = Vec::new();
    File::open(path).ok()?.take(FIRST_LINE).read_to_end(&mut line).ok()?;
    let line = line.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let name = String::from_utf8_lossy(line).split([' ', '\t']).find(|word| !word.is_empty())?.to_owned();
    name.starts_with('/').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    fn program(folder: &Path, name: &str, content: &str, mode: u32) {
        let mut file = File::create(folder.join(name)).unwrap();
        file.write_all(content.as_bytes()).unwrap();
        file.set_permissions(fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_path_starts_at_the_configuration_and_a_name_in_path() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "day.sh", "#!/bin/sh\n", 0o755);
        assert_eq!(find("./day.sh".as_ref(), folder.path()).unwrap(), folder.path().join("./day.sh"));
        assert!(find("sh".as_ref(), folder.path()).unwrap().is_absolute());
        let path = folder.path().as_os_str();
        assert_eq!(find_by_name("day.sh".as_ref(), path).unwrap(), folder.path().join("day.sh"));
    }

    #[test]
    fn what_cannot_be_started_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display().to_string();
        program(folder.path(), "plain.sh", "#!/bin/sh\n", 0o644);
        program(folder.path(), "old.py", "#! /usr/bin/python1 -s\n", 0o755);
        let said =
            |name: &str| find(name.as_ref(), folder.path()).unwrap_err().to_string().replace(&here, "DIR");
        assert_eq!(said("bin/x"), "no such program: DIR/bin/x");
        assert_eq!(
            said("./plain.sh"),
            "DIR/./plain.sh is not executable: allow it with `chmod +x DIR/./plain.sh`"
        );
        assert_eq!(
            said("./old.py"),
            "DIR/./old.py begins with #!/usr/bin/python1, and there is no such program: correct its first line"
        );
        assert_eq!(said("./"), "DIR/./ is not a program: it is no regular file");
        let by_name =
            |name: &str| find_by_name(name.as_ref(), folder.path().as_os_str()).unwrap_err().to_string();
        assert!(by_name("plain.sh").contains("is not executable"));
        assert!(
            by_name("cdo").starts_with("no such program: cdo is in no folder of PATH; "),
            "{}",
            by_name("cdo")
        );
    }
}
