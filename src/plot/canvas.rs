//! A picture in memory: drawn larger than it will be, made smaller with smooth edges, and encoded
//! as PNG. What is on it is `draw`'s.

use plotters::backend::BitMapBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters::style::{FontStyle, register_font};

/// How much larger it is drawn, each way.
pub const SCALE: u32 = 3;

/// The font of all text: it comes with the program, so that no system needs one.
pub const FONT: &str = "DejaVu Sans";

/// What can go wrong while drawing.
pub type DrawError = DrawingAreaErrorKind<<BitMapBackend<'static> as DrawingBackend>::ErrorType>;

/// Where is drawn, in units of a `SCALE`th of a pixel.
pub type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// A picture in red, green and blue bytes, row by row.
#[derive(Debug)]
pub struct Picture {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl Picture {
    /// A picture of this size, in pixels, of what `draw` draws.
    pub fn draw(
        width: u32,
        height: u32,
        draw: impl FnOnce(&Area<'_>) -> Result<(), DrawError>,
    ) -> Result<Self, DrawError> {
        // the font is sound: a failure would show as FontUnavailable where text is drawn
        let _ = register_font(FONT, FontStyle::Normal, dejavu::sans::regular());
        let _ = register_font(FONT, FontStyle::Bold, dejavu::sans::bold());
        let size = (width * SCALE, height * SCALE);
        let mut large = vec![u8::MAX; size.0 as usize * size.1 as usize * 3];
        let area = BitMapBackend::with_buffer(&mut large, size).into_drawing_area();
        draw(&area)?;
        area.present()?;
        drop(area);
        Ok(Self { width, height, bytes: shrink(&large, width as usize, SCALE as usize) })
    }

    /// As a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        encoder.write_header()?.write_image_data(&self.bytes)?;
        Ok(file)
    }
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

    #[test]
    fn squares_are_averaged_colour_by_colour() {
        // two squares of 2 by 2 pixels beside each other: one of four reds, one black
        let top = [200, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0];
        let bottom = [100, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(shrink(&[top, bottom].concat(), 2, 2), [100, 0, 1, 0, 0, 0]);
    }

    #[test]
    fn a_png_can_be_read_back() {
        let picture =
            Picture::draw(20, 10, |area| area.fill(&plotters::style::RGBColor(10, 20, 30))).unwrap();
        let file = picture.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (20, 10));
        assert!(pixels.chunks_exact(3).all(|pixel| pixel == [10, 20, 30]));
    }
}
