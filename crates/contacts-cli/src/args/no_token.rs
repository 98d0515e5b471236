//! Values that are sent or told, among which a token may stand by mistake: it is refused here, before anybody has seen it.

use std::{fmt::Display, path::PathBuf, str::FromStr};

use clap::builder::{PathBufValueParser, TypedValueParser};

use crate::secret::has_the_form_of_a_token;

const TOKEN: &str = "this has the form of a token, which would be sent or told here: a token is in a file (--token-file), printed \
     by a command (--token-command), or in CONTACTS_TOKEN";

/// A value of any type but a token.
pub(super) fn value<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    let value = text.parse().map_err(|error: T::Err| error.to_string())?;
    if has_the_form_of_a_token(text) { Err(TOKEN.into()) } else { Ok(value) }
}

/// A path, which need not be text.
pub(super) fn path() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new()
        .try_map(|path| if has_the_form_of_a_token(&path.to_string_lossy()) { Err(TOKEN) } else { Ok(path) })
}
