//! Variables that do not vary along the dimension: their values are a fact.

use super::Fact;
use crate::dataset::Values;

/// So many texts are shown.
const SHOWN: usize = 3;

/// The values of a variable, in words and exactly.
pub(super) fn fact(variable: &str, values: &Values) -> Fact {
    let what = format!("the values of variable {variable:?}");
    Fact { what, value: in_words(values), exact: exact(values) }
}

/// Numbers that are equal are the same whatever their type, and zero has no sign.
fn exact(values: &Values) -> Vec<u8> {
    match values {
        Values::Strings(texts) => texts.iter().flat_map(|text| text.bytes().chain([0])).collect(),
        Values::Chars(bytes) => bytes.clone(),
        Values::I64(numbers) => numbers.iter().flat_map(|&number| of_integer(number.into())).collect(),
        Values::U64(numbers) => numbers.iter().flat_map(|&number| of_integer(number.into())).collect(),
        others => others.to_f64().unwrap_or_default().into_iter().flat_map(of_float).collect(),
    }
}

fn of_float(number: f64) -> [u8; 16] {
    if number.trunc() == number && number.abs() < 1e18 {
        return of_integer(number as i128);
    }
    let bits = if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() };
    // no integer of 64 bits looks like this
    ((1_u128 << 100) | u128::from(bits)).to_le_bytes()
}

fn of_integer(number: i128) -> [u8; 16] {
    number.to_le_bytes()
}

fn in_words(values: &Values) -> String {
    let shown = |texts: Vec<String>| match texts.len() {
        0 => "none".to_owned(),
        few if few <= SHOWN => texts.join(", "),
        many => format!("{}, ... ({many} in all)", texts.get(..SHOWN).unwrap_or_default().join(", ")),
    };
    match values {
        Values::Strings(texts) => shown(texts.iter().map(|text| format!("{text:?}")).collect()),
        Values::Chars(bytes) => format!("{:?}", String::from_utf8_lossy(bytes).trim_end_matches('\0')),
        numbers => of_numbers(&numbers.to_f64().unwrap_or_default()),
    }
}

fn of_numbers(numbers: &[f64]) -> String {
    match numbers {
        [] => "none".to_owned(),
        [number] => number.to_string(),
        many => {
            let there = || many.iter().copied().filter(|number| !number.is_nan());
            let (lowest, highest) =
                (there().fold(f64::INFINITY, f64::min), there().fold(f64::NEG_INFINITY, f64::max));
            match there().next() {
                Some(_) => format!("{} numbers, {lowest} to {highest}", many.len()),
                None => format!("{} numbers, all missing", many.len()),
            }
        }
    }
}
