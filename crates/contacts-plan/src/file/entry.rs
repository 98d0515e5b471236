//! One entry of a file: what it says, or what is wrong with it.

use std::collections::BTreeSet;

use contacts_proto::{Address, ContactId, ContactMethod, printable};

use super::node::{Member, Node, Value};
use crate::{Desired, Mistake, Place, desired::is_disabled_by_person};

/// Methods that stand for themselves and their address: `sms: 90-555`.
pub(super) static SHORT: [ContactMethod; 4] =
    [ContactMethod::Email, ContactMethod::Sms, ContactMethod::Voice, ContactMethod::Mobile];

/// What an entry says.
#[derive(Default)]
struct Entry<'a> {
    id: Option<ContactId>,
    method: Option<&'a str>,
    /// With its place.
    to: Option<(Place, &'a str)>,
    enabled: Option<bool>,
    disabled_reason: Option<&'a str>,
    /// Keys that were seen.
    keys: BTreeSet<&'a str>,
    /// Something of it could not be read, which was told.
    broken: bool,
}

/// The contact that an entry wants; or else the mistakes in it are added to these.
pub(super) fn desired(node: &Node, mistakes: &mut Vec<Mistake>) -> Option<Desired> {
    let Value::Map(members) = &node.value else {
        if !matches!(node.value, Value::Broken) {
            mistakes.push(Mistake::new(node.place, "a contact is expected, such as `sms: 90-555`"));
        }
        return None;
    };
    let before = mistakes.len();
    let mut entry = Entry::default();
    for member in members {
        entry.member(member, mistakes);
    }
    if entry.broken || mistakes.len() > before {
        return None;
    }
    let Entry { id, method, to, enabled, disabled_reason, .. } = entry;
    let (Some(method), Some((place, to))) = (method, to) else {
        let what = if method.is_none() { "`method`" } else { "`to`" };
        mistakes.push(Mistake::new(node.place, format!("{what} is missing")));
        return None;
    };
    let method = known(method).cloned().unwrap_or_else(|| method.into());
    // One with an id may be there, with any address or none; a plan checks it where it is not.
    if id.is_none()
        && let Err(error) = Address::new(&method, to).check()
    {
        let is_missing = to.trim().is_empty();
        let why = if is_missing { "the address or number is missing".into() } else { error.to_string() };
        mistakes.push(Mistake::new(place, why));
        return None;
    }
    // As the service lists a number that is not verified: nobody has decided that it is to be disabled.
    let is_unverified = method.is_phone()
        && enabled == Some(false)
        && disabled_reason.is_some_and(|reason| !is_disabled_by_person(Some(reason)));
    let enabled = enabled.filter(|_| !is_unverified);
    Some(Desired { id, enabled, place: Some(node.place), ..Desired::new(method, to) })
}

/// The method with this name, however it is written.
fn known(name: &str) -> Option<&'static ContactMethod> {
    SHORT.iter().find(|method| method.as_str().eq_ignore_ascii_case(name))
}

impl<'a> Entry<'a> {
    fn member(&mut self, member: &'a Member, mistakes: &mut Vec<Mistake>) {
        let Member { place, key, node } = member;
        let mut wrong = |place: Place, message: String| mistakes.push(Mistake::new(place, message));
        if !self.keys.insert(key) {
            return wrong(*place, format!("`{}` is here twice", printable(key)));
        }
        if let Value::Broken = node.value {
            self.broken = true;
            return;
        }
        match key.as_str() {
            "id" => match text(node).map(|text| text.map(ContactId::new).transpose()) {
                Ok(Ok(id)) => self.id = id,
                Ok(Err(error)) => wrong(node.place, error.to_string()),
                Err(message) => wrong(node.place, message),
            },
            "method" => match filled(node, "the method") {
                Ok(_) if self.method.is_some() => wrong(*place, "a second method in one entry".into()),
                Ok(method) => self.method = Some(method),
                Err(message) => wrong(node.place, message),
            },
            "to" => match address(node) {
                Ok(_) if self.to.is_some() => wrong(*place, "a second address in one entry".into()),
                Ok(to) => self.to = Some((node.place, to)),
                Err(message) => wrong(node.place, message),
            },
            "enabled" => self.enabled(*place, node, mistakes),
            "status" => match &node.value {
                Value::Null => {}
                Value::Map(members) => members.iter().for_each(|member| self.status(member, mistakes)),
                _ => wrong(node.place, "`status` has members: `enabled`".into()),
            },
            "disabledReason" => self.disabled_reason = text(node).ok().flatten(),
            "applyOrder" => {}
            short if known(short).is_some() => match address(node) {
                Ok(_) if self.method.is_some() || self.to.is_some() => {
                    wrong(*place, "a second contact in one entry".into());
                }
                Ok(to) => (self.method, self.to) = (Some(short), Some((node.place, to))),
                Err(message) => wrong(node.place, message),
            },
            unknown => {
                let known = "`id`, `method`, `to` and `enabled` are, and `email`, `sms`, `voice` and `mobile` with an address";
                wrong(*place, format!("`{}` is not known here: {known}", printable(unknown)));
            }
        }
    }

    fn status(&mut self, member: &'a Member, mistakes: &mut Vec<Mistake>) {
        match member.key.as_str() {
            "enabled" => self.enabled(member.place, &member.node, mistakes),
            "disabledReason" => self.disabled_reason = text(&member.node).ok().flatten(),
            unknown => {
                let message = format!("`{}` is not known in `status`", printable(unknown));
                mistakes.push(Mistake::new(member.place, message));
            }
        }
    }

    fn enabled(&mut self, place: Place, node: &Node, mistakes: &mut Vec<Mistake>) {
        let enabled = match text(node) {
            // A spreadsheet makes capitals of them.
            Ok(Some(text)) if text.eq_ignore_ascii_case("true") => Some(true),
            Ok(Some(text)) if text.eq_ignore_ascii_case("false") => Some(false),
            Ok(None) => return,
            _ => None,
        };
        let wrong = match (enabled, self.enabled) {
            (None, _) => {
                let found = text(node).ok().flatten().unwrap_or("this");
                Mistake::new(node.place, format!("`{}` is neither true nor false", printable(found)))
            }
            (_, Some(_)) => Mistake::new(place, "`enabled` is here twice"),
            (enabled, None) => {
                self.enabled = enabled;
                return;
            }
        };
        mistakes.push(wrong);
    }
}

/// A text, or nothing.
fn text(node: &Node) -> Result<Option<&str>, String> {
    match &node.value {
        Value::Null => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        Value::Map(_) | Value::List | Value::Broken => Err("a text is expected".into()),
    }
}

/// An address or number, which may be empty: the service does not say one of every app's registration.
fn address(node: &Node) -> Result<&str, String> {
    without_nul(text(node)?.unwrap_or_default(), "the address or number")
}

/// A text with something in it.
fn filled<'a>(node: &'a Node, what: &str) -> Result<&'a str, String> {
    let text = text(node)?.filter(|text| !text.trim().is_empty());
    without_nul(text.ok_or_else(|| format!("{what} is missing"))?, what)
}

/// No file of text can say it in CSV, and no address has one.
fn without_nul<'a>(text: &'a str, what: &str) -> Result<&'a str, String> {
    if text.contains('\0') { Err(format!("{what} has a NUL in it")) } else { Ok(text) }
}
