//! Paths in a configuration: `~` and `${VAR}` expanded, relative ones from the file's own folder.

use std::path::{Component, Path, PathBuf};

/// Why a path cannot be expanded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The environment has no such variable.
    #[error("the environment variable {0} is not set")]
    Unset(String),
    /// `${` without its end.
    #[error("\"${{\" has no closing \"}}\"")]
    Open,
    /// `$NAME`, as in a shell.
    #[error("\"${0}\" is not replaced, since no shell reads it: write ${{{0}}}")]
    Bare(String),
    /// `~name`, as in a shell.
    #[error(
        "\"~{0}\" is not replaced, only ~ alone and before a slash, your own home folder: write the folder out"
    )]
    OtherHome(String),
    /// Nothing is left of it.
    #[error("the path is empty")]
    Empty,
}

/// What paths are expanded with.
pub struct Paths<'a> {
    /// The configuration, absolute.
    pub file: &'a Path,
    /// The environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

impl Paths<'_> {
    /// The configuration's folder.
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("/"))
    }

    /// The path that `text` stands for, absolute and without detours.
    pub fn resolve(&self, text: &str) -> Result<PathBuf, PathError> {
        all_replaced(text)?;
        let expanded = self.home(&self.expand(text)?)?;
        if expanded.is_empty() {
            return Err(PathError::Empty);
        }
        Ok(without_detours(&self.folder().join(expanded)))
    }

    /// `text` with every `${VAR}` replaced; a `$` without a brace stays.
    pub fn expand(&self, text: &str) -> Result<String, PathError> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or(PathError::Open)?;
            expanded.push_str(before);
            expanded.push_str(&self.lookup(name)?);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    /// `text` with a leading `~` replaced.
    fn home(&self, text: &str) -> Result<String, PathError> {
        match text.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => Ok(self.lookup("HOME")? + rest),
            _ => Ok(text.to_owned()),
        }
    }

    /// The value of an environment variable.
    pub fn lookup(&self, name: &str) -> Result<String, PathError> {
        (self.variable)(name).ok_or_else(|| PathError::Unset(name.to_owned()))
    }
}

/// Proves that nothing in a path is meant for a shell, which would replace it: a name behind `$` that is a whole part
/// of it, or somebody's home folder.
pub fn all_replaced(path: &str) -> Result<(), PathError> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let mut parts = path.split('/');
    if let Some(name) = parts.clone().find_map(|part| part.strip_prefix('$').filter(|name| is_name(name))) {
        return Err(PathError::Bare(name.to_owned()));
    }
    match (parts.next().and_then(|first| first.strip_prefix('~')), parts.next()) {
        (Some(name), Some(_)) if is_name(name) => Err(PathError::OtherHome(name.to_owned())),
        _ => Ok(()),
    }
}

/// The path without `.`, and without `..` where that leads back: behind a link it leads elsewhere.
pub fn without_detours(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match (part, straight.components().next_back()) {
            (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) if !straight.is_symlink() => {
                straight.pop();
            }
            _ => straight.push(part),
        }
    }
    straight
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn resolved(text: &str) -> Result<String, PathError> {
        let variable = |name: &str| match name {
            "HOME" => Some("/home/ada".to_owned()),
            "PROJECT" => Some("rv74".to_owned()),
            "NONE" => Some(String::new()),
            _ => None,
        };
        let paths = Paths { file: Path::new("/work/c.toml"), variable: &variable };
        paths.resolve(text).map(|path| path.display().to_string())
    }

    #[test]
    fn paths_are_expanded() {
        for (text, path) in [
            ("a/b.nc", "/work/a/b.nc"),
            ("../out/./b.nc", "/out/b.nc"),
            ("/a/b.nc", "/a/b.nc"),
            ("~", "/home/ada"),
            ("~/a", "/home/ada/a"),
            ("a~b", "/work/a~b"),
            ("~other", "/work/~other"),
            ("a/~other/b", "/work/a/~other/b"),
            ("/g/data/${PROJECT}/${PROJECT}x", "/g/data/rv74/rv74x"),
            ("a$PROJECT/$1/{version}/%Y", "/work/a$PROJECT/$1/{version}/%Y"),
        ] {
            assert_eq!(resolved(text).as_deref(), Ok(path), "{text}");
        }
    }

    #[test]
    fn the_way_back_from_a_link_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        std::fs::create_dir_all(here.join("far/away")).unwrap();
        symlink("far/away", here.join("link")).unwrap();
        assert_eq!(without_detours(&here.join("far/away/../../x")), here.join("x"));
        assert_eq!(without_detours(&here.join("link/../x")), here.join("link/../x"));
        assert_eq!(without_detours(&here.join("link/../../x")), here.join("link/../../x"));
        assert_eq!(without_detours(Path::new("/a/b/../../../x/.")), Path::new("/x"));
    }

    #[test]
    fn what_cannot_be_expanded_is_named() {
        assert_eq!(resolved("/a/${SHORE}"), Err(PathError::Unset("SHORE".into())));
        assert_eq!(resolved("/a/${SHORE"), Err(PathError::Open));
        assert_eq!(resolved("${NONE}"), Err(PathError::Empty));
        for path in ["$PROJECT/a", "/scratch/$PROJECT/a", "/scratch/$PROJECT", "$PROJECT"] {
            assert_eq!(resolved(path), Err(PathError::Bare("PROJECT".into())), "{path}");
        }
        assert_eq!(resolved("~nobody/x"), Err(PathError::OtherHome("nobody".into())));
    }
}
