//! How the numbers of a variable stand for times, by all of its attributes, and decoding them.

use super::{CalendarUnits, Instant, TimeError, decode_in_any_calendar};
use crate::cf::{Attributes, Number, NumberType, Packing, Raw, Rule, with_raw};
use crate::dataset::{Attribute, DataType, Values};

/// What xarray and numpy write for a missing time (NaT), with no attribute that would say so.
const NOT_A_TIME: Number = Number::Integer(i64::MIN as i128);

/// How numbers stand for times in one variable of one file.
#[derive(Clone, Debug)]
pub struct Coding {
    stored: NumberType,
    rule: Rule,
    units: CalendarUnits,
}

impl Coding {
    /// As a variable's attributes say, and for units and a calendar that they do not name those of the coordinate
    /// whose cells the variable bounds, if it is such a variable (CF 1.11, chapter 7.1).
    ///
    /// # Errors
    /// Where it holds no numbers, its units are none of a time, or an attribute makes no sense.
    pub fn new(
        data_type: DataType,
        attributes: &[(String, Attribute)],
        bounded: Option<&[(String, Attribute)]>,
    ) -> Result<Self, TimeError> {
        let stored = data_type.number_type().ok_or_else(|| TimeError::NotNumbers(data_type.to_string()))?;
        let (own, bounded) = (Attributes::of(attributes), bounded.map(Attributes::of));
        let text = |name| own.text(name).or_else(|| bounded.as_ref()?.text(name));
        let units = text("units").ok_or(TimeError::NoUnits)?;
        let units = decode_in_any_calendar(units, text("calendar"))?;
        Ok(Self { stored, rule: Rule::new(stored, &own)?, units })
    }

    /// Its units and its calendar.
    pub fn units(&self) -> &CalendarUnits {
        &self.units
    }

    /// The times of a coordinate, of which none may be missing.
    ///
    /// # Errors
    /// As [`Self::decode`], and [`TimeError::Missing`].
    pub fn decode_all(&self, values: &Values) -> Result<Vec<Instant>, TimeError> {
        let there = |(index, instant): (usize, Option<Instant>)| instant.ok_or(TimeError::Missing(index));
        self.decode(values)?.into_iter().enumerate().map(there).collect()
    }

    /// The times that the variable's values stand for; `None` for missing ones.
    ///
    /// # Errors
    /// Where a number is infinite or stands for a time too far away.
    pub fn decode(&self, values: &Values) -> Result<Vec<Option<Instant>>, TimeError> {
        let Some(numbers) = values.to_numbers() else { return Ok(Vec::new()) };
        let Self { stored, rule, units } = self;
        with_raw!(rule.number_type, T => {
            // values of the stored type are all there in the type of the same size
            let numbers = numbers.into_iter().map(|number| number.reread(*stored, rule.number_type));
            let raw: Vec<T> = numbers.filter_map(T::equal_to).collect();
            decode_values(&raw, rule, |value| units.instant(value))
        })
    }
}

/// What `decode` makes of each value that is not missing. Integers that are not packed are given exactly, all others
/// as doubles.
pub(crate) fn decode_values<T: Raw, V>(
    raw: &[T],
    rule: &Rule,
    decode: impl Fn(Number) -> Result<V, TimeError>,
) -> Result<Vec<Option<V>>, TimeError> {
    let packing = Packing::<T>::new(rule);
    let decoded = raw.iter().map(|&raw| match (packing.unpack(raw), raw.to_number()) {
        (unpacked, _) if unpacked.is_nan() => Ok(None),
        (_, NOT_A_TIME) if T::TYPE == NumberType::I64 => Ok(None),
        (_, integer @ Number::Integer(_)) if rule.is_plain() => decode(integer).map(Some),
        (unpacked, _) => decode(Number::Float(unpacked)).map(Some),
    });
    decoded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coding(data_type: DataType, attributes: &[(&str, Attribute)]) -> Coding {
        let attributes: Vec<_> =
            attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Coding::new(data_type, &attributes, None).unwrap()
    }

    fn hours(values: &Values, attributes: &[(&str, Attribute)]) -> Vec<Option<f64>> {
        let units = [("units", "hours since 1970-01-01".into())];
        let coding = coding(values.data_type(), &[&units, attributes].concat());
        let instants = coding.decode(values).unwrap();
        instants.into_iter().map(|instant| instant.map(|instant| instant.seconds() / 3600.0)).collect()
    }

    /// The fill values of netcdf.h, which are missing unless the file names another; bytes have none.
    #[test]
    fn what_was_never_written_is_missing() {
        let fill = 9.969_209_968_386_869e36;
        let never_written = [
            Values::I16(vec![3, -32767]),
            Values::U16(vec![3, 65535]),
            Values::I32(vec![3, -2_147_483_647]),
            Values::U32(vec![3, 4_294_967_295]),
            Values::I64(vec![3, -9_223_372_036_854_775_806]),
            Values::U64(vec![3, 18_446_744_073_709_551_614]),
            Values::F32(vec![3.0, fill as f32]),
            Values::F64(vec![3.0, fill]),
        ];
        for values in never_written {
            assert_eq!(hours(&values, &[]), [Some(3.0), None], "{values:?}");
        }
        assert_eq!(hours(&Values::I8(vec![3, -127]), &[]), [Some(3.0), Some(-127.0)]);
        let other = [("_FillValue", Values::I16(vec![-1]).into())];
        assert_eq!(hours(&Values::I16(vec![-1, -32767]), &other), [None, Some(-32767.0)]);
    }

    #[test]
    fn fill_values_of_any_type_limits_and_nat_are_missing() {
        let values = Values::F64(vec![0.5, -1.0, f64::NAN]);
        assert_eq!(hours(&values, &[("_FillValue", Values::I16(vec![-1]).into())]), [Some(0.5), None, None]);
        assert_eq!(hours(&values, &[("missing_value", (-1.0).into())]), [Some(0.5), None, None]);
        assert_eq!(hours(&values, &[("valid_min", 0.0.into())]), [Some(0.5), None, None]);
        assert_eq!(hours(&Values::I64(vec![i64::MIN, 1]), &[]), [None, Some(1.0)]);
        // beside the fill value, and the same as a double
        let beside = coding(DataType::I64, &[("units", "ns since 1970-01-01".into())]);
        let beside = beside.decode(&Values::I64(vec![-9_223_372_036_854_775_805])).unwrap();
        assert_eq!(beside[0].unwrap().nanoseconds(), -9_223_372_036_854_775_805);
    }

    #[test]
    fn packed_times_and_those_without_a_sign_are_read() {
        let scale = [("scale_factor", 0.25.into()), ("add_offset", 1.0.into())];
        assert_eq!(hours(&Values::I32(vec![2, -2_147_483_647]), &scale), [Some(1.5), None]);
        let unsigned = [("_Unsigned", "true".into())];
        assert_eq!(hours(&Values::I16(vec![-2]), &unsigned), [Some(65534.0)]);
        assert_eq!(
            hours(&Values::I8(vec![-56]), &[("valid_max", Values::I16(vec![255]).into())]),
            [Some(200.0)]
        );
    }

    #[test]
    fn bounds_take_units_and_calendar_that_they_lack() {
        let attributes = |list: &[(&str, &str)]| {
            list.iter().map(|&(name, text)| (name.to_owned(), text.into())).collect::<Vec<_>>()
        };
        let time = attributes(&[("units", "days since 2001-01-01"), ("calendar", "360_day")]);
        let decode = |own: &[(&str, &str)]| {
            let coding = Coding::new(DataType::F64, &attributes(own), Some(&time)).unwrap();
            coding.decode(&Values::F64(vec![59.0])).unwrap()[0].unwrap().show(coding.units().calendar())
        };
        assert_eq!(decode(&[]), "2001-02-30T00:00:00 (360_day)");
        assert_eq!(decode(&[("units", "days since 2001-02-01")]), "2001-03-30T00:00:00 (360_day)");
        assert_eq!(decode(&[("calendar", "noleap")]), "2001-03-01T00:00:00 (noleap)");
    }

    #[test]
    fn what_is_no_time_is_told() {
        let error = |data_type, list: &[(&str, Attribute)]| {
            let attributes: Vec<_> =
                list.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            Coding::new(data_type, &attributes, None).unwrap_err().to_string()
        };
        assert!(error(DataType::F64, &[]).contains("no units"));
        assert_eq!(error(DataType::String, &[]), "it holds string: expected numbers");
        let scale = [("units", "days since 2001-01-01".into()), ("scale_factor", "0.1".into())];
        assert!(error(DataType::I16, &scale).contains("scale_factor is the text \"0.1\""));
    }
}
