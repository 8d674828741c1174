//! Pure codecs, one file a backend: bytes in, facts out; no sockets.
