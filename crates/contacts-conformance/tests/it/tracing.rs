//! `tracing` and `log` output of both clients, at every level, contains no secret.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use contacts_conformance::driver::{Driver, Hyper, Setup, Ureq};
use contacts_proto::{
    ContactId, ContactMethod, CreateContact, Credentials, GetContact, ListContacts,
};
use contacts_sandbox::{DEMO_EMAIL, Fault, FaultRule, Sandbox, User, When};
use tracing_subscriber::filter::LevelFilter;

/// The collected output.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    /// Returns the output since the last call.
    fn take(&self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut *self.0.lock().unwrap())).into_owned()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Collects all output from TRACE on, of `tracing` and `log`.
fn listen() -> Output {
    let output = Output::default();
    let writer = output.clone();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .init();
    output
}

const TOKEN: &str = "ATATT3xCanary-t0ken/with+every=sign";

/// Runs a list that is retried, a get of a missing contact, and a create whose response is lost.
fn act<D: Driver>() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.add_user(User::new(DEMO_EMAIL, TOKEN));
    let mut setup = Setup::new(sandbox.base_url());
    setup.credentials = Credentials::basic(DEMO_EMAIL, TOKEN).unwrap();
    setup.policy.max_attempts = 4;
    let client = D::new(&setup).unwrap();

    let (body, content_type, when) = (Some(TOKEN.to_owned()), None, When::Before);
    sandbox.arm(FaultRule::new(Fault::Status { status: 503, body, content_type, when }).times(1));
    client.send(&ListContacts::all()).unwrap();
    client.send(&GetContact::new(ContactId::new("nobody").unwrap())).unwrap_err();
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).times(1));
    client.send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).unwrap_err();
}

/// `below` is a word from the layers below the client, so their output is collected too.
fn assert_complete_without_a_secret(text: &str, below: &str) {
    for part in [
        below,
        "operation=\"list contacts\"",
        "attempt=1 method=GET",
        "attempt=2 method=GET",
        "status=503",
        "status=404",
        "request_id=",
        "duration_ms=",
        "wait_ms=",
        "reason=Backoff",
        "error=\"not_found\"",
        "error=\"outcome_unknown\"",
    ] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
    let base64 = STANDARD.encode(format!("{DEMO_EMAIL}:{TOKEN}"));
    let escaped = TOKEN.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    for secret in [TOKEN, base64.as_str(), escaped.as_str()] {
        assert!(!text.contains(secret), "{secret} is shown in:\n{text}");
    }
}

#[test]
fn traces_show_each_exchange_and_no_secret() {
    let output = listen();
    act::<Ureq>();
    assert_complete_without_a_secret(&output.take(), "ureq_proto::");
    act::<Hyper>();
    assert_complete_without_a_secret(&output.take(), "TRACE");
}
