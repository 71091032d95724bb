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

/// What editors elsewhere put before a text: the kernel does not see the `#!` behind it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

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
    /// A script from Windows: the carriage return is taken for a part of the interpreter's name.
    #[error(
        "{path} has the line ends of Windows (CR LF), so that the system looks for a program of the name \
         \"{interpreter}\\r\": convert it with `sed -i 's/\\r$//' {path}`",
        path = path.display()
    )]
    CarriageReturn {
        /// The script.
        path: PathBuf,
        /// Its first line, without `#!` and the carriage return.
        interpreter: String,
    },
    /// A text that does not say what runs it.
    #[error(
        "{} is a text that {found}, so the system cannot start it: begin its first line with #! and the program \
         that runs it, as in #!/bin/sh or #!/usr/bin/env python3",
        path.display()
    )]
    NoFirstLine {
        /// The script.
        path: PathBuf,
        /// How it begins.
        found: &'static str,
    },
    /// `#!/usr/bin/env` with a program that no folder has.
    #[error(
        "{} begins with #!{first_line}, and {name} is in no folder of PATH: correct its first line, or load \
         the module that has it",
        path.display()
    )]
    NotForEnv {
        /// The script.
        path: PathBuf,
        /// Its first line, without `#!`.
        first_line: String,
        /// What `env` looks for.
        name: String,
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
            Err(ProgramError::NoSuch(_) | ProgramError::NotAFile(_) | ProgramError::Unknown { .. }) => {}
            Err(error) => {
                wrong.get_or_insert(error);
            }
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
    check_first_line(path)
}

/// Whether the system can start a script; a program that is none, or that cannot be read, is its own business.
fn check_first_line(path: &Path) -> Result<(), ProgramError> {
    let Some(head) = head(path) else { return Ok(()) };
    let Some(line) = head.strip_prefix(b"#!") else {
        let no_first_line = |found| Err(ProgramError::NoFirstLine { path: path.to_owned(), found });
        return match &head[..] {
            [] => no_first_line("is empty"),
            text if text.starts_with(BYTE_ORDER_MARK) => no_first_line("begins with a byte order mark"),
            text if text.contains(&0) || text.starts_with(b"\x7fELF") => Ok(()),
            _ => no_first_line("does not begin with #!"),
        };
    };
    let line = line.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    if let Some(line) = line.strip_suffix('\r') {
        let interpreter = line.trim().to_owned();
        return Err(ProgramError::CarriageReturn { path: path.to_owned(), interpreter });
    }
    let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
    let Some(interpreter) = words.next() else {
        return Err(ProgramError::NoFirstLine { path: path.to_owned(), found: "names no program behind #!" });
    };
    if interpreter.starts_with('/') && !Path::new(interpreter).exists() {
        let interpreter = interpreter.to_owned();
        return Err(ProgramError::NoInterpreter { path: path.to_owned(), interpreter });
    }
    match words.find(|word| *word != "-S") {
        Some(name) if interpreter.ends_with("/env") && !is_known_to_env(name) => {
            Err(ProgramError::NotForEnv {
                path: path.to_owned(),
                first_line: line.trim().to_owned(),
                name: name.to_owned(),
            })
        }
        _ => Ok(()),
    }
}

/// Options and variables are left to `env`.
fn is_known_to_env(name: &str) -> bool {
    if name.starts_with('-') || name.contains(['=', '/']) {
        return true;
    }
    let path = std::env::var_os("PATH").unwrap_or_else(|| USUAL_PATH.into());
    std::env::split_paths(&path).any(|folder| folder.join(name).exists())
}

/// The first bytes of a file that can be read.
fn head(path: &Path) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path).ok()?.take(FIRST_LINE).read_to_end(&mut head).ok()?;
    Some(head)
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
        program(folder.path(), "windows.py", "#!/usr/bin/env python3 \r\nprint()\r\n", 0o755);
        assert_eq!(
            said("./windows.py"),
            "DIR/./windows.py has the line ends of Windows (CR LF), so that the system looks for a program of the \
             name \"/usr/bin/env python3\\r\": convert it with `sed -i 's/\\r$//' DIR/./windows.py`"
        );
        program(folder.path(), "env.py", "#!/usr/bin/env -S python1 -u\n", 0o755);
        assert_eq!(
            said("./env.py"),
            "DIR/./env.py begins with #!/usr/bin/env -S python1 -u, and python1 is in no folder of PATH: correct its \
             first line, or load the module that has it"
        );
        let by_name =
            |name: &str| find_by_name(name.as_ref(), folder.path().as_os_str()).unwrap_err().to_string();
        assert!(by_name("plain.sh").contains("is not executable"));
        assert!(
            by_name("cdo").starts_with("no such program: cdo is in no folder of PATH; "),
            "{}",
            by_name("cdo")
        );
    }

    #[test]
    fn a_text_that_names_no_interpreter_is_known_before_it_is_started() {
        let folder = tempfile::tempdir().unwrap();
        for (content, found) in [
            ("echo $1\n", "does not begin with #!"),
            ("", "is empty"),
            ("\u{feff}#!/bin/sh\n", "begins with a byte order mark"),
            ("#! \n", "names no program behind #!"),
        ] {
            program(folder.path(), "day.sh", content, 0o755);
            let said = find("./day.sh".as_ref(), folder.path()).unwrap_err().to_string();
            assert!(
                said.contains(&format!("is a text that {found}, so the system cannot start it")),
                "{said}"
            );
            assert!(find_by_name("day.sh".as_ref(), folder.path().as_os_str()).is_err(), "{content}");
        }
        // what the kernel itself says of anything else is its business
        for content in ["\u{7f}ELF", "MZ\0\0", "#!/bin/sh", "#!/usr/bin/env VARIABLE=1 sh\n"] {
            program(folder.path(), "day.sh", content, 0o755);
            assert!(find("./day.sh".as_ref(), folder.path()).is_ok(), "{content}");
        }
    }
}
