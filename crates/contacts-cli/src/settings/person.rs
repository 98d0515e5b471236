//! Who asks.

use std::time::Duration;

use contacts_ureq::Credentials;

use super::{Says, Sources, first};
use crate::{args::PersonArgs, failure::Failure, origins::Origins, profile::Profile, token::TokenFrom};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// `None` for a bearer token.
    pub(crate) email: Option<String>,
    pub(crate) token: TokenFrom,
    /// The flag, the variable, or the key with the profile's name and file.
    pub(crate) from: String,
}

impl Person {
    pub(crate) fn credentials_of(person: Option<&Self>, within: Duration) -> Result<Credentials, Failure> {
        let missing = "there is no token: give --token-file or --token-command, or set CONTACTS_TOKEN";
        let hint = "an API token is created in the security settings of one's Atlassian account";
        person.ok_or_else(|| Failure::usage(missing).with_hint(hint))?.credentials(within)
    }

    /// Reads the token. A command that prints it is given so much time for it.
    pub(crate) fn credentials(&self, within: Duration) -> Result<Credentials, Failure> {
        let token = self.token.read(&self.from, within)?;
        Ok(match &self.email {
            Some(email) => Credentials::basic(email, token)?,
            None => Credentials::bearer(token)?,
        })
    }
}

impl Sources<'_> {
    /// A sandbox has a user of its own.
    pub(super) fn nobody(&self) -> Result<Option<Person>, Failure> {
        let PersonArgs { email, token_file, token_command, oauth, .. } = self.person;
        if email.is_some() || token_file.is_some() || token_command.is_some() || *oauth {
            return Err(Failure::usage("--sandbox has a user of its own: it goes without address and token"));
        }
        Ok(None)
    }

    pub(super) fn person(&self, origins: &mut Origins) -> Result<Option<Person>, Failure> {
        let Some(Token { token, is_oauth, from: token_from }) = self.token()? else { return Ok(None) };
        origins.token = Some(token_from);
        if is_oauth {
            return Ok(Some(Person { email: None, token, from: self.label(token_from) }));
        }
        let names =
            ["CONTACTS_EMAIL", "ATLASSIAN_OPS_API_EMAIL_ADDRESS", "ATLASSIAN_OPS_API_USERNAME", "JSM_EMAIL"];
        let variables = names.map(|name| (name, self.variable(Says::Who, name)));
        let ranked = std::iter::once(("--email", self.person.email.clone().map(Ok)))
            .chain(variables)
            .chain([("email of the profile", self.profile.email.clone().map(Ok))]);
        let Some((from, email)) = first(ranked) else {
            return Err(Failure::usage(
                "it is not known whose API token it is: give --email or set CONTACTS_EMAIL",
            )
            .with_hint("an OAuth token goes without an address: add --oauth"));
        };
        let email = self.checked(from, &email?)?;
        origins.email = Some(from);
        Ok(Some(Person { email: Some(email), token, from: self.label(token_from) }))
    }

    fn token(&self) -> Result<Option<Token>, Failure> {
        let PersonArgs { token_file, token_command, oauth, .. } = self.person;
        let from_flags = TokenFrom::one_of(token_file.clone(), token_command.clone())
            .map_err(|()| Failure::usage("--token-file and --token-command exclude one another"))?;
        if let Some(token) = from_flags {
            let from = if token_file.is_some() { "--token-file" } else { "--token-command" };
            return Ok(Some(Token { token, is_oauth: *oauth, from }));
        }
        let variables: [TokenVariable; 7] = [
            ("CONTACTS_TOKEN", |name, _| TokenFrom::Variable(name), false),
            ("CONTACTS_OAUTH_TOKEN", |name, _| TokenFrom::Variable(name), true),
            ("CONTACTS_TOKEN_FILE", |_, path| TokenFrom::File(path.into()), false),
            ("CONTACTS_TOKEN_COMMAND", |_, command| TokenFrom::Command(command), false),
            ("ATLASSIAN_OPS_API_TOKEN", |name, _| TokenFrom::Variable(name), false),
            ("JSM_API_TOKEN", |name, _| TokenFrom::Variable(name), false),
            ("JSM_OAUTH_TOKEN", |name, _| TokenFrom::Variable(name), true),
        ];
        // With --oauth, a variable of an OAuth token comes first.
        let (bearers, others): (Vec<_>, Vec<_>) =
            variables.into_iter().partition(|(.., bearer)| *oauth && *bearer);
        for (name, kind, bearer) in bearers.into_iter().chain(others) {
            if let Some(value) = self.variable(Says::Who, name) {
                let token = kind(name, value?);
                return Ok(Some(Token { token, is_oauth: *oauth || bearer, from: name }));
            }
        }
        let Profile { token_file, token_command, oauth: profile_oauth, .. } = &self.profile;
        let from_profile = TokenFrom::one_of(token_file.clone(), token_command.clone()).map_err(|()| {
            let why = format!("the profile {} has both token_file and token_command", self.label);
            Failure::usage(why)
        })?;
        let from =
            if token_file.is_some() { "token_file of the profile" } else { "token_command of the profile" };
        let is_oauth = *oauth || profile_oauth.unwrap_or(false);
        Ok(from_profile.map(|token| Token { token, is_oauth, from }))
    }
}

/// A variable, what its value says, and whether the token is a bearer token.
type TokenVariable = (&'static str, fn(&'static str, String) -> TokenFrom, bool);

/// Where the token is, whether it is a bearer token, and what says so.
struct Token {
    token: TokenFrom,
    is_oauth: bool,
    from: &'static str,
}
