//! The proxy between engine and server. It passes messages on, and cuts a connection
//! after exactly so many bytes of one of them when it is told to.
//!
//! A cut is of one message on one TCP connection: both of its ends are closed, and
//! whatever the engine sends next comes on another. Every exchange is noted before its
//! last bytes leave, so that who sees their effect finds the note.

use std::io::{self, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::message::{Message, Way};

/// Where to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// In the first exchange at this path.
    pub path: &'static str,
    /// In its request or in its answer.
    pub way: Way,
    /// After so many bytes have been passed on.
    pub after_bytes: usize,
}

/// What crossed the proxy: one request and, unless it was cut before, its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Of the request.
    pub path: String,
    /// Bytes of the request as the engine sent it.
    pub request_bytes: usize,
    /// Bytes of the answer as the server sent it; `None` when there was no waiting for it.
    pub answer_bytes: Option<usize>,
    /// The cut, if one was made.
    pub cut: Option<Cut>,
    /// Whether its connection had carried an exchange before.
    pub reused: bool,
}

/// A proxy on a port of its own, for as long as the process lives.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    armed: Mutex<Option<Cut>>,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Proxy {
    /// Listens in front of `server`.
    pub fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let shared =
            Arc::new(Shared { server, armed: Mutex::default(), exchanges: Mutex::default() });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&accepting);
                thread::spawn(move || shared.carry(client));
            }
        });
        Self { address, shared }
    }

    /// The address to give to an engine.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts the next exchange that fits, and only that one.
    pub fn arm(&self, cut: Cut) {
        let before = self.shared.armed.lock().expect("nobody panics with it").replace(cut);
        assert_eq!(before, None, "a cut was armed and its exchange never came");
    }

    /// The exchanges at `path` since they were last taken.
    pub fn take(&self, path: &str) -> Vec<Exchange> {
        let mut exchanges = self.shared.exchanges.lock().expect("nobody panics with it");
        let (taken, others) =
            std::mem::take(&mut *exchanges).into_iter().partition(|it| it.path == path);
        *exchanges = others;
        taken
    }
}

impl Shared {
    /// A connection of the engine, until either side or a cut ends it.
    fn carry(&self, mut client: TcpStream) {
        let server = TcpStream::connect(self.server);
        let mut server = server.expect("the server listens as long as the engine lives");
        for side in [&client, &server] {
            side.set_nodelay(true).expect("loopback has it");
        }
        // Closing is all that an error can mean to a proxy; the engine and the audit see to the rest.
        let _ = self.exchange_until_closed(&mut client, &mut server);
        for side in [&client, &server] {
            let _ = side.shutdown(Shutdown::Both);
        }
    }

    fn exchange_until_closed(
        &self,
        client: &mut TcpStream,
        server: &mut TcpStream,
    ) -> io::Result<()> {
        let mut reused = false;
        while let Some(request) = Message::read(client, Way::Request)? {
            let path = request.path();
            let armed = self.disarm_at(&path);
            let mut exchange = Exchange {
                path,
                request_bytes: request.bytes.len(),
                answer_bytes: None,
                cut: None,
                reused: std::mem::replace(&mut reused, true),
            };
            if let Some(end) = exchange.cut_at(armed, Way::Request, &request) {
                self.note(exchange);
                return server.write_all(&request.bytes[..end]);
            }
            server.write_all(&request.bytes)?;
            let Some(answer) = Message::read(server, Way::Answer)? else { return Ok(()) };
            if answer.is_stream {
                client.write_all(&answer.bytes)?;
                return pass_on(client, server);
            }
            exchange.answer_bytes = Some(answer.bytes.len());
            let end = exchange.cut_at(armed, Way::Answer, &answer);
            self.note(exchange);
            client.write_all(&answer.bytes[..end.unwrap_or(answer.bytes.len())])?;
            if end.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn disarm_at(&self, path: &str) -> Option<Cut> {
        let mut armed = self.armed.lock().expect("nobody panics with it");
        armed.take_if(|cut| cut.path == path)
    }

    fn note(&self, exchange: Exchange) {
        self.exchanges.lock().expect("nobody panics with it").push(exchange);
    }
}

impl Exchange {
    /// Where this message ends early, and notes so. A cut behind its end is not made: whoever
    /// armed it finds none.
    fn cut_at(&mut self, armed: Option<Cut>, way: Way, message: &Message) -> Option<usize> {
        let cut = armed.filter(|cut| cut.way == way && cut.after_bytes <= message.bytes.len())?;
        self.cut = Some(cut);
        Some(cut.after_bytes)
    }
}

/// Passes on whatever comes, both ways, until both have ended.
fn pass_on(client: &TcpStream, server: &TcpStream) -> io::Result<()> {
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let upwards = thread::spawn(move || {
        let _ = io::copy(&mut &from_client, &mut &to_server);
        // The engine has hung up: the server is to see that.
        let _ = to_server.shutdown(Shutdown::Both);
    });
    let ended = io::copy(&mut &*server, &mut &*client);
    let _ = client.shutdown(Shutdown::Both);
    upwards.join().expect("copying does not panic");
    ended.map(drop)
}
