//! One expression for the vector of whatever type: the only place that lists them all for that.

/// The same expression for the vector of whatever type the values have.
macro_rules! with_vector {
    ($values:expr, $vector:ident => $body:expr) => {
        match $values {
            Values::F64($vector) => $body,
            Values::F32($vector) => $body,
            Values::I64($vector) => $body,
            Values::I32($vector) => $body,
            Values::I16($vector) => $body,
            Values::I8($vector) => $body,
            Values::U64($vector) => $body,
            Values::U32($vector) => $body,
            Values::U16($vector) => $body,
            Values::U8($vector) => $body,
            Values::Chars($vector) => $body,
            Values::Strings($vector) => $body,
        }
    };
}

/// Values of the same type from an expression for their vector.
macro_rules! map_vector {
    ($values:expr, $vector:ident => $body:expr) => {
        match $values {
            Values::F64($vector) => Values::F64($body),
            Values::F32($vector) => Values::F32($body),
            Values::I64($vector) => Values::I64($body),
            Values::I32($vector) => Values::I32($body),
            Values::I16($vector) => Values::I16($body),
            Values::I8($vector) => Values::I8($body),
            Values::U64($vector) => Values::U64($body),
            Values::U32($vector) => Values::U32($body),
            Values::U16($vector) => Values::U16($body),
            Values::U8($vector) => Values::U8($body),
            Values::Chars($vector) => Values::Chars($body),
            Values::Strings($vector) => Values::Strings($body),
        }
    };
}

/// The same expression for two vectors of one type, another for two of different types.
macro_rules! with_both {
    ($one:expr, $other:expr, ($a:ident, $b:ident) => $body:expr, else $otherwise:expr) => {
        match ($one, $other) {
            (Values::F64($a), Values::F64($b)) => $body,
            (Values::F32($a), Values::F32($b)) => $body,
            (Values::I64($a), Values::I64($b)) => $body,
            (Values::I32($a), Values::I32($b)) => $body,
            (Values::I16($a), Values::I16($b)) => $body,
            (Values::I8($a), Values::I8($b)) => $body,
            (Values::U64($a), Values::U64($b)) => $body,
            (Values::U32($a), Values::U32($b)) => $body,
            (Values::U16($a), Values::U16($b)) => $body,
            (Values::U8($a), Values::U8($b)) => $body,
            (Values::Chars($a), Values::Chars($b)) => $body,
            (Values::Strings($a), Values::Strings($b)) => $body,
            _ => $otherwise,
        }
    };
}

/// The same expression for the numbers of whatever type, another for text.
macro_rules! with_numbers {
    ($values:expr, $vector:ident => $body:expr, else $otherwise:expr) => {
        match $values {
            Values::F64($vector) => $body,
            Values::F32($vector) => $body,
            Values::I64($vector) => $body,
            Values::I32($vector) => $body,
            Values::I16($vector) => $body,
            Values::I8($vector) => $body,
            Values::U64($vector) => $body,
            Values::U32($vector) => $body,
            Values::U16($vector) => $body,
            Values::U8($vector) => $body,
            Values::Chars(_) | Values::Strings(_) => $otherwise,
        }
    };
}

pub(super) use {map_vector, with_both, with_numbers, with_vector};
