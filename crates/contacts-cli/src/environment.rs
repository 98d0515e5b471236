//! The variables of the environment.

use std::ffi::OsString;

use crate::failure::Failure;

/// The variables that are set and not empty.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// That of this process.
pub(crate) fn of_process(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The text of a variable, if it is set and not empty.
///
/// # Errors
/// It is not text, which must not be taken as not set: something else would hold instead. The value is not repeated.
pub(crate) fn text(environment: Environment<'_>, name: &str) -> Option<Result<String, Failure>> {
    let not_text = |_| Failure::usage(format!("the value of {name} is not text in UTF-8"));
    environment(name).map(|value| value.into_string().map_err(not_text))
}
