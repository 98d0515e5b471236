//! Credentials of a user.

use std::{borrow::Cow, fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use zeroize::Zeroizing;

use crate::{Error, redact};

/// Credentials of a user: an e-mail address with an API token, or an OAuth access token.
///
/// They cannot be serialized or displayed, and `Debug` shows only their kind. The header value is
/// marked as sensitive. The memory of the secret is overwritten when the last clone and the last
/// request with it are dropped.
///
/// ```
/// use contacts_proto::Credentials;
///
/// let credentials = Credentials::basic("ann@example.com", "ATATT-not-a-real-token")?;
/// assert_eq!(format!("{credentials:?}"), "Credentials(basic)");
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials(Option<Arc<Secrets>>);

struct Secrets {
    kind: &'static str,
    /// E-mail address of basic credentials.
    user: Option<String>,
    header: HeaderValue,
    /// The token, not encoded.
    token: Zeroizing<String>,
}

impl Credentials {
    /// Creates credentials from an e-mail address and an API token, for HTTP Basic.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if one of them is empty or has whitespace or a control character, if
    /// the address has a colon, or if the token is longer than 16 KiB. The message repeats neither.
    pub fn basic(email: &str, api_token: impl Into<String>) -> Result<Self, Error> {
        let token = Zeroizing::new(api_token.into());
        if email.is_empty() {
            return Err(Error::invalid("e-mail address", "is empty"));
        }
        if email.chars().any(|c| c == ':' || c.is_control() || c.is_whitespace()) {
            return Err(Error::invalid(
                "e-mail address",
                "has a colon, whitespace or a control character",
            ));
        }
        check_token("API token", &token)?;
        let pair = Zeroizing::new(format!("{email}:{}", *token));
        let word = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        Self::from_secret("basic", Some(email.to_owned()), "Basic ", &word, token)
    }

    /// Creates credentials from an OAuth 2.0 access token, sent as a bearer token.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the token is empty, longer than 16 KiB, or has whitespace, a
    /// control character or a character outside ASCII. The message does not repeat it.
    pub fn bearer(access_token: impl Into<String>) -> Result<Self, Error> {
        let token = Zeroizing::new(access_token.into());
        check_token("access token", &token)?;
        if !token.is_ascii() {
            return Err(Error::invalid("access token", "has a character outside ASCII"));
        }
        let word = token.clone();
        Self::from_secret("bearer", None, "Bearer ", &word, token)
    }

    /// Creates empty credentials: requests have no `authorization` header.
    pub fn none() -> Self {
        Self(None)
    }

    fn from_secret(
        kind: &'static str,
        user: Option<String>,
        scheme: &str,
        word: &str,
        token: Zeroizing<String>,
    ) -> Result<Self, Error> {
        // A buffer that grows would leave copies of the secret in memory.
        let mut text = Zeroizing::new(Vec::with_capacity(scheme.len().saturating_add(word.len())));
        text.extend_from_slice(scheme.as_bytes());
        text.extend_from_slice(word.as_bytes());
        let Ok(mut header) = HeaderValue::from_maybe_shared(Bytes::from_owner(text)) else {
            return Err(Error::invalid("token", "has a character that is not valid in a header"));
        };
        header.set_sensitive(true);
        Ok(Self(Some(Arc::new(Secrets { kind, user, header, token }))))
    }

    /// Returns the credentials of a request, to [`redact`](Self::redact) them.
    #[cfg(feature = "tracing")]
    pub(crate) fn of<B>(request: &http::Request<B>) -> Self {
        let read = |header: &HeaderValue| {
            let (scheme, word) = header.to_str().ok()?.split_once(' ')?;
            if scheme == "Bearer" {
                return Self::bearer(word).ok();
            }
            let pair = Zeroizing::new(String::from_utf8(STANDARD.decode(word).ok()?).ok()?);
            let (email, token) = pair.split_once(':')?;
            Self::basic(email, token).ok()
        };
        request.headers().get(http::header::AUTHORIZATION).and_then(read).unwrap_or_else(Self::none)
    }

    /// Returns `true` for an OAuth access token. It needs its own base URL: see
    /// [`Site::base_url`](crate::Site::base_url).
    pub fn is_bearer(&self) -> bool {
        self.0.as_ref().is_some_and(|secrets| secrets.user.is_none())
    }

    /// Returns the e-mail address of basic credentials.
    pub(crate) fn user(&self) -> Option<&str> {
        self.0.as_ref()?.user.as_deref()
    }

    /// Returns the value of the `authorization` header.
    pub(crate) fn header(&self) -> Option<&HeaderValue> {
        self.0.as_ref().map(|secrets| &secrets.header)
    }

    /// Returns `true` if both have the same secret.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one.header == other.header,
            (None, None) => true,
            _ => false,
        }
    }

    /// Removes the secret from bytes that a server sent.
    ///
    /// It finds the token and the header value: plain, escaped in JSON, escaped in a URL, and cut
    /// at the end.
    ///
    /// Errors of an [`Exchange`](crate::exchange::Exchange) are redacted already. If you call
    /// [`Operation::response`](crate::Operation::response) directly, redact the body first.
    pub fn redact<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut clean = Cow::Borrowed(bytes);
        let Some(secrets) = &self.0 else { return clean };
        let word = secrets
            .header
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .map_or("", |(_, word)| word);
        // Longest first: a secret may start with a shorter one.
        let (shorter, token) = (word.trim_end_matches('='), secrets.token.as_str());
        let (differs, is_basic) = (shorter.len() < word.len(), token != word);
        for secret in [Some(word), differs.then_some(shorter), is_basic.then_some(token)]
            .into_iter()
            .flatten()
        {
            if let Some(without) = redact::without(&clean, secret.as_bytes()) {
                clean = Cow::Owned(without);
            }
        }
        clean
    }

    /// Removes the secret from texts of an error.
    pub(crate) fn redact_text(&self, texts: &mut dyn Iterator<Item = &mut String>) {
        for text in texts {
            // The cut may be in the middle of a secret.
            let (whole, mark) =
                text.strip_suffix('…').map_or((text.as_str(), ""), |text| (text, "…"));
            if let Cow::Owned(clean) = self.redact(whole.as_bytes()) {
                *text = format!("{}{mark}", String::from_utf8_lossy(&clean));
            }
        }
    }

    /// Removes the secret from the headers of a response.
    pub(crate) fn redact_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if let Cow::Owned(clean) = self.redact(value.as_bytes()) {
                *value = HeaderValue::from_bytes(&clean)
                    .unwrap_or_else(|_| HeaderValue::from_static(""));
            }
        }
    }
}

fn check_token(what: &'static str, token: &str) -> Result<(), Error> {
    let why = if token.is_empty() {
        "is empty"
    } else if token.chars().any(|c| c.is_control() || c.is_whitespace()) {
        "has whitespace or a control character: copy the whole token and nothing else"
    } else if token.len() > 16 * 1024 {
        "is longer than 16 KiB"
    } else {
        return Ok(());
    };
    Err(Error::invalid(what, why))
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({})", self.0.as_ref().map_or("none", |secrets| secrets.kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_correct_and_sensitive() {
        let basic = Credentials::basic("ann@example.com", "t0ken").unwrap();
        let header = basic.header().unwrap();
        assert_eq!(header, "Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu");
        assert!(header.is_sensitive());
        assert_eq!(Credentials::bearer("abc.def").unwrap().header().unwrap(), "Bearer abc.def");
    }

    #[test]
    fn invalid_credentials_are_rejected_and_not_repeated() {
        for (email, token) in [
            ("", "secret"),
            ("a:b@x", "secret"),
            ("a@x", ""),
            ("a@x", "sec ret"),
            ("a@x", "secret\n"),
        ] {
            let error = Credentials::basic(email, token).unwrap_err();
            assert!(!error.to_string().contains("sec"), "{error}");
        }
        assert!(Credentials::bearer("sécret").is_err());
    }

    #[test]
    fn every_form_of_the_secret_is_redacted() {
        let credentials = Credentials::basic("ann@example.com", "t0p/s3cret\"=").unwrap();
        let base64 = STANDARD.encode("ann@example.com:t0p/s3cret\"=");
        for form in [
            base64.as_str(),
            "t0p/s3cret\"=",
            "t0p%2Fs3cret%22%3D",
            "t0p%2fs3cret%22=",
            "t0p/s3cret\\\"=",
            "t0p\\/s3cret\\u0022\\u003D",
        ] {
            let body = format!("{{\"echo\":\"x {form} y\"}}");
            assert_eq!(
                credentials.redact(body.as_bytes()).as_ref(),
                b"{\"echo\":\"x [redacted] y\"}",
                "{form}"
            );
        }
    }

    #[test]
    fn a_secret_that_is_cut_at_the_end_is_redacted() {
        let credentials = Credentials::bearer("some-long-token").unwrap();
        assert_eq!(credentials.redact(b"echo: some-long-to").as_ref(), b"echo: [redacted]");
        assert_eq!(credentials.redact(b"echo: some-long\\u00").as_ref(), b"echo: [redacted]");
        assert_eq!(credentials.redact(b"that is awesom").as_ref(), b"that is awesom");
    }

    #[test]
    fn a_text_without_a_secret_is_not_copied() {
        let credentials = Credentials::bearer("some-token").unwrap();
        assert!(matches!(credentials.redact(b"nothing here"), Cow::Borrowed(_)));
    }
}
