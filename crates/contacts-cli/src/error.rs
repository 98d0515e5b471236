//! Failures: the exit code, the sentences for people and for programs, and the hint that says what to do.

use std::{borrow::Borrow, error::Error as StdError, io::Write, sync::OnceLock};

use anstyle::{AnsiColor, Style};
use contacts_plan::Position;
use contacts_ureq::{Error, ErrorKind, Hint, escape_controls};
use serde::Serialize;

/// Exit codes, agreed with whoever calls the command.
pub(crate) mod exit {
    pub(crate) const DONE: u8 = 0;
    pub(crate) const FAILED: u8 = 1;
    pub(crate) const USAGE: u8 = 2;
    pub(crate) const NOT_ALLOWED: u8 = 3;
    pub(crate) const NO_SUCH_CONTACT: u8 = 4;
    pub(crate) const TRY_LATER: u8 = 5;
    /// No failure: changes are pending, and whoever called wanted to know.
    pub(crate) const PENDING: u8 = 6;
    pub(crate) const UNKNOWN: u8 = 7;
    /// Of an interrupt. The process dies by the signal, which a shell reports as 130 or 143.
    pub(crate) const INTERRUPTED: u8 = 130;
}

/// Why a command did not do what it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    exit: u8,
    /// Whether `doctor` can find the cause.
    examine: bool,
    facts: Box<Facts>,
}

/// What is told of it, to a program by these names. The texts are fit for a terminal.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
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
    error: &'a Facts,
}

impl Failure {
    fn new(exit: u8, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            examine: false,
            facts: Box::new(Facts { kind, message: message.into(), ..Facts::default() }),
        }
    }

    /// The command line, a setting or a file cannot be used; nothing was sent.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, ErrorKind::InvalidInput.as_str(), message)
    }

    /// A token stands where it does not belong. Its setting is named, and the value is not repeated.
    pub(crate) fn misplaced_token(setting: &str) -> Self {
        Self::usage(format!("{setting} has the form of a token, which is not for it")).with_hint(
            "a token is in a file (token_file, --token-file), printed by a command (token_command, --token-command), or in \
             CONTACTS_TOKEN; if others may have seen it, replace it",
        )
    }

    /// A place in a file, as editors find it.
    pub(crate) fn in_file(name: &str, place: Option<Position>, message: &str) -> Self {
        Self::usage(match place {
            Some(Position { line, column }) => format!("{name}:{line}:{column}: {message}"),
            None => format!("{name}: {message}"),
        })
    }

    /// The service cannot be reached.
    pub(crate) fn unreachable(message: impl Into<String>) -> Self {
        Self::new(exit::TRY_LATER, ErrorKind::Unavailable.as_str(), message)
    }

    /// Something on this machine has not ended in time.
    pub(crate) fn timed_out(message: impl Into<String>) -> Self {
        Self::new(exit::TRY_LATER, ErrorKind::TimedOut.as_str(), message)
    }

    /// The server's certificate is not one to trust.
    pub(crate) fn untrusted(message: impl Into<String>) -> Self {
        Self::new(exit::FAILED, ErrorKind::Certificate.as_str(), message)
            .with_hint(hint_text(&Hint::CheckCertificate))
    }

    /// What a step of an examination has found, told at its end in one sentence.
    pub(crate) fn found(failure: &Self, step: &str) -> Self {
        Self::new(failure.exit, failure.facts.kind, format!("the first thing to mend: {step}"))
    }

    /// Something on this machine does not work.
    pub(crate) fn local(message: impl Into<String>) -> Self {
        Self::new(exit::FAILED, "failed", message)
    }

    /// There is no such contact.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(exit::NO_SUCH_CONTACT, ErrorKind::NotFound.as_str(), message)
    }

    /// An interrupt while a contact may have been created.
    pub(crate) fn interrupted_in_doubt(message: impl Into<String>, receipt: &impl ToString) -> Self {
        Self::new(exit::UNKNOWN, ErrorKind::OutcomeUnknown.as_str(), message)
            .with_receipt(receipt.to_string())
    }

    /// An interrupt, or a request to terminate, of what can be gone on with.
    pub(crate) fn interrupted(message: impl Into<String>) -> Self {
        Self::new(exit::INTERRUPTED, "interrupted", message)
    }

    /// Several failures that are told elsewhere, in one sentence.
    pub(crate) fn several(failures: &[&Self], message: impl Into<String>) -> Self {
        let exit = exit_of(failures);
        let alike = failures.iter().find(|failure| failure.exit == exit);
        Self::new(exit, alike.map_or("failed", |failure| failure.facts.kind), message)
    }

    /// Adds what to do.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.facts.hint = Some(hint.into());
        self
    }

    fn with_receipt(self, receipt: String) -> Self {
        self.with_receipt_after(None, receipt)
    }

    /// The receipt, and before it what else there is to do.
    fn with_receipt_after(mut self, before: Option<String>, receipt: String) -> Self {
        let before = before.map(|before| format!("{before}; ")).unwrap_or_default();
        let reconcile = again(&format!("reconcile {receipt}"));
        self.facts.hint = Some(format!("{before}to learn what became of it, as the same user: {reconcile}"));
        self.facts.receipt = Some(receipt);
        self
    }

    /// Of a request for something else than a contact: that this was not found says nothing of the contact.
    pub(crate) fn of_no_contact(self) -> Self {
        Self { exit: if self.exit == exit::NO_SUCH_CONTACT { exit::FAILED } else { self.exit }, ..self }
    }

    /// Adds which of several things it is about.
    pub(crate) fn about(mut self, what: &impl ToString) -> Self {
        self.facts.message = format!("{}: {}", what.to_string(), self.facts.message);
        self
    }

    /// What to do, where it is known.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.facts.hint.as_deref()
    }

    pub(crate) fn exit(&self) -> u8 {
        self.exit
    }

    /// Whether something has answered.
    pub(crate) fn has_status(&self) -> bool {
        self.facts.status.is_some()
    }

    /// Writes the failure to standard error.
    pub(crate) fn report(&self, as_json: bool, quiet: bool) {
        let mut stderr = anstream::stderr().lock();
        let told = self.with_doctor();
        // If standard error is closed, the exit code still tells.
        let _ = if as_json { told.write_json(&mut stderr) } else { told.write_text(&mut stderr, quiet) };
    }

    /// The same, with the command that finds the cause.
    fn with_doctor(&self) -> Self {
        if !self.examine {
            return self.clone();
        }
        let doctor = format!("to find the cause: {}", again("doctor"));
        let hint = self.hint().map_or_else(|| doctor.clone(), |hint| format!("{hint}; {doctor}"));
        self.clone().with_hint(hint)
    }

    fn write_json(&self, out: &mut impl Write) -> std::io::Result<()> {
        serde_json::to_writer(&mut *out, &Report { error: &self.facts })?;
        writeln!(out)
    }

    fn write_text(&self, out: &mut impl Write, quiet: bool) -> std::io::Result<()> {
        let red = AnsiColor::Red.on_default().bold();
        let bold = Style::new().bold();
        let Facts { message, hint, receipt, .. } = &*self.facts;
        writeln!(out, "{red}error{red:#}: {message}")?;
        if let Some(receipt) = receipt {
            writeln!(out, "{bold}receipt{bold:#}: {receipt}")?;
        }
        // The way out of a doubt is no mere hint.
        match hint {
            Some(hint) if !quiet || receipt.is_some() => writeln!(out, "{bold}hint{bold:#}: {hint}"),
            _ => Ok(()),
        }
    }
}

/// What is told of it to a program.
impl Serialize for Failure {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.facts.serialize(serializer)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.facts.message)
    }
}

impl StdError for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // No new token in time is a time-out, and no refusal.
        let late = error
            .source()
            .and_then(|source| source.downcast_ref())
            .filter(|failure: &&Self| failure.exit == exit::TRY_LATER);
        let exit = match error.kind() {
            _ if late.is_some() => exit::TRY_LATER,
            ErrorKind::InvalidInput => exit::USAGE,
            ErrorKind::Unauthorized | ErrorKind::Forbidden => exit::NOT_ALLOWED,
            ErrorKind::NotFound => exit::NO_SUCH_CONTACT,
            ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::TimedOut => exit::TRY_LATER,
            ErrorKind::OutcomeUnknown => exit::UNKNOWN,
            _ => exit::FAILED,
        };
        let facts = Facts {
            kind: late.map_or_else(|| error.kind().as_str(), |late| late.facts.kind),
            message: with_causes(&error),
            status: error.status().map(|status| status.as_u16()),
            code: error.code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            hint: error.hint().as_ref().map(hint_text),
            retry_after: error.retry_after().map(|wait| wait.as_secs()),
            receipt: None,
        };
        let failure = Self { exit, examine: is_of_the_connection(&error), facts: Box::new(facts) };
        match &error {
            Error::OutcomeUnknown(doubt) => {
                // A redirect or a page of a stranger is to be mended first.
                let cause = Some(error.hint()).flatten().filter(|hint| *hint != Hint::Reconcile);
                failure.with_receipt_after(cause.as_ref().map(hint_text), doubt.receipt().to_string())
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

/// Whether the way to the service or the kind of credentials is in question, which `doctor` examines.
fn is_of_the_connection(error: &Error) -> bool {
    let is_broken =
        matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::TimedOut | ErrorKind::Certificate);
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

/// Whether the same, asked of another contact, will fail alike.
pub(crate) fn is_for_all(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Unauthorized | ErrorKind::Forbidden => true,
        _ => error.is_temporary(),
    }
}

/// The exit code of several failures: that of all of them, or else that of a doubt, or else the general one.
pub(crate) fn exit_of(failures: &[impl Borrow<Failure>]) -> u8 {
    let codes: Vec<_> = failures.iter().map(|failure| failure.borrow().exit).collect();
    match codes.first() {
        Some(first) if codes.iter().all(|code| code == first) => *first,
        _ if codes.contains(&exit::UNKNOWN) => exit::UNKNOWN,
        _ => exit::FAILED,
    }
}

/// One is all there is.
impl From<Failure> for Vec<Failure> {
    fn from(failure: Failure) -> Self {
        vec![failure]
    }
}

/// The sentence for a hint of the core. It names the flag, the variable or the command that helps.
pub(crate) fn hint_text(hint: &Hint) -> String {
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
    format!("{site} is now {}; use --site {}", escape_controls(host), escape_controls(name))
}

/// The flags between `contacts` and the command, each after a space.
static FLAGS: OnceLock<String> = OnceLock::new();

/// Keeps the flags of this invocation that say where and who: then a command in a hint works when it is pasted.
pub(crate) fn remember_flags(flags: String) {
    // It is called once, before anything is printed.
    let _ = FLAGS.set(flags);
}

/// A command line that asks the same service as the same user.
fn again(command: &str) -> String {
    format!("contacts{} {command}", FLAGS.get().map_or("", String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_failures_a_doubt_decides_wherever_it_stands() {
        let failures =
            |codes: &[u8]| codes.iter().map(|code| Failure::new(*code, "failed", "")).collect::<Vec<_>>();
        for (codes, expected) in
            [(&[4][..], 4), (&[5, 5], 5), (&[7, 4], 7), (&[4, 7], 7), (&[3, 7, 4], 7), (&[4, 5], 1), (&[], 1)]
        {
            assert_eq!(exit_of(&failures(codes)), expected, "{codes:?}");
        }
    }
}
