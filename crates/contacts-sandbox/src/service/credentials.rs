//! Finds the user of a request's credentials.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::user::User;

/// Every valid or expired credential, in the form of the header. So no request needs decoding.
#[derive(Clone, Default)]
pub(super) struct CredentialIndex {
    basic: BTreeMap<String, Owner>,
    bearer: BTreeMap<String, Owner>,
}

/// Scheme of the `authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Basic,
    Bearer,
}

impl Scheme {
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        parts(headers).map(|(scheme, _)| scheme)
    }
}

/// Returns the scheme and the secret.
fn parts(headers: &HeaderMap) -> Option<(Scheme, &[u8])> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    [(&b"basic "[..], Scheme::Basic), (b"bearer ", Scheme::Bearer)].into_iter().find_map(
        |(name, scheme)| {
            let (head, secret) = value.split_at_checked(name.len())?;
            head.eq_ignore_ascii_case(name).then(|| (scheme, secret.trim_ascii()))
        },
    )
}

/// The account of a credential, as an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) account: usize,
    pub(super) expired: bool,
}

impl CredentialIndex {
    /// Adds every credential of a user. If two users have the same one, it belongs to the later
    /// user.
    pub(super) fn add(&mut self, account: usize, user: &User) {
        for token in &user.expired_tokens {
            let owner = Owner { account, expired: true };
            self.basic.insert(basic(&user.email, token), owner);
            self.bearer.insert(token.clone(), owner);
        }
        let owner = Owner { account, expired: false };
        self.basic.insert(basic(&user.email, &user.token), owner);
        if let Some(token) = &user.oauth_token {
            self.bearer.insert(token.clone(), owner);
        }
    }

    /// Removes every credential of a user.
    pub(super) fn remove(&mut self, account: usize, user: &User) {
        for token in user.expired_tokens.iter().chain([&user.token]).chain(&user.oauth_token) {
            remove_if_of(account, &mut self.basic, &basic(&user.email, token));
            remove_if_of(account, &mut self.bearer, token);
        }
    }

    /// Returns the owner of a request's credentials.
    pub(super) fn find(&self, headers: &HeaderMap) -> Option<Owner> {
        let (scheme, secret) = parts(headers)?;
        let owners = match scheme {
            Scheme::Basic => &self.basic,
            Scheme::Bearer => &self.bearer,
        };
        owners.get(std::str::from_utf8(secret).ok()?).copied()
    }
}

fn remove_if_of(account: usize, owners: &mut BTreeMap<String, Owner>, secret: &str) {
    if owners.get(secret).is_some_and(|owner| owner.account == account) {
        owners.remove(secret);
    }
}

fn basic(email: &str, token: &str) -> String {
    STANDARD.encode(format!("{email}:{token}"))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn found(value: &'static str) -> Option<Owner> {
        let mut credentials = CredentialIndex::default();
        credentials
            .add(3, &User::new("a@b", "t").with_oauth_token("bearer-1").with_expired_token("old"));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
        credentials.find(&headers)
    }

    #[test]
    fn valid_credentials_of_both_schemes_are_found() {
        let good = Some(Owner { account: 3, expired: false });
        assert_eq!(found("Basic YUBiOnQ="), good);
        assert_eq!(found("basic YUBiOnQ="), good);
        assert_eq!(found("Bearer bearer-1"), good);
    }

    #[test]
    fn expired_credentials_are_found_as_expired() {
        let expired = Some(Owner { account: 3, expired: true });
        assert_eq!(found("Basic YUBiOm9sZA=="), expired);
        assert_eq!(found("Bearer old"), expired);
    }

    #[test]
    fn other_credentials_are_not_found() {
        for value in
            ["", "Basic", "Basic ", "Bearer t", "Basic bearer-1", "Digest YUBiOnQ=", "YUBiOnQ="]
        {
            assert_eq!(found(value), None, "{value}");
        }
    }
}
