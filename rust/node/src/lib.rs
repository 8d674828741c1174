//! The narrow waist for Node (napi-rs): Jest, the demo, the command line.
