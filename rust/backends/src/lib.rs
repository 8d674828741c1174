//! Pure codecs between the outbox and a backend: bytes in, facts out.
//!
//! A codec builds the bytes of a request and reads the bytes of an answer. It
//! opens no socket, reads no clock and keeps no state, so one conversation with
//! a backend can be written down as a golden file and replayed.

pub mod rest;
