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
use crate::{Desired, Mistake, Place, doubles::doubles};

/// What a file is written in.
///
/// **YAML** is a list of maps. A contact is written short, its method as the key, or long:
///
/// ```yaml
/// - sms: 90-5555559999            # no quotes needed: the number stays as it is written
/// - email: ann@example.com
///   enabled: false                # true if it is left out
///   id: 299003c3                  # may be left out
/// - {method: voice, to: +90 555, enabled: true}
/// ```
///
/// **JSON** is a list of objects with the same members. What `contacts list -o json` prints is one: `status.enabled` is read for
/// `enabled`, and `applyOrder` and `status.disabledReason` are passed over.
///
/// **CSV** has a header with `method` and `to`, and maybe `id` and `enabled`, in any order; `disabledReason` and `applyOrder`, which
/// `contacts list -o csv` prints too, are passed over. What is not quoted is read without blanks around it. Cells that a spreadsheet
/// would run as a formula, which begin with `=`, `+`, `-`, `@` or a control character, are written with an apostrophe before
/// them, by which a spreadsheet knows text; reading takes away one apostrophe before such a cell, and leaves all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// CSV, with commas.
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
/// assert!(!desired[0].enabled);
///
/// // Nothing is a number in YAML, and nothing a truth value.
/// let desired = read("[{sms: 0123}, {voice: +905551e3}, {voice: 0x10}, {mobile: true}]", Format::Yaml).unwrap();
/// let to: Vec<_> = desired.iter().map(|desired| desired.to.as_str()).collect();
/// assert_eq!(to, ["0123", "+905551e3", "0x10", "true"]);
/// ```
///
/// # Errors
/// All mistakes, in their order; of a text that is not in its format at all, those before it breaks off. A text with nothing in
/// it is a mistake: it is more likely an accident than the wish to have no contacts, which is an empty list.
pub fn read(text: &str, format: Format) -> Result<Vec<Desired>, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Document { entries, mut mistakes } = match format {
        _ if text.trim().is_empty() => Document::broken(Place::START, "there is nothing in it"),
        _ if text.contains('\0') => node::binary(text),
        Format::Yaml => yaml::read(text),
        Format::Json => json::read(text),
        Format::Csv => csv::read(text),
    };
    let desired: Vec<_> = entries.iter().filter_map(|entry| entry::desired(entry, &mut mistakes)).collect();
    mistakes.extend(same_contacts(&desired));
    if mistakes.is_empty() {
        return Ok(desired);
    }
    mistakes.sort_by_key(|mistake| mistake.place);
    Err(mistakes)
}

/// The text of a file with these contacts, such that [`read`] gives them back (if none of them has an address that is blank or has a NUL in it).
/// Why one is not enabled stands beside it as a comment, where the service says so and the format has comments: in YAML.
///
/// ```
/// use contacts_plan::{Desired, Format, write};
/// use contacts_proto::ContactMethod;
///
/// let desired = [Desired::new(ContactMethod::Sms, "+905555559999")];
/// assert_eq!(write(&desired, Format::Yaml), "- sms: \"+905555559999\"\n");
/// assert_eq!(write(&desired, Format::Csv), "id,method,to,enabled\n,sms,'+905555559999,true\n");
/// ```
pub fn write(contacts: &[Desired], format: Format) -> String {
    match format {
        Format::Yaml => yaml::write(contacts),
        Format::Json => json::write(contacts),
        Format::Csv => csv::write(contacts),
    }
}

/// Entries that are the same contact, as far as the file alone tells: two with ids of their own may be doubles that exist.
fn same_contacts(desired: &[Desired]) -> impl Iterator<Item = Mistake> {
    doubles(desired.iter().map(|entry| (entry, entry.id.is_some()))).filter_map(|(first, second)| {
        let line = first.place?.line;
        Some(Mistake::new(second.place?, format!("this is the same contact as the one of line {line}")))
    })
}
