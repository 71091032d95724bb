//! A value as JSON text within a message, for `#[serde(with = "...")]`.
//!
//! bincode does not say which fields a message has, so every field must be there. What also stands in
//! `plan.json` has fields that are absent at their defaults (`skip_serializing_if`), so that a new field leaves the
//! identities of older runs as they are. As text, it can be sent all the same.

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes `value` as a string of JSON.
pub fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::to_string(value).map_err(S::Error::custom)?.serialize(serializer)
}

/// Reads what [`serialize`] writes.
pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    serde_json::from_str(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{decode, encode};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Spec {
        angle: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        late: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        later: Vec<u32>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Message {
        before: u32,
        #[serde(with = "crate::json_text")]
        spec: Spec,
        after: u32,
    }

    #[test]
    fn fields_may_be_absent_at_their_defaults() {
        for (late, later) in [(None, vec![]), (Some("x".to_owned()), vec![]), (None, vec![1, 2])] {
            for angle in [0.1 + 0.2, -0.0, 1e-310, f64::MAX] {
                let (late, later) = (late.clone(), later.clone());
                let message = Message { before: 1, spec: Spec { angle, late, later }, after: 2 };
                let back: Message = decode(&encode(&message).unwrap()).unwrap();
                assert_eq!((back.spec.angle.to_bits(), &back), (angle.to_bits(), &message));
            }
        }
    }
}
