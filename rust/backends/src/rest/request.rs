//! Requests of the contract, described as data: whoever owns a socket sends them
//! and adds the `Authorization` header.

use std::fmt;

use thiserror::Error;

use super::wire::{PushEntry, PushRequest};

const JSON: &str = "application/json";
const EVENT_STREAM: &str = "text/event-stream";

/// A request without its bearer token.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute address, with its query.
    pub url: String,
    /// All headers but `Authorization`, `Host` and `Content-Length`.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body; empty for `GET`.
    pub body: Vec<u8>,
}

/// The methods the contract uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Writes.
    Post,
}

/// What a pull asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullQuery<'a> {
    /// Where the last page ended; `None` asks for a snapshot.
    pub cursor: Option<&'a str>,
    /// Most changes and tombstones in the page.
    pub limit: u32,
    /// Newest records of each lane in a snapshot; of no effect with a cursor.
    pub recent: u32,
}

/// Which page of a lane's history is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OlderQuery<'a> {
    /// Name of the collection.
    pub collection: &'a str,
    /// The lane, such as a conversation's id.
    pub lane: &'a str,
    /// Only records before this order; `None` starts at the newest.
    pub before: Option<u64>,
    /// Most records in the page.
    pub limit: u32,
}

/// Why a codec cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CodecError {
    /// It does not begin with a scheme the engine can speak.
    #[error("the backend's address must begin with https:// or http://")]
    Scheme,
    /// It has no host, or one that cannot be an address.
    #[error("the backend's address must name a host and hold no spaces or control characters")]
    Host,
    /// It carries a user name or password.
    #[error("the backend's address must not hold credentials: give a token instead")]
    Credentials,
    /// It carries a query or a fragment, where paths could not follow.
    #[error("the backend's address must not hold a query or a fragment")]
    Query,
}

/// Builds the requests of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestCodec {
    base_url: String,
}

impl RestCodec {
    /// A codec for the server at `base_url`, such as `https://chat.example/api`.
    ///
    /// # Errors
    /// [`CodecError`] when no request could be made from that address.
    pub fn new(base_url: &str) -> Result<Self, CodecError> {
        let rest = base_url
            .strip_prefix("https://")
            .or_else(|| base_url.strip_prefix("http://"))
            .ok_or(CodecError::Scheme)?;
        if rest.contains(['?', '#']) {
            return Err(CodecError::Query);
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err(CodecError::Credentials);
        }
        if authority.is_empty() || rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(CodecError::Host);
        }
        Ok(Self { base_url: base_url.trim_end_matches('/').to_owned() })
    }

    /// `POST /v1/push`.
    #[must_use]
    pub fn push(&self, entries: Vec<PushEntry>) -> HttpRequest {
        let request = PushRequest { entries };
        // Maps with string keys and no floats but those serde_json made: nothing here can fail.
        let body = serde_json::to_vec(&request).expect("a push is always JSON");
        HttpRequest {
            method: Method::Post,
            url: format!("{}/v1/push", self.base_url),
            headers: vec![("accept", JSON), ("content-type", JSON)],
            body,
        }
    }

    /// `GET /v1/pull`.
    #[must_use]
    pub fn pull(&self, query: PullQuery<'_>) -> HttpRequest {
        let mut parameters = vec![("limit", query.limit.to_string())];
        match query.cursor {
            Some(cursor) => parameters.insert(0, ("cursor", cursor.to_owned())),
            None => parameters.push(("recent", query.recent.to_string())),
        }
        self.get("/v1/pull", &parameters, JSON)
    }

    /// `GET /v1/older`.
    #[must_use]
    pub fn older(&self, query: OlderQuery<'_>) -> HttpRequest {
        let mut parameters =
            vec![("collection", query.collection.to_owned()), ("lane", query.lane.to_owned())];
        if let Some(before) = query.before {
            parameters.push(("before", before.to_string()));
        }
        parameters.push(("limit", query.limit.to_string()));
        self.get("/v1/older", &parameters, JSON)
    }

    /// `GET /v1/hints`: a stream of server-sent events that stays open.
    #[must_use]
    pub fn hints(&self) -> HttpRequest {
        self.get("/v1/hints", &[], EVENT_STREAM)
    }

    fn get(&self, path: &str, parameters: &[(&str, String)], accept: &'static str) -> HttpRequest {
        let mut url = format!("{}{path}", self.base_url);
        for (position, (name, value)) in parameters.iter().enumerate() {
            url.push(if position == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            push_encoded(&mut url, value);
        }
        HttpRequest {
            method: Method::Get,
            url,
            headers: vec![("accept", accept)],
            body: Vec::new(),
        }
    }
}

/// Appends `text` with everything but the unreserved characters of RFC 3986 escaped.
fn push_encoded(url: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push('%');
            url.push(char::from(HEX[usize::from(byte >> 4)]));
            url.push(char::from(HEX[usize::from(byte & 0xF)]));
        }
    }
}

impl Method {
    /// As it stands on the request line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl fmt::Debug for HttpRequest {
    /// Neither the body nor the query: ids and cursors are the user's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url.split('?').next().unwrap_or_default())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_of_the_address_is_not_doubled() {
        let codec = RestCodec::new("https://chat.example/api/").expect("a good address");
        assert_eq!(codec.hints().url, "https://chat.example/api/v1/hints");
    }

    #[test]
    fn addresses_that_no_request_fits_are_refused() {
        let refusals = [
            ("chat.example", CodecError::Scheme),
            ("ftp://chat.example", CodecError::Scheme),
            ("https://", CodecError::Host),
            ("https:///v1", CodecError::Host),
            ("https://chat example", CodecError::Host),
            ("https://ann:secret@chat.example", CodecError::Credentials),
            ("https://chat.example?x=1", CodecError::Query),
            ("https://chat.example/#top", CodecError::Query),
        ];
        for (address, expected) in refusals {
            assert_eq!(RestCodec::new(address).err(), Some(expected), "{address}");
        }
    }

    #[test]
    fn query_values_are_escaped() {
        let codec = RestCodec::new("http://127.0.0.1:8080").expect("a good address");
        let query =
            OlderQuery { collection: "messages", lane: "a b&c=ä/%", before: Some(7), limit: 20 };
        assert_eq!(
            codec.older(query).url,
            "http://127.0.0.1:8080/v1/older?collection=messages&lane=a%20b%26c%3D%C3%A4%2F%25&before=7&limit=20"
        );
    }

    #[test]
    fn debug_shows_neither_query_nor_body() {
        let codec = RestCodec::new("http://127.0.0.1").expect("a good address");
        let request = codec.pull(PullQuery { cursor: Some("c0ffee"), limit: 500, recent: 50 });
        assert!(request.url.ends_with("/v1/pull?cursor=c0ffee&limit=500"));
        assert!(!format!("{request:?}").contains("c0ffee"));
    }
}
