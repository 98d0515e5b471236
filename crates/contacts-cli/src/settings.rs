//! Which service, and who asks: flags beat the environment, the environment beats the profile, the profile beats defaults.

use std::{path::PathBuf, time::Duration};

use contacts_ureq::{CloudId, Site};

use crate::{
    args::{HowArgs, PersonArgs, PlaceArgs},
    failure::Failure,
    profile::{self, Profile},
    token::TokenFrom,
};

/// All that a client needs.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) place: Place,
    pub(crate) person: Option<Person>,
    pub(crate) transport: Transport,
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
        let profile = profile::load(place.profile.as_deref(), environment)?;
        let transport = Transport::new(how, &profile);
        let sources = Sources { place, person, environment, profile };
        let place = sources.place()?;
        let person = if place == Place::Sandbox { sources.nobody()? } else { sources.person()? };
        Ok(Self { place, person, transport })
    }
}

impl Transport {
    fn new(how: &HowArgs, profile: &Profile) -> Self {
        Self {
            timeout: how.timeout.or(profile.timeout).unwrap_or(DEFAULT_TIMEOUT),
            attempts: how.attempts.or(profile.attempts),
            ca_file: how.ca_file.clone().or_else(|| profile.ca_file.clone()),
            proxy: how.proxy.clone().or_else(|| profile.proxy.clone()),
        }
    }
}

impl Sources<'_> {
    fn place(&self) -> Result<Place, Failure> {
        let PlaceArgs { site, cloud_id, base_url, sandbox, .. } = self.place;
        let given = [site.is_some(), cloud_id.is_some(), base_url.is_some(), *sandbox];
        if given.into_iter().filter(|given| *given).count() > 1 {
            return Err(Failure::usage("--site, --cloud-id, --base-url and --sandbox exclude one another"));
        }
        if *sandbox {
            return Ok(Place::Sandbox);
        }
        let from_flags = find_place([base_url.clone(), cloud_id.clone(), site.clone()])?;
        let from_environment = || {
            find_place([
                self.variable(&["CONTACTS_BASE_URL"]),
                self.variable(&["ATLASSIAN_OPS_CLOUD_ID", "JSM_CLOUD_ID"]),
                self.variable(&["ATLASSIAN_OPS_DOMAIN_NAME", "JSM_SITE_URL"]),
            ])
        };
        let Profile { site, cloud_id, base_url, .. } = &self.profile;
        let from_profile = || find_place([base_url.clone(), cloud_id.clone(), site.clone()]);
        let place = match from_flags {
            Some(place) => Some(place),
            None => match from_environment()? {
                Some(place) => Some(place),
                None => from_profile()?,
            },
        };
        place.ok_or_else(|| {
            Failure::usage("it is not known which site to ask: give --site or set ATLASSIAN_OPS_DOMAIN_NAME")
                .with_hint("without a site, there is a sandbox to try: contacts --sandbox list")
        })
    }

    /// A sandbox has a user of its own.
    fn nobody(&self) -> Result<Option<Person>, Failure> {
        let PersonArgs { email, token_file, token_command, oauth, .. } = self.person;
        if email.is_some() || token_file.is_some() || token_command.is_some() || *oauth {
            return Err(Failure::usage("--sandbox has a user of its own: it goes without address and token"));
        }
        Ok(None)
    }

    fn person(&self) -> Result<Option<Person>, Failure> {
        let Some((token, is_oauth)) = self.token()? else { return Ok(None) };
        if is_oauth {
            return Ok(Some(Person { email: None, token }));
        }
        let email = self.person.email.clone().or_else(|| {
            self.variable(&["ATLASSIAN_OPS_API_EMAIL_ADDRESS", "ATLASSIAN_OPS_API_USERNAME", "JSM_EMAIL"])
        });
        let Some(email) = email.or_else(|| self.profile.email.clone()) else {
            return Err(Failure::usage(
                "it is not known whose API token it is: give --email or set ATLASSIAN_OPS_API_EMAIL_ADDRESS",
            )
            .with_hint("an OAuth token goes without an address: add --oauth"));
        };
        Ok(Some(Person { email: Some(email), token }))
    }

    /// Where the token is, and whether it is a bearer token.
    fn token(&self) -> Result<Option<(TokenFrom, bool)>, Failure> {
        let PersonArgs { token_file, token_command, oauth, .. } = self.person;
        let from_flags = TokenFrom::one_of(token_file.clone(), token_command.clone())
            .map_err(|()| Failure::usage("--token-file and --token-command exclude one another"))?;
        if let Some(token) = from_flags {
            return Ok(Some((token, *oauth)));
        }
        let api_token = ["ATLASSIAN_OPS_API_TOKEN", "JSM_API_TOKEN"];
        let oauth_token = ["JSM_OAUTH_TOKEN"];
        let names: Vec<_> = match oauth {
            true => oauth_token.into_iter().chain(api_token).collect(),
            false => api_token.into_iter().chain(oauth_token).collect(),
        };
        for name in names {
            if self.variable(&[name]).is_some() {
                return Ok(Some((TokenFrom::Variable(name), *oauth || oauth_token.contains(&name))));
            }
        }
        let Profile { token_file, token_command, oauth: profile_oauth, .. } = &self.profile;
        let from_profile = TokenFrom::one_of(token_file.clone(), token_command.clone())
            .map_err(|()| Failure::usage("the profile has both token_file and token_command"))?;
        Ok(from_profile.map(|token| (token, *oauth || profile_oauth.unwrap_or(false))))
    }

    fn variable(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| (self.environment)(name))
    }
}

fn find_place([base_url, cloud_id, site]: [Option<String>; 3]) -> Result<Option<Place>, Failure> {
    Ok(Some(if let Some(base_url) = base_url {
        Place::Base(Site::new(&base_url)?)
    } else if let Some(cloud_id) = cloud_id {
        Place::Base(Site::from_cloud_id(&CloudId::new(cloud_id)?))
    } else if let Some(site) = site {
        Place::Tenant(Site::tenant(&site)?)
    } else {
        return Ok(None);
    }))
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
        match &settings.place {
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
        let failure = resolve(&PlaceArgs::default(), &PersonArgs::default(), &[]).unwrap_err();
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
