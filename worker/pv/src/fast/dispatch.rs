//! Which instructions the machine has, and the choice between the kernel's compilations: for any
//! machine, and for x86-64 with SSE2, which all have, with AVX2 and FMA, and with AVX-512. There is
//! one algorithm; only the rounding of some products that are added to something differs.

use std::fmt;

use super::geometry::{self, GeometryWork};
use super::partial::{self, SumWork};
use super::row;
use super::work::RowWork;
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Avx512, Two};

/// An instruction set that this machine has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InstructionSet(Kind);

/// Private, so that nobody can name one that the machine lacks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Sse2,
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

impl InstructionSet {
    /// What this machine has, the plainest first.
    pub fn available() -> Vec<Self> {
        let mut kinds = vec![Kind::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            kinds.push(Kind::Sse2);
            kinds.extend(Avx2::detect().map(Kind::Avx2));
            kinds.extend(Avx512::detect().map(Kind::Avx512));
        }
        kinds.into_iter().map(Self).collect()
    }

    /// The fastest that this machine has.
    pub fn best() -> Self {
        Self::available().last().copied().unwrap_or(Self(Kind::Portable))
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kind::Sse2 => "SSE2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "AVX2 with FMA",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(_) => "AVX-512",
        }
    }

    /// Computes the power of a row's cells.
    pub(super) fn row(self, work: RowWork<'_>) {
        match self.0 {
            Kind::Portable => row::run::<f64>(work),
            #[cfg(target_arch = "x86_64")]
            Kind::Sse2 => row::run::<Two>(work),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(machine) => machine.row(work),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(machine) => machine.row(work),
        }
    }

    /// Computes the geometry of a row's cells.
    pub(super) fn geometry(self, work: &GeometryWork<'_>) -> f64 {
        match self.0 {
            Kind::Portable => geometry::run::<f64>(work),
            #[cfg(target_arch = "x86_64")]
            Kind::Sse2 => geometry::run::<Two>(work),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(machine) => machine.geometry(work),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(machine) => machine.geometry(work),
        }
    }

    /// Adds a row's cells to sums.
    pub(super) fn add(self, work: SumWork<'_>) {
        match self.0 {
            Kind::Portable => partial::run::<f64>(work),
            #[cfg(target_arch = "x86_64")]
            Kind::Sse2 => partial::run::<Two>(work),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(machine) => machine.add(work),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(machine) => machine.add(work),
        }
    }
}

impl fmt::Debug for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portable_one_is_always_there_and_the_best_is_available() {
        let sets = InstructionSet::available();
        assert_eq!(sets[0].name(), "portable");
        assert!(sets.contains(&InstructionSet::best()));
    }
}
