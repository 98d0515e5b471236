//! The variables of the environment.

use std::{ffi::OsString, path::PathBuf};

use crate::failure::Failure;

/// The variables that are set and not empty.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// That of this process.
pub(crate) fn of_process(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The text of a variable without blanks and line ends around it, if that is not empty.
///
/// # Errors
/// The value is not text, which must not be taken as not set: something else would hold instead. The value is not repeated.
pub(crate) fn text(environment: Environment<'_>, name: &str) -> Option<Result<String, Failure>> {
    let not_text = |_| Failure::usage(format!("the value of {name} is not text in UTF-8"));
    let text = environment(name)?.into_string().map_err(not_text);
    let text = text.map(|text| text.trim().to_owned());
    (!text.as_ref().is_ok_and(String::is_empty)).then_some(text)
}

/// The path in a variable without blanks and line ends around it, if that is not empty.
pub(crate) fn path(environment: Environment<'_>, name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(environment(name)?);
    let path = path.to_str().map(|text| text.trim().into()).unwrap_or(path);
    (!path.as_os_str().is_empty()).then_some(path)
}
