//! The way out of an error.

use std::fmt;

/// Way out of an error. `Display` says what to do, such as `check the address`. It names neither
/// shell commands nor programs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hint {
    /// The operation needs all these scopes, and the token lacks at least one; or the base URL is
    /// for the other kind of token.
    ///
    /// See [`BaseUrl::for_other_credentials`](crate::BaseUrl::for_other_credentials).
    MissingScope(&'static [&'static str]),
    /// The Jira platform needs all these scopes, and the token lacks at least one.
    MissingJiraScope(&'static [&'static str]),
    /// The account has no access to Jira or to its users, or the token lacks these scopes.
    NoJiraAccess(&'static [&'static str]),
    /// The service does not accept the credentials. Their kind is not known.
    CheckCredentials,
    /// The service does not accept the API token with this e-mail address.
    CheckApiToken,
    /// The service does not accept the OAuth token.
    CheckAccessToken,
    /// The account has no access to Operations.
    NoOperations,
    /// The site's plan does not include the operation.
    PlanLimit,
    /// The account may not do this.
    NotAllowed,
    /// Only administrators may read another user's contacts.
    OnlyAdministrators,
    /// The site accepts requests from some IP addresses only.
    IpAllowlist,
    /// The cloud id or the base URL is wrong.
    WrongSite,
    /// The site does not exist.
    NoSuchSite,
    /// The site was renamed. The value is its new host.
    SiteRenamed(String),
    /// The service does not know the user.
    NoSuchUser,
    /// The service does not know the schedule.
    NoSuchSchedule,
    /// The account may not see the schedule.
    ScheduleNotVisible,
    /// The vendor has removed the API.
    ApiRemoved,
    /// The user has no contact with this id.
    NoSuchContact,
    /// One of three: the contact exists, its address is not valid, or the user has too many
    /// contacts.
    ExistsOrTooMany,
    /// The contact exists.
    AlreadyExists,
    /// The user has the maximum number of contacts of this method.
    TooManyContacts,
    /// The service does not accept the address.
    CheckAddress,
    /// Only e-mail contacts can be updated.
    OnlyEmailCanBeUpdated,
    /// The number is not verified.
    NotVerified,
    /// The response is not from the service.
    NotTheService,
    /// The server redirects, and the client does not follow redirects.
    Redirected,
    /// The proxy requires credentials.
    ProxyCredentials,
    /// The proxy blocks this host.
    ProxyForbids,
    /// The host name has no address.
    CheckHost,
    /// The server's certificate is not trusted.
    CheckCertificate,
    /// It is unknown whether the contact was created.
    Reconcile,
    /// The contact exists several times.
    DeleteAllButOne,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingScope(scopes) => {
                return write!(
                    f,
                    "check the token's scopes (this operation needs {}) and the base URL: OAuth tokens go to \
                     …/ex/jira/{{cloudId}}/jsm/ops/api, API tokens to …/jsm/ops/api/{{cloudId}}",
                    scopes.join(" and ")
                );
            }
            Self::MissingJiraScope(scopes) => {
                return write!(
                    f,
                    "use a token with the scope {}; the Jira platform needs it",
                    scopes.join(" and ")
                );
            }
            Self::NoJiraAccess(scopes) => {
                return write!(
                    f,
                    "ask an administrator to give this account access to Jira and its users; a token with scopes \
                     needs {}",
                    scopes.join(" and ")
                );
            }
            Self::SiteRenamed(host) => {
                return write!(f, "use the site's new name: {}", crate::escape_controls(host));
            }
            Self::CheckCredentials => {
                "check the token: it may be expired or revoked, or belong to another e-mail address; send an \
                 OAuth token as a bearer token"
            }
            Self::CheckApiToken => {
                "check the API token and its e-mail address: the token may be expired or revoked, belong to \
                 another address, or be an OAuth token"
            }
            Self::CheckAccessToken => {
                "check the OAuth token: it may be expired, not granted for this site, or an API token, which \
                 needs its e-mail address"
            }
            Self::NoOperations => "ask an administrator to give this account access to Operations",
            Self::PlanLimit => "ask an administrator about the site's subscription plan; it does not include this operation",
            Self::NotAllowed => "ask a site administrator to allow this account to do this operation",
            Self::OnlyAdministrators => "use an administrator's credentials to read another user's contacts",
            Self::IpAllowlist => {
                "use a network on the site's IP allowlist, or ask an administrator to add your IP address"
            }
            Self::NoSuchSite => "check the spelling of the site's name",
            Self::ApiRemoved => "look for a newer version of this client; the service has removed this API",
            Self::WrongSite => "check the cloud id and the base URL",
            Self::NoSuchUser => {
                "check the cloud id, and the account id if you gave one; the service does not know this user"
            }
            Self::NoSuchSchedule => {
                "check the schedule id; the service does not know it, or this account may not see the schedule"
            }
            Self::ScheduleNotVisible => {
                "use an account that may see this schedule: an administrator, a member of its team, or a person in \
                 one of its rotations"
            }
            Self::NoSuchContact => {
                "list the contacts to see their ids; this user has no contact with this id"
            }
            Self::ExistsOrTooMany => {
                "list the contacts: this one may exist already, or the user may have the maximum (2 e-mail, \
                 2 SMS, 2 voice); otherwise check the method and the address"
            }
            Self::AlreadyExists => "list the contacts; this one exists already",
            Self::TooManyContacts => {
                "delete a contact first; a user has at most 2 e-mail, 2 SMS and 2 voice contacts"
            }
            Self::CheckAddress => "check the address; numbers look like 90-5555559999",
            Self::OnlyEmailCanBeUpdated => {
                "only e-mail contacts can be updated; create a contact with the new number, then delete the old one"
            }
            Self::NotVerified => "verify the number first: its owner must enter the code that the service sent to it",
            Self::NotTheService => {
                "check the base URL and the network: something other than the service responded, such as a \
                 proxy or a login page"
            }
            Self::Redirected => {
                "change the base URL: the server redirects, and the client does not follow redirects, to protect the token"
            }
            Self::ProxyCredentials => "give a user name and a password for the proxy",
            Self::ProxyForbids => "ask the proxy's administrator to allow this host, or use another proxy",
            Self::CheckHost => "check the host name and the network connection",
            Self::CheckCertificate => {
                "check the clock; if a proxy inspects TLS, add the proxy's CA certificate"
            }
            Self::DeleteAllButOne => "keep one and delete the others; each contact notifies the person",
            Self::Reconcile => {
                "reconcile the receipt before you create the contact again; otherwise it may exist twice"
            }
        })
    }
}
