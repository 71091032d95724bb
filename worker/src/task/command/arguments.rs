//! From arguments with placeholders to those of one group.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use dayfold_contract::command::{Argument, Piece, Placeholder};

use super::error::CommandError;

/// The arguments after the program.
#[derive(Debug)]
pub struct Arguments(Vec<Argument>);

/// What placeholders stand for in one group.
pub struct Filling<'a> {
    /// `{group}`.
    pub group: &'a str,
    /// `{files}`, absolute.
    pub files: Vec<PathBuf>,
    /// `{list}`.
    pub list: PathBuf,
    /// `{list0}`.
    pub list0: PathBuf,
    /// `{output}`.
    pub output: PathBuf,
    /// `{root}`.
    pub root: &'a Path,
}

/// The program as it is named, with the environment put in, and its arguments.
pub fn read(command: &[String]) -> Result<(OsString, Arguments), CommandError> {
    let parsed: Result<Vec<_>, _> = command.iter().map(|text| Argument::parse(text)).collect();
    let mut arguments = parsed?.into_iter();
    let program = arguments.next().unwrap_or_default();
    let constant = |_| OsString::new();
    Ok((put_together(&program, constant)?, Arguments(arguments.collect())))
}

impl Arguments {
    fn want(&self, placeholder: Placeholder) -> bool {
        self.0.iter().any(|argument| argument.has(placeholder))
    }

    /// Writes the lists that they name.
    pub fn write_lists(&self, filling: &Filling<'_>) -> Result<(), CommandError> {
        if self.want(Placeholder::List) {
            let is_two_lines = |file: &&PathBuf| file.as_os_str().as_bytes().contains(&b'\n');
            if let Some(file) = filling.files.iter().find(is_two_lines) {
                return Err(CommandError::LineBreak(file.clone()));
            }
            filling.write_list(&filling.list, b"\n")?;
        }
        if self.want(Placeholder::List0) {
            filling.write_list(&filling.list0, b"\0")?;
        }
        Ok(())
    }

    /// As the program gets them.
    pub fn fill(&self, filling: &Filling<'_>) -> Result<Vec<OsString>, CommandError> {
        let mut filled = Vec::new();
        for argument in &self.0 {
            if argument.has(Placeholder::Files) {
                filled.extend(filling.files.iter().map(OsString::from));
            } else {
                filled.push(put_together(argument, |placeholder| filling.value(placeholder))?);
            }
        }
        Ok(filled)
    }
}

impl Filling<'_> {
    /// Writes a list of the files, each followed by `end`.
    fn write_list(&self, path: &Path, end: &[u8]) -> Result<(), CommandError> {
        let write = || {
            let mut list = BufWriter::new(File::create(path)?);
            for file in &self.files {
                list.write_all(file.as_os_str().as_bytes())?;
                list.write_all(end)?;
            }
            list.flush()
        };
        write().map_err(CommandError::at(path))
    }

    fn value(&self, placeholder: Placeholder) -> OsString {
        match placeholder {
            Placeholder::Group => self.group.into(),
            Placeholder::List => self.list.clone().into(),
            Placeholder::List0 => self.list0.clone().into(),
            Placeholder::Output => self.output.clone().into(),
            Placeholder::Root => self.root.into(),
            // many arguments, not a part of one: see `Arguments::fill`
            Placeholder::Files => OsString::new(),
        }
    }
}

fn put_together(
    argument: &Argument,
    value: impl Fn(Placeholder) -> OsString,
) -> Result<OsString, CommandError> {
    let mut whole = OsString::new();
    for piece in argument.pieces() {
        match piece {
            Piece::Text(text) => whole.push(text),
            Piece::Placeholder(placeholder) => whole.push(value(*placeholder)),
            Piece::Variable(name) => {
                let unset = || CommandError::Unset(name.clone());
                whole.push(std::env::var_os(name).ok_or_else(unset)?);
            }
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(command: &[&str], files: &[&str]) -> Vec<OsString> {
        let filling = Filling {
            group: "2022-02-01",
            files: files.iter().map(|file| Path::new("/archive").join(file)).collect(),
            list: "/w/files.txt".into(),
            list0: "/w/files.0".into(),
            output: "/w/output.nc".into(),
            root: Path::new("/archive"),
        };
        let command: Vec<String> = command.iter().map(|&text| text.to_owned()).collect();
        read(&command).unwrap().1.fill(&filling).unwrap()
    }

    #[test]
    fn files_are_arguments_of_their_own_in_their_place() {
        assert_eq!(
            filled(&["x", "{files}", "-o", "{output}"], &["a b.nc", "c.nc"]),
            ["/archive/a b.nc", "/archive/c.nc", "-o", "/w/output.nc"]
        );
        assert_eq!(filled(&["x", "{files}", "-"], &[]), ["-"]);
    }

    #[test]
    fn others_are_put_into_their_argument() {
        assert_eq!(
            filled(&["x", "--day={group}", "{root}/mask.nc", "@{list}", "", "{{}"], &[]),
            ["--day=2022-02-01", "/archive/mask.nc", "@/w/files.txt", "", "{}"]
        );
    }

    #[test]
    fn names_with_line_breaks_are_listed_with_nuls_and_refused_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let filling = Filling {
            group: "2022-02-01",
            files: vec!["/a/b.nc".into(), "/a/x\n/b.nc".into()],
            list: folder.path().join("files.txt"),
            list0: folder.path().join("files.0"),
            output: "/w/output.nc".into(),
            root: Path::new("/a"),
        };
        let arguments = |text: &str| read(&["x".to_owned(), text.to_owned()]).unwrap().1;
        let error = arguments("{list}").write_lists(&filling).unwrap_err().to_string();
        assert!(error.starts_with("\"/a/x\\n/b.nc\" has a line break in its name"), "{error}");
        arguments("{list0}").write_lists(&filling).unwrap();
        assert_eq!(dayfold_files::read(&filling.list0).unwrap(), b"/a/b.nc\0/a/x\n/b.nc\0");
        assert!(!filling.list.exists());
    }

    #[test]
    fn the_environment_is_put_in_and_what_it_lacks_is_named() {
        let path = std::env::var_os("PATH").unwrap();
        assert_eq!(filled(&["x", "${PATH}"], &[]), [path]);
        let error = read(&["${NO_SUCH_VARIABLE}/x".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "the environment variable NO_SUCH_VARIABLE is not set");
    }
}
