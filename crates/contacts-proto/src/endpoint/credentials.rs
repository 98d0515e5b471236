//! Who is asking.

use std::{borrow::Cow, fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use zeroize::Zeroizing;

use crate::{Error, redact};

/// What proves who is asking: an address with an API token, or an OAuth bearer token.
///
/// The header value is made once and marked sensitive. The memory that holds the secret is overwritten when the last clone,
/// and the last request made with it, is dropped. It cannot be serialized or displayed, and `Debug` tells its kind alone.
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
    /// The e-mail address of basic credentials.
    user: Option<String>,
    header: HeaderValue,
    /// The token as it was given.
    token: Zeroizing<String>,
}

impl Credentials {
    /// An e-mail address and an API token, sent as HTTP Basic.
    ///
    /// # Errors
    /// [`Error::InvalidInput`], which repeats neither, if one of them is empty or has a control character, the address has a
    /// colon, or the token has a blank.
    pub fn basic(email: &str, api_token: impl Into<String>) -> Result<Self, Error> {
        let token = Zeroizing::new(api_token.into());
        if email.is_empty() {
            return Err(Error::invalid("e-mail address", "is empty"));
        }
        if email.chars().any(|c| c == ':' || c.is_control() || c.is_whitespace()) {
            return Err(Error::invalid("e-mail address", "has a colon, a blank or a control character"));
        }
        check_token("API token", &token)?;
        let pair = Zeroizing::new(format!("{email}:{}", *token));
        let word = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        Self::from_secret("basic", Some(email.to_owned()), "Basic ", &word, token)
    }

    /// An OAuth 2.0 access token, sent as a bearer token.
    ///
    /// # Errors
    /// [`Error::InvalidInput`], which does not repeat it, if it is empty or has a blank, a control, or a character outside ASCII.
    pub fn bearer(access_token: impl Into<String>) -> Result<Self, Error> {
        let token = Zeroizing::new(access_token.into());
        check_token("access token", &token)?;
        if !token.is_ascii() {
            return Err(Error::invalid("access token", "has a character outside ASCII"));
        }
        let word = token.clone();
        Self::from_secret("bearer", None, "Bearer ", &word, token)
    }

    /// No credentials, for [`FindCloudId`](crate::FindCloudId): requests carry no `authorization` at all.
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
        // Room for all of it beforehand: a buffer that grows leaves copies behind.
        let mut text = Zeroizing::new(Vec::with_capacity(scheme.len().saturating_add(word.len())));
        text.extend_from_slice(scheme.as_bytes());
        text.extend_from_slice(word.as_bytes());
        let Ok(mut header) = HeaderValue::from_maybe_shared(Bytes::from_owner(text)) else {
            return Err(Error::invalid("token", "cannot stand in a header"));
        };
        header.set_sensitive(true);
        Ok(Self(Some(Arc::new(Secrets { kind, user, header, token }))))
    }

    /// Those of a request, as far as they are needed to [`redact`](Self::redact) them.
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

    /// Returns `true` for an OAuth access token, which has a base URL of its own: see [`Site::base_url`](crate::Site::base_url).
    pub fn is_bearer(&self) -> bool {
        self.0.as_ref().is_some_and(|secrets| secrets.user.is_none())
    }

    /// The e-mail address of basic credentials.
    pub(crate) fn user(&self) -> Option<&str> {
        self.0.as_ref()?.user.as_deref()
    }

    /// The value of the `authorization` header.
    pub(crate) fn header(&self) -> Option<&HeaderValue> {
        self.0.as_ref().map(|secrets| &secrets.header)
    }

    /// Whether these are the very same credentials: clones of one another, or of the same secret.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one.header == other.header,
            (None, None) => true,
            _ => false,
        }
    }

    /// Takes the secret out of what a server sent: the token and the header's value, whichever way their characters are
    /// written (as they are, escaped in JSON, escaped in a URL), and what is left of them where the text was cut.
    ///
    /// Errors that come out of an [`Exchange`](crate::exchange::Exchange) were made from bodies cleaned by this. Who calls
    /// [`Operation::response`](crate::Operation::response) directly and shows its errors to others calls this first.
    pub fn redact<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut clean = Cow::Borrowed(bytes);
        let Some(secrets) = &self.0 else { return clean };
        let word =
            secrets.header.to_str().ok().and_then(|value| value.split_once(' ')).map_or("", |(_, word)| word);
        // The longest first: one that begins with another must not be left in half.
        let (shorter, token) = (word.trim_end_matches('='), secrets.token.as_str());
        let (differs, is_basic) = (shorter.len() < word.len(), token != word);
        for secret in
            [Some(word), differs.then_some(shorter), is_basic.then_some(token)].into_iter().flatten()
        {
            if let Some(without) = redact::without(&clean, secret.as_bytes()) {
                clean = Cow::Owned(without);
            }
        }
        clean
    }

    /// The same for the headers of an answer.
    /// The same for texts of an error, which may have been cut.
    pub(crate) fn redact_text(&self, texts: &mut dyn Iterator<Item = &mut String>) {
        for text in texts {
            // Where the text was cut, a secret may have been.
            let (whole, mark) = text.strip_suffix('…').map_or((text.as_str(), ""), |text| (text, "…"));
            if let Cow::Owned(clean) = self.redact(whole.as_bytes()) {
                *text = format!("{}{mark}", String::from_utf8_lossy(&clean));
            }
        }
    }

    pub(crate) fn redact_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if let Cow::Owned(clean) = self.redact(value.as_bytes()) {
                *value = HeaderValue::from_bytes(&clean).unwrap_or_else(|_| HeaderValue::from_static(""));
            }
        }
    }
}

fn check_token(what: &'static str, token: &str) -> Result<(), Error> {
    let why = if token.is_empty() {
        "is empty"
    } else if token.chars().any(|c| c.is_control() || c.is_whitespace()) {
        "has a blank, a line break or a control character: was it copied whole and alone?"
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
    fn the_header_is_sensitive_and_right() {
        let basic = Credentials::basic("ann@example.com", "t0ken").unwrap();
        let header = basic.header().unwrap();
        assert_eq!(header, "Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu");
        assert!(header.is_sensitive());
        assert_eq!(Credentials::bearer("abc.def").unwrap().header().unwrap(), "Bearer abc.def");
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_being_repeated() {
        for (email, token) in
            [("", "secret"), ("a:b@x", "secret"), ("a@x", ""), ("a@x", "sec ret"), ("a@x", "secret\n")]
        {
            let error = Credentials::basic(email, token).unwrap_err();
            assert!(!error.to_string().contains("sec"), "{error}");
        }
        assert!(Credentials::bearer("sécret").is_err());
    }

    #[test]
    fn every_form_of_the_secret_is_taken_out() {
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
    fn half_a_secret_at_the_end_of_what_was_cut_is_taken_out() {
        let credentials = Credentials::bearer("some-long-token").unwrap();
        assert_eq!(credentials.redact(b"echo: some-long-to").as_ref(), b"echo: [redacted]");
        assert_eq!(credentials.redact(b"echo: some-long\\u00").as_ref(), b"echo: [redacted]");
        assert_eq!(credentials.redact(b"that is awesom").as_ref(), b"that is awesom");
    }

    #[test]
    fn what_has_no_secret_is_not_copied() {
        let credentials = Credentials::bearer("some-token").unwrap();
        assert!(matches!(credentials.redact(b"nothing here"), Cow::Borrowed(_)));
    }
}
