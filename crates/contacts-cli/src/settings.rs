//! Which service, and who asks: flags beat a named profile, which beats the environment, which beats
//! the profile `default`, which beats the defaults.

mod person;
mod place;
mod transport;

pub(crate) use self::{
    person::Person,
    place::Place,
    transport::{DEFAULT_TIMEOUT, Transport},
};
use crate::{
    args::{HowArgs, PersonArgs, PlaceArgs},
    environment::{self, Environment},
    failure::Failure,
    origins::Origins,
    profile::{self, Profile},
    secret,
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

/// What is looked at, in the order of its rank.
struct Sources<'a> {
    place: &'a PlaceArgs,
    person: &'a PersonArgs,
    environment: Environment<'a>,
    profile: Profile,
    /// Set if a flag or a variable names the profile.
    named: bool,
    /// The profile's name and file, for errors.
    label: String,
}

/// What a variable says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Where,
    Who,
    How,
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
        let mut origins = Origins { profile: named.from, ..Origins::default() };
        let mut sources = Sources {
            place,
            person,
            environment,
            profile: named.profile,
            named: named.from.is_some(),
            label: named.label,
        };
        let (place, from) = sources.place()?.unzip();
        origins.place = from;
        let person = if place == Some(Place::Sandbox) {
            // No proxy leads to what is in this process.
            sources.profile.proxy = None;
            sources.nobody()?
        } else {
            sources.person(&mut origins)?
        };
        let transport = Transport::new(how, &sources, &mut origins)?;
        Ok(Self { profile: named.name, place, person, transport, origins })
    }

    /// Where the service is.
    ///
    /// # Errors
    /// Nothing says it.
    pub(crate) fn place(&self) -> Result<&Place, Failure> {
        self.place.as_ref().ok_or_else(|| {
            Failure::usage("no site configured; use --site or set CONTACTS_SITE")
                .with_hint("without a site, there is a sandbox to try: contacts --sandbox list")
        })
    }
}

/// The first that is said, and what says so.
fn first<F, T>(ranked: impl IntoIterator<Item = (F, Option<T>)>) -> Option<(F, T)> {
    ranked.into_iter().find_map(|(from, value)| Some((from, value?)))
}

impl Sources<'_> {
    /// The variable, unless a named profile stands against it. A named profile that says where or who is
    /// taken as a whole: what it says, no variable says, and other tools' variables say nothing, so
    /// that no token goes to a host that it is not for.
    fn variable(&self, says: Says, name: &str) -> Option<Result<String, Failure>> {
        let Profile { site, cloud_id, base_url, email, token_file, token_command, .. } = &self.profile;
        let says_where = [site, cloud_id, base_url].into_iter().any(Option::is_some);
        let says_who = email.is_some() || token_file.is_some() || token_command.is_some();
        let is_own = name.starts_with("CONTACTS_");
        let is_masked = self.named
            && match says {
                Says::Where => says_where || (says_who && !is_own),
                Says::Who => says_who || (says_where && !is_own),
                Says::How => false,
            };
        if is_masked { None } else { environment::text(self.environment, name) }
    }

    /// A setting of the transport, by its flag, its variable and its key of the profile.
    fn ranked<T>(
        &self,
        (flag, given): (&'static str, Option<T>),
        variable: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
        (key, kept): (&'static str, Option<T>),
    ) -> Result<Option<(&'static str, T)>, Failure> {
        let (named, default) = if self.named { (kept, None) } else { (None, kept) };
        if let Some(value) = first([(flag, given), (key, named)]) {
            return Ok(Some(value));
        }
        if let Some(text) = self.variable(Says::How, variable) {
            let text = text?;
            let value = parse(&text).map_err(|why| {
                let failure = Failure::usage(format!("{variable}: {why}"));
                self.checked(variable, &text).err().unwrap_or(failure)
            })?;
            return Ok(Some((variable, value)));
        }
        Ok(default.map(|value| (key, value)))
    }

    /// Where a value is from: a key of the profile with the profile's name and file.
    fn label(&self, from: &str) -> String {
        from.strip_suffix(" of the profile")
            .map_or_else(|| from.to_owned(), |key| format!("{key} of the profile {}", self.label))
    }

    /// The value without blanks around it.
    ///
    /// # Errors
    /// It is a token, or has a character that no such value has.
    fn checked(&self, from: &str, text: &str) -> Result<String, Failure> {
        let (from, text) = (self.label(from), text.trim());
        secret::refuse_token(&from, text)?;
        match secret::invisible(text) {
            Some(c) => Err(Failure::usage(format!("{from} has the character {}", c.escape_unicode()))),
            None => Ok(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TokenFrom;

    type Pairs<'a> = &'a [(&'a str, &'a str)];

    fn resolve(place: &PlaceArgs, person: &PersonArgs, environment: Pairs<'_>) -> Result<Settings, Failure> {
        let find = |name: &str| {
            environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into())
        };
        Settings::resolve(place, person, &HowArgs::default(), &find)
    }

    fn base(settings: &Settings) -> String {
        match settings.place().unwrap() {
            Place::Base(base_url) => base_url.to_string(),
            Place::Site(site) => site.to_string(),
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
        assert_eq!(base(&settings), "acme.atlassian.net");
        let token = TokenFrom::Command("pass show jira".into());
        assert_eq!(
            settings.person,
            Some(Person { email: Some("flag@example.com".into()), token, from: "--token-command".into() })
        );
    }

    #[test]
    fn the_names_that_people_have_set_already_are_known() {
        let token = ("ATLASSIAN_OPS_API_TOKEN", "t");
        for (name, value, expected) in [
            ("CONTACTS_BASE_URL", "https://a.example/b", "https://a.example/b"),
            ("ATLASSIAN_OPS_CLOUD_ID", "c1", "c1"),
            ("JSM_CLOUD_ID", "c2", "c2"),
            ("ATLASSIAN_OPS_DOMAIN_NAME", "acme.atlassian.net", "acme.atlassian.net"),
            ("JSM_SITE_URL", "https://acme.atlassian.net/", "acme.atlassian.net"),
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
            Some(Person {
                email: None,
                token: TokenFrom::Variable("JSM_OAUTH_TOKEN"),
                from: "JSM_OAUTH_TOKEN".into()
            })
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
        assert!(told.contains("--site") && told.contains("CONTACTS_SITE"), "{told}");
        let place = PlaceArgs { cloud_id: Some("c".into()), ..PlaceArgs::default() };
        let failure =
            resolve(&place, &PersonArgs::default(), &[("ATLASSIAN_OPS_API_TOKEN", "t0ken")]).unwrap_err();
        let told = format!("{failure:?}");
        assert!(told.contains("--email") && told.contains("CONTACTS_EMAIL"), "{told}");
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
