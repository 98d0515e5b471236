//! A service that hides the status of contacts.

use std::collections::BTreeSet;

use contacts_sandbox::StoredContact;
use http::Response;
use serde_json::Value;

/// The contacts whose status the service hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HiddenStatus {
    /// The contacts with these ids.
    Ids(BTreeSet<String>),
    /// All contacts.
    All,
}

impl Default for HiddenStatus {
    fn default() -> Self {
        Self::Ids(BTreeSet::new())
    }
}

impl HiddenStatus {
    /// Hides the status of one more contact.
    pub fn add(&mut self, id: &str) {
        if let Self::Ids(ids) = self {
            ids.insert(id.to_owned());
        }
    }

    /// Returns the enabled status, or `None` if it is hidden.
    pub fn shown(&self, contact: &StoredContact) -> Option<bool> {
        (!self.hides(&contact.id)).then_some(contact.enabled)
    }

    /// Removes the hidden status from a response. A body that is neither a page nor a contact stays
    /// as it is.
    pub(crate) fn remove_from(&self, answer: Response<Vec<u8>>) -> Response<Vec<u8>> {
        if *self == Self::default() {
            return answer;
        }
        answer.map(|body| {
            let Ok(mut json) = serde_json::from_slice::<Value>(&body) else { return body };
            match json.get_mut("values").and_then(Value::as_array_mut) {
                Some(contacts) => {
                    contacts.iter_mut().for_each(|contact| self.remove_status(contact));
                }
                None => self.remove_status(&mut json),
            }
            json.to_string().into_bytes()
        })
    }

    fn remove_status(&self, contact: &mut Value) {
        if contact["id"].as_str().is_some_and(|id| self.hides(id)) {
            contact.as_object_mut().map(|contact| contact.remove("status"));
        }
    }

    fn hides(&self, id: &str) -> bool {
        match self {
            Self::Ids(ids) => ids.contains(id),
            Self::All => true,
        }
    }
}
