//! The seven operations.

use clap::{
    Args, Subcommand, ValueEnum,
    builder::{RangedU64ValueParser, StringValueParser, TypedValueParser},
};
use contacts_ureq::{AccountId, ContactId, ContactMethod, ListContacts};

use super::{audit::Kind, no_token};

/// The seven operations.
#[derive(Debug, Subcommand)]
pub(crate) enum OperationCommand {
    /// List contacts, all pages of them
    #[command(
        after_help = "Examples:\n  contacts list --method sms --disabled\n  contacts list -o csv > contacts.csv\n  \
                            contacts list --account-id 712020:0a1b2c3d    as an administrator"
    )]
    List(ListArgs),

    /// Show one contact
    #[command(after_help = "Example:\n  contacts get 299003c3-8221-4a9f-b63d-2370c4caaaaa -o json")]
    Get {
        /// Its id
        #[arg(value_parser = no_token::value::<ContactId>)]
        id: ContactId,
    },

    /// Create a contact
    ///
    /// It is never sent twice unless it is certain that the first request did nothing. If its answer is lost, a ticket is
    /// printed and the exit code is 7: `contacts resolve` tells what became of it. With --ensure, it looks before and after
    /// instead, and can be repeated at will.
    #[command(
        after_help = "Examples:\n  contacts create sms 90-5555559999\n  contacts create --ensure email ann@example.com"
    )]
    Create {
        /// email, sms or voice
        #[arg(value_parser = created_method())]
        method: ContactMethod,
        /// The address or number, such as 90-5555559999
        #[arg(value_parser = no_token::value::<String>)]
        to: String,
        /// See to it that the contact exists once: create it only where it is missing
        #[arg(long)]
        ensure: bool,
    },

    /// Give an e-mail contact another address
    #[command(
        after_help = "Example:\n  contacts update 299003c3-8221-4a9f-b63d-2370c4caaaaa ann@example.org"
    )]
    Update {
        /// Its id
        #[arg(value_parser = no_token::value::<ContactId>)]
        id: ContactId,
        /// The new address
        #[arg(value_parser = no_token::value::<String>)]
        to: String,
    },

    /// Let contacts be used again
    #[command(after_help = "Example:\n  contacts activate 299003c3-8221-4a9f-b63d-2370c4caaaaa")]
    Activate {
        /// Their ids
        #[arg(required = true, value_name = "ID", value_parser = no_token::value::<ContactId>)]
        ids: Vec<ContactId>,
    },

    /// Let contacts be used no more
    ///
    /// If no enabled contact would be left, it asks, or needs --force where there is no terminal.
    #[command(after_help = "Example:\n  contacts deactivate 299003c3-8221-4a9f-b63d-2370c4caaaaa")]
    Deactivate {
        /// Their ids
        #[arg(required = true, value_name = "ID", value_parser = no_token::value::<ContactId>)]
        ids: Vec<ContactId>,
        /// Leave no enabled contact, if need be
        #[arg(long)]
        force: bool,
    },

    /// Delete contacts
    ///
    /// Shows them, and asks. If no enabled contact would be left, --yes is not enough: it needs --force.
    #[command(after_help = "Examples:\n  contacts delete 299003c3-8221-4a9f-b63d-2370c4caaaaa\n  \
                            contacts list --method sms -o ndjson | jq -r .id | xargs contacts delete --yes")]
    Delete {
        /// Their ids
        #[arg(required = true, value_name = "ID", value_parser = no_token::value::<ContactId>)]
        ids: Vec<ContactId>,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
        /// Leave no enabled contact, if need be
        #[arg(long)]
        force: bool,
    },
}

/// Which contacts.
#[derive(Debug, Default, Args)]
pub(crate) struct ListArgs {
    /// Leave out the first N contacts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    pub(crate) offset: Option<u32>,

    /// Ask for N contacts a page, 1 to 100 [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(ListContacts::LARGEST_SIZE)))]
    pub(crate) size: Option<u32>,

    /// Stop after N contacts, 1 or more
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub(crate) limit: Option<usize>,

    /// Another user's contacts, as an administrator
    #[arg(long, value_name = "ID", value_parser = no_token::value::<AccountId>)]
    pub(crate) account_id: Option<AccountId>,

    /// Only contacts of this method: email, sms, voice, mobile
    #[arg(long, value_name = "METHOD", value_parser = method())]
    pub(crate) method: Option<ContactMethod>,

    /// Only contacts that are enabled
    #[arg(long, conflicts_with = "disabled")]
    pub(crate) enabled: bool,

    /// Only contacts that are not
    #[arg(long)]
    pub(crate) disabled: bool,
}

/// A method that the service has; a mistyped one would have no contacts, as if nobody could be reached.
fn method() -> impl TypedValueParser<Value = ContactMethod> {
    StringValueParser::new().try_map(|text| match Kind::from_str(&text, true) {
        Ok(kind) => Ok(ContactMethod::from(kind)),
        Err(_) => Err("expected email, sms, voice or mobile"),
    })
}

/// A method that `create` takes: an app registers itself.
fn created_method() -> impl TypedValueParser<Value = ContactMethod> {
    StringValueParser::new().try_map(|text| match Kind::from_str(&text, true).map(ContactMethod::from) {
        Ok(ContactMethod::Mobile) | Err(_) => Err("expected email, sms or voice; an app registers itself"),
        Ok(method) => Ok(method),
    })
}
