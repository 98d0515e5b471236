//! Paths in a profile, which hold wherever the command is run.

use std::{
    borrow::Cow,
    path::{Path, is_separator},
};

use crate::{args::Member, failure::Failure, secret, text_file::STANDARD};

/// The path from the root on, unless it begins at home, or is standard input where a token can come from there.
pub(super) fn absolute(member: Member, value: &str) -> Result<Cow<'_, str>, Failure> {
    let name = member.name();
    if secret::has_the_form_of_a_token(value) {
        secret::refuse_token(&name, value)?;
    }
    let is_standard = member == Member::TokenFile && value == STANDARD;
    if is_standard || Path::new(value).starts_with("~") {
        return Ok(value.into());
    }
    // A word that is no file may be the token itself, and as a path it would be shown.
    if !value.contains(is_separator) && !Path::new(value).exists() {
        return Err(Failure::usage(format!("{name} is to be a path, and this folder has no such file"))
            .with_hint("a file that is still to come is named by its whole path"));
    }
    let path = std::path::absolute(value)
        .map_err(|error| Failure::usage(format!("{name}: this path has no beginning: {error}")))?;
    let path = path.into_os_string().into_string();
    path.map(Cow::from)
        .map_err(|_| Failure::usage(format!("{name}: the path of this folder is not text in UTF-8")))
}
