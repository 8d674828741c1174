//! The shell around the decisions: one actor that is the only writer, HTTP, timers, and the narrow waist.
