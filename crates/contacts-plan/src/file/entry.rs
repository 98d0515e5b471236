//! Parses one entry of a file, or reports what is wrong with it.

use std::collections::BTreeSet;

use contacts_proto::{Address, ContactId, ContactMethod, escape_controls};

use super::node::{Member, Node, Value};
use crate::{Desired, Diagnostic, Position, desired::is_disabled_by_person};

/// Methods that can be the key of an entry: `sms: 90-555`.
pub(super) static METHOD_KEYS: [ContactMethod; 4] =
    [ContactMethod::Email, ContactMethod::Sms, ContactMethod::Voice, ContactMethod::Mobile];

const MISSING_ADDRESS: &str = "the address or number is missing";
const ONE_CONTACT: &str = "this entry describes a second contact; write a separate entry for it";

/// The parsed members of an entry.
#[derive(Default)]
struct Entry<'a> {
    id: Option<ContactId>,
    method: Option<&'a str>,
    /// Address and its position.
    to: Option<(Position, &'a str)>,
    enabled: Option<bool>,
    disabled_reason: Option<&'a str>,
    /// Keys so far.
    keys: BTreeSet<&'a str>,
    /// A member could not be parsed, and has a diagnostic.
    invalid: bool,
}

/// Returns the desired contact, or adds diagnostics.
pub(super) fn desired(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Desired> {
    let Value::Map(members) = &node.value else {
        if !matches!(node.value, Value::Invalid) {
            diagnostics.push(Diagnostic::new(
                node.position,
                "this is not a contact; write one such as `sms: 90-5555559999`",
            ));
        }
        return None;
    };
    let before = diagnostics.len();
    let mut entry = Entry::default();
    for member in members {
        entry.member(member, diagnostics);
    }
    if entry.invalid || diagnostics.len() > before {
        return None;
    }
    let Entry { id, method, to, enabled, disabled_reason, .. } = entry;
    let (Some(method), Some((position, to))) = (method, to) else {
        let message = if method.is_none() {
            "`method` is missing; write email, sms, voice or mobile"
        } else {
            "`to` is missing; write the address or number"
        };
        diagnostics.push(Diagnostic::new(node.position, message));
        return None;
    };
    let method = known(method).cloned().unwrap_or_else(|| method.into());
    // An existing contact may have any address, or none. If there is an id, the plan checks the
    // address of a contact that does not exist.
    if id.is_none() {
        if let Err(error) = Address::new(&method, to).check() {
            let is_missing = to.trim().is_empty();
            let why = if is_missing { MISSING_ADDRESS.into() } else { error.to_string() };
            diagnostics.push(Diagnostic::new(position, why));
            return None;
        }
    }
    // The service lists an unverified number like this; no one decided to disable it.
    let is_unverified = method.is_phone()
        && enabled == Some(false)
        && disabled_reason.is_some_and(|reason| !is_disabled_by_person(Some(reason)));
    let enabled = enabled.filter(|_| !is_unverified);
    Some(Desired { id, enabled, position: Some(node.position), ..Desired::new(method, to) })
}

/// Returns the method with this name, in upper or lower case.
fn known(name: &str) -> Option<&'static ContactMethod> {
    METHOD_KEYS.iter().find(|method| method.as_str().eq_ignore_ascii_case(name))
}

impl<'a> Entry<'a> {
    fn member(&mut self, member: &'a Member, diagnostics: &mut Vec<Diagnostic>) {
        let Member { position, key, node } = member;
        let mut wrong = |position: Position, message: String| {
            diagnostics.push(Diagnostic::new(position, message));
        };
        if !self.keys.insert(key) {
            return wrong(*position, format!("duplicate key `{}`; keep one", escape_controls(key)));
        }
        if let Value::Invalid = node.value {
            self.invalid = true;
            return;
        }
        match key.as_str() {
            "id" => match text(node).map(|text| text.map(ContactId::new).transpose()) {
                Ok(Ok(id)) => self.id = id,
                Ok(Err(error)) => wrong(node.position, error.to_string()),
                Err(message) => wrong(node.position, message),
            },
            "method" => match filled(node, "the method") {
                Ok(_) if self.method.is_some() => wrong(*position, ONE_CONTACT.into()),
                Ok(method) => self.method = Some(method),
                Err(message) => wrong(node.position, message),
            },
            "to" => match address(node) {
                Ok(_) if self.to.is_some() => wrong(*position, ONE_CONTACT.into()),
                Ok(to) => self.to = Some((node.position, to)),
                Err(message) => wrong(node.position, message),
            },
            "enabled" => self.enabled(*position, node, diagnostics),
            "status" => match &node.value {
                Value::Null => {}
                Value::Map(members) => {
                    members.iter().for_each(|member| self.status(member, diagnostics));
                }
                _ => wrong(
                    node.position,
                    "`status` must have members, such as `enabled: true`".into(),
                ),
            },
            "disabledReason" => self.disabled_reason = text(node).ok().flatten(),
            "applyOrder" => {}
            short if known(short).is_some() => match address(node) {
                Ok(_) if self.method.is_some() || self.to.is_some() => {
                    wrong(*position, ONE_CONTACT.into());
                }
                Ok(to) => (self.method, self.to) = (Some(short), Some((node.position, to))),
                Err(message) => wrong(node.position, message),
            },
            unknown => {
                let known = "id, method, to, enabled, email, sms, voice, mobile";
                wrong(
                    *position,
                    format!("unknown key `{}`; known keys: {known}", escape_controls(unknown)),
                );
            }
        }
    }

    fn status(&mut self, member: &'a Member, diagnostics: &mut Vec<Diagnostic>) {
        match member.key.as_str() {
            "enabled" => self.enabled(member.position, &member.node, diagnostics),
            "disabledReason" => self.disabled_reason = text(&member.node).ok().flatten(),
            unknown => {
                let message = format!(
                    "unknown key `{}` in `status`; known keys: enabled, disabledReason",
                    escape_controls(unknown)
                );
                diagnostics.push(Diagnostic::new(member.position, message));
            }
        }
    }

    fn enabled(&mut self, position: Position, node: &Node, diagnostics: &mut Vec<Diagnostic>) {
        let enabled = match text(node) {
            // Spreadsheets write them in upper case.
            Ok(Some(text)) if text.eq_ignore_ascii_case("true") => Some(true),
            Ok(Some(text)) if text.eq_ignore_ascii_case("false") => Some(false),
            Ok(None) => return,
            _ => None,
        };
        let wrong = match (enabled, self.enabled) {
            (None, _) => {
                let found = text(node).ok().flatten().unwrap_or("enabled");
                Diagnostic::new(
                    node.position,
                    format!("`{}` is not valid; write `true` or `false`", escape_controls(found)),
                )
            }
            (_, Some(_)) => Diagnostic::new(position, "duplicate key `enabled`; keep one"),
            (enabled, None) => {
                self.enabled = enabled;
                return;
            }
        };
        diagnostics.push(wrong);
    }
}

/// Returns the text of a node, or `None` for an empty one.
fn text(node: &Node) -> Result<Option<&str>, String> {
    match &node.value {
        Value::Null => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        Value::Map(_) | Value::List | Value::Invalid => {
            Err("expected text, found a list or a map".into())
        }
    }
}

/// Returns an address or number. It may be empty, because the service does not list one for every
/// app.
fn address(node: &Node) -> Result<&str, String> {
    without_nul(text(node)?.unwrap_or_default(), "the address or number")
}

/// Returns a text that is not blank.
fn filled<'a>(node: &'a Node, what: &str) -> Result<&'a str, String> {
    let text = text(node)?.filter(|text| !text.trim().is_empty());
    without_nul(text.ok_or_else(|| format!("{what} is missing"))?, what)
}

/// Rejects NUL: CSV cannot represent it, and no address contains it.
fn without_nul<'a>(text: &'a str, what: &str) -> Result<&'a str, String> {
    if text.contains('\0') {
        Err(format!("{what} contains a NUL character; remove it"))
    } else {
        Ok(text)
    }
}
