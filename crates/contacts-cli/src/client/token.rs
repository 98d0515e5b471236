//! The token, read from where the settings say that it is.

use std::{
    fs,
    io::Read,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc::channel},
    thread,
    time::Duration,
};

use contacts_ureq::Credentials;
use shared_child::SharedChild;

use crate::{
    config::{
        identity::{Identity, TokenSource},
        key::{self, Sourced},
    },
    error::Failure,
    io, redact,
};

/// The longest token that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Reads the token of the user. A command that prints it has this much time.
pub(crate) fn credentials(identity: Option<&Identity>, within: Duration) -> Result<Credentials, Failure> {
    let identity = identity.ok_or_else(|| {
        Failure::usage("there is no token: give --token-file or --token-command, or set CONTACTS_TOKEN")
            .with_hint("an API token is created in the security settings of one's Atlassian account")
    })?;
    let token = read(&identity.token, within)?;
    Ok(match &identity.email {
        Some(email) => Credentials::basic(&email.value, token)?,
        None => Credentials::bearer(token)?,
    })
}

/// Reads the token, without blanks and line ends around it. A command that prints it has this much time.
pub(crate) fn read(token: &Sourced<TokenSource>, within: Duration) -> Result<String, Failure> {
    let source = &token.value;
    let text = match source {
        TokenSource::StandardInput => read_text(std::io::stdin().lock(), "standard input"),
        TokenSource::File(path) => read_file(path),
        TokenSource::Command(command) => ask(command, within),
        TokenSource::Variable(name) => match key::variable(&key::process_environment, name) {
            Some(text) => text.map_err(Failure::usage),
            None => Err(Failure::usage(format!("{name} is not set"))),
        },
    };
    let place = match source {
        TokenSource::File(path) => name_of(path),
        TokenSource::Command(_) => "the output of the token command".to_owned(),
        TokenSource::StandardInput | TokenSource::Variable(_) => source.to_string(),
    };
    let text = text.and_then(|text| alone(&text, &place));
    text.map_err(|failure| match source {
        // It names the variable already.
        TokenSource::Variable(_) => failure,
        _ => failure.about(&token.full_from),
    })
}

/// The token without a byte order mark, blanks and line ends around it.
pub(crate) fn alone(text: &str, place: &str) -> Result<String, Failure> {
    let token = text.trim_start_matches('\u{feff}').trim();
    if token.is_empty() {
        return Err(Failure::usage(format!("{place} is empty; the token is expected")));
    }
    let lines = token.lines().count();
    if lines > 1 {
        let why = format!("{place} has {lines} lines; the token is expected alone (`head -n1`?)");
        return Err(Failure::usage(why));
    }
    match token.chars().find(|c| !c.is_ascii_graphic()) {
        Some(c) => {
            let c = c.escape_unicode();
            Err(Failure::usage(format!("{place}: the token has the character {c}, which no token has")))
        }
        None => Ok(token.to_owned()),
    }
}

fn name_of(path: &Path) -> String {
    redact::path(path).map_or_else(|| "the token file".to_owned(), |path| format!("the token file {path}"))
}

fn read_file(path: &Path) -> Result<String, Failure> {
    let name = name_of(path);
    let file = fs::File::open(path).map_err(|error| {
        Failure::usage(format!("{name} cannot be read: {error}"))
            .with_hint("it is to be the path of a file with the token in it")
    })?;
    refuse_what_others_read(&file, path)?;
    read_text(file, &name)
}

#[cfg(unix)]
fn refuse_what_others_read(file: &fs::File, path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let metadata = file.metadata().ok().filter(fs::Metadata::is_file);
    if let Some(metadata) = metadata.filter(|metadata| metadata.permissions().mode() & 0o044 != 0) {
        // Secrets that are mounted belong to somebody else, who alone can change the mode.
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            let path = redact::file(path);
            io::warn(&format!("{path} can be read by others, and belongs to another user"));
            return Ok(());
        }
        let path = path.display().to_string();
        let path = shlex::try_quote(&path).map_or_else(|_| path.clone(), std::borrow::Cow::into_owned);
        return Err(Failure::usage("the token file can be read by others")
            .with_hint(format!("chmod 600 {path}; and if others use this machine, replace the token")));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_what_others_read(_: &fs::File, _: &Path) -> Result<(), Failure> {
    Ok(())
}

fn read_text(source: impl Read, name: &str) -> Result<String, Failure> {
    let bytes = io::read_at_most(source, LONGEST)
        .map_err(|error| Failure::usage(format!("the token cannot be read from {name}: {error}")))?;
    String::from_utf8(bytes).map_err(|_| Failure::usage(format!("the token in {name} is not text in UTF-8")))
}

/// The command that runs, if one does.
static RUNNING: Mutex<Option<Arc<SharedChild>>> = Mutex::new(None);

fn running() -> MutexGuard<'static, Option<Arc<SharedChild>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills the command that still runs: nobody waits any more for what it prints, and it would outlive this process.
pub(crate) fn end_command() {
    if let Some(child) = running().take() {
        let _ = child.kill();
    }
}

/// What the command prints. It is killed when it has not ended within this time, or prints without end.
fn ask(command: &str, within: Duration) -> Result<String, Failure> {
    let words = shlex::split(command).unwrap_or_default();
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::usage("the token command is empty, or has a quote that does not end"));
    };
    let child = SharedChild::spawn(Command::new(program).args(arguments).stdout(Stdio::piped()));
    let child = child.map(Arc::new).map_err(|error| {
        Failure::local(format!("the token command cannot be run: {error}"))
            .with_hint("it is run without a shell: one with pipes, variables or ~ is sh -c '...'")
    })?;
    *running() = Some(Arc::clone(&child));
    // If it takes too long, the thread is left alone: what the command has started may still hold the other end.
    let (sender, ended) = channel();
    let reader = Arc::clone(&child);
    thread::spawn(move || sender.send(printed(&reader)));
    let ended = ended.recv_timeout(within).unwrap_or_else(|_| {
        let within = humantime::format_duration(within);
        Err(Failure::timed_out(format!("the token command has not ended within {within}")))
    });
    *running() = None;
    let (printed, status) = ended.inspect_err(|_| {
        // It may have ended meanwhile.
        let _ = child.kill();
        let _ = child.wait();
    })?;
    if !status.success() {
        return Err(Failure::local(format!("the token command failed: {status}")));
    }
    String::from_utf8(printed).map_err(|_| Failure::usage("what the token command prints is not text"))
}

fn printed(child: &SharedChild) -> Result<(Vec<u8>, ExitStatus), Failure> {
    let printed = child.take_stdout().map_or_else(|| Ok(Vec::new()), |out| io::read_at_most(out, LONGEST));
    let printed = printed
        .map_err(|error| Failure::usage(format!("what the token command prints cannot be read: {error}")))?;
    let status =
        child.wait().map_err(|error| Failure::local(format!("the token command is lost: {error}")))?;
    Ok((printed, status))
}
