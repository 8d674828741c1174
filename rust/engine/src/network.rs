//! Sockets: a thread of its own that carries requests out and posts what came back.
//!
//! Nothing is decided here. A request that gets no answer is reported as such, and
//! the actor says whether and when it is made again.

use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use eventsource_stream::Eventsource;
use futures::StreamExt;
use mailboat_backends::rest::{HttpAnswer, HttpRequest, MAX_ANSWER_BYTES, Method, RestCodec};
use mailboat_core::{BackendFailure, Policy, Sample};
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::actor::{Effect, Input};
use crate::actor_thread::now;
use crate::certificates::with_roots;
use crate::exchange::{Authorized, Expected, Job, hint_event, hints_started};

/// The live connection counts as dead after this many milliseconds of silence; the
/// contract has servers send a comment every 15 s.
const HINTS_SILENCE_MS: u64 = 45_000;
/// Milliseconds until a connection stands, or the backend counts as unreachable.
const CONNECT_TIMEOUT_MS: u64 = 10_000;

/// The network of one engine. Its thread starts with the first request, and ends,
/// with everything on its way, when this is dropped.
pub(crate) struct Network {
    codec: RestCodec,
    policy: Policy,
    inbox: Sender<Input>,
    jobs: Option<UnboundedSender<Effect>>,
}

impl Network {
    pub fn new(codec: RestCodec, policy: Policy, inbox: Sender<Input>) -> Self {
        Self { codec, policy, inbox, jobs: None }
    }

    /// Hands a request to the network's thread. At most one of each kind is on its way,
    /// since the actor waits for the answer; so the channel needs no bound of its own.
    pub fn carry_out(&mut self, effect: Effect) {
        let jobs = self.jobs.take().unwrap_or_else(|| self.start());
        // The thread ends only after this sender is dropped.
        let _ = jobs.send(effect);
        self.jobs = Some(jobs);
    }

    fn start(&self) -> UnboundedSender<Effect> {
        let (jobs, mut waiting) = unbounded_channel();
        let (codec, policy, inbox) = (self.codec.clone(), self.policy, self.inbox.clone());
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("the system gives an app one more event queue");
            let timeout = Duration::from_millis(policy.request_timeout_ms);
            let client = Client { http: http_client(policy), timeout, codec, inbox };
            runtime.block_on(async {
                let mut hints: Option<JoinHandle<()>> = None;
                while let Some(effect) = waiting.recv().await {
                    client.start(effect, &mut hints);
                }
            });
            // Whatever is still on its way is cut, as it would be if the app were killed.
            runtime.shutdown_background();
        };
        let spawned = thread::Builder::new().name("mailboat-network".into()).spawn(run);
        spawned.expect("the system gives an app one more thread");
        jobs
    }
}

fn http_client(policy: Policy) -> reqwest::Client {
    with_roots(reqwest::Client::builder())
        .connect_timeout(Duration::from_millis(CONNECT_TIMEOUT_MS))
        .read_timeout(Duration::from_millis(policy.request_timeout_ms.max(HINTS_SILENCE_MS)))
        // A captive portal redirects; the contract does not.
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("these options need nothing from the system but its trust store")
}

/// What a request needs; cheap to clone.
#[derive(Clone)]
struct Client {
    http: reqwest::Client,
    /// Until a request, its answer's body included, counts as lost. The live connection has none.
    timeout: Duration,
    codec: RestCodec,
    inbox: Sender<Input>,
}

impl Client {
    fn start(&self, effect: Effect, hints: &mut Option<JoinHandle<()>>) {
        let client = self.clone();
        let previous = match Job::of(effect, &self.codec) {
            Job::Ask { request, expected } => {
                let span = expected.span();
                tokio::spawn(async move { client.ask(request, expected).await }.instrument(span));
                return;
            }
            Job::Listen { request } => {
                let span = tracing::info_span!("hints");
                let listen =
                    tokio::spawn(async move { client.listen(request).await }.instrument(span));
                hints.replace(listen)
            }
            Job::HangUp => hints.take(),
        };
        if let Some(previous) = previous {
            previous.abort();
        }
    }

    async fn ask(&self, request: Authorized, expected: Expected) {
        let (answer, sample) = self.send(request).await;
        let read = expected.read(answer.as_ref().map(Answer::view).map_err(Clone::clone));
        self.post(Input::Measured(sample, Box::new(read)));
    }

    /// Listens until the connection ends.
    async fn listen(&self, request: Authorized) {
        if let Ok(response) = self.request(request).send().await {
            let head = Answer { body: Vec::new(), ..Answer::head(&response) };
            if let Some(started) = hints_started(head.view()) {
                self.post(started);
                let mut events = response.bytes_stream().eventsource();
                while let Some(Ok(event)) = events.next().await {
                    if let Some(hint) = hint_event(&event.event) {
                        self.post(hint);
                    }
                }
            }
        }
        self.post(Input::HintsClosed);
    }

    /// Sends a request, and says how the network showed itself in it. What a decision
    /// rests on is measured with a clock that does not step.
    async fn send(&self, request: Authorized) -> (Result<Answer, BackendFailure>, Sample) {
        let (began, sent) = (Instant::now(), request.request.body.len());
        let answer = self.exchange(request).await;
        let came = answer.as_ref().map_or(0, |answer| answer.body.len());
        let sample = Sample {
            answered: !matches!(answer, Err(BackendFailure::Transport | BackendFailure::Timeout)),
            elapsed_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            bytes: (sent + came) as u64,
        };
        (answer, sample)
    }

    async fn exchange(&self, request: Authorized) -> Result<Answer, BackendFailure> {
        let transport = |error: reqwest::Error| {
            let is_slow = error.is_timeout() && !error.is_connect();
            tracing::debug!(error = %error.without_url(), "no answer");
            if is_slow { BackendFailure::Timeout } else { BackendFailure::Transport }
        };
        let request = self.request(request).timeout(self.timeout);
        let response = request.send().await.map_err(transport)?;
        let mut answer = Answer::head(&response);
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            answer.body.extend_from_slice(&chunk.map_err(transport)?);
            if answer.body.len() > MAX_ANSWER_BYTES {
                return Err(BackendFailure::Unreadable);
            }
        }
        Ok(answer)
    }

    fn request(&self, request: Authorized) -> reqwest::RequestBuilder {
        let Authorized { request, token } = request;
        let HttpRequest { method, url, headers, body } = request;
        let mut builder = match method {
            Method::Get => self.http.get(url),
            Method::Post => self.http.post(url).body(body),
        };
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        // One that no header can carry makes a request that does not leave, not one without it.
        match token {
            Some(token) => builder.bearer_auth(token),
            None => builder,
        }
    }

    fn post(&self, input: Input) {
        // The actor is gone only when the engine is closed.
        let _ = self.inbox.send(input);
    }
}

/// An answer, read whole.
struct Answer {
    status: u16,
    content_type: Option<String>,
    retry_after: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    fn head(response: &reqwest::Response) -> Self {
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
                .map(str::to_owned)
        };
        Self {
            status: response.status().as_u16(),
            content_type: header(CONTENT_TYPE),
            retry_after: header(RETRY_AFTER),
            body: Vec::new(),
        }
    }

    fn view(&self) -> HttpAnswer<'_> {
        HttpAnswer {
            status: self.status,
            content_type: self.content_type.as_deref(),
            retry_after: self.retry_after.as_deref(),
            body: &self.body,
            received_at: now(),
        }
    }
}
