//! What to do about an error.

use std::fmt;

/// What to do about an error: a sentence (`Display`) that names no command and no program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// The token lacks a scope; these are what the operation needs.
    MissingScope(&'static [&'static str]),
    /// The credentials are unknown or have expired.
    CheckCredentials,
    /// The account has no Operations on its plan.
    NoOperations,
    /// The plan does not allow it.
    PlanLimit,
    /// The person is not allowed; listing another user's contacts takes an administrator.
    NotAllowed,
    /// Neither the site nor the path is known: a wrong cloud id or base URL.
    WrongSite,
    /// The service does not know the user whose contacts they are.
    NoSuchUser,
    /// There is no contact with this id.
    NoSuchContact,
    /// It may be there already, or be one too many of its kind.
    ExistsOrTooMany,
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
    Resolve,
    /// A contact exists several times.
    DeleteAllButOne,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingScope(scopes) => {
                return write!(f, "the token lacks a scope; this operation needs {}", scopes.join(" and "));
            }
            Self::CheckCredentials => {
                "the token may have expired or been revoked, or may not belong to this e-mail address; an OAuth token must be \
                 sent as one"
            }
            Self::NoOperations => "this account has no access to Operations on its plan; an administrator can grant it",
            Self::PlanLimit => "the site's plan does not include this",
            Self::NotAllowed => {
                "this account is not allowed to do that; only administrators read another user's contacts"
            }
            Self::WrongSite => "the cloud id or the base URL seems to be wrong",
            Self::NoSuchUser => {
                "the service knows no such user at this site; check the account id if one was given, and the cloud id"
            }
            Self::NoSuchContact => "no contact of this user has this id; a list shows the ids",
            Self::ExistsOrTooMany => {
                "the contact may exist already, have an address or a method that the service does not take, or be one too many: a \
                 user has at most 2 e-mail, 2 SMS and 2 voice contacts"
            }
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
            Self::Resolve => "resolve the ticket before creating the contact again, or it may exist twice",
        })
    }
}
