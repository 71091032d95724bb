//! A series in a few lines of text, for a terminal.

use super::series::{Line, Series, mean};
use super::zone::Zone;

/// A row a line: mean, highest value and its time, how many values there are. Below, what the means are of.
pub fn table(series: &Series, zone: &Zone) -> String {
    let largest = series.extremes().map_or(0.0, |(low, high)| high.abs().max(low.abs()));
    let number = |value| written(value, largest);
    let unit =
        |what: &str| if series.units.is_empty() { what.into() } else { format!("{what} ({})", series.units) };
    let header = [
        series.lines_are().to_owned(),
        unit("mean"),
        unit("highest"),
        format!("at ({zone})"),
        "values".into(),
    ];
    let rows = series.lines.iter().map(|line| row(series, line, zone, number));
    let rows: Vec<[String; 5]> = std::iter::once(header).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3, 4].map(width);
    let table: String = rows.iter().map(|row| aligned(row, widths)).collect();
    table + &meaning(series)
}

/// What has to be known to read the means rightly.
fn meaning(series: &Series) -> String {
    let Series { variable, long_name, comment, .. } = series;
    let mut lines = vec![match series.has_gaps() {
        true => "mean: over the time steps that have a value (column values); missing ones, such as nights, do not \
                 count"
            .to_owned(),
        false => "mean: over all time steps".to_owned(),
    }];
    if long_name != variable {
        lines.push(format!("{variable}: {long_name}"));
    }
    if !comment.is_empty() {
        lines.push(comment.clone());
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Names to the left, numbers to the right.
fn aligned(row: &[String; 5], widths: [usize; 5]) -> String {
    let [name, mean, highest, at, count] = row;
    let [w0, w1, w2, w3, w4] = widths;
    format!("{name:<w0$}  {mean:>w1$}  {highest:>w2$}  {at:>w3$}  {count:>w4$}\n")
}

fn row(series: &Series, line: &Line, zone: &Zone, number: impl Fn(f64) -> String) -> [String; 5] {
    let present = series.times.iter().zip(&line.values).filter(|(_, value)| value.is_finite());
    let count = format!("{} of {}", present.clone().count(), line.values.len());
    match present.max_by(|a, b| a.1.total_cmp(b.1)) {
        Some((&time, &highest)) => {
            [line.name.clone(), number(mean(&line.values)), number(highest), zone.show(time), count]
        }
        None => [line.name.clone(), "-".into(), "-".into(), "-".into(), count],
    }
}

/// With about four digits where the value is the largest of its table, and as many decimals elsewhere.
fn written(value: f64, largest: f64) -> String {
    let decimals = match largest {
        size if size >= 1e6 || (size > 0.0 && size < 1e-3) => return format!("{value:.3e}"),
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        size if size >= 1.0 => 3,
        _ => 6,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_ncio::time::Calendar;

    #[test]
    fn columns_line_up() {
        let line = |name: &str, values: [f64; 3]| Line { name: name.into(), values: values.into() };
        let series = Series {
            variable: "actual".into(),
            long_name: "AC power".into(),
            units: "W".into(),
            comment: "Mean over cells.".into(),
            lines_are: None,
            times: vec![0, 600, 1200],
            calendar: Calendar::Standard,
            lines: vec![line("Überall", [f64::NAN, 200.0, 100.5]), line("Nowhere at all", [f64::NAN; 3])],
        };
        let expected = "\
region          mean (W)  highest (W)          at (UTC)  values
Überall            150.2        200.0  1970-01-01 00:10  2 of 3
Nowhere at all         -            -                 -  0 of 3
mean: over the time steps that have a value (column values); missing ones, such as nights, do not count
actual: AC power
Mean over cells.
";
        assert_eq!(table(&series, &"UTC".parse().unwrap()), expected);
    }

    #[test]
    fn numbers_of_a_table_have_the_same_decimals() {
        assert_eq!([0.5, 12.345, 250.04].map(|value| written(value, 250.04)), ["0.5", "12.3", "250.0"]);
        assert_eq!(written(0.123456, 0.9), "0.123456");
        assert_eq!(written(2.0e-4, 5.0e-4), "2.000e-4");
    }
}
