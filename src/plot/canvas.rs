//! A picture in memory, as PNG or SVG. What is on it is `draw`'s.
//!
//! A PNG is drawn larger than it will be and made smaller with smooth edges.

use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters::style::{FontStyle, register_font};

/// How much larger it is drawn, each way.
pub const SCALE: u32 = 3;

/// The font of all text: it comes with the program, so that no system needs one.
pub const FONT: &str = "DejaVu Sans";

/// What can go wrong while drawing on a backend.
pub type Failed<B> = DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>;

/// Where is drawn, in units of a `SCALE`th of a pixel.
pub type Area<B> = DrawingArea<B, Shift>;

/// The picture could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DrawError(String);

/// What is drawn, on whatever backend.
pub trait Drawing {
    /// Draws it.
    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), Failed<B>>;
}

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// In pixels.
    Png,
    /// In lines.
    Svg,
}

/// A file with a picture of this size, in pixels, and a label that is not seen.
pub fn picture(
    format: Format,
    (width, height): (u32, u32),
    drawing: &impl Drawing,
    label: &str,
) -> Result<Vec<u8>, DrawError> {
    // the font is sound: a failure would show as FontUnavailable where text is drawn
    let _ = register_font(FONT, FontStyle::Normal, dejavu::sans::regular());
    let _ = register_font(FONT, FontStyle::Bold, dejavu::sans::bold());
    match format {
        Format::Png => png(width, height, drawing, label),
        Format::Svg => svg(width, height, drawing, label).map(String::into_bytes),
    }
}

fn png(width: u32, height: u32, drawing: &impl Drawing, label: &str) -> Result<Vec<u8>, DrawError> {
    let size = (width * SCALE, height * SCALE);
    let mut large = vec![u8::MAX; size.0 as usize * size.1 as usize * 3];
    on(&BitMapBackend::with_buffer(&mut large, size).into_drawing_area(), drawing)?;
    let pixels = shrink(&large, width as usize, SCALE as usize);
    let encode = || {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        encoder.add_text_chunk("Comment".to_owned(), label.to_owned())?;
        encoder.write_header()?.write_image_data(&pixels)?;
        Ok::<_, png::EncodingError>(file)
    };
    encode().map_err(|error| DrawError(error.to_string()))
}

fn svg(width: u32, height: u32, drawing: &impl Drawing, label: &str) -> Result<String, DrawError> {
    let (wide, high) = (width * SCALE, height * SCALE);
    let mut text = String::new();
    on(&SVGBackend::with_string(&mut text, (wide, high)).into_drawing_area(), drawing)?;
    let (large, small) =
        (format!("width=\"{wide}\" height=\"{high}\""), format!("width=\"{width}\" height=\"{height}\""));
    // where the font is not there, another one without serifs is nearer than the viewer's choice
    let (font, fonts) = (format!("\"{FONT}\""), format!("\"{FONT}, Verdana, sans-serif\""));
    let text = text.replacen(&large, &small, 1).replace(&font, &fonts);
    let text = text.replace("<polyline ", "<polyline stroke-linejoin=\"round\" stroke-linecap=\"round\" ");
    Ok(text.replacen("</svg>", &format!("<!-- {label} -->\n</svg>"), 1))
}

fn on<B: DrawingBackend>(area: &Area<B>, drawing: &impl Drawing) -> Result<(), DrawError> {
    let drawn = drawing.draw(area).and_then(|()| area.present());
    drawn.map_err(|error| DrawError(error.to_string()))
}

/// The mean of each square of `scale` by `scale` pixels, of rows that become `width` long.
fn shrink(large: &[u8], width: usize, scale: usize) -> Vec<u8> {
    let row = width * scale * 3;
    let mut small = Vec::with_capacity(large.len() / (scale * scale));
    for rows in large.chunks_exact(row * scale) {
        let mut sums = vec![0_usize; width * 3];
        for row in rows.chunks_exact(row) {
            for (place, &byte) in row.iter().enumerate() {
                sums[place / 3 / scale * 3 + place % 3] += usize::from(byte);
            }
        }
        small.extend(sums.iter().map(|sum| (sum / (scale * scale)) as u8));
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain;

    impl Drawing for Plain {
        fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), Failed<B>> {
            area.fill(&plotters::style::RGBColor(10, 20, 30))
        }
    }

    #[test]
    fn squares_are_averaged_colour_by_colour() {
        // two squares of 2 by 2 pixels beside each other: one of four reds, one black
        let top = [200, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0];
        let bottom = [100, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(shrink(&[top, bottom].concat(), 2, 2), [100, 0, 1, 0, 0, 0]);
    }

    #[test]
    fn a_png_can_be_read_back() {
        let file = picture(Format::Png, (20, 10), &Plain, "label 1").unwrap();
        assert!(file.windows(7).any(|window| window == b"label 1"));
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (20, 10));
        assert!(pixels.chunks_exact(3).all(|pixel| pixel == [10, 20, 30]));
    }

    #[test]
    fn an_svg_has_its_size_and_its_label() {
        let file = String::from_utf8(picture(Format::Svg, (20, 10), &Plain, "label 1").unwrap()).unwrap();
        assert!(file.starts_with("<svg width=\"20\" height=\"10\" viewBox=\"0 0 60 30\""), "{file}");
        assert!(file.trim_end().ends_with("<!-- label 1 -->\n</svg>"), "{file}");
    }
}
