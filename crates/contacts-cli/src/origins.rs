//! What each setting is, and what says so.

use serde::Serialize;

use crate::{
    secret,
    settings::{Person, Place, Settings},
};

/// Which flag, variable or member of a profile each setting comes from; `None` for a default, or where there is none.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    pub(crate) profile: Option<&'static str>,
    pub(crate) place: Option<&'static str>,
    pub(crate) email: Option<&'static str>,
    pub(crate) token: Option<&'static str>,
    pub(crate) timeout: Option<&'static str>,
    pub(crate) attempts: Option<&'static str>,
    pub(crate) ca_file: Option<&'static str>,
    pub(crate) proxy: Option<&'static str>,
}

/// A setting as it is shown: without a secret.
#[derive(Debug, Serialize)]
pub(crate) struct Setting {
    pub(crate) setting: &'static str,
    pub(crate) value: String,
    pub(crate) from: &'static str,
}

/// What is the case where nothing says otherwise.
const DEFAULT: &str = "default";

impl Settings {
    /// All that is set, and what holds by default.
    pub(crate) fn told(&self) -> Vec<Setting> {
        let Self { profile, place, person, transport, origins } = self;
        let place = place.as_ref().map(|place| match place {
            Place::Base(base_url) => ("base_url", base_url.to_string()),
            Place::Site(site) if site.host().is_none() => ("cloud_id", site.to_string()),
            Place::Site(site) => ("site", site.to_string()),
            Place::Sandbox => ("sandbox", "in this process".into()),
        });
        let (place_name, place) = place.unzip();
        let email = person.as_ref().and_then(|person| person.email.clone());
        let token = person.as_ref().map(|Person { email, token, .. }| {
            let kind = if email.is_some() { "an API token" } else { "an OAuth token" };
            format!("{kind} from {token}")
        });
        let timeout = humantime::format_duration(transport.timeout).to_string();
        let attempts = transport.policy().attempts.to_string();
        let ca_file = transport.ca_file.as_deref().map(secret::file);
        let variables = &transport.proxy_variables;
        let (proxy, exceptions) = match &transport.proxy {
            Some(url) => (Some((origins.proxy, without_person(url))), None),
            None if origins.proxy.is_some() => (Some((origins.proxy, "none".to_owned())), None),
            None => (
                variables.proxy().map(|(from, url)| (Some(from), without_person(url))),
                variables.exceptions().filter(|_| variables.proxy().is_some()),
            ),
        };
        let (proxy_from, proxy) = proxy.unzip();
        let rows = [
            ("profile", profile.clone(), origins.profile),
            (place_name.unwrap_or_default(), place, origins.place),
            ("email", email, origins.email),
            ("token", token, origins.token),
            ("timeout", Some(timeout), origins.timeout),
            ("attempts", Some(attempts), origins.attempts),
            ("ca_file", ca_file, origins.ca_file),
            ("proxy", proxy, proxy_from.flatten()),
            ("no_proxy", exceptions.map(|it| it.1.to_owned()), exceptions.map(|it| it.0)),
        ];
        let told = |(setting, value, from): (_, Option<String>, Option<_>)| {
            Some(Setting { setting, value: value?, from: from.unwrap_or(DEFAULT) })
        };
        rows.into_iter().filter_map(told).collect()
    }
}

/// A proxy's URL without the name and the password in it.
pub(crate) fn without_person(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let host = rest.rsplit('@').next().unwrap_or_default();
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_shown_without_its_password() {
        for url in ["http://ann:p@ss@proxy:3128", "http://proxy:3128", "http://ann@proxy:3128"] {
            assert_eq!(without_person(url), "http://proxy:3128");
        }
        assert_eq!(without_person("ann:s3cret@proxy"), "proxy");
    }
}
