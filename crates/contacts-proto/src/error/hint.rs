//! What to do about an error.

use std::fmt;

/// What to do about an error: a sentence (`Display`) that names no command and no program.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// The token lacks a scope (these are what the operation needs), or belongs to the other base URL: see
    /// [`BaseUrl::for_other_credentials`](crate::BaseUrl::for_other_credentials).
    MissingScope(&'static [&'static str]),
    /// The credentials are unknown or have expired; which kind was sent is not known.
    CheckCredentials,
    /// The API token is unknown or has expired, or is not of this e-mail address.
    CheckApiToken,
    /// The OAuth token is unknown or has expired, or is an API token.
    CheckAccessToken,
    /// The account has no Operations on its plan.
    NoOperations,
    /// The plan does not allow it.
    PlanLimit,
    /// The account may not do this.
    NotAllowed,
    /// Only administrators read another user's contacts.
    OnlyAdministrators,
    /// The site takes requests from some IP addresses only.
    IpAllowlist,
    /// Neither the site nor the path is known: a wrong cloud id or base URL.
    WrongSite,
    /// No site has this name.
    NoSuchSite,
    /// The site has another name now: its host.
    SiteRenamed(String),
    /// The service does not know the user whose contacts they are.
    NoSuchUser,
    /// The service has removed the API.
    ApiRemoved,
    /// There is no contact with this id.
    NoSuchContact,
    /// It may be there already, have an address that is not taken, or be one too many of its kind.
    ExistsOrTooMany,
    /// It is there already.
    AlreadyExists,
    /// The user has as many contacts of its kind as the service takes.
    TooManyContacts,
    /// The service does not take the address.
    CheckAddress,
    /// The service changes the address of e-mail contacts only.
    OnlyEmailCanBeUpdated,
    /// A number is activated only after the code that was sent to it was entered.
    NotVerified,
    /// Something else than the service has answered.
    NotTheService,
    /// The server redirects, and redirects are not followed.
    Redirected,
    /// The proxy wants credentials.
    ProxyCredentials,
    /// The proxy lets no requests to this host through.
    ProxyForbids,
    /// The host's name is not known.
    CheckHost,
    /// The certificate is not trusted.
    CheckCertificate,
    /// Whether the contact exists must be looked up before it is created again.
    Reconcile,
    /// A contact exists several times.
    DeleteAllButOne,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingScope(scopes) => {
                return write!(
                    f,
                    "either the token lacks a scope (this operation needs {}), or it belongs to another base URL: OAuth tokens go \
                     to …/ex/jira/{{cloudId}}/jsm/ops/api, API tokens to …/jsm/ops/api/{{cloudId}}",
                    scopes.join(" and ")
                );
            }
            Self::SiteRenamed(host) => {
                return write!(f, "the site is now {}: use this name", crate::escape_controls(host));
            }
            Self::CheckCredentials => {
                "the token may have expired or been revoked, or may not belong to this e-mail address; an OAuth token must be \
                 sent as one"
            }
            Self::CheckApiToken => {
                "the API token may have expired or been revoked, may belong to another e-mail address, or may be an OAuth token, \
                 which must be sent as one"
            }
            Self::CheckAccessToken => {
                "the OAuth token may have expired or not been granted for this site, or may be an API token, which must be sent \
                 with its e-mail address"
            }
            Self::NoOperations => "this account has no access to Operations on its plan; an administrator can grant it",
            Self::PlanLimit => "the site's plan does not include this",
            Self::NotAllowed => "an administrator of the site can allow this account to do that",
            Self::OnlyAdministrators => "only administrators read another user's contacts",
            Self::IpAllowlist => {
                "the site has an IP allowlist: send the request from an address on it, or have this one added"
            }
            Self::NoSuchSite => "no site has this name: check its spelling",
            Self::ApiRemoved => "the service has removed this API: look for a newer version of this client",
            Self::WrongSite => "the cloud id or the base URL seems to be wrong",
            Self::NoSuchUser => {
                "the service knows no such user at this site; check the account id if one was given, and the cloud id"
            }
            Self::NoSuchContact => "no contact of this user has this id; a list shows the ids",
            Self::ExistsOrTooMany => {
                "the contact may exist already, have an address or a method that the service does not take, or be one too many: a \
                 user has at most 2 e-mail, 2 SMS and 2 voice contacts"
            }
            Self::AlreadyExists => "such a contact exists already; a list shows it",
            Self::TooManyContacts => {
                "a user has at most 2 e-mail, 2 SMS and 2 voice contacts: delete one of them first"
            }
            Self::CheckAddress => "check the address; numbers look like 90-5555559999",
            Self::OnlyEmailCanBeUpdated => {
                "only e-mail contacts can be updated; for another number, create a contact and delete the old one"
            }
            Self::NotVerified => "a number can be activated only once it is verified by the code that was sent to it",
            Self::NotTheService => {
                "something other than the service has answered: a proxy, a log-in page, or a wrong base URL"
            }
            Self::Redirected => "redirects are never followed, since they would carry the token along; check the base URL",
            Self::ProxyCredentials => "the proxy asks for credentials of its own",
            Self::ProxyForbids => {
                "the proxy forbids this host; ask its administrator to allow it, or use another proxy"
            }
            Self::CheckHost => "check the host's name and the network connection",
            Self::CheckCertificate => {
                "the certificate is not trusted; behind a proxy that opens TLS, its CA must be given; check the clock too"
            }
            Self::DeleteAllButOne => "each of them notifies the person; delete all but one",
            Self::Reconcile => "resolve the receipt before creating the contact again, or it may exist twice",
        })
    }
}
