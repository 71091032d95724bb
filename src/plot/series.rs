//! What is drawn: the time series of one variable, one line a region. Plain values; where they come
//! from is `load`'s, what becomes of them `draw`'s and `table`'s.

use dayfold_ncio::time::Calendar;

use super::zone::Zone;

/// One variable of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The variable's name.
    pub variable: String,
    /// What it is, in words; the name where the file does not say.
    pub long_name: String,
    /// Empty where the file does not say.
    pub units: String,
    /// What the values are, in sentences; empty where the file does not say.
    pub comment: String,
    /// The dimension that the lines are along; `None` where they are regions.
    pub lines_are: Option<String>,
    /// Seconds since 1970 of their calendar, ascending.
    pub times: Vec<i64>,
    /// In which times are counted.
    pub calendar: Calendar,
    /// One a region, in the file's order.
    pub lines: Vec<Line>,
}

/// The values of one region.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The region.
    pub name: String,
    /// As many as there are times; NaN is missing.
    pub values: Vec<f64>,
}

impl Series {
    /// Only the lines of these names, in the order asked for; an unknown name is the error.
    pub fn select(&self, names: &[String]) -> Result<Self, String> {
        let line =
            |name: &String| self.lines.iter().find(|line| line.name == *name).cloned().ok_or(name.clone());
        let lines = names.iter().map(line).collect::<Result<_, _>>()?;
        Ok(Self { lines, ..self.clone() })
    }

    /// The variable with its units, as an axis or a column says it.
    pub fn quantity(&self) -> String {
        if self.units.is_empty() {
            self.variable.clone()
        } else {
            format!("{} ({})", self.variable, self.units)
        }
    }

    /// The lowest and the highest value of all; `None` where all are missing.
    pub fn extremes(&self) -> Option<(f64, f64)> {
        let values = self.lines.iter().flat_map(|line| &line.values).filter(|value| value.is_finite());
        values.fold(None, |extremes, &value| match extremes {
            None => Some((value, value)),
            Some((low, high)) => Some((value.min(low), value.max(high))),
        })
    }

    /// What a line is.
    pub fn lines_are(&self) -> &str {
        self.lines_are.as_deref().unwrap_or("region")
    }

    /// Whether any value is missing.
    pub fn has_gaps(&self) -> bool {
        self.lines.iter().any(|line| line.values.iter().any(|value| !value.is_finite()))
    }

    /// The mean of each day of a time zone, at its noon; missing values do not count.
    pub fn daily_means(&self, zone: &Zone) -> Self {
        let noons: Vec<i64> = self.times.iter().map(|&time| zone.noon(time)).collect();
        let times = noons.chunk_by(|a, b| a == b).filter_map(|day| day.first().copied()).collect();
        let lines = self
            .lines
            .iter()
            .map(|line| Line { name: line.name.clone(), values: means(&noons, &line.values) });
        Self { times, lines: lines.collect(), ..self.clone() }
    }

    /// A line in pieces: it breaks at missing values and at gaps between the times.
    pub fn pieces(&self, line: &Line) -> Vec<Vec<(f64, f64)>> {
        let longest = 2 * self.usual_step();
        let points: Vec<(i64, f64)> = self.times.iter().copied().zip(line.values.iter().copied()).collect();
        points
            .chunk_by(|a, b| a.1.is_finite() && b.1.is_finite() && b.0 - a.0 <= longest)
            .filter(|piece| piece[0].1.is_finite())
            .map(|piece| piece.iter().map(|&(time, value)| (time as f64, value)).collect())
            .collect()
    }

    /// The median of what lies between one time and the next.
    fn usual_step(&self) -> i64 {
        let mut steps: Vec<i64> = self.times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        steps.sort_unstable();
        steps.get(steps.len() / 2).copied().unwrap_or(0)
    }
}

/// The mean of each run of equal days.
fn means(days: &[i64], values: &[f64]) -> Vec<f64> {
    let mut rest = values;
    let chunks = days.chunk_by(|a, b| a == b).map(|chunk| {
        let (day, later) = rest.split_at(chunk.len().min(rest.len()));
        rest = later;
        mean(day)
    });
    chunks.collect()
}

/// The mean of what is not missing.
pub fn mean(values: &[f64]) -> f64 {
    let (sum, count) = values
        .iter()
        .filter(|value| value.is_finite())
        .fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    sum / f64::from(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: f64 = f64::NAN;

    fn series(times: &[i64], values: &[f64]) -> Series {
        Series {
            variable: "x".into(),
            long_name: "x".into(),
            units: String::new(),
            comment: String::new(),
            lines_are: None,
            times: times.to_vec(),
            calendar: Calendar::Standard,
            lines: vec![Line { name: "here".into(), values: values.to_vec() }],
        }
    }

    #[test]
    fn a_line_breaks_at_missing_values_and_at_gaps() {
        let series = series(&[0, 10, 20, 30, 40, 90, 100], &[1.0, 2.0, GAP, 3.0, 4.0, 5.0, GAP]);
        let pieces = series.pieces(&series.lines[0]);
        assert_eq!(
            pieces,
            [vec![(0.0, 1.0), (10.0, 2.0)], vec![(30.0, 3.0), (40.0, 4.0)], vec![(90.0, 5.0)]]
        );
    }

    #[test]
    fn daily_means_leave_out_what_is_missing() {
        const DAY: i64 = 86_400;
        let series = series(&[0, 40_000, 86_400, 90_000, 5 * DAY], &[1.0, 3.0, GAP, 7.0, GAP]);
        let daily = series.daily_means(&"UTC".parse().unwrap());
        assert_eq!(daily.times, [DAY / 2, 3 * DAY / 2, 11 * DAY / 2]);
        let values = &daily.lines[0].values;
        assert_eq!(values[..2], [2.0, 7.0]);
        assert!(values[2].is_nan() && series.has_gaps());
    }

    #[test]
    fn days_are_those_of_the_zone() {
        // from 16:00 to 04:00 UTC by steps of 4 hours: in Brisbane one day, from 02:00 to 14:00
        let times: Vec<i64> = (4..8).map(|step| step * 14_400).collect();
        let series = series(&times, &[1.0, 2.0, 3.0, 6.0]);
        assert_eq!(series.daily_means(&"UTC".parse().unwrap()).lines[0].values, [1.5, 4.5]);
        let local = series.daily_means(&"Australia/Brisbane".parse().unwrap());
        assert_eq!((local.times, local.lines[0].values.clone()), (vec![26 * 3600], vec![3.0]));
    }

    #[test]
    fn extremes_are_of_values_only() {
        assert_eq!(series(&[0, 1, 2], &[GAP, 3.0, -1.0]).extremes(), Some((-1.0, 3.0)));
        assert_eq!(series(&[0], &[GAP]).extremes(), None);
    }

    #[test]
    fn lines_are_selected_by_name() {
        let series = series(&[0], &[1.0]);
        assert_eq!(series.select(&["here".into()]).unwrap(), series);
        assert_eq!(series.select(&["there".into()]), Err("there".into()));
    }
}
