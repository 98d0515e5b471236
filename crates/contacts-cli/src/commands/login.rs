//! `login` tests and saves a profile and its token. `logout` removes them.

use std::{fs, io, path::PathBuf};

use contacts_ureq::ListContacts;

use crate::{
    client::{Client, Context, token},
    config::{
        Settings, edit,
        flags::GlobalArgs,
        key::{self, ConfigKey, Group},
        network::DEFAULT_TIMEOUT,
        profile::Profile,
        token_flag,
    },
    error::Failure,
    io::{atomic_write, interrupt, note, prompt},
    redact,
};

/// Prompts for missing values, tests them, and saves them.
pub(crate) fn login(context: &Context<'_>) -> Result<(), Failure> {
    let name = context.profile_name()?;
    let file = token_file(&name)?;
    if context.args.sandbox {
        return Err(Failure::usage("cannot log in to --sandbox: it has its own user"));
    }
    // Reports an invalid file before the first prompt.
    Profile::load(None, &key::process_environment)?;
    // Ignores the saved profile, because login replaces it.
    let mut args = GlobalArgs { profile: None, ..context.args.clone() };
    if args.site.is_none() && args.cloud_id.is_none() && args.base_url.is_none() {
        args.site = Some(prompt::line("site, such as acme.atlassian.net", "--site")?);
    }
    args.email = match args.email {
        None if !args.oauth => Some(prompt::line("e-mail address", "--email")?),
        email => email.filter(|_| !args.oauth),
    };
    let token = match token_flag(&args)? {
        Some(source) => token::read(&source, args.timeout.unwrap_or(DEFAULT_TIMEOUT))?,
        None => token::checked(&prompt::secret("token", "--token-file")?, "the token")?,
    };
    // Tests the token from a temporary file, in the way that later commands read it.
    let folder = file.parent().unwrap_or(&file);
    let failed =
        |error: io::Error| Failure::local(format!("could not write {}: {error}", file.display()));
    edit::make_private(folder).map_err(failed)?;
    let draft = tempfile::Builder::new().tempfile_in(folder).map_err(failed)?;
    let path = draft.path().to_owned();
    interrupt::set_cleanup(Some(Box::new(move || drop(fs::remove_file(path)))));
    fs::write(draft.path(), &token).map_err(failed)?;
    (args.token_file, args.token_command) = (Some(draft.path().to_owned()), None);
    // Site and user come from the flags, the network settings from flags and environment.
    let without_profiles = |name: &str| {
        let lead_to_profiles = [
            "CONTACTS_PROFILE",
            "CONTACTS_CONFIG",
            "XDG_CONFIG_HOME",
            "HOME",
            "APPDATA",
            "USERPROFILE",
        ];
        key::process_environment(name).filter(|_| !lead_to_profiles.contains(&name))
    };
    let settings = Settings::resolve(&args, &without_profiles)?;
    let client = Client::connect(&settings, context.verbosity())?;
    client
        .send(&ListContacts::all().page_size(1)?)
        .map_err(|error| Failure::from(error).request_names_no_contact())?;
    let (target, value) = settings.target()?.setting();
    let path = file
        .to_str()
        .ok_or_else(|| Failure::usage("the path of the configuration folder is not valid UTF-8"))?;
    let ca_file = args.ca_file.as_ref().map(std::path::absolute).transpose().map_err(failed)?;
    let ca_file = ca_file.map(|path| path.display().to_string());
    atomic_write::write_private(&file, token.as_bytes()).map_err(failed)?;
    let mut is_replaced = false;
    edit::edit_profile(&name, |members| {
        is_replaced = !members.is_empty();
        for key in ConfigKey::all().filter(|key| key.group() != Group::Network) {
            members.remove(key.name());
        }
        members.insert(target, toml_edit::value(value));
        let values = [
            (ConfigKey::Email, args.email),
            (ConfigKey::TokenFile, Some(path.to_owned())),
            (ConfigKey::CaFile, ca_file),
            (ConfigKey::Proxy, args.proxy),
            (ConfigKey::Oauth, args.oauth.then(|| "true".to_owned())),
        ];
        for (key, value) in values {
            value.map(|value| edit::set(members, key, &value));
        }
    })?;
    let verb = if is_replaced { "replaced" } else { "saved" };
    note(&format!("{verb} the profile {}; the token is in {path}", redact::name(&name)));
    Ok(())
}

/// Removes a profile, and the token that `login` saved.
pub(crate) fn logout(context: &Context<'_>) -> Result<(), Failure> {
    let name = context.profile_name()?;
    let shown = redact::name(&name);
    let file = token_file(&name)?;
    match fs::remove_file(&file) {
        Ok(()) => note(&format!("removed {}", file.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(Failure::local(format!("could not remove {}: {error}", file.display())));
        }
    }
    if !edit::path()?.exists() {
        note(&format!("no profile {shown} to remove"));
        return Ok(());
    }
    match edit::remove_profile(&name)? {
        true => note(&format!("removed the profile {shown}")),
        false => note(&format!("no profile {shown} to remove")),
    }
    Ok(())
}

/// The token file of a profile, in the folder of the configuration file.
fn token_file(profile: &str) -> Result<PathBuf, Failure> {
    let is_name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if profile.starts_with('.') || profile.is_empty() || !profile.chars().all(is_name) {
        return Err(Failure::usage(
            "invalid name of a profile; use letters, digits, `-`, `_` and `.`",
        ));
    }
    let config = edit::path()?;
    let file = config.with_file_name("tokens").join(profile);
    std::path::absolute(file).map_err(|error| Failure::usage(format!("CONTACTS_CONFIG: {error}")))
}
