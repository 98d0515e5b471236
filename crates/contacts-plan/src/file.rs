//! Reads and writes files of contacts.

mod csv;
mod entry;
mod json;
mod node;
mod spreadsheet;
mod yaml;

use std::{ffi::OsStr, path::Path};

pub use self::spreadsheet::spreadsheet_cell;

use self::node::Document;
use crate::{Desired, Diagnostic, Position, duplicates::duplicates};

/// Message for an empty YAML or JSON file.
const EMPTY: &str = "this file is empty; write `[]` for no contacts";

/// Format of a file.
///
/// # YAML
/// A list of maps. A contact is written short, with its method as the key, or long:
///
/// ```yaml
/// - sms: 90-5555559999            # no quotes needed: numbers stay as written
/// - email: ann@example.com
///   enabled: false                # optional; default: enabled
///   id: 299003c3                  # optional
/// - {method: voice, to: +90 555, enabled: true}
/// ```
///
/// # JSON
/// A list of objects with the same members. The output of `contacts list -o json` is also valid:
/// `status.enabled` counts as `enabled`, and `applyOrder` is ignored.
///
/// # CSV
/// A header row with `method` and `to`, optionally `id` and `enabled`, in any order.
/// [`csv::Rows`](crate::csv::Rows) lists the separators. The output of `contacts list -o csv` is
/// also valid. A cell that a spreadsheet would run as a formula is written with an apostrophe in
/// front, and read without it; see [`spreadsheet_cell`].
///
/// # All formats
/// Methods are not case-sensitive. An invalid address, such as a number that a spreadsheet
/// shortened, is an error. If the entry has an id, only [`Plan::new`](crate::Plan::new) checks the
/// address, and only if it must create the contact: existing contacts can have any address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML. Also reads JSON.
    Yaml,
    /// JSON.
    Json,
    /// CSV. Written with commas.
    Csv,
}

impl Format {
    /// Returns the format for a file extension: `.yaml`, `.yml`, `.json` or `.csv`, in any case.
    ///
    /// ```
    /// use contacts_plan::Format;
    ///
    /// assert_eq!(Format::from_path("on-call/ann.YML"), Some(Format::Yaml));
    /// assert_eq!(Format::from_path("contacts.txt"), None);
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Option<Self> {
        let ending = path.as_ref().extension().and_then(OsStr::to_str)?.to_ascii_lowercase();
        match ending.as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// Reads a file of contacts.
///
/// ```
/// use contacts_plan::{Format, read};
///
/// let listed = r#"[{"id":"s1","method":"sms","to":"90-555","status":{"enabled":false}}]"#;
/// let desired = read(listed, Format::Json).unwrap();
/// assert_eq!(desired[0].enabled, Some(false));
///
/// // YAML values stay text: they are not converted to numbers or booleans.
/// let text = "[{sms: 0123}, {voice: +905551e3}, {voice: 0x10}, {mobile: true}]";
/// let desired = read(text, Format::Yaml).unwrap();
/// let to: Vec<_> = desired.iter().map(|desired| desired.to.as_str()).collect();
/// assert_eq!(to, ["0123", "+905551e3", "0x10", "true"]);
/// ```
///
/// # Errors
/// Every [`Diagnostic`] in order of position. After a syntax error, reading stops. An empty text is
/// an error, because it is probably an accident; for no contacts, write an empty list.
pub fn read(text: &str, format: Format) -> Result<Vec<Desired>, Vec<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Document { entries, mut diagnostics } = match format {
        Format::Csv if text.trim().is_empty() => Document::invalid(Position::START, csv::EMPTY),
        _ if text.trim().is_empty() => Document::invalid(Position::START, EMPTY),
        _ if text.contains('\0') => node::contains_nul(text),
        Format::Yaml => yaml::read(text),
        Format::Json => json::read(text),
        Format::Csv => csv::read(text),
    };
    let desired: Vec<_> =
        entries.iter().filter_map(|entry| entry::desired(entry, &mut diagnostics)).collect();
    diagnostics.extend(same_contacts(&desired));
    if diagnostics.is_empty() {
        return Ok(desired);
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.position);
    Err(diagnostics)
}

/// Returns `true` if a text is CSV with a header row for contacts. Use it for a hint when another
/// format cannot read the text.
///
/// ```
/// assert!(contacts_plan::looks_like_csv("id;Method;To\n"));
/// assert!(!contacts_plan::looks_like_csv("- {method: sms, to: 90-555}\n"));
/// ```
pub fn looks_like_csv(text: &str) -> bool {
    csv::has_header(text)
}

/// Writes a file with these contacts. YAML also gets the service's reason for each disabled
/// contact, as a comment.
///
/// [`read`] returns equal contacts if each has an id or a [valid](contacts_proto::Address::check)
/// address, and no address is blank or contains NUL.
///
/// ```
/// use contacts_plan::{Desired, Format, write};
/// use contacts_proto::ContactMethod;
///
/// let desired = [Desired::new(ContactMethod::Sms, "+905555559999")];
/// assert_eq!(write(&desired, Format::Yaml), "- sms: \"+905555559999\"\n");
/// assert_eq!(write(&desired, Format::Csv), "id,method,to,enabled\n,sms,+905555559999,true\n");
/// ```
pub fn write(contacts: &[Desired], format: Format) -> String {
    match format {
        Format::Yaml => yaml::write(contacts),
        Format::Json => json::write(contacts),
        Format::Csv => csv::write(contacts),
    }
}

/// Finds entries that describe the same contact. Two entries with different ids may be existing
/// duplicates, so only [`Plan::new`](crate::Plan::new) checks those.
fn same_contacts(desired: &[Desired]) -> impl Iterator<Item = Diagnostic> {
    duplicates(desired.iter().map(|entry| (entry, entry.id.is_some()))).filter_map(
        |(first, second)| {
            let line = first.position?.line;
            Some(Diagnostic::new(
                second.position?,
                format!("this is the same contact as on line {line}; remove one of them"),
            ))
        },
    )
}
