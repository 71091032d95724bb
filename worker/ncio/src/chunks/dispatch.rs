//! The choice of the instruction set, at run time: the same loops are compiled for each.
//!
//! Nothing here is written for one machine: the compiler turns the loops into vector instructions.
//! All sets give the same bits, since nothing is added up and nothing is fused.
#![expect(unsafe_code, reason = "functions for an instruction set may only be called where it is there")]

/// Loops to be compiled for each instruction set. Its `run` and all that it calls must be
/// `#[inline(always)]`.
pub(super) trait Work {
    fn run(self);
}

/// An instruction set that this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Machine(Set);

/// Private, so that nobody can name one that the machine lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Machine {
    /// All that this machine has, the plainest first.
    pub(super) fn available() -> Vec<Self> {
        let mut sets = vec![Set::Baseline];
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx2") {
                sets.push(Set::Avx2);
                if has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl") {
                    sets.push(Set::Avx512);
                }
            }
        }
        sets.into_iter().map(Self).collect()
    }

    /// The fastest.
    pub(super) fn best() -> Self {
        Self::available().pop().unwrap_or(Self(Set::Baseline))
    }

    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self.0 {
            Set::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "AVX-512",
        }
    }

    /// Does the work with this instruction set.
    #[inline]
    pub(super) fn run(self, work: impl Work) {
        match self.0 {
            Set::Baseline => work.run(),
            // SAFETY: such a value is only made where the machine has AVX2.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { avx2(work) },
            // SAFETY: such a value is only made where the machine has all four.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { avx512(work) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(work: impl Work) {
    work.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl")]
fn avx512(work: impl Work) {
    work.run();
}
