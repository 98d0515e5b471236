//! Resolves the settings. Flags beat a named profile, which beats the environment, which beats the
//! profile `default`, which beats the defaults.

pub(crate) mod edit;
pub(crate) mod flags;
pub(crate) mod identity;
pub(crate) mod key;
pub(crate) mod network;
pub(crate) mod profile;

use std::ffi::OsString;

use contacts_ureq::{BaseUrl, CloudId, Site};
use serde::Serialize;

use self::{
    flags::GlobalArgs,
    identity::{Identity, TokenSource},
    key::{ConfigKey, Group, Sourced, Variables},
    network::Network,
    profile::Profile,
};
use crate::{error::Failure, redact};

/// The settings of a client.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) profile: Option<Sourced<String>>,
    /// `None` if nothing sets it.
    pub(crate) target: Option<Sourced<Target>>,
    pub(crate) identity: Option<Identity>,
    pub(crate) network: Network,
}

/// The service to send requests to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// This base URL, with any kind of credentials.
    Base(BaseUrl),
    /// This site. The base URL follows from the kind of credentials; an unknown cloud id is looked
    /// up.
    Site(Site),
    /// A sandbox in this process.
    Sandbox,
}

impl Target {
    /// The name of the setting, and its value.
    pub(crate) fn setting(&self) -> (&'static str, String) {
        match self {
            Self::Base(base_url) => (ConfigKey::BaseUrl.name(), base_url.to_string()),
            Self::Site(site) if site.host().is_none() => {
                (ConfigKey::CloudId.name(), site.to_string())
            }
            Self::Site(site) => (ConfigKey::Site.name(), site.to_string()),
            Self::Sandbox => ("sandbox", "in this process".into()),
        }
    }
}

/// A setting as `config show` prints it, without secrets.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    pub(crate) setting: &'static str,
    pub(crate) value: String,
    pub(crate) from: &'static str,
}

/// The source of a setting that has its default value.
const DEFAULT: &str = "default";

impl Settings {
    /// Combines flags, variables and profile. Reads no file but the configuration file.
    pub(crate) fn resolve(args: &GlobalArgs, environment: Variables<'_>) -> Result<Self, Failure> {
        let profile = Profile::load(args.profile.as_deref(), environment)?;
        let mut sources = Sources { args, environment, profile };
        let target = sources.target()?;
        let identity = if args.sandbox {
            // The sandbox is in this process, so no proxy applies.
            sources.profile.remove(ConfigKey::Proxy);
            sources.no_identity()?
        } else {
            sources.identity()?
        };
        let network = sources.network()?;
        let from = sources.profile.from.unwrap_or(DEFAULT);
        let profile = sources.profile.name.map(|name| Sourced::new(name, from));
        Ok(Self { profile, target, identity, network })
    }

    /// The service to send requests to.
    ///
    /// # Errors
    /// No setting names it.
    pub(crate) fn target(&self) -> Result<&Target, Failure> {
        self.target.as_ref().map(|target| &target.value).ok_or_else(|| {
            Failure::usage(
                "no site configured; use --site or set CONTACTS_SITE, or run contacts login",
            )
            .with_hint("to try the command without a site, run: contacts --sandbox list")
        })
    }

    /// The effective settings, including defaults.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let Self { profile, target, identity, network } = self;
        let mut rows = Vec::new();
        let mut push = |setting, value: String, from: &'static str| {
            rows.push(Shown { setting, value, from });
        };
        if let Some(Sourced { value, from, .. }) = profile {
            push("profile", value.clone(), from);
        }
        if let Some(Sourced { value, from, .. }) = target {
            let (setting, value) = value.setting();
            push(setting, value, from);
        }
        if let Some(identity) = identity {
            if let Some(Sourced { value, from, .. }) = &identity.email {
                push("email", value.clone(), from);
            }
            let Sourced { value, from, .. } = &identity.token;
            push("token", format!("{} from {value}", identity.kind()), from);
        }
        let timeout = humantime::format_duration(network.timeout()).to_string();
        push("timeout", timeout, network.timeout.as_ref().map_or(DEFAULT, |it| it.from));
        let attempts = network.policy().max_attempts.to_string();
        push("attempts", attempts, network.attempts.as_ref().map_or(DEFAULT, |it| it.from));
        if let Some(Sourced { value, from, .. }) = &network.ca_file {
            push("ca_file", redact::file(value), from);
        }
        let variables = &network.proxy_variables;
        match (&network.proxy, variables.proxy()) {
            (Some(Sourced { value, from, .. }), _) => push("proxy", redact::proxy_url(value), from),
            (None, _) if network.no_proxy => push("proxy", "none".into(), NO_PROXY),
            (None, Some((from, url))) => {
                push("proxy", redact::proxy_url(url), from);
                if let Some((from, exceptions)) = variables.exceptions() {
                    push("no_proxy", exceptions.to_owned(), from);
                }
            }
            (None, None) => {}
        }
        rows
    }
}

pub(crate) const NO_PROXY: &str = "--no-proxy";

/// The sources of settings.
struct Sources<'a> {
    args: &'a GlobalArgs,
    environment: Variables<'a>,
    profile: Profile,
}

type Found = (ConfigKey, Sourced<OsString>);

impl Sources<'_> {
    /// The value of the first of these keys that is set, in the source of highest precedence.
    fn find(&self, keys: &[ConfigKey]) -> Result<Option<Found>, Failure> {
        if let Some(found) = flag(self.args, keys).or_else(|| self.profile(keys, true)) {
            return Ok(Some(found));
        }
        let variables =
            keys.iter().flat_map(|key| key.variables().iter().map(|name| (*key, *name)));
        let (own, others): (Vec<_>, Vec<_>) = variables.partition(|(_, name)| key::is_own(name));
        for (key, name) in own.into_iter().chain(others) {
            if let Some(text) = self.variable(key.group(), name)? {
                return Ok(Some((key, Sourced::new(text.into(), name))));
            }
        }
        Ok(self.profile(keys, false))
    }

    /// The value in the profile, if the profile is a named one (`is_named`) or is `default`.
    fn profile(&self, keys: &[ConfigKey], is_named: bool) -> Option<Found> {
        let value = |key: ConfigKey| self.profile.value(key, self.environment);
        let (key, value) = keys.iter().find_map(|key| Some((*key, value(*key)?)))?;
        let from = key.of_profile();
        let full_from = format!("{from} {}", self.profile.label);
        (self.is_named() == is_named).then_some((key, Sourced { value, from, full_from }))
    }

    /// Returns `true` if a flag or a variable names the profile.
    fn is_named(&self) -> bool {
        self.profile.from.is_some()
    }

    /// The value of a variable, unless a named profile hides it. A named profile that sets target
    /// or user hides all variables for what it sets, and for both the variables of other tools.
    /// Otherwise a token could go to the wrong host.
    fn variable(&self, group: Group, name: &str) -> Result<Option<String>, Failure> {
        let sets = |groups: &[Group]| {
            ConfigKey::all().any(|key| groups.contains(&key.group()) && self.profile.has(key))
        };
        let (sets_target, sets_user) =
            (sets(&[Group::Target]), sets(&[Group::Email, Group::Token]));
        let is_own = key::is_own(name);
        let is_masked = self.is_named()
            && match group {
                Group::Target => sets_target || (sets_user && !is_own),
                Group::Email | Group::Token => sets_user || (sets_target && !is_own),
                Group::TokenKind | Group::Network => false,
            };
        if is_masked {
            return Ok(None);
        }
        key::variable(self.environment, name).transpose().map_err(Failure::usage)
    }

    fn target(&self) -> Result<Option<Sourced<Target>>, Failure> {
        let GlobalArgs { site, cloud_id, base_url, sandbox, .. } = self.args;
        let given = [site.is_some(), cloud_id.is_some(), base_url.is_some(), *sandbox];
        if given.into_iter().filter(|given| *given).count() > 1 {
            return Err(Failure::usage(
                "--site, --cloud-id, --base-url and --sandbox cannot be combined",
            )
            .with_hint("use only one of them"));
        }
        if *sandbox {
            return Ok(Some(Sourced::new(Target::Sandbox, "--sandbox")));
        }
        let Some((key, found)) =
            self.find(&[ConfigKey::BaseUrl, ConfigKey::CloudId, ConfigKey::Site])?
        else {
            return Ok(None);
        };
        let found = checked(found)?;
        let about = |error| Failure::from(error).about(&found.full_from);
        let target = match key {
            ConfigKey::BaseUrl => BaseUrl::new(&found.value).map(Target::Base).map_err(about)?,
            ConfigKey::CloudId => CloudId::new(&*found.value)
                .map(Site::from_cloud_id)
                .map(Target::Site)
                .map_err(about)?,
            _ => Site::new(&found.value).map(Target::Site).map_err(|error| {
                about(error).with_hint("check the name of the site, or use --base-url instead")
            })?,
        };
        Ok(Some(found.with(target)))
    }

    /// Rejects the flags for a user: a sandbox has its own.
    fn no_identity(&self) -> Result<Option<Identity>, Failure> {
        let keys =
            [ConfigKey::Email, ConfigKey::TokenFile, ConfigKey::TokenCommand, ConfigKey::Oauth];
        match flag(self.args, &keys) {
            Some((_, Sourced { from, .. })) => {
                let message = format!(
                    "{from} cannot be combined with --sandbox: the sandbox has its own user"
                );
                Err(Failure::usage(message))
            }
            None => Ok(None),
        }
    }

    fn identity(&self) -> Result<Option<Identity>, Failure> {
        let Some((token, is_oauth)) = self.token()? else { return Ok(None) };
        if is_oauth {
            return Ok(Some(Identity { email: None, token }));
        }
        let Some((_, email)) = self.find(&[ConfigKey::Email])? else {
            return Err(Failure::usage(
                "no e-mail address configured for the API token; use --email or set CONTACTS_EMAIL",
            )
            .with_hint("for an OAuth token, add --oauth"));
        };
        Ok(Some(Identity { email: Some(checked(email)?), token }))
    }

    /// The source of the token, and `true` if it is an OAuth token.
    fn token(&self) -> Result<Option<(Sourced<TokenSource>, bool)>, Failure> {
        let oauth = self.args.oauth;
        if let Some(token) = token_flag(self.args)? {
            return Ok(Some((token, oauth)));
        }
        let keys = [ConfigKey::TokenFile, ConfigKey::TokenCommand];
        // With --oauth, the variables of OAuth tokens come first, then those of this command.
        let variables = key::token_variables().map(|(name, bearer)| (None, name, bearer));
        let indirect = keys
            .into_iter()
            .flat_map(|key| key.variables().iter().map(move |name| (Some(key), *name, false)));
        let mut variables: Vec<_> = variables.chain(indirect).collect();
        variables.sort_by_key(|(_, name, bearer)| (!(oauth && *bearer), !key::is_own(name)));
        for (key, name, bearer) in variables {
            if let Some(text) = self.variable(Group::Token, name)? {
                let token = match key {
                    Some(key) => token_source((key, Sourced::new(text.into(), name))),
                    None => Sourced::new(TokenSource::Variable(name), name),
                };
                return Ok(Some((token, oauth || bearer)));
            }
        }
        if keys.iter().all(|key| self.profile.has(*key)) {
            let why =
                format!("the profile {} has both token_file and token_command", self.profile.label);
            return Err(Failure::usage(why).with_hint("remove one of the two keys"));
        }
        let is_oauth = oauth
            || self
                .profile
                .value(ConfigKey::Oauth, self.environment)
                .is_some_and(|it| it == "true");
        let found = self.profile(&keys, self.is_named());
        Ok(found.map(|found| (token_source(found), is_oauth)))
    }

    fn network(&self) -> Result<Network, Failure> {
        let mut network = Network::new(self.args.no_proxy, self.environment);
        network.timeout = self.parsed(ConfigKey::Timeout, key::duration)?;
        network.attempts = self.parsed(ConfigKey::Attempts, key::attempts)?;
        network.ca_file = self.find(&[ConfigKey::CaFile])?.map(|(_, found)| {
            let path = key::trimmed(found.value.clone().into());
            found.with(path)
        });
        network.proxy = self.proxy(&network)?;
        let variable =
            network.proxy_variables.proxy().map(|(name, url)| Sourced::new(url.to_owned(), name));
        for proxy in network.proxy.iter().chain(&variable) {
            checked(proxy.clone().with(redact::proxy_url(&proxy.value).into()))?;
        }
        Ok(network)
    }

    fn parsed<T>(
        &self,
        key: ConfigKey,
        parse: fn(&str) -> Result<T, &'static str>,
    ) -> Result<Option<Sourced<T>>, Failure> {
        let Some((_, found)) = self.find(&[key])? else { return Ok(None) };
        match parse(&found.value.to_string_lossy()) {
            Ok(value) => Ok(Some(found.with(value))),
            Err(why) => {
                let failure = Failure::usage(format!("{}: {why}", found.from));
                Err(checked(found).err().unwrap_or(failure))
            }
        }
    }

    fn proxy(&self, network: &Network) -> Result<Option<Sourced<String>>, Failure> {
        let Some((_, found)) = self.find(&[ConfigKey::Proxy])? else { return Ok(None) };
        // Every proxy variable beats the profile `default`.
        let is_default =
            self.profile(&[ConfigKey::Proxy], false).is_some_and(|(_, default)| default == found);
        if network.no_proxy || is_default && network.proxy_variables.proxy().is_some() {
            return Ok(None);
        }
        let url = found.value.to_string_lossy().trim().to_owned();
        Ok(Some(found.with(url)))
    }
}

fn token_source((key, found): Found) -> Sourced<TokenSource> {
    let token = match key {
        ConfigKey::TokenFile => TokenSource::file(found.value.clone().into()),
        _ => TokenSource::Command(found.value.to_string_lossy().into_owned()),
    };
    found.with(token)
}

/// The source of the token in the flags.
pub(crate) fn token_flag(args: &GlobalArgs) -> Result<Option<Sourced<TokenSource>>, Failure> {
    if args.token_file.is_some() && args.token_command.is_some() {
        return Err(Failure::usage("--token-file and --token-command cannot be combined")
            .with_hint("use only one of them"));
    }
    Ok(flag(args, &[ConfigKey::TokenFile, ConfigKey::TokenCommand]).map(token_source))
}

fn flag(args: &GlobalArgs, keys: &[ConfigKey]) -> Option<Found> {
    keys.iter().find_map(|key| Some((*key, Sourced::new(args.value(*key)?, key.flag()))))
}

/// The value without whitespace around it.
///
/// # Errors
/// The value looks like a token, or contains an invisible character.
fn checked(found: Sourced<OsString>) -> Result<Sourced<String>, Failure> {
    let text = found.value.to_string_lossy().trim().to_owned();
    if redact::has_the_form_of_a_token(&text) {
        return Err(Failure::misplaced_token(&found.full_from));
    }
    match redact::invisible(&text) {
        Some(c) => {
            let from = &found.full_from;
            Err(Failure::usage(format!(
                "{from} contains the invalid character {}",
                c.escape_unicode()
            )))
        }
        None => Ok(found.with(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pairs<'a> = &'a [(&'a str, &'a str)];

    fn resolve(args: &GlobalArgs, environment: Pairs<'_>) -> Result<Settings, Failure> {
        let find = |name: &str| {
            environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into())
        };
        Settings::resolve(args, &find)
    }

    fn base(settings: &Settings) -> String {
        match settings.target().unwrap() {
            Target::Base(base_url) => base_url.to_string(),
            Target::Site(site) => site.to_string(),
            Target::Sandbox => "sandbox".into(),
        }
    }

    #[test]
    fn a_flag_beats_every_variable() {
        let environment: Pairs<'_> = &[
            ("CONTACTS_BASE_URL", "https://env.example/base"),
            ("ATLASSIAN_OPS_CLOUD_ID", "env-cloud"),
            ("ATLASSIAN_OPS_API_TOKEN", "env-token"),
            ("ATLASSIAN_OPS_API_EMAIL_ADDRESS", "env@example.com"),
        ];
        let args = GlobalArgs {
            site: Some("acme".into()),
            email: Some("flag@example.com".into()),
            token_command: Some("pass show jira".into()),
            ..GlobalArgs::default()
        };
        let settings = resolve(&args, environment).unwrap();
        assert_eq!(base(&settings), "acme.atlassian.net");
        let token = TokenSource::Command("pass show jira".into());
        assert_eq!(
            settings.identity,
            Some(Identity {
                email: Some(Sourced::new("flag@example.com".into(), "--email")),
                token: Sourced::new(token, "--token-command")
            })
        );
    }

    #[test]
    fn variables_of_other_tools_are_read() {
        let token = ("ATLASSIAN_OPS_API_TOKEN", "t");
        for (name, value, expected) in [
            ("CONTACTS_BASE_URL", "https://a.example/b", "https://a.example/b"),
            ("ATLASSIAN_OPS_CLOUD_ID", "c1", "c1"),
            ("JSM_CLOUD_ID", "c2", "c2"),
            ("ATLASSIAN_OPS_DOMAIN_NAME", "acme.atlassian.net", "acme.atlassian.net"),
            ("JSM_SITE_URL", "https://acme.atlassian.net/", "acme.atlassian.net"),
        ] {
            for email in
                ["ATLASSIAN_OPS_API_EMAIL_ADDRESS", "ATLASSIAN_OPS_API_USERNAME", "JSM_EMAIL"]
            {
                let environment = [(name, value), token, (email, "ann@example.com")];
                let settings = resolve(&GlobalArgs::default(), &environment).unwrap();
                assert_eq!(base(&settings), expected, "{name}");
                assert_eq!(
                    settings.identity.unwrap().email.unwrap().value,
                    "ann@example.com",
                    "{email}"
                );
            }
        }
    }

    #[test]
    fn an_oauth_token_needs_no_email_address() {
        let mut args = GlobalArgs { cloud_id: Some("c".into()), ..GlobalArgs::default() };
        let settings = resolve(&args, &[("JSM_OAUTH_TOKEN", "t")]).unwrap();
        let token = Sourced::new(TokenSource::Variable("JSM_OAUTH_TOKEN"), "JSM_OAUTH_TOKEN");
        assert_eq!(settings.identity, Some(Identity { email: None, token }));
        args.oauth = true;
        let settings = resolve(&args, &[("JSM_API_TOKEN", "t")]).unwrap();
        assert_eq!(settings.identity.unwrap().email, None);
    }

    #[test]
    fn an_error_about_a_missing_setting_names_its_flag_and_variable() {
        let settings = resolve(&GlobalArgs::default(), &[]).unwrap();
        let failure = settings.target().unwrap_err();
        let text = format!("{failure:?}");
        assert!(text.contains("--site") && text.contains("CONTACTS_SITE"), "{text}");
        let args = GlobalArgs { cloud_id: Some("c".into()), ..GlobalArgs::default() };
        let failure = resolve(&args, &[("ATLASSIAN_OPS_API_TOKEN", "t0ken")]).unwrap_err();
        let text = format!("{failure:?}");
        assert!(text.contains("--email") && text.contains("CONTACTS_EMAIL"), "{text}");
        assert!(!text.contains("t0ken"), "{text}");
    }

    #[test]
    fn a_base_url_that_exposes_the_token_is_rejected_and_not_repeated() {
        for url in
            ["https://ann:t0ken@a.example/", "http://a.example/", "https://a.example/?token=t0ken"]
        {
            let args = GlobalArgs { base_url: Some(url.into()), ..GlobalArgs::default() };
            let failure = resolve(&args, &[]).unwrap_err();
            assert_eq!(failure.exit(), 2);
            assert!(!format!("{failure:?}").contains("t0ken"), "{failure:?}");
        }
    }
}
