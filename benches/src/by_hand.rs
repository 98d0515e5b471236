//! The floor: requests from prepared parts, and responses read into owned structs, as hand-written
//! code does it. And the naive way.

use base64::{Engine, engine::general_purpose::STANDARD};
use contacts_proto::USER_AGENT;
use http::{
    HeaderMap, HeaderValue, Method, Request, Uri, header,
    uri::{Authority, Scheme},
};
use serde::{Deserialize, Serialize};

use crate::fixture::{EMAIL, TOKEN};

/// The parts that all requests share.
#[derive(Debug, Clone)]
pub struct Parts {
    scheme: Scheme,
    authority: Authority,
    prefix: String,
    authorization: HeaderValue,
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Parts {
    pub fn new(base: &str) -> Self {
        let uri: Uri = base.parse().expect("valid");
        let mut authorization = HeaderValue::from_str(&basic()).expect("valid");
        authorization.set_sensitive(true);
        Self {
            scheme: uri.scheme().expect("it has one").clone(),
            authority: uri.authority().expect("it has one").clone(),
            prefix: format!("{}/v1/users/contacts", uri.path().trim_end_matches('/')),
            authorization,
        }
    }

    pub fn list(&self, offset: u32, size: u32) -> Request<Vec<u8>> {
        let (mut first, mut second) = (itoa::Buffer::new(), itoa::Buffer::new());
        self.request(
            Method::GET,
            &["?offset=", first.format(offset), "&size=", second.format(size)],
            None,
        )
    }

    pub fn one(&self, method: Method, id: &str, behind: &str) -> Request<Vec<u8>> {
        self.request(method, &["/", id, behind], None)
    }

    pub fn create(&self, method: &str, to: &str) -> Request<Vec<u8>> {
        let body = serde_json::to_vec(&Body { method: Some(method), to }).expect("it is JSON");
        self.request(Method::POST, &[], Some(body))
    }

    pub fn update(&self, id: &str, to: &str) -> Request<Vec<u8>> {
        let body = serde_json::to_vec(&Body { method: None, to }).expect("it is JSON");
        self.request(Method::PATCH, &["/", id], Some(body))
    }

    fn request(&self, method: Method, behind: &[&str], body: Option<Vec<u8>>) -> Request<Vec<u8>> {
        let mut path = String::with_capacity(
            self.prefix.len() + behind.iter().map(|piece| piece.len()).sum::<usize>(),
        );
        path.push_str(&self.prefix);
        behind.iter().for_each(|piece| path.push_str(piece));
        let mut headers = HeaderMap::with_capacity(6);
        headers.insert(header::ACCEPT, JSON);
        headers.insert(header::AUTHORIZATION, self.authorization.clone());
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        if let Some(body) = &body {
            headers.insert(header::CONTENT_TYPE, JSON);
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        } else if method == Method::PATCH {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let uri = Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(path)
            .build()
            .expect("valid");
        let mut request = Request::new(body.unwrap_or_default());
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        request
    }
}

/// A list request as most scripts build it.
pub fn naive_list(base: &str, offset: u32, size: u32) -> Request<Vec<u8>> {
    Request::builder()
        .method("GET")
        .uri(format!("{base}/v1/users/contacts?offset={offset}&size={size}"))
        .header("Accept", "application/json")
        .header("Authorization", basic())
        .header("User-Agent", USER_AGENT)
        .body(Vec::new())
        .expect("valid")
}

/// A create request as most scripts build it.
pub fn naive_create(base: &str, method: &str, to: &str) -> Request<Vec<u8>> {
    let body = serde_json::json!({ "method": method, "to": to }).to_string();
    Request::builder()
        .method("POST")
        .uri(format!("{base}/v1/users/contacts"))
        .header("Accept", "application/json")
        .header("Authorization", basic())
        .header("User-Agent", USER_AGENT)
        .header("Content-Type", "application/json")
        .header("Content-Length", body.len().to_string())
        .body(body.into_bytes())
        .expect("valid")
}

fn basic() -> String {
    format!("Basic {}", STANDARD.encode(format!("{EMAIL}:{TOKEN}")))
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    to: &'a str,
}

#[derive(Debug, Deserialize)]
pub struct Page {
    pub values: Vec<Contact>,
    pub links: Option<Links>,
}

#[derive(Debug, Deserialize)]
pub struct Links {
    pub next: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    pub id: String,
    pub method: String,
    pub to: String,
    pub status: Option<Status>,
    pub apply_order: Option<i32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub enabled: Option<bool>,
    pub disabled_reason: Option<String>,
}

/// A page whose texts stay in the body: a text with an escape cannot be read.
#[derive(Debug, Deserialize)]
pub struct BorrowedPage<'a> {
    #[serde(borrow)]
    pub values: Vec<BorrowedContact<'a>>,
    pub links: Option<BorrowedLinks<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct BorrowedLinks<'a> {
    pub next: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BorrowedContact<'a> {
    pub id: &'a str,
    pub method: &'a str,
    pub to: &'a str,
    #[serde(borrow)]
    pub status: Option<BorrowedStatus<'a>>,
    pub apply_order: Option<i32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BorrowedStatus<'a> {
    pub enabled: Option<bool>,
    pub disabled_reason: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
pub struct ErrorBody {
    pub errors: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
pub struct Reason {
    pub title: Option<String>,
    pub code: Option<String>,
}
