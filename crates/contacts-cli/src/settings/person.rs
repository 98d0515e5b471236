//! Who asks.

use std::time::Duration;

use contacts_ureq::Credentials;

use super::{Sources, first};
use crate::{
    args::PersonArgs, failure::Failure, origins::Origins, profile::Profile, secret, token::TokenFrom,
};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// `None` for a bearer token.
    pub(crate) email: Option<String>,
    pub(crate) token: TokenFrom,
    /// The flag, the variable or the member of the profile that says so.
    pub(crate) from: &'static str,
}

impl Person {
    pub(crate) fn credentials_of(person: Option<&Self>, within: Duration) -> Result<Credentials, Failure> {
        let missing =
            "there is no token: give --token-file or --token-command, or set ATLASSIAN_OPS_API_TOKEN";
        let hint = "an API token is created in the security settings of one's Atlassian account";
        person.ok_or_else(|| Failure::usage(missing).with_hint(hint))?.credentials(within)
    }

    /// Reads the token. A command that prints it is given so much time for it.
    pub(crate) fn credentials(&self, within: Duration) -> Result<Credentials, Failure> {
        let token = self.token.read(self.from, within)?;
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
            return Ok(Some(Person { email: None, token, from: token_from }));
        }
        let ranked = [
            ("--email", self.person.email.clone().map(Ok)),
            ("ATLASSIAN_OPS_API_EMAIL_ADDRESS", self.variable("ATLASSIAN_OPS_API_EMAIL_ADDRESS")),
            ("ATLASSIAN_OPS_API_USERNAME", self.variable("ATLASSIAN_OPS_API_USERNAME")),
            ("JSM_EMAIL", self.variable("JSM_EMAIL")),
            ("email of the profile", self.profile.email.clone().map(Ok)),
        ];
        let Some((from, email)) = first(ranked) else {
            return Err(Failure::usage(
                "it is not known whose API token it is: give --email or set ATLASSIAN_OPS_API_EMAIL_ADDRESS",
            )
            .with_hint("an OAuth token goes without an address: add --oauth"));
        };
        let email = email?;
        secret::refuse_token(from, &email)?;
        origins.email = Some(from);
        Ok(Some(Person { email: Some(email), token, from: token_from }))
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
        if let Some(name) = names.into_iter().find(|name| (self.environment)(name).is_some()) {
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
}

/// Where the token is, whether it is a bearer token, and what says so.
struct Token {
    token: TokenFrom,
    is_oauth: bool,
    from: &'static str,
}
