//! Formats contacts and changes.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use comfy_table::{Cell, Color as CellColor};
use contacts_ureq::{Contact, escape_controls};
use serde::Serialize;

use super::{Change, Output, Reader, json_line, rendered};
use crate::{config::flags::OutputFormat, error::Failure};

const HEADER: [&str; 5] = ["ID", "METHOD", "TO", "ENABLED", "ORDER"];

/// A contact as a row of CSV.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    id: &'a str,
    method: &'a str,
    to: &'a str,
    enabled: Option<bool>,
    disabled_reason: Option<&'a str>,
    apply_order: Option<i32>,
}

impl Output {
    /// Writes contacts that others may follow.
    pub(crate) fn contacts(self, contacts: &[Contact]) -> Result<Reader, Failure> {
        self.stream(|out| match self.form {
            OutputFormat::Json => json_line(out, &contacts),
            OutputFormat::Ndjson => contacts.iter().try_for_each(|contact| json_line(out, contact)),
            OutputFormat::Csv => self.csv(out, contacts.iter().map(Row::new), &Row::NAMES),
            OutputFormat::Table => self.contact_table(out, contacts),
        })
    }

    /// Writes one contact.
    pub(crate) fn contact(self, contact: &Contact) -> Result<(), Failure> {
        match self.form {
            OutputFormat::Json => self.write(|out| json_line(out, contact)),
            _ => self.contacts(std::slice::from_ref(contact)).map(drop),
        }
    }

    /// Writes changes. JSON is an array if the command names several contacts.
    pub(crate) fn changes(self, changes: &[Change], several: bool) -> Result<(), Failure> {
        self.write_by_all_means(|this, out| this.write_changes(out, changes, several))
    }

    /// The finished changes of a command that names several contacts, as [`Self::changes`] writes
    /// them.
    pub(crate) fn changes_so_far(self, changes: &[Change]) -> Vec<u8> {
        rendered(|out| self.write_changes(out, changes, true))
    }

    fn write_changes(
        self,
        out: &mut dyn Write,
        changes: &[Change],
        several: bool,
    ) -> io::Result<()> {
        match (self.form, changes) {
            (OutputFormat::Json, [change]) if !several => json_line(out, change),
            (OutputFormat::Json, changes) => json_line(out, &changes),
            (OutputFormat::Ndjson, changes) => {
                changes.iter().try_for_each(|change| json_line(out, change))
            }
            (OutputFormat::Csv, changes) => self.csv(out, changes, &["id", "message"]),
            (OutputFormat::Table, changes) => {
                changes.iter().try_for_each(|Change { id, message }| {
                    writeln!(out, "{} {id}", escape_controls(message))
                })
            }
        }
    }

    fn contact_table(self, out: &mut dyn Write, contacts: &[Contact]) -> io::Result<()> {
        if contacts.is_empty() {
            return writeln!(out, "no contacts");
        }
        self.table(out, &HEADER, contacts.iter().map(|contact| self.row(contact)))
    }

    fn row(self, contact: &Contact) -> [Cell; 5] {
        let status = contact.status.as_ref();
        let reason = status.and_then(|status| status.disabled_reason.as_deref());
        let enabled = match (status.and_then(|status| status.enabled), reason) {
            (Some(true), _) => self.styled(Cell::new("yes"), |cell| cell.fg(CellColor::Green)),
            (None, None) => Cell::new("unknown"),
            (_, reason) => {
                let text = reason.map_or(Cow::Borrowed("no"), |reason| {
                    format!("no: {}", escape_controls(reason)).into()
                });
                self.styled(Cell::new(text), |cell| cell.fg(CellColor::Yellow))
            }
        };
        let order = contact.apply_order.map(|order| order.to_string()).unwrap_or_default();
        [
            Cell::new(contact.id.as_str()),
            Cell::new(escape_controls(contact.method.as_str())),
            Cell::new(escape_controls(&contact.to)),
            enabled,
            Cell::new(order),
        ]
    }
}

impl<'a> Row<'a> {
    const NAMES: [&'static str; 6] =
        ["id", "method", "to", "enabled", "disabledReason", "applyOrder"];

    fn new(contact: &'a Contact) -> Self {
        let status = contact.status.as_ref();
        Self {
            id: contact.id.as_str(),
            method: contact.method.as_str(),
            to: &contact.to,
            enabled: status.and_then(|status| status.enabled),
            disabled_reason: status.and_then(|status| status.disabled_reason.as_deref()),
            apply_order: contact.apply_order,
        }
    }
}
