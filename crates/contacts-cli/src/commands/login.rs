//! `login` and `logout`: keep a profile and its token, once they work, and forget them.

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

/// Asks for what is missing, tries it, and keeps it.
pub(crate) fn login(context: &Context<'_>) -> Result<(), Failure> {
    let name = context.profile_name()?;
    let file = token_file(&name)?;
    if context.args.sandbox {
        return Err(Failure::usage("--sandbox needs no login"));
    }
    // A broken file is told before anybody is asked.
    Profile::load(None, &key::process_environment)?;
    // What is kept already is not looked at: this replaces it.
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
        None => token::alone(&prompt::secret("token", "--token-file")?, "the token")?,
    };
    // The token is tried as it will be read: from its file, which takes its place once it works.
    let folder = file.parent().unwrap_or(&file);
    let failed = |error: io::Error| Failure::local(format!("{} cannot be written: {error}", file.display()));
    edit::make_private(folder).map_err(failed)?;
    let draft = tempfile::Builder::new().tempfile_in(folder).map_err(failed)?;
    let path = draft.path().to_owned();
    interrupt::undoes(Some(Box::new(move || drop(fs::remove_file(path)))));
    fs::write(draft.path(), &token).map_err(failed)?;
    (args.token_file, args.token_command) = (Some(draft.path().to_owned()), None);
    // Flags say where and who; the environment says how, as for every command.
    let without_profiles = |name: &str| {
        let lead_to_profiles = ["CONTACTS_PROFILE", "CONTACTS_CONFIG", "XDG_CONFIG_HOME", "HOME", "APPDATA"];
        key::process_environment(name).filter(|_| !lead_to_profiles.contains(&name))
    };
    let settings = Settings::resolve(&args, &without_profiles)?;
    let client = Client::connect(&settings, context.verbosity())?;
    client.send(&ListContacts::all().page_size(1)?).map_err(|error| Failure::from(error).of_no_contact())?;
    let (target, value) = settings.target()?.setting();
    let path =
        file.to_str().ok_or_else(|| Failure::usage("the configuration folder is not text in UTF-8"))?;
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
    let kept = if is_replaced { "replaced" } else { "kept as" };
    note(&format!("{kept} the profile {}, with the token in {path}", redact::name(&name)));
    Ok(())
}

/// Forgets a profile, and its token if `login` has kept it.
pub(crate) fn logout(context: &Context<'_>) -> Result<(), Failure> {
    let name = context.profile_name()?;
    let shown = redact::name(&name);
    let file = token_file(&name)?;
    match fs::remove_file(&file) {
        Ok(()) => note(&format!("removed {}", file.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(Failure::local(format!("{} cannot be removed: {error}", file.display())));
        }
    }
    if !edit::path()?.exists() {
        note(&format!("there is no profile {shown}"));
        return Ok(());
    }
    let removed = edit::remove_profile(&name)?;
    let what = if removed { "removed the profile" } else { "there is no profile" };
    note(&format!("{what} {shown}"));
    Ok(())
}

/// The token file of a profile, beside the configuration file.
fn token_file(profile: &str) -> Result<PathBuf, Failure> {
    let is_name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if profile.starts_with('.') || profile.is_empty() || !profile.chars().all(is_name) {
        return Err(Failure::usage("a profile with a token file is named with letters, digits, - _ and ."));
    }
    let config = edit::path()?;
    let file = config.with_file_name("tokens").join(profile);
    std::path::absolute(file).map_err(|error| Failure::usage(format!("CONTACTS_CONFIG: {error}")))
}
