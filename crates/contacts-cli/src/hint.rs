//! What to do about an error, in the words of the command: each hint names the flag, the variable or the command that helps.

use contacts_ureq::{Hint, printable};

use crate::invocation::again;

/// The sentence for a hint of the core.
pub(crate) fn told(hint: &Hint) -> String {
    match hint {
        Hint::MissingScope(scopes) => format!(
            "the token lacks a scope (this operation needs {}), or it is of the other kind: OAuth tokens are sent with --oauth, API \
             tokens with --email",
            scopes.join(" and ")
        ),
        Hint::CheckCredentials | Hint::CheckApiToken => format!(
            "check that the API token has not expired and belongs to the address that --email or the settings name; an OAuth token \
             needs --oauth; to see both: {}",
            again("config show")
        ),
        Hint::CheckAccessToken => "check that the OAuth token has not expired and was granted for this site; an API token goes \
                                   with --email and without --oauth"
            .into(),
        Hint::OnlyAdministrators => {
            "only administrators read another user's contacts; without --account-id the contacts are one's own".into()
        }
        Hint::NoSuchSite => "no site has this name: check the spelling of --site, or of the setting that names it".into(),
        Hint::SiteRenamed(host) => renamed("the site", host),
        Hint::WrongSite => format!(
            "check the cloud id (--cloud-id) or the base URL (--base-url), or name the site with --site; to see which one is used: {}",
            again("config show")
        ),
        Hint::NoSuchUser => "this site has no such user: check the account id and the site (--site, --cloud-id)".into(),
        Hint::NoSuchContact => format!("to see the ids: {}", again("list")),
        Hint::AlreadyExists => format!("to see the contact that is there: {}", again("list")),
        Hint::CheckCertificate => "if a company's proxy opens TLS, name its certificate authority with --ca-file; check this \
                                   machine's clock too"
            .into(),
        Hint::CheckHost => "check the host's name and the network connection".into(),
        Hint::ProxyCredentials => {
            "the proxy needs a name and a password that it accepts: --proxy http://NAME:PASSWORD@HOST:PORT, best kept \
             by contacts config set proxy"
                .into()
        }
        Hint::Redirected => "redirects are never followed, since they would carry the token along: check --base-url".into(),
        other => other.to_string(),
    }
}

/// The sentence for a site that has another name now.
pub(crate) fn renamed(site: &str, host: &str) -> String {
    let name = host.strip_suffix(".atlassian.net").unwrap_or(host);
    format!("{site} is now {}; use --site {}", printable(host), printable(name))
}
