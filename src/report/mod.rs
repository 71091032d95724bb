//! What commands find out, as plain data: programs get it as JSON, and `show` puts it into words for
//! people.

pub mod doctor;
pub mod plan;
