//! No secret, address, name, id or number of a person enters a report.

use std::{ffi::OsString, fs, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use contacts_ureq::{
    exchange::{Action, Event, Exchange, Now, Observer},
    transport::BodyLimits,
};
use http::{HeaderName, HeaderValue, Request, Response, Uri, header};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value};

use super::{Report, words};
use crate::{
    commands::doctor::step::Steps,
    config::{Settings, flags::GlobalArgs},
    error::Failure,
};

/// Values of one site and one user. Each has the same length at all sites.
type Secrets = Vec<String>;

const TOKEN: usize = 0;
const EMAIL: usize = 1;
const ACCOUNT: usize = 2;
const CLOUD: usize = 3;
const PHONE: usize = 4;
const HOST: usize = 5;
const SITE: usize = 6;
const ID: usize = 7;
const TEXT: usize = 8;

const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

fn secrets() -> impl Strategy<Value = Secrets> {
    let secrets = [
        "ATATT3x[A-Za-z0-9]{24}".to_owned(),
        "[a-z]{6}\\.[a-z]{8}@[a-z]{8}\\.com".to_owned(),
        format!("712020:{UUID}"),
        UUID.to_owned(),
        "90-[1-9][0-9]{9}".to_owned(),
        "[a-z]{10}\\.[a-z]{8}".to_owned(),
        "[a-z]{12}".to_owned(),
        UUID.to_owned(),
        "[a-zé世!#$ ]{20}".to_owned(),
    ];
    Vec::from(secrets.map(|regex| proptest::string::string_regex(&regex).unwrap()))
}

/// Stands for a secret in the texts of a case.
fn placeholder(index: usize) -> String {
    char::from_u32(0xe000 + u32::try_from(index).unwrap()).unwrap().to_string()
}

fn filled(text: &str, secrets: &Secrets) -> String {
    secrets
        .iter()
        .enumerate()
        .fold(text.to_owned(), |text, (index, secret)| text.replace(&placeholder(index), secret))
}

/// A text with a secret.
fn text() -> impl Strategy<Value = String> {
    let around = select(vec![
        ("", ""),
        ("Basic ", ""),
        ("", " Basic"),
        ("https://a.example/", "?offset=1&size=2"),
        ("/v1/", "?offset=1&size=2"),
        ("?", "=1&offset=1&size=2"),
        ("<html>", "</html>"),
        ("could not find ", "; try again"),
        ("application/json; ", ""),
        ("method", ""),
    ]);
    (around, TOKEN..=TEXT)
        .prop_map(|((before, after), index)| format!("{before}{}{after}", placeholder(index)))
}

/// A JSON value with secrets in the places of texts, numbers and names.
#[derive(Debug, Clone)]
enum Tree {
    Null,
    Bool(bool),
    Number,
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![3 => select(words::MEMBERS).prop_map(str::to_owned), 1 => text()]
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        1 => Just(Tree::Null),
        1 => any::<bool>().prop_map(Tree::Bool),
        1 => Just(Tree::Number),
        4 => text().prop_map(Tree::Text),
    ];
    leaf.prop_recursive(8, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Tree::List),
            vec((name(), inner), 0..6).prop_map(Tree::Object),
        ]
    })
}

/// A page with secrets in all places.
fn page() -> impl Strategy<Value = Tree> {
    let object = |names: &[&str]| {
        let members: Vec<_> = names.iter().map(|name| (Just(name.to_string()), tree())).collect();
        members.prop_map(Tree::Object)
    };
    let contact = object(&["id", "method", "to", "status", "applyOrder"]);
    let links = object(&["next", "first", "last"]);
    (vec(contact, 0..3), links).prop_map(|(contacts, links)| {
        Tree::Object(vec![("values".to_owned(), Tree::List(contacts)), ("links".to_owned(), links)])
    })
}

impl Tree {
    fn filled(&self, secrets: &Secrets) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number => secrets[PHONE].replace('-', "").parse::<u64>().unwrap().into(),
            Self::Text(text) => filled(text, secrets).into(),
            Self::List(items) => items.iter().map(|item| item.filled(secrets)).collect(),
            Self::Object(members) => {
                let member =
                    |(name, value): &(String, Self)| (filled(name, secrets), value.filled(secrets));
                members.iter().map(member).collect::<Map<_, _>>().into()
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Body {
    Json(Tree),
    Text(String),
}

/// A request and its response.
#[derive(Debug, Clone)]
struct Sent {
    uri: String,
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

fn sent() -> impl Strategy<Value = Sent> {
    let uri = select(vec![
        format!(
            "https://api.atlassian.com/jsm/ops/api/{0}/v1/users/contacts/{1}",
            placeholder(CLOUD),
            placeholder(ID)
        ),
        format!(
            "https://api.atlassian.com/ex/jira/{0}/jsm/ops/api/v1/users/contacts?offset=0&size=1&targetAccountId={1}",
            placeholder(CLOUD),
            placeholder(ACCOUNT)
        ),
        format!("https://{0}.atlassian.net/_edge/tenant_info", placeholder(SITE)),
        format!(
            "https://{0}:8443/{1}/{2}/v1/{3}?{1}={2}&offset={3}&size={2}",
            placeholder(HOST),
            placeholder(SITE),
            placeholder(TOKEN),
            placeholder(PHONE)
        ),
        format!("http://127.0.0.1/jsm/ops/api/{0}/{0}/contacts/{0}/{0}?{0}", placeholder(TOKEN)),
    ]);
    let header = prop_oneof![
        (select(words::HEADERS).prop_map(str::to_owned), text()),
        (TOKEN..TEXT, text()).prop_map(|(index, text)| (format!("x-{}", placeholder(index)), text)),
    ];
    let body = prop_oneof![
        tree().prop_map(Body::Json),
        page().prop_map(Body::Json),
        text().prop_map(Body::Text),
    ];
    let status = select(vec![200_u16, 204, 302, 401, 403, 404, 422, 429, 503]);
    (uri, status, vec(header, 0..8), body).prop_map(|(uri, status, headers, body)| Sent {
        uri,
        status,
        headers,
        body,
    })
}

/// The credentials as a header has them.
fn basic(secrets: &Secrets) -> String {
    BASE64_STANDARD.encode(format!("{}:{}", secrets[EMAIL], secrets[TOKEN]))
}

/// An exchange that is never driven.
struct Unused;

impl Exchange for Unused {
    type Output = ();

    fn step(&mut self, _: Event<'_>, _: Now, _: u64) -> Action<()> {
        unreachable!("only its observer is called")
    }
}

impl Sent {
    fn show(&self, report: &mut Report, secrets: &Secrets) {
        let now = Now { monotonic: Duration::ZERO, unix: 0 };
        let uri: Uri = filled(&self.uri, secrets).parse().unwrap();
        let request =
            Request::get(uri).header(header::AUTHORIZATION, format!("Basic {}", basic(secrets)));
        let action = Action::Send {
            request: request.body(Vec::new()).unwrap(),
            timeout: Duration::ZERO,
            fresh_connection: false,
            body: BodyLimits { success: 0, error: 0 },
        };
        let body = match &self.body {
            Body::Json(tree) => serde_json::to_vec(&tree.filled(secrets)).unwrap(),
            Body::Text(text) => filled(text, secrets).into_bytes(),
        };
        let mut response = Response::builder().status(self.status).body(&*body).unwrap();
        for (name, value) in &self.headers {
            let name = filled(name, secrets).replace([':', '@'], "-");
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            let value = HeaderValue::from_bytes(filled(value, secrets).as_bytes()).unwrap();
            response.headers_mut().append(name, value);
        }
        let recorder = report.recorder.during("reading");
        recorder.action(&Unused, &action, now);
        recorder.event(&Event::Answered(response), now);
    }
}

/// Settings by their sources, with secrets in all of them.
fn settings(secrets: &Secrets, target: u8, is_profile: bool) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(&secrets[HOST]);
    let [token, email, cloud, host, site] =
        [TOKEN, EMAIL, CLOUD, HOST, SITE].map(|index| secrets[index].as_str());
    let (key, value) = match target {
        0 => ("base_url", format!("https://{host}/{site}/jsm/ops/api/{cloud}")),
        1 => ("base_url", format!("https://api.atlassian.com/jsm/ops/api/{cloud}")),
        2 => ("site", site.to_owned()),
        3 => ("site", host.to_owned()),
        _ => ("cloud_id", cloud.to_owned()),
    };
    let proxy = format!("http://{site}:{token}@{host}:3128");
    let mut args = GlobalArgs::default();
    let mut variables = vec![("NO_PROXY", host.to_owned()), ("HTTPS_PROXY", proxy.clone())];
    if is_profile {
        let text = format!(
            "[profile.{site}]\n{key} = '{value}'\nemail = '{email}'\ntoken_command = 'echo {token}'\n\
             proxy = '{proxy}'\nca_file = '/{host}/{site}'\n"
        );
        fs::write(&file, text).unwrap();
        variables.push(("CONTACTS_CONFIG", file.to_str().unwrap().to_owned()));
        args.profile = Some(site.to_owned());
    } else {
        variables.push(("CONTACTS_EMAIL", email.to_owned()));
        variables.push(("CONTACTS_TOKEN", token.to_owned()));
        args.ca_file = Some(format!("/{host}/{site}").into());
        match key {
            "base_url" => args.base_url = Some(value),
            "site" => args.site = Some(value),
            _ => args.cloud_id = Some(value),
        }
    }
    let find = |name: &str| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
    };
    Settings::resolve(&args, &find).unwrap()
}

fn report(secrets: &Secrets, target: u8, is_profile: bool, requests: &[Sent]) -> String {
    let mut report = Report::default();
    report.add_settings(&settings(secrets, target, is_profile));
    for sent in requests {
        sent.show(&mut report, secrets);
    }
    let mut steps = Steps::default();
    for secret in secrets {
        steps.ok("limits", secret);
        steps.note("clock", secret, Some(secret.clone()));
        steps.failed("site", &Failure::usage(secret).with_hint(secret));
    }
    report.text(&steps)
}

/// Asserts that no eight characters in a row of a secret are in the text, which is in lower case.
fn assert_absent(text: &str, secret: &str) {
    let characters: Vec<_> = secret.to_lowercase().chars().collect();
    for window in characters.windows(8) {
        let part: String = window.iter().collect();
        assert!(!text.contains(&part), "{part} of {secret}: {text}");
    }
}

#[test]
fn the_response_of_an_earlier_check_is_not_taken_for_one_of_this_check() {
    let mut report = Report::default();
    let uri = "https://api.atlassian.com/".to_owned();
    let sent = Sent { uri, status: 200, headers: Vec::new(), body: Body::Text(String::new()) };
    sent.show(&mut report, &vec![String::new(); TEXT + 1]);
    assert!(report.recorder.last().is_some());
    assert!(report.recorder.during("report").last().is_none());
}

proptest! {
    #[test]
    fn two_sites_that_differ_only_in_their_secrets_have_the_same_report(
        one in secrets(),
        other in secrets(),
        target in 0..5_u8,
        is_profile in any::<bool>(),
        requests in vec(sent(), 1..4),
    ) {
        let text = report(&one, target, is_profile, &requests);
        prop_assert_eq!(&text, &report(&other, target, is_profile, &requests));
        let text = text.to_lowercase();
        let digits = one[PHONE].replace('-', "");
        for secret in one.iter().chain([&basic(&one), &digits]) {
            assert_absent(&text, secret);
        }
    }

    #[test]
    fn no_text_of_a_server_enters_the_report(
        body in prop_oneof![
            vec(any::<u8>(), 8..200),
            "\\PC{8,80}".prop_map(String::into_bytes),
            "\\PC{8,80}".prop_map(|text| serde_json::to_vec(&text).unwrap()),
            ("\\PC{8,80}", "\\PC{8,80}").prop_map(|(name, text)| {
                serde_json::to_vec(&Value::from_iter([(name, text)])).unwrap()
            }),
        ],
        status in 200..600_u16,
    ) {
        let mut report = Report::default();
        let now = Now { monotonic: Duration::ZERO, unix: 0 };
        let response = |body| Response::builder().status(status).body(body).unwrap();
        let action = || Action::Send {
            request: Request::get("https://api.atlassian.com/").body(Vec::new()).unwrap(),
            timeout: Duration::ZERO,
            fresh_connection: false,
            body: BodyLimits { success: 0, error: 0 },
        };
        report.recorder.action(&Unused, &action(), now);
        report.recorder.event(&Event::Answered(response(body.as_slice())), now);
        let text = report.text(&Steps::default()).to_lowercase();
        let told = String::from_utf8_lossy(&body);
        assert_absent(&text, told.trim_matches(['{', '}', '"']));
    }
}
