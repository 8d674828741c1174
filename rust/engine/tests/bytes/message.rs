//! One HTTP message as it crosses the wire, head and body, to the byte.

use std::io::{self, Read};
use std::net::TcpStream;

/// Most bytes that are read at once.
const CHUNK_BYTES: usize = 16 * 1024;
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the engine to the server.
    Request,
    /// From the server to the engine.
    Answer,
}

/// A message, read whole.
pub struct Message {
    /// All of it.
    pub bytes: Vec<u8>,
    /// An answer without a length goes on until its connection ends: the stream of hints.
    pub is_stream: bool,
}

impl Message {
    /// Reads the next message of a connection; `None` when it ended before a first byte.
    pub fn read(connection: &mut TcpStream, way: Way) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let mut chunk = [0; CHUNK_BYTES];
        loop {
            let read = connection.read(&mut chunk)?;
            if read == 0 && bytes.is_empty() {
                return Ok(None);
            } else if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            bytes.extend_from_slice(&chunk[..read]);
            let Some(head_bytes) = head_bytes(&bytes) else { continue };
            let body_bytes = match (content_length(&bytes[..head_bytes]), way) {
                (Some(length), _) => length,
                (None, Way::Request) => 0,
                (None, Way::Answer) => return Ok(Some(Self { bytes, is_stream: true })),
            };
            // Nobody sends two requests without waiting for the answer to the first.
            assert!(bytes.len() <= head_bytes + body_bytes, "a message was followed by another");
            if bytes.len() == head_bytes + body_bytes {
                return Ok(Some(Self { bytes, is_stream: false }));
            }
        }
    }

    /// The path of a request, without its query.
    pub fn path(&self) -> String {
        let line = self.bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let target = line.split(' ').nth(1).expect("a request line has a target");
        target.split('?').next().unwrap_or_default().to_owned()
    }
}

fn head_bytes(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD)?;
    Some(end + END_OF_HEAD.len())
}

fn content_length(head: &[u8]) -> Option<usize> {
    let head = std::str::from_utf8(head).expect("the heads of both sides are ASCII");
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let value = name.eq_ignore_ascii_case("content-length").then_some(value)?;
        Some(value.trim().parse().expect("a length is a number"))
    })
}
