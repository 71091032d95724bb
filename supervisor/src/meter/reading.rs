//! Readings that know where they come from, and which of them decides.

/// A value and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<T> {
    /// What was read.
    pub value: T,
    /// Where, for people: a variable, a file, a system call.
    pub source: String,
}

/// All that was read of one limit. The smallest decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readings<T> {
    /// In the order in which they were looked for.
    pub all: Vec<Reading<T>>,
    /// What was there and could not be understood.
    pub warnings: Vec<String>,
}

impl<T: Ord> Readings<T> {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self { all: Vec::new(), warnings: Vec::new() }
    }

    /// Notes a reading.
    pub fn push(&mut self, value: T, source: impl Into<String>) {
        self.all.push(Reading { value, source: source.into() });
    }

    /// The smallest; of equals the one that was looked for first. `None` where nothing was read.
    pub fn deciding(&self) -> Option<&Reading<T>> {
        self.all.iter().min_by(|one, other| one.value.cmp(&other.value))
    }
}

impl<T: Ord> Default for Readings<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equals_the_first_decides() {
        let mut readings = Readings::new();
        assert_eq!(readings.deciding(), None);
        for (value, source) in [(8, "a"), (4, "b"), (4, "c")] {
            readings.push(value, source);
        }
        assert_eq!(readings.deciding().map(|reading| reading.source.as_str()), Some("b"));
    }
}
