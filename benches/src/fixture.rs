//! Data of requests and responses.

use contacts_proto::{BaseUrl, ContactId, Credentials};

pub const BASE: &str = "https://api.atlassian.com/jsm/ops/api/35273b54-3f06-40d2-880f-dd28cf8daafa";
pub const EMAIL: &str = "ann@example.com";
/// As long as a real token.
pub const TOKEN: &str = "ATATT3xFfGF0T4JNQx1ZP6g2kq8pV0not-a-real-token-0000000000000000000000000000000000000000=12345678";
pub const ID: &str = "299003c3-8221-4a9f-b63d-2370c4caaaaa";
pub const NUMBER: &str = "90-5555559999";

pub fn site() -> BaseUrl {
    BaseUrl::new(BASE).expect("valid")
}

pub fn credentials() -> Credentials {
    Credentials::basic(EMAIL, TOKEN).expect("valid")
}

pub fn id() -> ContactId {
    ContactId::new(ID).expect("valid")
}

/// A page of this many contacts, the last of its list.
pub fn page(len: u64) -> String {
    let contacts: Vec<_> = (0..len).map(listed).collect();
    format!(
        r#"{{"values":[{}],"links":{{"first":"/v1/users/contacts?offset=0&size=100"}}}}"#,
        contacts.join(",")
    )
}

/// One contact, as the service sends it.
pub fn contact() -> String {
    format!(r#"{{"id":"{ID}","method":"sms","to":"{NUMBER}","status":{{"enabled":true}}}}"#)
}

/// An error response, as the service sends it.
pub fn error_response() -> String {
    r#"{"errors":[{"title":"Contact could not be found","code":"CONTACT_NOT_FOUND"}]}"#.into()
}

fn listed(number: u64) -> String {
    let (method, to) = match number % 3 {
        0 => ("email", format!("person{number}@example.com")),
        1 => ("sms", format!("90-5{number:09}")),
        _ => ("voice", format!("49-5{number:09}")),
    };
    format!(
        r#"{{"id":"{number:08x}-8221-4a9f-b63d-2370c4caaaaa","method":"{method}","to":"{to}","status":{{"enabled":true}},"applyOrder":{number}}}"#
    )
}
