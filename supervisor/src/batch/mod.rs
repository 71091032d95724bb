//! What this process asks the batch system that it runs under, and what it knows of one.
//!
//! [`job`]: which job this is, by the environment · [`question`]: the one question that is asked, by programs that
//! [`program`] finds and whose answers [`qstat`] reads · [`walltime`]: how long the job may still run · [`queues`]: the
//! queues of a site. Reading the machine itself is [`crate::meter`]'s.

mod clock;
pub mod job;
mod program;
pub mod qstat;
pub mod question;
pub mod queues;
pub mod walltime;
