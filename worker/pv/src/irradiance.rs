//! Irradiance, W m-2, on the ground and on the panel.

/// The three components that an archive or a clear sky gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Irradiance {
    /// Global horizontal.
    pub ghi: f64,
    /// Direct normal.
    pub dni: f64,
    /// Diffuse horizontal.
    pub dhi: f64,
}

/// What reaches the panel's plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaneOfArray {
    /// From the sun.
    pub direct: f64,
    /// From sky and ground.
    pub diffuse: f64,
}
