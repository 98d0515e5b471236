//! One entry of a file: what it says, or what is wrong with it.

use std::collections::BTreeSet;

use contacts_proto::{Address, ContactId, ContactMethod, escape_controls};

use super::node::{Member, Node, Value};
use crate::{Desired, Diagnostic, Position, desired::is_disabled_by_person};

/// Methods that stand for themselves and their address: `sms: 90-555`.
pub(super) static SHORT: [ContactMethod; 4] =
    [ContactMethod::Email, ContactMethod::Sms, ContactMethod::Voice, ContactMethod::Mobile];

/// What an entry says.
#[derive(Default)]
struct Entry<'a> {
    id: Option<ContactId>,
    method: Option<&'a str>,
    /// With its position.
    to: Option<(Position, &'a str)>,
    enabled: Option<bool>,
    disabled_reason: Option<&'a str>,
    /// Keys that were seen.
    keys: BTreeSet<&'a str>,
    /// Something of it could not be read, which was told.
    broken: bool,
}

/// The contact that an entry wants; or else the diagnostics in it are added to these.
pub(super) fn desired(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Desired> {
    let Value::Map(members) = &node.value else {
        if !matches!(node.value, Value::Broken) {
            diagnostics.push(Diagnostic::new(node.position, "a contact is expected, such as `sms: 90-555`"));
        }
        return None;
    };
    let before = diagnostics.len();
    let mut entry = Entry::default();
    for member in members {
        entry.member(member, diagnostics);
    }
    if entry.broken || diagnostics.len() > before {
        return None;
    }
    let Entry { id, method, to, enabled, disabled_reason, .. } = entry;
    let (Some(method), Some((position, to))) = (method, to) else {
        let what = if method.is_none() { "`method`" } else { "`to`" };
        diagnostics.push(Diagnostic::new(node.position, format!("{what} is missing")));
        return None;
    };
    let method = known(method).cloned().unwrap_or_else(|| method.into());
    // One with an id may be there, with any address or none; a plan checks it where it is not.
    if id.is_none()
        && let Err(error) = Address::new(&method, to).check()
    {
        let is_missing = to.trim().is_empty();
        let why = if is_missing { "the address or number is missing".into() } else { error.to_string() };
        diagnostics.push(Diagnostic::new(position, why));
        return None;
    }
    // As the service lists a number that is not verified: nobody has decided that it is to be disabled.
    let is_unverified = method.is_phone()
        && enabled == Some(false)
        && disabled_reason.is_some_and(|reason| !is_disabled_by_person(Some(reason)));
    let enabled = enabled.filter(|_| !is_unverified);
    Some(Desired { id, enabled, position: Some(node.position), ..Desired::new(method, to) })
}

/// The method with this name, however it is written.
fn known(name: &str) -> Option<&'static ContactMethod> {
    SHORT.iter().find(|method| method.as_str().eq_ignore_ascii_case(name))
}

impl<'a> Entry<'a> {
    fn member(&mut self, member: &'a Member, diagnostics: &mut Vec<Diagnostic>) {
        let Member { position, key, node } = member;
        let mut wrong =
            |position: Position, message: String| diagnostics.push(Diagnostic::new(position, message));
        if !self.keys.insert(key) {
            return wrong(*position, format!("`{}` is here twice", escape_controls(key)));
        }
        if let Value::Broken = node.value {
            self.broken = true;
            return;
        }
        match key.as_str() {
            "id" => match text(node).map(|text| text.map(ContactId::new).transpose()) {
                Ok(Ok(id)) => self.id = id,
                Ok(Err(error)) => wrong(node.position, error.to_string()),
                Err(message) => wrong(node.position, message),
            },
            "method" => match filled(node, "the method") {
                Ok(_) if self.method.is_some() => wrong(*position, "a second method in one entry".into()),
                Ok(method) => self.method = Some(method),
                Err(message) => wrong(node.position, message),
            },
            "to" => match address(node) {
                Ok(_) if self.to.is_some() => wrong(*position, "a second address in one entry".into()),
                Ok(to) => self.to = Some((node.position, to)),
                Err(message) => wrong(node.position, message),
            },
            "enabled" => self.enabled(*position, node, diagnostics),
            "status" => match &node.value {
                Value::Null => {}
                Value::Map(members) => members.iter().for_each(|member| self.status(member, diagnostics)),
                _ => wrong(node.position, "`status` has members: `enabled`".into()),
            },
            "disabledReason" => self.disabled_reason = text(node).ok().flatten(),
            "applyOrder" => {}
            short if known(short).is_some() => match address(node) {
                Ok(_) if self.method.is_some() || self.to.is_some() => {
                    wrong(*position, "a second contact in one entry".into());
                }
                Ok(to) => (self.method, self.to) = (Some(short), Some((node.position, to))),
                Err(message) => wrong(node.position, message),
            },
            unknown => {
                let known = "`id`, `method`, `to` and `enabled` are, and `email`, `sms`, `voice` and `mobile` with an address";
                wrong(*position, format!("`{}` is not known here: {known}", escape_controls(unknown)));
            }
        }
    }

    fn status(&mut self, member: &'a Member, diagnostics: &mut Vec<Diagnostic>) {
        match member.key.as_str() {
            "enabled" => self.enabled(member.position, &member.node, diagnostics),
            "disabledReason" => self.disabled_reason = text(&member.node).ok().flatten(),
            unknown => {
                let message = format!("`{}` is not known in `status`", escape_controls(unknown));
                diagnostics.push(Diagnostic::new(member.position, message));
            }
        }
    }

    fn enabled(&mut self, position: Position, node: &Node, diagnostics: &mut Vec<Diagnostic>) {
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
                Diagnostic::new(
                    node.position,
                    format!("`{}` is neither true nor false", escape_controls(found)),
                )
            }
            (_, Some(_)) => Diagnostic::new(position, "`enabled` is here twice"),
            (enabled, None) => {
                self.enabled = enabled;
                return;
            }
        };
        diagnostics.push(wrong);
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
