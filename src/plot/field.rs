//! A variable with more dimensions than can be lines, such as a field over time: what its values come to at each
//! time. Fields can be large: they are read a few times at a time.

use dayfold_ncio::raw::VariableSchema;

use super::PlotError;
use super::load::{Source, TIME};
use super::series::{Line, mean};

/// So many values are held at once.
const MOST_VALUES: usize = 4 << 20;

/// The mean, the lowest and the highest of all values at each time.
pub fn lines(source: &Source<'_>, variable: &VariableSchema, times: usize) -> Result<Vec<Line>, PlotError> {
    let file = source.file();
    let shape = file.schema().shape(variable);
    let axis = variable.axis(TIME).unwrap_or_default();
    let outer: usize = shape.iter().take(axis).product();
    let row = outer * shape.iter().skip(axis + 1).product::<usize>();
    let [mut means, mut lows, mut highs] = [(); 3].map(|()| Vec::with_capacity(times));
    let step = (MOST_VALUES / row.max(1)).max(1);
    for start in (0..times).step_by(step) {
        let range = start..(start + step).min(times);
        let length = range.len();
        let values = file.read_along(&variable.name, TIME, range)?.swap_axes(outer, length);
        let values = source.unpacked(variable, &values)?;
        for at in 0..length {
            let row = values.get(at * row..(at + 1) * row).unwrap_or_default();
            means.push(mean(row));
            lows.push(extreme(row, f64::min));
            highs.push(extreme(row, f64::max));
        }
    }
    let line = |name: &str, values| Line { name: name.to_owned(), values };
    Ok(vec![line("mean", means), line("lowest", lows), line("highest", highs)])
}

fn extreme(values: &[f64], of: fn(f64, f64) -> f64) -> f64 {
    values.iter().copied().filter(|value| value.is_finite()).reduce(of).unwrap_or(f64::NAN)
}
