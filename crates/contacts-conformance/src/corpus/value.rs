//! Values that operations return, as JSON.

use std::fmt::Debug;

use contacts_proto::{CloudId, Confirmation, Contact, Page};
use serde_json::json;

/// A value that an operation returns, in the form of the corpus.
pub(crate) trait Value: Debug {
    /// A contact and a confirmation in the service's own shape, a page as its contacts, a cloud id
    /// as a text, and `()` as `'()'`.
    fn json(&self) -> serde_json::Value;
}

impl Value for Contact {
    fn json(&self) -> serde_json::Value {
        json!(self)
    }
}

impl Value for Page {
    fn json(&self) -> serde_json::Value {
        json!(self.items)
    }
}

impl Value for Confirmation {
    fn json(&self) -> serde_json::Value {
        json!(self)
    }
}

impl Value for CloudId {
    fn json(&self) -> serde_json::Value {
        json!(self)
    }
}

impl Value for () {
    fn json(&self) -> serde_json::Value {
        json!("()")
    }
}

/// A whole list, as its ids.
impl Value for Vec<Contact> {
    fn json(&self) -> serde_json::Value {
        self.iter().map(|contact| contact.id.as_str()).collect()
    }
}
