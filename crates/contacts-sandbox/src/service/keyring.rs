//! Whose request it is.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::user::User;

/// Every credential that is or was good, as it stands in the header. No request has to be decoded.
#[derive(Clone, Default)]
pub(super) struct Keyring {
    basic: BTreeMap<String, Key>,
    bearer: BTreeMap<String, Key>,
}

/// Kind of credentials, by the scheme of the header.
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

/// The scheme and the secret after it.
fn parts(headers: &HeaderMap) -> Option<(Scheme, &str)> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let known = [("basic", Scheme::Basic), ("bearer", Scheme::Bearer)];
    let (_, scheme) = known.into_iter().find(|(name, _)| scheme.eq_ignore_ascii_case(name))?;
    Some((scheme, secret.trim()))
}

/// Whose credential it is, by place among the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) account: usize,
    pub(super) expired: bool,
}

impl Keyring {
    /// Makes every credential of a user known. One that two users share is the later one's.
    pub(super) fn add(&mut self, account: usize, user: &User) {
        for token in &user.expired_tokens {
            let key = Key { account, expired: true };
            self.basic.insert(basic(&user.email, token), key);
            self.bearer.insert(token.clone(), key);
        }
        let key = Key { account, expired: false };
        self.basic.insert(basic(&user.email, &user.token), key);
        if let Some(token) = &user.oauth_token {
            self.bearer.insert(token.clone(), key);
        }
    }

    /// Forgets every credential of a user.
    pub(super) fn remove(&mut self, account: usize, user: &User) {
        for token in user.expired_tokens.iter().chain([&user.token]).chain(&user.oauth_token) {
            remove_if_of(account, &mut self.basic, &basic(&user.email, token));
            remove_if_of(account, &mut self.bearer, token);
        }
    }

    /// The user whose credentials a request carries.
    pub(super) fn find(&self, headers: &HeaderMap) -> Option<Key> {
        let (scheme, secret) = parts(headers)?;
        let keys = match scheme {
            Scheme::Basic => &self.basic,
            Scheme::Bearer => &self.bearer,
        };
        keys.get(secret).copied()
    }
}

fn remove_if_of(account: usize, keys: &mut BTreeMap<String, Key>, secret: &str) {
    if keys.get(secret).is_some_and(|key| key.account == account) {
        keys.remove(secret);
    }
}

fn basic(email: &str, token: &str) -> String {
    STANDARD.encode(format!("{email}:{token}"))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn found(value: &'static str) -> Option<Key> {
        let mut keyring = Keyring::default();
        keyring.add(3, &User::new("a@b", "t").with_oauth_token("bearer-1").with_expired_token("old"));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
        keyring.find(&headers)
    }

    #[test]
    fn good_credentials_of_both_kinds_are_known() {
        let good = Some(Key { account: 3, expired: false });
        assert_eq!(found("Basic YUBiOnQ="), good);
        assert_eq!(found("basic YUBiOnQ="), good);
        assert_eq!(found("Bearer bearer-1"), good);
    }

    #[test]
    fn expired_credentials_are_known_as_such() {
        let expired = Some(Key { account: 3, expired: true });
        assert_eq!(found("Basic YUBiOm9sZA=="), expired);
        assert_eq!(found("Bearer old"), expired);
    }

    #[test]
    fn anything_else_is_unknown() {
        for value in ["", "Basic", "Basic ", "Bearer t", "Basic bearer-1", "Digest YUBiOnQ=", "YUBiOnQ="] {
            assert_eq!(found(value), None, "{value}");
        }
    }
}
