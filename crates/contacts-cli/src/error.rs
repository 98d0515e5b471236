//! Errors of the command: exit code, message and hint, as text or as JSON.

use std::{borrow::Borrow, error::Error as StdError, io::Write, sync::OnceLock};

use anstyle::{AnsiColor, Style};
use contacts_plan::Position;
use contacts_ureq::{Error, ErrorKind, Hint, escape_controls};
use serde::Serialize;

/// Exit codes. Scripts rely on them.
pub(crate) mod exit {
    pub(crate) const DONE: u8 = 0;
    pub(crate) const FAILED: u8 = 1;
    pub(crate) const USAGE: u8 = 2;
    pub(crate) const NOT_ALLOWED: u8 = 3;
    pub(crate) const NO_SUCH_CONTACT: u8 = 4;
    pub(crate) const TRY_LATER: u8 = 5;
    /// Changes or findings are pending, and `--exit-code` was given. This is not a failure.
    pub(crate) const PENDING: u8 = 6;
    pub(crate) const UNKNOWN: u8 = 7;
    /// A signal ends the process. A shell reports 130 or 143.
    pub(crate) const INTERRUPTED: u8 = 130;
}

/// The reason why a command failed.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    exit: u8,
    /// `true` if `contacts doctor` can find the cause.
    suggests_doctor: bool,
    fields: Box<Fields>,
}

/// The members of the JSON error. The texts contain no control characters.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
}

#[derive(Serialize)]
struct Report<'a> {
    error: &'a Fields,
}

impl Failure {
    fn new(exit: u8, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            suggests_doctor: false,
            fields: Box::new(Fields { kind, message: message.into(), ..Fields::default() }),
        }
    }

    /// The command line, a setting or a file is invalid. The command has sent nothing.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, ErrorKind::InvalidInput.as_str(), message)
    }

    /// A token is the value of a setting that does not take one. The message does not repeat it.
    pub(crate) fn misplaced_token(setting: &str) -> Self {
        Self::usage(format!("the value of {setting} looks like a token")).with_hint(
            "use --token-file, --token-command or CONTACTS_TOKEN for a token; if others may have seen it, \
             replace it",
        )
    }

    /// An error at a position in a file, in the format that editors parse.
    pub(crate) fn in_file(name: &str, place: Option<Position>, message: &str) -> Self {
        Self::usage(match place {
            Some(Position { line, column }) => format!("{name}:{line}:{column}: {message}"),
            None => format!("{name}: {message}"),
        })
    }

    /// The service is unreachable.
    pub(crate) fn unreachable(message: impl Into<String>) -> Self {
        Self::new(exit::TRY_LATER, ErrorKind::Unavailable.as_str(), message)
    }

    /// Something on this machine did not end in time.
    pub(crate) fn timed_out(message: impl Into<String>) -> Self {
        Self::new(exit::TRY_LATER, ErrorKind::TimedOut.as_str(), message)
    }

    /// The certificate of the server is not trusted.
    pub(crate) fn untrusted(message: impl Into<String>) -> Self {
        Self::new(exit::FAILED, ErrorKind::Certificate.as_str(), message)
            .with_hint(hint_text(&Hint::CheckCertificate))
    }

    /// A check of `doctor` failed. Its line has the details.
    pub(crate) fn failed_check(failure: &Self, step: &str) -> Self {
        Self::new(failure.exit, failure.fields.kind, format!("this check failed: {step}"))
    }

    /// Something on this machine failed.
    pub(crate) fn local(message: impl Into<String>) -> Self {
        Self::new(exit::FAILED, "failed", message)
    }

    /// The contact does not exist.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(exit::NO_SUCH_CONTACT, ErrorKind::NotFound.as_str(), message)
    }

    /// A signal interrupted a create, and its outcome is unknown. `resume` is a hint how to
    /// continue.
    pub(crate) fn interrupted_create(
        message: impl Into<String>,
        resume: Option<&str>,
        receipt: &impl ToString,
    ) -> Self {
        let failure = Self::new(exit::UNKNOWN, ErrorKind::OutcomeUnknown.as_str(), message);
        let hint = match resume {
            Some(resume) => format!("{resume}; to check this contact alone, run: {}", reconcile()),
            None => reconcile_first(),
        };
        failure.with_receipt(hint, receipt.to_string())
    }

    /// A signal interrupted a command that can be continued.
    pub(crate) fn interrupted(message: impl Into<String>) -> Self {
        Self::new(exit::INTERRUPTED, "interrupted", message)
    }

    /// One failure for several that are reported elsewhere.
    pub(crate) fn several(failures: &[&Self], message: impl Into<String>) -> Self {
        let exit = exit_of(failures);
        let first = failures.iter().find(|failure| failure.exit == exit);
        Self::new(exit, first.map_or("failed", |failure| failure.fields.kind), message)
    }

    /// Adds a hint: what the user can do.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.fields.hint = Some(hint.into());
        self
    }

    fn with_receipt(mut self, hint: String, receipt: String) -> Self {
        self.fields.receipt = Some(receipt);
        self.with_hint(hint)
    }

    /// Replaces exit code 4 by 1: the failed request does not name a contact.
    pub(crate) fn request_names_no_contact(self) -> Self {
        Self {
            exit: if self.exit == exit::NO_SUCH_CONTACT { exit::FAILED } else { self.exit },
            ..self
        }
    }

    /// Puts a subject before the message, such as one of several ids.
    pub(crate) fn about(mut self, subject: &impl ToString) -> Self {
        self.fields.message = format!("{}: {}", subject.to_string(), self.fields.message);
        self
    }

    /// The hint, if there is one.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.fields.hint.as_deref()
    }

    pub(crate) fn exit(&self) -> u8 {
        self.exit
    }

    /// Returns `true` if there was an HTTP response.
    pub(crate) fn has_status(&self) -> bool {
        self.fields.status.is_some()
    }

    /// Writes the failure to standard error.
    pub(crate) fn report(&self, as_json: bool, quiet: bool) {
        let mut stderr = anstream::stderr().lock();
        let failure = self.with_doctor();
        // If standard error is closed, the exit code is the only report.
        let _ = if as_json {
            failure.write_json(&mut stderr)
        } else {
            failure.write_text(&mut stderr, quiet)
        };
    }

    /// Adds `contacts doctor` to the hint if it can find the cause.
    fn with_doctor(&self) -> Self {
        if !self.suggests_doctor {
            return self.clone();
        }
        let doctor = format!("to find the cause, run: {}", again("doctor"));
        let hint = self.hint().map_or_else(|| doctor.clone(), |hint| format!("{hint}; {doctor}"));
        self.clone().with_hint(hint)
    }

    fn write_json(&self, out: &mut impl Write) -> std::io::Result<()> {
        serde_json::to_writer(&mut *out, &Report { error: &self.fields })?;
        writeln!(out)
    }

    fn write_text(&self, out: &mut impl Write, quiet: bool) -> std::io::Result<()> {
        let red = AnsiColor::Red.on_default().bold();
        let bold = Style::new().bold();
        let Fields { message, hint, receipt, .. } = &*self.fields;
        writeln!(out, "{red}error{red:#}: {message}")?;
        // `--quiet` does not hide the hint that prevents a second contact.
        if let Some(hint) = hint.as_ref().filter(|_| !quiet || receipt.is_some()) {
            writeln!(out, "{bold}hint{bold:#}: {hint}")?;
        }
        if let Some(receipt) = receipt {
            writeln!(out, "{bold}receipt{bold:#}: {receipt}")?;
        }
        Ok(())
    }
}

/// Serializes the members of the JSON error.
impl Serialize for Failure {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.fields.message)
    }
}

impl StdError for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // A token command that does not end in time is a timeout, not an authentication error.
        let late = error
            .source()
            .and_then(|source| source.downcast_ref())
            .filter(|failure: &&Self| failure.exit == exit::TRY_LATER);
        let exit = match error.kind() {
            _ if late.is_some() => exit::TRY_LATER,
            ErrorKind::InvalidInput => exit::USAGE,
            ErrorKind::Unauthorized | ErrorKind::Forbidden => exit::NOT_ALLOWED,
            ErrorKind::NotFound => exit::NO_SUCH_CONTACT,
            ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::TimedOut => {
                exit::TRY_LATER
            }
            ErrorKind::OutcomeUnknown => exit::UNKNOWN,
            _ => exit::FAILED,
        };
        let fields = Fields {
            kind: late.map_or_else(|| error.kind().as_str(), |late| late.fields.kind),
            message: with_causes(&error),
            status: error.status().map(|status| status.as_u16()),
            code: error.code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            hint: error.hint().as_ref().map(hint_text),
            retry_after: error.retry_after().map(|wait| wait.as_secs()),
            receipt: None,
        };
        let suggests_doctor = is_connection_error(&error);
        let failure = Self { exit, suggests_doctor, fields: Box::new(fields) };
        match &error {
            Error::OutcomeUnknown(unknown) => {
                // The cause comes first: without a way to the service, `reconcile` fails too.
                let cause = error.hint().filter(|hint| *hint != Hint::Reconcile);
                let cause =
                    cause.map(|cause| format!("{}; ", hint_text(&cause))).unwrap_or_default();
                let hint = format!("{cause}{}", reconcile_first());
                failure.with_receipt(hint, unknown.receipt().to_string())
            }
            _ => failure,
        }
    }
}

impl From<contacts_sandbox::Error> for Failure {
    fn from(error: contacts_sandbox::Error) -> Self {
        use contacts_sandbox::Error as E;
        let message = with_causes(&error);
        match error {
            E::NotLoopback(_) | E::Malformed { .. } | E::StateFile(..) => Self::usage(message),
            _ => Self::local(message),
        }
    }
}

/// Returns `true` if the cause may be the connection or the kind of token, which `doctor` checks.
fn is_connection_error(error: &Error) -> bool {
    let is_broken = matches!(
        error.kind(),
        ErrorKind::Unavailable | ErrorKind::TimedOut | ErrorKind::Certificate
    );
    (error.status().is_none() && is_broken) || matches!(error.hint(), Some(Hint::MissingScope(_)))
}

/// An error and its causes, as one line without control characters.
pub(crate) fn with_causes(error: &dyn StdError) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(": ");
        message.push_str(&error.to_string());
        cause = error.source();
    }
    escape_controls(&message).into_owned()
}

/// `1 change`, `2 changes`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Returns `true` if the same operation on another contact would fail in the same way.
pub(crate) fn is_for_all(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Unauthorized | ErrorKind::Forbidden => true,
        _ => error.is_temporary(),
    }
}

/// The exit code of several failures. With mixed failures: 7 if any outcome is unknown, otherwise
/// 1.
pub(crate) fn exit_of(failures: &[impl Borrow<Failure>]) -> u8 {
    let codes: Vec<_> = failures.iter().map(|failure| failure.borrow().exit).collect();
    match codes.first() {
        Some(first) if codes.iter().all(|code| code == first) => *first,
        _ if codes.contains(&exit::UNKNOWN) => exit::UNKNOWN,
        _ => exit::FAILED,
    }
}

impl From<Failure> for Vec<Failure> {
    fn from(failure: Failure) -> Self {
        vec![failure]
    }
}

/// The text of a hint of the core. It names the flag, variable or command to use.
pub(crate) fn hint_text(hint: &Hint) -> String {
    match hint {
        Hint::MissingScope(scopes) => format!(
            "use a token with the scope {}; if it has this scope, check its kind: OAuth tokens need --oauth, API tokens need --email",
            scopes.join(" and ")
        ),
        Hint::CheckCredentials | Hint::CheckApiToken => format!(
            "check that the API token has not expired and belongs to the e-mail address; \
             for an OAuth token, add --oauth; to see the settings, run: {}",
            again("config show")
        ),
        Hint::CheckAccessToken => {
            "check that the OAuth token has not expired and was granted for this site; \
             for an API token, use --email without --oauth"
                .into()
        }
        Hint::OnlyAdministrators => "omit --account-id to read your own contacts; \
             only administrators can read those of another user"
            .into(),
        Hint::NoSuchSite => "check the name of the site (--site, CONTACTS_SITE or the profile); \
             no site has this name"
            .into(),
        Hint::SiteRenamed(host) => renamed("the site", host),
        Hint::WrongSite => format!(
            "check the cloud id (--cloud-id) or the base URL (--base-url), or use --site; \
             to see the settings, run: {}",
            again("config show")
        ),
        Hint::NoSuchUser => "check the account id and the site (--site, --cloud-id); \
             this site has no such user"
            .into(),
        Hint::NoSuchContact => format!("to see the ids, run: {}", again("list")),
        Hint::AlreadyExists => format!("to see the existing contact, run: {}", again("list")),
        Hint::CheckCertificate => {
            "if a company proxy intercepts TLS, add its certificate authority with \
             --ca-file; check the clock of this machine too"
                .into()
        }
        Hint::CheckHost => "check the host name and the network connection".into(),
        Hint::ProxyCredentials => "add this line to the configuration file: proxy = \"http://NAME:PASSWORD@HOST:PORT\"; to see the path of the file, run: contacts config path"
            .into(),
        Hint::Redirected => {
            "change --base-url: the server redirects, and redirects are not followed, to protect the token"
                .into()
        }
        other => other.to_string(),
    }
}

/// The hint for a site that was renamed.
pub(crate) fn renamed(site: &str, host: &str) -> String {
    let name = host.strip_suffix(".atlassian.net").unwrap_or(host);
    format!("use --site {}; {site} is now {}", escape_controls(name), escape_controls(host))
}

/// The flags between `contacts` and the command, each after a space.
static FLAGS: OnceLock<String> = OnceLock::new();

/// Stores the flags for service and user, so that a command in a hint can be pasted.
pub(crate) fn remember_flags(flags: String) {
    // The command calls this one time, before it prints anything.
    let _ = FLAGS.set(flags);
}

/// A command line for the same service and the same user.
fn again(command: &str) -> String {
    format!("contacts{} {command}", FLAGS.get().map_or("", String::as_str))
}

/// The command that checks a create. RECEIPT stands for the receipt, which has its own line.
fn reconcile() -> String {
    again("reconcile RECEIPT")
}

fn reconcile_first() -> String {
    format!("do not create the contact again before you run: {}", reconcile())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn among_several_failures_an_unknown_outcome_decides_the_exit_code() {
        let failures = |codes: &[u8]| {
            codes.iter().map(|code| Failure::new(*code, "failed", "")).collect::<Vec<_>>()
        };
        for (codes, expected) in [
            (&[4][..], 4),
            (&[5, 5], 5),
            (&[7, 4], 7),
            (&[4, 7], 7),
            (&[3, 7, 4], 7),
            (&[4, 5], 1),
            (&[], 1),
        ] {
            assert_eq!(exit_of(&failures(codes)), expected, "{codes:?}");
        }
    }
}
