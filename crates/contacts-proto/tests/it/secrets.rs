//! The law of secrets: credentials are never shown, whatever a server echoes.

use std::{error::Error as StdError, time::Duration};

use crate::support::{Any, Driven, answer};
use base64::{Engine, engine::general_purpose::STANDARD};
use contacts_proto::{
    AccountId, BaseUrl, ContactId, Credentials, Error, Site,
    exchange::{Action, Event, Now, Session},
    transport::{Delivery, TransportError, TransportErrorKind},
};
use http::{HeaderMap, HeaderValue};
use proptest::{
    prelude::*,
    sample::{Index, select},
};

/// Credentials, and the secrets that must not be shown.
#[derive(Debug, Clone)]
struct Secret {
    email: String,
    token: String,
    bearer: bool,
}

impl Secret {
    fn credentials(&self) -> Credentials {
        let token = self.token.clone();
        if self.bearer {
            Credentials::bearer(token)
        } else {
            Credentials::basic(&self.email, token)
        }
        .unwrap()
    }

    /// The secret part of the header.
    fn word(&self) -> String {
        if self.bearer {
            self.token.clone()
        } else {
            STANDARD.encode(format!("{}:{}", self.email, self.token))
        }
    }

    /// Returns `true` if a text has no secret, and no first half of a long one.
    fn is_hidden_in(&self, text: &str) -> bool {
        [&self.token, &self.word()].into_iter().all(|secret| {
            let half = if secret.len() >= 16 { secret.len() / 2 } else { secret.len() };
            !text.contains(&secret[..half])
        })
    }
}

fn secrets() -> impl Strategy<Value = Secret> {
    let token = prop_oneof![
        "ATATT3xFfGF0[A-Za-z0-9_-]{20,80}=[0-9A-F]{8}",
        "eyJ[A-Za-z0-9_-]{8,40}\\.eyJ[A-Za-z0-9_-]{8,40}\\.[A-Za-z0-9_-]{16,43}",
        "[A-Za-z0-9]{24}",
        "([A-Za-z0-9]{1,4}[+/=]){6,16}",
        "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}",
    ];
    ("[a-z]{1,10}(\\.[a-z]{1,8})?@[a-z]{1,9}\\.example", token, any::<bool>())
        .prop_map(|(email, token, bearer)| Secret { email, token, bearer })
}

/// Encoding of an echo by a server or gateway.
#[derive(Debug, Clone, Copy)]
enum Writing {
    Plain,
    /// Some JSON writers do this: `\/`.
    EscapedSlash,
    /// Others do this, so that the text is safe in HTML: `\u003d`.
    EscapedForHtml,
    Url,
    UrlInLowerCase,
}

impl Writing {
    fn of(self, text: &str) -> String {
        match self {
            Self::Plain => text.into(),
            Self::EscapedSlash => text.replace('/', "\\/"),
            Self::EscapedForHtml => text.replace('=', "\\u003d").replace('+', "\\u002B"),
            Self::Url => url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
            Self::UrlInLowerCase => {
                text.replace('=', "%3d").replace('+', "%2b").replace('/', "%2f")
            }
        }
    }
}

/// Bodies of every known shape: errors and unusable successes. `{}` is the place of the echo.
const BODIES: [&str; 16] = [
    r#"{"errors":[{"title":"{}","code":"{}","detail":"{}"}]}"#,
    r#"{"code":401,"message":"{}"}"#,
    r#"{"message":"no","requestId":"{}","errors":{"{}":"{}"}}"#,
    r#"{"errorMessages":["{}"],"errors":{}}"#,
    r#"{"timestamp":"{}","error":"{}","path":"{}"}"#,
    "<html><body>authorization: {}</body></html>",
    "{}",
    "you sent {}",
    r#"{"id":"{}/","method":"sms","to":"1"}"#,
    r#"{"values":"{}"}"#,
    r#"{"values":[{"id":"a","method":"sms","to":["{}"]}]}"#,
    r#"{"data":{"id":"{} "}}"#,
    r#"{"cloudId":"{}/"}"#,
    r#""{}""#,
    r#"{"data":"{}"}"#,
    r#"{"message":"{}"#,
];

const HEADERS: [&str; 6] = [
    "atl-traceid",
    "x-trace-id",
    "x-request-id",
    "x-arequestid",
    "www-authenticate",
    "retry-after",
];

/// A response that echoes the secret.
#[derive(Debug, Clone)]
struct Echo {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
    /// The body is cut: an adapter reports a failure.
    broken: bool,
}

fn echoes(secret: &Secret) -> impl Strategy<Value = Echo> + use<> {
    let word = secret.word();
    let scheme = if secret.bearer { "Bearer" } else { "Basic" };
    let said = vec![secret.token.clone(), word.clone(), format!("{scheme} {word}")];
    let writing = select(vec![
        Writing::Plain,
        Writing::EscapedSlash,
        Writing::EscapedForHtml,
        Writing::Url,
        Writing::UrlInLowerCase,
    ]);
    // Filling moves the echo to the place of a cut.
    let filling = prop_oneof![2 => Just(0_usize), 1 => 70_usize..128, 1 => 140_usize..300]
        .prop_map(|length| "-".repeat(length));
    let written = (select(said), writing, filling);
    let body =
        (written.clone(), select(BODIES.to_vec()), prop::option::weighted(0.3, any::<Index>()))
            .prop_map(|((said, writing, filling), body, cut)| {
                let mut body =
                    body.replace("{}", &format!("{filling}{}", writing.of(&said))).into_bytes();
                if let Some(cut) = cut {
                    body.truncate(cut.index(body.len()));
                }
                body
            });
    let header =
        (written, select(HEADERS.to_vec())).prop_map(|((said, writing, filling), name)| {
            (name, HeaderValue::from_str(&format!("{filling}{}", writing.of(&said))).unwrap())
        });
    let status = prop_oneof![
        200_u16..=204,
        select(vec![302_u16, 400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 503, 505]),
        100_u16..=999,
    ];
    (status, prop::collection::vec(header, 0..3), body, any::<bool>()).prop_map(
        |(status, headers, body, broken)| Echo {
            status,
            headers: headers
                .into_iter()
                .map(|(name, value)| (name.parse().unwrap(), value))
                .collect(),
            body,
            broken,
        },
    )
}

impl Echo {
    fn event(&self) -> Event<'_> {
        let mut response = answer(self.status, &self.body);
        *response.headers_mut() = self.headers.clone();
        if !self.broken {
            return Event::Answered(response);
        }
        let progress = Delivery::Partial(Box::new(response.map(<[u8]>::to_vec)));
        Event::Failed(TransportError::new(progress, TransportErrorKind::Closed))
    }
}

/// Returns all texts of an error.
fn texts(error: &Error) -> Vec<String> {
    let mut texts = vec![error.to_string(), format!("{error:?}"), format!("{error:#?}")];
    let mut source = error.source();
    while let Some(cause) = source {
        texts.extend([cause.to_string(), format!("{cause:?}")]);
        source = cause.source();
    }
    texts.extend(error.body().map(|body| String::from_utf8_lossy(body).into_owned()));
    texts.extend([error.request_id(), error.code()].into_iter().flatten().map(String::from));
    if let Error::Api(refusal) = error {
        texts.extend([refusal.title(), refusal.detail()].into_iter().flatten().map(String::from));
        texts.extend(
            refusal.fields().iter().flat_map(|(name, reason)| [name.clone(), reason.clone()]),
        );
    }
    texts
}

/// Runs a call against a server that always echoes, and returns every text that it could show.
fn seen(call: &mut dyn Driven, echo: &Echo, refreshed: &Credentials) -> Vec<String> {
    let mut seen = vec![format!("{call:?}")];
    let mut now = Now { monotonic: Duration::ZERO, unix: 1_795_000_000 };
    let mut action = call.step(Event::Start, now);
    for _ in 0..20 {
        seen.extend([format!("{call:?}"), format!("{action:?}")]);
        let event = match action {
            Action::Send { request, .. } => {
                seen.push(format!("{request:?}"));
                echo.event()
            }
            Action::Wait(wait) => {
                now.monotonic += wait;
                Event::Waited
            }
            Action::Refresh { .. } => Event::Refreshed(Ok(refreshed.clone())),
            Action::Done(Ok(_)) => return Vec::new(),
            Action::Done(Err(error)) => {
                seen.extend(texts(&error));
                return seen;
            }
        };
        action = call.step(event, now);
    }
    panic!("every call ends");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(768))]

    #[test]
    fn credentials_are_never_shown(
        (secret, echo) in secrets().prop_flat_map(|secret| (Just(secret.clone()), echoes(&secret))),
        renewable: bool,
    ) {
        let credentials = secret.credentials();
        let site = BaseUrl::new("https://api.example/jsm/ops/api/cloud").unwrap();
        let mut session = Session::new(site, credentials.clone());
        if renewable {
            session = session.with_refreshable(Some(credentials.clone()));
        }
        let kept = format!("{credentials:?} {credentials:#?} {session:?}");
        prop_assert!(secret.is_hidden_in(&kept), "{}", kept);
        let (id, account) = (ContactId::new("a1").unwrap(), AccountId::new("account").unwrap());
        for operation in Any::all(&id, &account, "90-555-555-5555") {
            let mut call = operation.call(session.clone());
            for text in seen(&mut *call, &echo, &credentials) {
                prop_assert!(secret.is_hidden_in(&text), "{}", text);
            }
        }
    }

    #[test]
    fn invalid_credentials_are_rejected_and_never_repeated(
        secret in secrets(),
        blank in select(vec![" ", "\n", "\r\n", "\t", "\0"]),
        at in any::<Index>(),
    ) {
        let mut broken = secret.token.clone();
        broken.insert_str(at.index(broken.len()), blank);
        let base = format!("https://{}:{broken}@api.example/", secret.email);
        for error in [
            Credentials::basic(&secret.email, &*broken).unwrap_err(),
            Credentials::bearer(&*broken).unwrap_err(),
            Credentials::basic(&format!("{}:{}", secret.email, secret.token), "token").unwrap_err(),
            BaseUrl::new(&base).unwrap_err(),
            Site::new(&base).unwrap_err(),
            ContactId::new(&broken).unwrap_err(),
            AccountId::new(broken.as_str()).unwrap_err(),
        ] {
            let texts = texts(&error).concat();
            let parts = broken.split(blank).filter(|part| part.len() >= 8);
            prop_assert!(parts.clone().all(|part| !texts.contains(part)), "{}", texts);
        }
    }
}
