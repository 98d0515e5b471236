//! Whose contacts are asked for.

use contacts_plan::Mistake;

use super::{super::contacts_file::at, Context};
use crate::{
    args::AuditArgs,
    audit::{User, distinct, read},
    failure::Failure,
    text_file,
};

/// No file of users is longer, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// All users, each of them once.
pub(super) fn users(context: &Context<'_>, args: &AuditArgs) -> Result<Vec<User>, Vec<Failure>> {
    let mut users: Vec<_> = args.accounts.iter().cloned().map(User::new).collect();
    if let Some(path) = &args.from {
        let text = text_file::text(path, "users", LONGEST, || context.settings())?;
        let name = text_file::shown(path);
        users.extend(read(&text).map_err(|mistakes| {
            let failure = |mistake: &Mistake| at(&name, Some(mistake.place), &mistake.message);
            mistakes.iter().map(failure).collect::<Vec<_>>()
        })?);
    }
    if users.is_empty() {
        return Err(Failure::usage(
            "no users to read: give their account ids, or a file of them with --from",
        )
        .into());
    }
    Ok(distinct(users))
}
