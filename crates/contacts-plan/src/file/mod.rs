//! Files of contacts: text in, desired contacts out, and back.

mod csv;
mod entry;
mod json;
mod node;
mod spreadsheet;
mod yaml;

use std::{ffi::OsStr, path::Path};

pub use self::spreadsheet::spreadsheet_cell;

use self::node::Document;
use crate::{Desired, Diagnostic, Position, doubles::doubles};

/// What a file is written in.
///
/// **YAML** is a list of maps. A contact is written short, its method as the key, or long:
///
/// ```yaml
/// - sms: 90-5555559999            # no quotes needed: the number stays as it is written
/// - email: ann@example.com
///   enabled: false                # left out: it is to be used
///   id: 299003c3                  # may be left out
/// - {method: voice, to: +90 555, enabled: true}
/// ```
///
/// **JSON** is a list of objects with the same members. What `contacts list -o json` prints is one: `status.enabled` is read for
/// `enabled`, and `applyOrder` is passed over.
///
/// **CSV** has a header with `method` and `to`, and maybe `id` and `enabled`, in any order, with any separator that
/// [`csv::Rows`](crate::csv::Rows) knows; what `contacts list -o csv` prints is read too. A cell that a spreadsheet would run as
/// a formula is written with an apostrophe before it, as [`spreadsheet_cell`] says; reading takes it away again.
///
/// Methods are read without regard to case. An address that no contact can have, such as a number that a spreadsheet has
/// shortened, is a diagnostic: at its place where the entry has no id, and else where a [plan](crate::Plan) would need it, since
/// contacts that exist may have any address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// CSV; written with commas.
    Csv,
}

impl Format {
    /// The format of a file with this name: `.yaml`, `.yml`, `.json`, `.csv`.
    ///
    /// ```
    /// use contacts_plan::Format;
    ///
    /// assert_eq!(Format::of("on-call/ann.YML"), Some(Format::Yaml));
    /// assert_eq!(Format::of("contacts.txt"), None);
    /// ```
    pub fn of(path: impl AsRef<Path>) -> Option<Self> {
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
/// let listed = r#"[{"id":"s1","method":"sms","to":"90-555","status":{"enabled":false},"applyOrder":0}]"#;
/// let desired = read(listed, Format::Json).unwrap();
/// assert_eq!(desired[0].enabled, Some(false));
///
/// // Nothing is a number in YAML, and nothing a truth value.
/// let desired = read("[{sms: 0123}, {voice: +905551e3}, {voice: 0x10}, {mobile: true}]", Format::Yaml).unwrap();
/// let to: Vec<_> = desired.iter().map(|desired| desired.to.as_str()).collect();
/// assert_eq!(to, ["0123", "+905551e3", "0x10", "true"]);
/// ```
///
/// # Errors
/// All diagnostics, in their order; of a text that is not in its format at all, those before it breaks off. A text with nothing in
/// it is a diagnostic: it is more likely an accident than the wish to have no contacts, which is an empty list.
pub fn read(text: &str, format: Format) -> Result<Vec<Desired>, Vec<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Document { entries, mut diagnostics } = match format {
        _ if text.trim().is_empty() => Document::broken(Position::START, "there is nothing in it"),
        _ if text.contains('\0') => node::binary(text),
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

/// Returns `true` if a text is CSV with a header for contacts: for a hint where it was read as something else.
///
/// ```
/// assert!(contacts_plan::looks_like_csv("id;Method;To\n"));
/// assert!(!contacts_plan::looks_like_csv("- {method: sms, to: 90-555}\n"));
/// ```
pub fn looks_like_csv(text: &str) -> bool {
    csv::has_header(text)
}

/// The text of a file with these contacts, such that [`read`] gives them back, if each has an id or an address that a contact
/// [can have](contacts_proto::Address::check), and none is blank or has a NUL in it. Why one is not enabled stands beside it as
/// a comment, where the service says so and the format has comments: in YAML.
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

/// Entries that are the same contact, as far as the file alone tells: two with ids of their own may be doubles that exist.
fn same_contacts(desired: &[Desired]) -> impl Iterator<Item = Diagnostic> {
    doubles(desired.iter().map(|entry| (entry, entry.id.is_some()))).filter_map(|(first, second)| {
        let line = first.position?.line;
        Some(Diagnostic::new(second.position?, format!("this is the same contact as the one of line {line}")))
    })
}
