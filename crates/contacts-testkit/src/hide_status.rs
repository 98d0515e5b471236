//! A service that does not say which contacts are enabled.

use std::collections::BTreeSet;

use contacts_sandbox::StoredContact;
use http::Response;
use serde_json::Value;

/// The contacts of which the service does not say whether they are enabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HiddenStatus {
    /// Those with these ids.
    These(BTreeSet<String>),
    /// All of them.
    All,
}

impl Default for HiddenStatus {
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

impl HiddenStatus {
    /// Adds one.
    pub fn add(&mut self, id: &str) {
        if let Self::These(ids) = self {
            ids.insert(id.to_owned());
        }
    }

    /// Returns whether a contact is enabled, if the service tells it.
    pub fn told_of(&self, contact: &StoredContact) -> Option<bool> {
        (!self.holds(&contact.id)).then_some(contact.enabled)
    }

    /// An answer without their status. What is neither a page nor a contact, or not all of it,
    /// stays as it is.
    pub(crate) fn left_out_of(&self, answer: Response<Vec<u8>>) -> Response<Vec<u8>> {
        if *self == Self::default() {
            return answer;
        }
        answer.map(|body| {
            let Ok(mut json) = serde_json::from_slice::<Value>(&body) else { return body };
            match json.get_mut("values").and_then(Value::as_array_mut) {
                Some(contacts) => contacts.iter_mut().for_each(|contact| self.leave_out(contact)),
                None => self.leave_out(&mut json),
            }
            json.to_string().into_bytes()
        })
    }

    fn leave_out(&self, contact: &mut Value) {
        if contact["id"].as_str().is_some_and(|id| self.holds(id))
            && let Some(contact) = contact.as_object_mut()
        {
            contact.remove("status");
        }
    }

    fn holds(&self, id: &str) -> bool {
        match self {
            Self::These(ids) => ids.contains(id),
            Self::All => true,
        }
    }
}
