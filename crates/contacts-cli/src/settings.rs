//! Which service, and who asks: flags beat the environment, the environment beats the profile, the profile beats defaults.

use std::{path::PathBuf, time::Duration};

use contacts_ureq::{CloudId, Policy, Site};

use crate::{
    args::{HowArgs, PersonArgs, PlaceArgs},
    failure::Failure,
    origins::Origins,
    profile::{self, Profile},
    token::TokenFrom,
};

/// All that a client needs.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The name of the profile that is used.
    pub(crate) profile: Option<String>,
    /// Nothing until something says it.
    pub(crate) place: Option<Place>,
    pub(crate) person: Option<Person>,
    pub(crate) transport: Transport,
    pub(crate) origins: Origins,
}

/// Where the service is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Below this base URL.
    Base(Site),
    /// At the site with this name, whose cloud id is to be asked for.
    Tenant(Site),
    /// In this process.
    Sandbox,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// `None` for a bearer token.
    pub(crate) email: Option<String>,
    pub(crate) token: TokenFrom,
}

/// How requests go out.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(crate) timeout: Duration,
    pub(crate) attempts: Option<u32>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) proxy: Option<String>,
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// The environment, as far as it is set and not empty.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What is looked at, in the order of its rank.
struct Sources<'a> {
    place: &'a PlaceArgs,
    person: &'a PersonArgs,
    environment: Environment<'a>,
    profile: Profile,
}

impl Settings {
    /// Puts the settings together. Nothing is read but the configuration file.
    pub(crate) fn resolve(
        place: &PlaceArgs,
        person: &PersonArgs,
        how: &HowArgs,
        environment: Environment<'_>,
    ) -> Result<Self, Failure> {
        let named = profile::load(place.profile.as_deref(), environment)?;
        let profile = named.profile;
        let mut origins = Origins { profile: named.from, ..Origins::default() };
        let transport = Transport::new(how, &profile, &mut origins);
        let sources = Sources { place, person, environment, profile };
        let (place, from) = sources.place()?.unzip();
        origins.place = from;
        let person =
            if place == Some(Place::Sandbox) { sources.nobody()? } else { sources.person(&mut origins)? };
        Ok(Self { profile: named.name, place, person, transport, origins })
    }

    /// Where the service is.
    ///
    /// # Errors
    /// Nothing says it.
    pub(crate) fn place(&self) -> Result<&Place, Failure> {
        self.place.as_ref().ok_or_else(|| {
            Failure::usage("it is not known which site to ask: give --site or set ATLASSIAN_OPS_DOMAIN_NAME")
                .with_hint("without a site, there is a sandbox to try: contacts --sandbox list")
        })
    }
}

impl Transport {
    fn new(how: &HowArgs, profile: &Profile, origins: &mut Origins) -> Self {
        let HowArgs { timeout, attempts, ca_file, proxy, .. } = how.clone();
        let profile = profile.clone();
        let timeout = ranked(("--timeout", timeout), ("timeout of the profile", profile.timeout));
        let attempts = ranked(("--attempts", attempts), ("attempts of the profile", profile.attempts));
        let ca_file = ranked(("--ca-file", ca_file), ("ca_file of the profile", profile.ca_file));
        let proxy = ranked(("--proxy", proxy), ("proxy of the profile", profile.proxy));
        (origins.timeout, origins.attempts) = (timeout.map(|it| it.0), attempts.map(|it| it.0));
        (origins.ca_file, origins.proxy) = (ca_file.as_ref().map(|it| it.0), proxy.as_ref().map(|it| it.0));
        Self {
            timeout: timeout.map_or(DEFAULT_TIMEOUT, |it| it.1),
            attempts: attempts.map(|it| it.1),
            ca_file: ca_file.map(|it| it.1),
            proxy: proxy.map(|it| it.1),
        }
    }

    /// The numbers of retries and waiting.
    pub(crate) fn policy(&self) -> Policy {
        let mut policy = Policy::default();
        policy.deadline = self.timeout;
        if let Some(attempts) = self.attempts {
            policy.attempts = attempts;
        }
        policy
    }
}

/// A value, and what says so.
type Ranked<T> = (&'static str, T);

/// The first of both that is there.
fn ranked<T>(first: Ranked<Option<T>>, second: Ranked<Option<T>>) -> Option<Ranked<T>> {
    [first, second].into_iter().find_map(|(from, value)| Some((from, value?)))
}

impl Sources<'_> {
    /// Where the service is, and what says so.
    fn place(&self) -> Result<Option<(Place, &'static str)>, Failure> {
        let PlaceArgs { site, cloud_id, base_url, sandbox, .. } = self.place;
        let given = [site.is_some(), cloud_id.is_some(), base_url.is_some(), *sandbox];
        if given.into_iter().filter(|given| *given).count() > 1 {
            return Err(Failure::usage("--site, --cloud-id, --base-url and --sandbox exclude one another"));
        }
        if *sandbox {
            return Ok(Some((Place::Sandbox, "--sandbox")));
        }
        let variable = |name| self.variable(name);
        let profile = &self.profile;
        let ranked: [(PlaceKind, &'static str, Option<String>); 11] = [
            (PlaceKind::Base, "--base-url", base_url.clone()),
            (PlaceKind::CloudId, "--cloud-id", cloud_id.clone()),
            (PlaceKind::Site, "--site", site.clone()),
            (PlaceKind::Base, "CONTACTS_BASE_URL", variable("CONTACTS_BASE_URL")),
            (PlaceKind::CloudId, "ATLASSIAN_OPS_CLOUD_ID", variable("ATLASSIAN_OPS_CLOUD_ID")),
            (PlaceKind::CloudId, "JSM_CLOUD_ID", variable("JSM_CLOUD_ID")),
            (PlaceKind::Site, "ATLASSIAN_OPS_DOMAIN_NAME", variable("ATLASSIAN_OPS_DOMAIN_NAME")),
            (PlaceKind::Site, "JSM_SITE_URL", variable("JSM_SITE_URL")),
            (PlaceKind::Base, "base_url of the profile", profile.base_url.clone()),
            (PlaceKind::CloudId, "cloud_id of the profile", profile.cloud_id.clone()),
            (PlaceKind::Site, "site of the profile", profile.site.clone()),
        ];
        let found = ranked.into_iter().find_map(|(kind, from, text)| Some((kind, from, text?)));
        let Some((kind, from, text)) = found else { return Ok(None) };
        let place = match kind {
            PlaceKind::Base => Place::Base(Site::new(&text)?),
            PlaceKind::CloudId => Place::Base(Site::from_cloud_id(&CloudId::new(text)?)),
            PlaceKind::Site => Place::Tenant(Site::tenant(&text)?),
        };
        Ok(Some((place, from)))
    }

    /// A sandbox has a user of its own.
    fn nobody(&self) -> Result<Option<Person>, Failure> {
        let PersonArgs { email, token_file, token_command, oauth, .. } = self.person;
        if email.is_some() || token_file.is_some() || token_command.is_some() || *oauth {
            return Err(Failure::usage("--sandbox has a user of its own: it goes without address and token"));
        }
        Ok(None)
    }

    fn person(&self, origins: &mut Origins) -> Result<Option<Person>, Failure> {
        let Some(Token { token, is_oauth, from }) = self.token()? else { return Ok(None) };
        origins.token = Some(from);
        if is_oauth {
            return Ok(Some(Person { email: None, token }));
        }
        let ranked = [
            ("--email", self.person.email.clone()),
            ("ATLASSIAN_OPS_API_EMAIL_ADDRESS", self.variable("ATLASSIAN_OPS_API_EMAIL_ADDRESS")),
            ("ATLASSIAN_OPS_API_USERNAME", self.variable("ATLASSIAN_OPS_API_USERNAME")),
            ("JSM_EMAIL", self.variable("JSM_EMAIL")),
            ("email of the profile", self.profile.email.clone()),
        ];
        let Some((from, email)) = ranked.into_iter().find_map(|(from, email)| Some((from, email?))) else {
            return Err(Failure::usage(
                "it is not known whose API token it is: give --email or set ATLASSIAN_OPS_API_EMAIL_ADDRESS",
            )
            .with_hint("an OAuth token goes without an address: add --oauth"));
        };
        origins.email = Some(from);
        Ok(Some(Person { email: Some(email), token }))
    }

    fn token(&self) -> Result<Option<Token>, Failure> {
        let PersonArgs { token_file, token_command, oauth, .. } = self.person;
        let from_flags = TokenFrom::one_of(token_file.clone(), token_command.clone())
            .map_err(|()| Failure::usage("--token-file and --token-command exclude one another"))?;
        if let Some(token) = from_flags {
            let from = if token_file.is_some() { "--token-file" } else { "--token-command" };
            return Ok(Some(Token { token, is_oauth: *oauth, from }));
        }
        let api_token = ["ATLASSIAN_OPS_API_TOKEN", "JSM_API_TOKEN"];
        let oauth_token = ["JSM_OAUTH_TOKEN"];
        let mut names: Vec<_> = api_token.into_iter().chain(oauth_token).collect();
        if *oauth {
            names.rotate_right(oauth_token.len());
        }
        if let Some(name) = names.into_iter().find(|name| self.variable(name).is_some()) {
            let is_oauth = *oauth || oauth_token.contains(&name);
            return Ok(Some(Token { token: TokenFrom::Variable(name), is_oauth, from: name }));
        }
        let Profile { token_file, token_command, oauth: profile_oauth, .. } = &self.profile;
        let from_profile = TokenFrom::one_of(token_file.clone(), token_command.clone())
            .map_err(|()| Failure::usage("the profile has both token_file and token_command"))?;
        let from =
            if token_file.is_some() { "token_file of the profile" } else { "token_command of the profile" };
        let is_oauth = *oauth || profile_oauth.unwrap_or(false);
        Ok(from_profile.map(|token| Token { token, is_oauth, from }))
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name)
    }
}

/// What a text says of the place.
#[derive(Clone, Copy)]
enum PlaceKind {
    Base,
    CloudId,
    Site,
}

/// Where the token is, whether it is a bearer token, and what says so.
struct Token {
    token: TokenFrom,
    is_oauth: bool,
    from: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pairs<'a> = &'a [(&'a str, &'a str)];

    fn resolve(place: &PlaceArgs, person: &PersonArgs, environment: Pairs<'_>) -> Result<Settings, Failure> {
        let find = |name: &str| {
            environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Settings::resolve(place, person, &HowArgs::default(), &find)
    }

    fn base(settings: &Settings) -> String {
        match settings.place().unwrap() {
            Place::Base(site) | Place::Tenant(site) => site.to_string(),
            Place::Sandbox => "sandbox".into(),
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
        let place = PlaceArgs { site: Some("acme".into()), ..PlaceArgs::default() };
        let person = PersonArgs {
            email: Some("flag@example.com".into()),
            token_command: Some("pass show jira".into()),
            ..PersonArgs::default()
        };
        let settings = resolve(&place, &person, environment).unwrap();
        assert_eq!(base(&settings), "https://acme.atlassian.net");
        let token = TokenFrom::Command("pass show jira".into());
        assert_eq!(settings.person, Some(Person { email: Some("flag@example.com".into()), token }));
    }

    #[test]
    fn the_names_that_people_have_set_already_are_known() {
        let token = ("ATLASSIAN_OPS_API_TOKEN", "t");
        for (name, value, expected) in [
            ("CONTACTS_BASE_URL", "https://a.example/b", "https://a.example/b"),
            ("ATLASSIAN_OPS_CLOUD_ID", "c1", "https://api.atlassian.com/jsm/ops/api/c1"),
            ("JSM_CLOUD_ID", "c2", "https://api.atlassian.com/jsm/ops/api/c2"),
            ("ATLASSIAN_OPS_DOMAIN_NAME", "acme.atlassian.net", "https://acme.atlassian.net"),
            ("JSM_SITE_URL", "https://acme.atlassian.net/", "https://acme.atlassian.net"),
        ] {
            for email in ["ATLASSIAN_OPS_API_EMAIL_ADDRESS", "ATLASSIAN_OPS_API_USERNAME", "JSM_EMAIL"] {
                let environment = [(name, value), token, (email, "ann@example.com")];
                let settings = resolve(&PlaceArgs::default(), &PersonArgs::default(), &environment).unwrap();
                assert_eq!(base(&settings), expected, "{name}");
                assert_eq!(settings.person.unwrap().email.as_deref(), Some("ann@example.com"), "{email}");
            }
        }
    }

    #[test]
    fn an_oauth_token_needs_no_address() {
        let place = || PlaceArgs { cloud_id: Some("c".into()), ..PlaceArgs::default() };
        let settings = resolve(&place(), &PersonArgs::default(), &[("JSM_OAUTH_TOKEN", "t")]).unwrap();
        assert_eq!(
            settings.person,
            Some(Person { email: None, token: TokenFrom::Variable("JSM_OAUTH_TOKEN") })
        );
        let oauth = PersonArgs { oauth: true, ..PersonArgs::default() };
        let settings = resolve(&place(), &oauth, &[("JSM_API_TOKEN", "t")]).unwrap();
        assert_eq!(settings.person.unwrap().email, None);
    }

    #[test]
    fn what_is_missing_is_named_with_its_flag_and_its_variable() {
        let settings = resolve(&PlaceArgs::default(), &PersonArgs::default(), &[]).unwrap();
        let failure = settings.place().unwrap_err();
        let told = format!("{failure:?}");
        assert!(told.contains("--site") && told.contains("ATLASSIAN_OPS_DOMAIN_NAME"), "{told}");
        let place = PlaceArgs { cloud_id: Some("c".into()), ..PlaceArgs::default() };
        let failure =
            resolve(&place, &PersonArgs::default(), &[("ATLASSIAN_OPS_API_TOKEN", "t0ken")]).unwrap_err();
        let told = format!("{failure:?}");
        assert!(told.contains("--email") && told.contains("ATLASSIAN_OPS_API_EMAIL_ADDRESS"), "{told}");
        assert!(!told.contains("t0ken"), "{told}");
    }

    #[test]
    fn a_base_url_that_would_give_the_token_away_is_refused_and_not_repeated() {
        for url in ["https://ann:t0ken@a.example/", "http://a.example/", "https://a.example/?token=t0ken"] {
            let place = PlaceArgs { base_url: Some(url.into()), ..PlaceArgs::default() };
            let failure = resolve(&place, &PersonArgs::default(), &[]).unwrap_err();
            assert_eq!(failure.exit(), 2);
            assert!(!format!("{failure:?}").contains("t0ken"), "{failure:?}");
        }
    }
}
