//! `GET /v1/hints`: "pull now", to those who can see what was committed.

mod common;

use std::net::{Shutdown, SocketAddr, TcpStream};

use common::http::Connection;
use common::{TestServer, User, conversation, message, note};

/// An open stream of hints.
struct Listener {
    connection: Connection,
}

impl Listener {
    fn open(user: &User) -> Self {
        let mut connection = Connection::open(user.address);
        connection.send("GET", "/v1/hints", Some(&user.token), b"").expect("a request");
        let (status, headers) = connection.read_head().expect("an answer");
        assert_eq!(status, 200);
        assert!(
            headers.contains(&("content-type".into(), "text/event-stream".into())),
            "{headers:?}"
        );
        let mut listener = Self { connection };
        listener.expect_hint();
        listener
    }

    fn expect_hint(&mut self) {
        let chunk = self.connection.read_chunk().expect("an event").expect("an open stream");
        assert_eq!(String::from_utf8_lossy(&chunk), "event: hint\ndata: {}\n\n");
    }
}

/// Whether anything listens there.
fn is_open(address: SocketAddr) -> bool {
    TcpStream::connect(address).is_ok_and(|stream| stream.shutdown(Shutdown::Both).is_ok())
}

#[test]
fn a_hint_comes_on_connect_and_after_each_commit() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let mut listener = Listener::open(&ann);
    ann.push_one(&note("n1"));
    listener.expect_hint();
    ann.push_one(&note("n2"));
    listener.expect_hint();
}

#[test]
fn a_hint_goes_to_those_who_can_see_what_was_committed() {
    let server = TestServer::start();
    let (mut ann, mut eve) = (server.user("ann"), server.user("eve"));
    ann.push_one(&conversation("c1", &["ann", "ben"]));
    let mut bens = Listener::open(&server.user("ben"));
    let mut eves = Listener::open(&eve);
    ann.push_one(&message("c1", "m1"));
    bens.expect_hint();
    // Had Ann's commit been hinted to Eve, two hints would come for her one note: the
    // second would be there before the stream ends.
    eve.push_one(&note("n1"));
    eves.expect_hint();
    server.server.stop();
    assert!(eves.connection.is_closed());
    assert!(bens.connection.is_closed());
}

#[test]
fn a_push_that_changes_nothing_hints_nobody() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let entry = note("n1");
    ann.push_one(&entry);
    let mut listener = Listener::open(&ann);
    ann.push_one(&entry);
    ann.push_one(&note("n1"));
    server.server.stop();
    assert!(listener.connection.is_closed());
}

#[test]
fn who_is_removed_from_a_group_is_told() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push_one(&conversation("c1", &["ann", "ben"]));
    let mut listener = Listener::open(&server.user("ben"));
    ann.push_one(&common::update(
        "conversations",
        "c1",
        serde_json::json!({ "memberIds": ["ann"] }),
    ));
    listener.expect_hint();
}

#[test]
fn stop_closes_the_listener_and_every_connection() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let mut listener = Listener::open(&ann);
    ann.push_one(&note("n1"));
    listener.expect_hint();
    let mut idle = Connection::open(ann.address);
    idle.request("GET", "/dev/state", None, b"").expect("an answer");
    let address = server.server.addr();
    server.server.stop();
    assert!(listener.connection.is_closed());
    assert!(idle.is_closed());
    assert!(!is_open(address));
}
