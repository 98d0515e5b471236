//! The settings by their sources, with kinds in place of values.

use contacts_ureq::BaseUrl;
use http::Uri;
use serde::Serialize;

use super::words::{self, Words};
use crate::config::{
    Settings, Shown, Target,
    identity::{Identity, TokenSource},
    profile,
};

/// A longer time limit counts as this long, in seconds.
const MAX_SECONDS: u64 = 3600;

#[derive(Debug, Serialize)]
pub(super) struct Setting {
    setting: &'static str,
    from: &'static str,
    value: Value,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Value {
    Kind(Words),
    Number(u64),
}

/// The settings of `config show`.
pub(super) fn kinds(settings: &Settings) -> Vec<Setting> {
    let kind = |Shown { setting, value, from }| Setting {
        setting,
        from,
        value: kind(settings, setting, &value),
    };
    settings.shown().into_iter().map(kind).collect()
}

fn kind(settings: &Settings, setting: &str, value: &str) -> Value {
    let network = &settings.network;
    Value::Kind(match (setting, settings.target.as_ref().map(|target| &target.value)) {
        ("timeout", _) => return Value::Number(network.timeout().as_secs().min(MAX_SECONDS)),
        ("attempts", _) => return Value::Number(network.policy().max_attempts.into()),
        ("profile", _) => if value == profile::DEFAULT { "default" } else { "a name" }.into(),
        ("base_url", Some(Target::Base(base_url))) => url(base_url),
        ("site", Some(Target::Site(site))) => words::host(site.host().unwrap_or_default()).into(),
        ("sandbox", _) => "in this process".into(),
        ("email", _) if value.ends_with("@serviceaccount.atlassian.com") => {
            "e-mail address of a service account".into()
        }
        ("token", _) => settings.identity.as_ref().map_or_else(|| "none".into(), token),
        ("ca_file", _) => "a file".into(),
        ("proxy", _) => proxy(value),
        ("no_proxy", _) => "a list".into(),
        _ => words::kind_of_text(value).into(),
    })
}

fn url(base_url: &BaseUrl) -> Words {
    let uri = base_url.to_string().parse::<Uri>().unwrap_or_default();
    words::url(uri.scheme_str().unwrap_or_default(), base_url.authority(), uri.path(), None)
}

fn token(identity: &Identity) -> Words {
    let from = match identity.token.value {
        TokenSource::StandardInput => "standard input",
        TokenSource::File(_) => "a file",
        TokenSource::Command(_) => "a command",
        TokenSource::Variable(_) => "a variable",
    };
    Words(vec![identity.kind(), " from ", from])
}

/// The kind of a proxy. The value has no user name and no password.
fn proxy(value: &str) -> Words {
    match value.split_once("://") {
        Some((scheme, host)) => words::url(scheme, host.trim_end_matches('/'), "", None),
        None if value == "none" => "none".into(),
        None => Words(vec![words::host(value)]),
    }
}
