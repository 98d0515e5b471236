//! `curl COMMAND…`: prints a request as a curl command, with the token in a variable.

use contacts_ureq::{Credentials, Error, exchange::Session};
use http::{HeaderValue, Request, header};

use crate::{
    client::{Client, Context, USER_AGENT},
    config::{Target, identity::Identity},
    error::Failure,
};

pub(crate) fn run(
    context: &Context<'_>,
    requests: impl FnOnce(&Session) -> Result<Vec<Request<Vec<u8>>>, Error>,
) -> Result<(), Failure> {
    let settings = context.settings()?;
    let site = match settings.target()? {
        Target::Base(base_url) => base_url.clone(),
        Target::Site(site) => {
            let network = &settings.network;
            let site = Client::located(site, network, network.deadline(), context.verbosity())?;
            let is_oauth =
                settings.identity.as_ref().is_some_and(|identity| identity.email.is_none());
            site.base_url(&if is_oauth || context.args.oauth {
                Credentials::bearer("token")?
            } else {
                Credentials::none()
            })?
        }
        Target::Sandbox => {
            let why =
                "cannot print a curl command for --sandbox: that sandbox ends with this command";
            return Err(
                Failure::usage(why).with_hint("run `contacts sandbox`, and use its --base-url")
            );
        }
    };
    // Without credentials, the request cannot contain a token.
    let session = Session::new(site, Credentials::none())
        .with_user_agent(HeaderValue::from_static(USER_AGENT));
    let email = match &settings.identity {
        Some(Identity { email, .. }) => email.as_ref().map(|email| &*email.value),
        None if context.args.oauth => None,
        None => context.args.email.as_deref().or(Some("")),
    };
    let requests = requests(&session)?;
    let text: String = requests.iter().map(|request| shown(request, email)).collect();
    context.output.text(&text)
}

/// The command for a request. `email` belongs to an API token, and is empty if unknown. It is
/// `None` for an OAuth token.
fn shown(request: &Request<Vec<u8>>, email: Option<&str>) -> String {
    let authorization = match email {
        Some("") => r#"--user "$CONTACTS_EMAIL:$CONTACTS_TOKEN""#.to_owned(),
        Some(email) => format!(r#"--user {}:"$CONTACTS_TOKEN""#, quoted(email)),
        None => r#"--header "authorization: Bearer $CONTACTS_OAUTH_TOKEN""#.to_owned(),
    };
    let mut words = vec![("--url", request.uri().to_string())];
    for (name, value) in request.headers() {
        // curl adds the length of a body itself.
        if name != header::CONTENT_LENGTH || request.body().is_empty() {
            words.push((
                "--header",
                format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())),
            ));
        }
    }
    if !request.body().is_empty() {
        words.push(("--data-raw", String::from_utf8_lossy(request.body()).into_owned()));
    }
    let mut text = format!("curl --request {}", request.method());
    for (index, (flag, value)) in words.iter().enumerate() {
        text.push_str(&format!(" \\\n  {flag} {}", quoted(value)));
        if index == 0 {
            text.push_str(&format!(" \\\n  {authorization}"));
        }
    }
    text.push('\n');
    text
}

/// The word, quoted for a shell. Quoting fails only for a NUL, and no word contains one.
fn quoted(word: &str) -> std::borrow::Cow<'_, str> {
    shlex::try_quote(word).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use contacts_ureq::{BaseUrl, ContactMethod, CreateContact};

    use super::*;

    #[test]
    fn a_shell_parses_the_printed_request() {
        let site = BaseUrl::new("https://a.example/b").unwrap();
        let session = Session::new(site, Credentials::none());
        let create = CreateContact::new(ContactMethod::Email, "o'hara@example.com").unwrap();
        let text = shown(&session.request(&create).unwrap(), Some("ann@example.com"));
        // A shell removes a backslash with the line end after it.
        let words = shlex::split(&text.replace("\\\n", "")).unwrap();
        assert_eq!(
            words[..5],
            ["curl", "--request", "POST", "--url", "https://a.example/b/v1/users/contacts"]
        );
        assert!(words.contains(&"ann@example.com:$CONTACTS_TOKEN".to_owned()), "{text}");
        assert!(text.contains(r#":"$CONTACTS_TOKEN""#), "{text}");
        assert_eq!(words.last().unwrap(), r#"{"method":"email","to":"o'hara@example.com"}"#);
    }
}
