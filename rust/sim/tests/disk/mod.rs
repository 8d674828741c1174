//! The real store on disks that fail.

mod crash;
mod device;
mod fault;
mod workload;
