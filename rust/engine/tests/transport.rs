//! What goes over the wire goes to the backend that the config names, over TLS, or nowhere.

#[allow(dead_code, reason = "each test binary uses its own part")]
mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use common::{Person, config};
use mailboat_engine::Runtime;
use mailboat_engine::waist::ErrorCode;
use rcgen::generate_simple_self_signed;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

fn with_backend(folder: &TempDir, base_url: &str) -> Value {
    config(&folder.path().join("ann.db"), base_url)
}

fn error_code(person: &mut Person) -> Value {
    person.until("an error", |status| !status["error"].is_null());
    person.query(&json!({ "type": "status" }))["error"]["code"].clone()
}

/// Answers every request with a redirect; tells of each whether it bore a token.
fn redirecting(from: TcpListener, to: String) -> Receiver<bool> {
    let (sender, requests) = channel();
    thread::spawn(move || {
        for stream in from.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            let bears_token = String::from_utf8_lossy(&head).contains("Bearer a-token");
            let answer = format!(
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes());
            if sender.send(bears_token).is_err() {
                return;
            }
        }
    });
    requests
}

#[test]
fn no_redirect_is_followed_so_that_neither_token_nor_body_goes_elsewhere() {
    let folder = folder();
    let (from, port) = listener();
    let (elsewhere, other_port) = listener();
    let requests = redirecting(from, format!("http://127.0.0.1:{other_port}/v1/pull"));
    let config = with_backend(&folder, &format!("http://127.0.0.1:{port}"));
    let mut ann = Person::open(&config, Some("a-token".into()));
    ann.send("c1", "private");
    assert_eq!(error_code(&mut ann), "NETWORK", "what redirects is a captive portal");
    assert!(requests.recv().expect("a request"), "the backend was asked, with the token");
    ann.execute(&json!({ "type": "close" })).expect("closed");
    elsewhere.set_nonblocking(true).expect("set");
    let nobody = elsewhere.accept().expect_err("nobody came");
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_token_that_no_header_can_carry_is_told_and_nothing_leaves_without_it() {
    let folder = folder();
    let (listener, port) = listener();
    let config = with_backend(&folder, &format!("http://127.0.0.1:{port}"));
    let mut ann = Person::open(&config, Some("a\nb".into()));
    ann.send("c1", "private");
    ann.until("an error", |status| !status["error"].is_null());
    let status = ann.query(&json!({ "type": "status" }));
    let error = &status["error"];
    assert_eq!((&error["code"], &status["pending"]), (&json!("UNAUTHORIZED"), &json!(1)));
    let sentence = error["message"].as_str().expect("a sentence");
    assert!(sentence.contains("a token that no HTTP header can carry"), "{sentence}");
    let refused = ann.execute(&json!({ "type": "sync" })).expect_err("nothing can be synced");
    assert_eq!(refused["code"], "UNAUTHORIZED");
    ann.execute(&json!({ "type": "close" })).expect("closed");
    listener.set_nonblocking(true).expect("set");
    let nobody = listener.accept().expect_err("nobody came");
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
}

#[test]
fn only_this_device_is_spoken_to_without_tls_unless_the_app_insists() {
    let folder = folder();
    let runtime = Runtime::new(Arc::new(|_| {}));
    for address in [
        "http://example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost@example.com",
        "http://127.0.0.2.nip.io/localhost",
        "HTTP://EXAMPLE.COM/sync",
        "ftp://localhost",
        "file:///localhost",
    ] {
        let config = with_backend(&folder, address);
        let refused = runtime.open(&config.to_string()).expect_err(address);
        assert_eq!(refused.code, ErrorCode::InvalidArgument, "{address}");
    }
    for address in ["http://localhost:9", "http://127.0.0.1:9", "http://[::1]:9"] {
        let mut ann = Person::open(&with_backend(&folder, address), None);
        ann.execute(&json!({ "type": "close" })).expect(address);
    }
    let mut config = with_backend(&folder, "http://insecure.invalid");
    config["backend"]["allowInsecure"] = json!(true);
    let mut ann = Person::open(&config, None);
    ann.execute(&json!({ "type": "close" })).expect("closed");
}

#[test]
fn a_server_whose_certificate_nobody_vouches_for_gets_no_request() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = folder();
    let own = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
    let server = ServerConfig::builder().with_no_client_auth();
    let server = server.with_single_cert(vec![own.cert.der().clone()], key.into());
    let server = Arc::new(server.expect("the key is the certificate's"));
    let (listener, port) = listener();
    let (sender, came) = channel();
    thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        let connection = ServerConnection::new(server).expect("a server");
        let mut request = [0; 16];
        let read = StreamOwned::new(connection, stream).read(&mut request);
        let _ = sender.send(read.map_err(|error| error.to_string()));
    });
    let config = with_backend(&folder, &format!("https://localhost:{port}"));
    let mut ann = Person::open(&config, Some("a-token".into()));
    assert_eq!(error_code(&mut ann), "NETWORK");
    let refused = came.recv().expect("an end").expect_err("no request came");
    assert!(refused.contains("UnknownCA"), "{refused}");
}
