//! Disks that fail under the real store.
