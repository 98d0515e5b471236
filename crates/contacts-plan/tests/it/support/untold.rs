//! What the service does not say.

use std::collections::BTreeSet;

use contacts_sandbox::StoredContact;
use serde_json::Value;

/// Contacts of which the service does not say whether they are enabled.
#[derive(Default)]
pub(crate) struct Untold(BTreeSet<String>);

impl Untold {
    pub(crate) fn add(&mut self, id: &str) {
        self.0.insert(id.to_owned());
    }

    /// Whether a contact is enabled, if that is told.
    pub(crate) fn told_of(&self, contact: &StoredContact) -> Option<bool> {
        (!self.0.contains(&contact.id)).then_some(contact.enabled)
    }

    /// An answer without their status.
    pub(crate) fn left_out_of(&self, body: Vec<u8>) -> Vec<u8> {
        let Ok(mut answer) = serde_json::from_slice::<Value>(&body) else { return body };
        match answer.get_mut("values").and_then(Value::as_array_mut) {
            Some(contacts) => contacts.iter_mut().for_each(|contact| self.leave_out(contact)),
            None => self.leave_out(&mut answer),
        }
        serde_json::to_vec(&answer).unwrap()
    }

    fn leave_out(&self, contact: &mut Value) {
        let is_untold = contact["id"].as_str().is_some_and(|id| self.0.contains(id));
        if is_untold {
            contact.as_object_mut().unwrap().remove("status");
        }
    }
}
