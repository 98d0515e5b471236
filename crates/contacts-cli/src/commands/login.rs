//! `login` and `logout`: keep a profile and its token, once they work, and forget them.

use std::{fs, io, path::PathBuf};

use contacts_ureq::ListContacts;

use super::{Context, config, question};
use crate::{
    args::{PersonArgs, PlaceArgs},
    environment,
    failure::Failure,
    interrupt, secret,
    service::Service,
    settings::{Place, Settings},
    tell::Verbosity,
    token::{self, TokenFrom},
    whole_file,
};

/// Asks for what is missing, tries it, and keeps it.
pub(super) fn login(context: &Context<'_>) -> Result<(), Failure> {
    let name = config::profile_name(context)?;
    let file = token_file(&name)?;
    let (place, person, how) = (&context.arguments.place, &context.arguments.person, &context.arguments.how);
    if place.sandbox {
        return Err(Failure::usage("--sandbox needs no login"));
    }
    // A broken file is told before anybody is asked.
    crate::profile::load(None, &environment::of_process)?;
    // What is kept already is not looked at: this replaces it.
    let mut place = PlaceArgs {
        site: place.site.clone(),
        cloud_id: place.cloud_id.clone(),
        base_url: place.base_url.clone(),
        ..PlaceArgs::default()
    };
    if place.site.is_none() && place.cloud_id.is_none() && place.base_url.is_none() {
        place.site = Some(question::line("site, such as acme.atlassian.net", "--site")?);
    }
    let oauth = person.oauth;
    let email = match &person.email {
        None if !oauth => Some(question::line("e-mail address", "--email")?),
        email => email.clone().filter(|_| !oauth),
    };
    let from = TokenFrom::one_of(person.token_file.clone(), person.token_command.clone())
        .map_err(|()| Failure::usage("--token-file and --token-command exclude one another"))?;
    let token = match from {
        Some(from) => {
            let flag = if person.token_file.is_some() { "--token-file" } else { "--token-command" };
            from.read(flag, how.timeout.unwrap_or(crate::settings::DEFAULT_TIMEOUT))?
        }
        None => token::alone(&question::secret("token", "--token-file")?, "the token")?,
    };
    // The token is tried as it will be read: from its file, which takes its place once it works.
    let folder = file.parent().unwrap_or(&file);
    let failed = |error: io::Error| Failure::local(format!("{} cannot be written: {error}", file.display()));
    config::make_private(folder).map_err(failed)?;
    let draft = tempfile::Builder::new().tempfile_in(folder).map_err(failed)?;
    let path = draft.path().to_owned();
    interrupt::undoes(Some(Box::new(move || drop(fs::remove_file(path)))));
    fs::write(draft.path(), &token).map_err(failed)?;
    let person =
        PersonArgs { email, token_file: Some(draft.path().to_owned()), oauth, ..PersonArgs::default() };
    // Flags say where and who; the environment says how, as for every command.
    let without_profiles = |name: &str| {
        let lead_to_profiles = ["CONTACTS_PROFILE", "CONTACTS_CONFIG", "XDG_CONFIG_HOME", "HOME", "APPDATA"];
        environment::of_process(name).filter(|_| !lead_to_profiles.contains(&name))
    };
    let settings = Settings::resolve(&place, &person, how, &without_profiles)?;
    let service = Service::connect(&settings, Verbosity::new(how))?;
    service.send(&ListContacts::all().size(1)?).map_err(|error| Failure::from(error).of_no_contact())?;
    let place = match settings.place()? {
        Place::Base(base_url) => ("base_url", base_url.to_string()),
        Place::Site(site) if site.host().is_none() => ("cloud_id", site.to_string()),
        Place::Site(site) => ("site", site.to_string()),
        Place::Sandbox => return Ok(()),
    };
    let email = settings.person.as_ref().and_then(|person| person.email.clone());
    let path =
        file.to_str().ok_or_else(|| Failure::usage("the configuration folder is not text in UTF-8"))?;
    let ca_file = how.ca_file.as_ref().map(std::path::absolute).transpose().map_err(failed)?;
    let ca_file = ca_file.map(|path| path.display().to_string());
    whole_file::write_private(&file, token.as_bytes()).map_err(failed)?;
    let mut is_replaced = false;
    config::edit(&name, |members| {
        is_replaced = !members.is_empty();
        for key in ["site", "cloud_id", "base_url", "email", "token_file", "token_command", "oauth"] {
            members.remove(key);
        }
        members.insert(place.0, toml_edit::value(place.1));
        if let Some(email) = email {
            members.insert("email", toml_edit::value(email));
        }
        members.insert("token_file", toml_edit::value(path));
        for (key, value) in [("ca_file", ca_file), ("proxy", how.proxy.clone())] {
            if let Some(value) = value {
                members.insert(key, toml_edit::value(value));
            }
        }
        if oauth {
            members.insert("oauth", toml_edit::value(true));
        }
    })?;
    let kept = if is_replaced { "replaced" } else { "kept as" };
    context.note(&format!("{kept} the profile {}, with the token in {path}", secret::name(&name)));
    Ok(())
}

/// Forgets a profile, and its token if `login` has kept it.
pub(super) fn logout(context: &Context<'_>) -> Result<(), Failure> {
    let name = config::profile_name(context)?;
    let shown = secret::name(&name);
    let file = token_file(&name)?;
    match fs::remove_file(&file) {
        Ok(()) => context.note(&format!("removed {}", file.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(Failure::local(format!("{} cannot be removed: {error}", file.display())));
        }
    }
    if !config::path()?.exists() {
        context.note(&format!("there is no profile {shown}"));
        return Ok(());
    }
    let mut removed = false;
    config::edit_profiles(|profiles| {
        removed = profiles.remove(&name).is_some();
        Ok(())
    })?;
    let what = if removed { "removed the profile" } else { "there is no profile" };
    context.note(&format!("{what} {shown}"));
    Ok(())
}

/// The token file of a profile, beside the configuration file.
fn token_file(profile: &str) -> Result<PathBuf, Failure> {
    let is_name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if profile.starts_with('.') || profile.is_empty() || !profile.chars().all(is_name) {
        return Err(Failure::usage("a profile with a token file is named with letters, digits, - _ and ."));
    }
    let config = config::path()?;
    let file = config.with_file_name("tokens").join(profile);
    std::path::absolute(file).map_err(|error| Failure::usage(format!("CONTACTS_CONFIG: {error}")))
}
