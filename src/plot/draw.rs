//! The chart: lines over time, one a region, with a legend beside them.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::types::RangedCoordf64;
use plotters::element::{Circle, DashedPathElement, PathElement};
use plotters::prelude::{Cartesian2d, DrawingBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use super::axis::TimeAxis;
use super::canvas::{Area, DrawError, Drawing, FONT, Failed, Format, SCALE, picture};
use super::series::{Line, Series};
use super::zone::Zone;

/// As many lines as can be told apart.
pub const MOST_LINES: usize = COLOURS.len();

/// Of a picture, pixels.
const SIZE: (u32, u32) = (1400, 700);
/// Marks on the time axis.
const MOST_TICKS: usize = 12;
/// What the titles take, pixels.
const HEAD: u32 = 84;
/// A line of the legend, pixels.
const ENTRY: i32 = 24;
/// The longest name that the legend shows whole, characters.
const LONGEST_NAME: usize = 28;

const TEXT: RGBColor = RGBColor(40, 40, 40);
const PALE_TEXT: RGBColor = RGBColor(110, 110, 110);
const AXIS: RGBColor = RGBColor(140, 140, 140);
const GRID: RGBColor = RGBColor(228, 228, 228);

/// Ten colours that most people can tell apart (Tableau's).
const COLOURS: [RGBColor; 10] = [
    RGBColor(31, 119, 180),
    RGBColor(255, 127, 14),
    RGBColor(44, 160, 44),
    RGBColor(214, 39, 40),
    RGBColor(148, 103, 189),
    RGBColor(140, 86, 75),
    RGBColor(227, 119, 194),
    RGBColor(127, 127, 127),
    RGBColor(188, 189, 34),
    RGBColor(23, 190, 207),
];

/// What is drawn.
#[derive(Debug)]
pub struct Chart<'a> {
    /// The lines, at most [`MOST_LINES`] of them, with at least one value.
    pub series: &'a Series,
    /// Lines for context: dashed, each in the colour of the line in the same place.
    pub dashed: Option<&'a Series>,
    /// What stands below the title.
    pub note: String,
    /// Whose days and hours the time axis has.
    pub zone: &'a Zone,
    /// How it is written.
    pub format: Format,
}

type Plane<'a, B> = ChartContext<'a, B, Cartesian2d<TimeAxis, RangedCoordf64>>;

impl Drawing for Chart<'_> {
    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), Failed<B>> {
        let (head, body) = area.split_vertically(HEAD * SCALE);
        let (plane, legend) = body.split_horizontally((SIZE.0 - self.legend_width()) * SCALE);
        self.titles(&head)?;
        self.plane(&plane)?;
        self.legend(&legend)
    }
}

impl Chart<'_> {
    /// The picture's file, with a label that is not seen.
    pub fn picture(&self, label: &str) -> Result<Vec<u8>, DrawError> {
        picture(self.format, SIZE, self, label)
    }

    fn titles<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), Failed<B>> {
        let title = style(22, FontStyle::Bold, &TEXT);
        area.draw_text(&shortened(&capitalised(&self.series.long_name), 90), &title, at(24, 18))?;
        area.draw_text(&shortened(&self.note, 150), &style(14, FontStyle::Normal, &PALE_TEXT), at(24, 52))
    }

    fn plane<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), Failed<B>> {
        let (first, last) = self.span();
        let (low, high) = self.values();
        let mut plane = ChartBuilder::on(area)
            .margin_right(16 * SCALE)
            .margin_left(16 * SCALE)
            .margin_bottom(8 * SCALE)
            .x_label_area_size(54 * SCALE)
            .y_label_area_size(76 * SCALE)
            .build_cartesian_2d(TimeAxis::new(first, last, MOST_TICKS, self.zone), low..high)?;
        mesh(&mut plane, &self.series.quantity(), &self.time_axis())?;
        if let Some(dashed) = self.dashed {
            each_line(dashed, |piece, colour| draw_dashed(&mut plane, piece, colour))?;
        }
        each_line(self.series, |piece, colour| draw_line(&mut plane, piece, colour, self.format))
    }

    /// From the first to the last time, never nothing.
    fn span(&self) -> (i64, i64) {
        let times = &self.series.times;
        let first = times.first().copied().unwrap_or(0);
        (first, times.last().copied().unwrap_or(0).max(first + 1))
    }

    /// What the axis of values spans: with zero where nothing is below, and a little room.
    fn values(&self) -> (f64, f64) {
        let extremes = [Some(self.series), self.dashed].into_iter().flatten().filter_map(Series::extremes);
        let (low, high) = extremes.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0.0, 1.0));
        let room = if high > low { 0.05 * (high - low) } else { high.abs().max(1.0) };
        if low >= 0.0 { (0.0, high + 0.05 * high.max(f64::MIN_POSITIVE)) } else { (low - room, high + room) }
    }

    /// The axis' title: years are not on the marks of short spans.
    fn time_axis(&self) -> String {
        let (first, last) = self.span();
        let years = (self.zone.date_time(first).year(), self.zone.date_time(last).year());
        if years.0 == years.1 {
            format!("{} ({})", years.0, self.zone)
        } else {
            format!("{} to {} ({})", years.0, years.1, self.zone)
        }
    }

    fn legend<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), Failed<B>> {
        let text = style(14, FontStyle::Normal, &TEXT).pos(Pos::new(HPos::Left, VPos::Center));
        let solid = self.series.lines.iter().zip(COLOURS);
        for ((line, colour), row) in solid.zip(0..) {
            let y = ENTRY / 2 + row * ENTRY;
            area.draw(&PathElement::new(vec![at(4, y), at(30, y)], stroke(colour, 3)))?;
            area.draw_text(&shortened(&line.name, LONGEST_NAME), &text, at(40, y))?;
        }
        let Some(dashed) = self.dashed else { return Ok(()) };
        let y = ENTRY + self.series.lines.len() as i32 * ENTRY;
        let sample = [at(4, y), at(30, y)].into_iter();
        area.draw(&DashedPathElement::new(sample, dash().0, dash().1, stroke(PALE_TEXT, 1)))?;
        area.draw_text(&dashed.variable, &text, at(40, y))
    }

    /// As wide as its longest entry, pixels.
    fn legend_width(&self) -> u32 {
        let names = self.series.lines.iter().map(|line| line.name.chars().count());
        60 + 8 * names.max().unwrap_or(0).clamp(8, LONGEST_NAME) as u32
    }
}

fn mesh<B: DrawingBackend>(plane: &mut Plane<'_, B>, values: &str, times: &str) -> Result<(), Failed<B>> {
    plane
        .configure_mesh()
        .light_line_style(plotters::style::TRANSPARENT)
        .bold_line_style(stroke(GRID, 1))
        .axis_style(stroke(AXIS, 1))
        .x_labels(MOST_TICKS)
        .y_labels(8)
        .y_label_formatter(&|value| tidy(*value))
        .label_style(style(14, FontStyle::Normal, &TEXT))
        .axis_desc_style(style(15, FontStyle::Normal, &TEXT))
        .x_desc(times)
        .y_desc(values)
        .set_all_tick_mark_size(5 * SCALE)
        .draw()
}

/// Calls `draw` with each unbroken piece of each line and the line's colour.
fn each_line<E>(
    series: &Series,
    mut draw: impl FnMut(&[(f64, f64)], RGBColor) -> Result<(), E>,
) -> Result<(), E> {
    let pieces = |line: &Line| series.pieces(line);
    for (line, colour) in series.lines.iter().zip(COLOURS) {
        pieces(line).iter().try_for_each(|piece| draw(piece, colour))?;
    }
    Ok(())
}

/// With round joints: as one polygon, steep peaks would get spikes, but for SVG, which is told to round them.
fn draw_line<B: DrawingBackend>(
    plane: &mut Plane<'_, B>,
    piece: &[(f64, f64)],
    colour: RGBColor,
    format: Format,
) -> Result<(), Failed<B>> {
    // a value alone would not show as a joint
    if piece.len() == 1 {
        plane.draw_series(piece.iter().map(|point| Circle::new(*point, 2 * SCALE, colour.filled())))?;
    } else if format == Format::Svg {
        plane.draw_series([PathElement::new(piece.to_vec(), stroke(colour, 2))])?;
    } else {
        let segments = piece.windows(2).map(|pair| PathElement::new(pair.to_vec(), stroke(colour, 2)));
        plane.draw_series(segments)?;
        plane.draw_series(piece.iter().map(|point| Circle::new(*point, SCALE, colour.filled())))?;
    }
    Ok(())
}

fn draw_dashed<B: DrawingBackend>(
    plane: &mut Plane<'_, B>,
    piece: &[(f64, f64)],
    colour: RGBColor,
) -> Result<(), Failed<B>> {
    let style = ShapeStyle { color: colour.mix(0.6), ..stroke(colour, 1) };
    plane.draw_series([DashedPathElement::new(piece.iter().copied(), dash().0, dash().1, style)])?;
    Ok(())
}

/// The lengths of a dash and of the space behind it.
fn dash() -> (u32, u32) {
    (6 * SCALE, 4 * SCALE)
}

fn stroke(colour: RGBColor, pixels: u32) -> ShapeStyle {
    colour.stroke_width(pixels * SCALE)
}

fn style(pixels: u32, weight: FontStyle, colour: &'static RGBColor) -> TextStyle<'static> {
    TextStyle::from(FontDesc::new(FontFamily::Name(FONT), f64::from(pixels * SCALE), weight)).color(colour)
}

/// A place in pixels.
fn at(x: i32, y: i32) -> (i32, i32) {
    (x * SCALE as i32, y * SCALE as i32)
}

/// As the head of a picture: long names in files often begin small.
fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// A mark's number without needless digits.
fn tidy(value: f64) -> String {
    let rounded = format!("{value:.6}");
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_have_no_needless_digits() {
        assert_eq!([0.0, 50.0, 0.25, -1.5].map(tidy), ["0", "50", "0.25", "-1.5"]);
    }

    #[test]
    fn titles_begin_large() {
        assert_eq!(["mean power", "Power", "über", ""].map(capitalised), ["Mean power", "Power", "Über", ""]);
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(shortened("Überall", 7), "Überall");
        assert_eq!(shortened("Überall!", 7), "Überal…");
    }
}
