//! Reads the token from a file, a variable, standard input or a command.

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

/// Maximum length of a token, in bytes.
const MAX_LENGTH: u64 = 64 * 1024;

/// Reads the token of the user. `within` limits the time of a token command.
pub(crate) fn credentials(
    identity: Option<&Identity>,
    within: Duration,
) -> Result<Credentials, Failure> {
    let identity = identity.ok_or_else(|| {
        Failure::usage(
            "no token configured; use --token-file or --token-command, set CONTACTS_TOKEN, \
             or run contacts login",
        )
        .with_hint("create an API token in the security settings of your Atlassian account")
    })?;
    let token = read(&identity.token, within)?;
    Ok(match &identity.email {
        Some(email) => Credentials::basic(&email.value, token)?,
        None => Credentials::bearer(token)?,
    })
}

/// Reads the token and trims whitespace. `within` limits the time of a token command.
pub(crate) fn read(token: &Sourced<TokenSource>, within: Duration) -> Result<String, Failure> {
    let source = &token.value;
    let text = match source {
        TokenSource::StandardInput => read_text(std::io::stdin().lock(), "standard input"),
        TokenSource::File(path) => read_file(path),
        TokenSource::Command(command) => output_of(command, within),
        TokenSource::Variable(name) => match key::variable(&key::process_environment, name) {
            Some(text) => text.map_err(Failure::usage),
            None => Err(Failure::usage(format!("{name} is not set"))),
        },
    };
    let name = match source {
        TokenSource::File(path) => name_of(path),
        TokenSource::Command(_) => "the output of the token command".to_owned(),
        TokenSource::StandardInput | TokenSource::Variable(_) => source.to_string(),
    };
    let checked = text.and_then(|text| checked(&text, &name));
    checked.map_err(|failure| match source {
        // The message names the variable already.
        TokenSource::Variable(_) => failure,
        _ => failure.about(&token.full_from),
    })
}

/// The token without a byte order mark and without whitespace around it. `name` is its source in
/// errors.
pub(crate) fn checked(text: &str, name: &str) -> Result<String, Failure> {
    let token = text.trim_start_matches('\u{feff}').trim();
    if token.is_empty() {
        return Err(Failure::usage(format!("{name} is empty")));
    }
    let lines = token.lines().count();
    if lines > 1 {
        return Err(Failure::usage(format!("{name} has {lines} lines, but a token is one line"))
            .with_hint("remove the other lines; `head -n1` prints only the first one"));
    }
    match token.chars().find(|c| !c.is_ascii_graphic()) {
        Some(c) => {
            let c = c.escape_unicode();
            Err(Failure::usage(format!("{name}: the token contains the invalid character {c}")))
        }
        None => Ok(token.to_owned()),
    }
}

fn name_of(path: &Path) -> String {
    redact::path(path)
        .map_or_else(|| "the token file".to_owned(), |path| format!("the token file {path}"))
}

fn read_file(path: &Path) -> Result<String, Failure> {
    let name = name_of(path);
    let file = fs::File::open(path).map_err(|error| {
        Failure::usage(format!("could not read {name}: {error}"))
            .with_hint("use the path of a file that contains the token")
    })?;
    reject_if_others_can_read(&file, path)?;
    read_text(file, &name)
}

#[cfg(unix)]
fn reject_if_others_can_read(file: &fs::File, path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let metadata = file.metadata().ok().filter(fs::Metadata::is_file);
    if let Some(metadata) = metadata.filter(|metadata| metadata.permissions().mode() & 0o044 != 0) {
        // A mounted secret often belongs to another user. Only its owner can change the mode.
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            let path = redact::file(path);
            io::warn(&format!("other users can read {path}, which belongs to another user"));
            return Ok(());
        }
        let path = path.display().to_string();
        let path =
            shlex::try_quote(&path).map_or_else(|_| path.clone(), std::borrow::Cow::into_owned);
        return Err(Failure::usage("other users can read the token file").with_hint(format!(
            "replace the token if others use this machine; to make the file private, run: chmod 600 {path}"
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn reject_if_others_can_read(_: &fs::File, _: &Path) -> Result<(), Failure> {
    Ok(())
}

fn read_text(source: impl Read, name: &str) -> Result<String, Failure> {
    let bytes = io::read_at_most(source, MAX_LENGTH).map_err(|error| {
        Failure::usage(format!("could not read the token from {name}: {error}"))
    })?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::usage(format!("the token in {name} is not valid UTF-8")))
}

/// The running token command.
static RUNNING: Mutex<Option<Arc<SharedChild>>> = Mutex::new(None);

fn running() -> MutexGuard<'static, Option<Arc<SharedChild>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills a running token command. Otherwise it outlives this process.
pub(crate) fn end_command() {
    if let Some(child) = running().take() {
        let _ = child.kill();
    }
}

/// A hint for commands that need a shell.
const IN_A_SHELL: &str = if cfg!(windows) {
    "for pipes or variables, use: cmd /c \"...\""
} else {
    "for pipes, variables or ~, use: sh -c '...'"
};

/// The program of a token command and its arguments. `None` if a quote is open.
fn words(command: &str) -> Option<Vec<String>> {
    #[cfg(windows)]
    return words_on_windows(command);
    #[cfg(not(windows))]
    shlex::split(command)
}

/// Single and double quotes enclose spaces. A backslash is not special: it separates folders.
#[cfg(any(windows, test))]
fn words_on_windows(command: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None, None);
    for c in command.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_with(String::new);
            }
            None if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_with(String::new).push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// Runs the token command and returns its output. Kills it if it exceeds the time or the length.
fn output_of(command: &str, within: Duration) -> Result<String, Failure> {
    let words = words(command).unwrap_or_default();
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::usage("the token command is empty or has an unclosed quote"));
    };
    let child = SharedChild::spawn(Command::new(program).args(arguments).stdout(Stdio::piped()));
    let child = child.map(Arc::new).map_err(|error| {
        Failure::local(format!("could not run the token command: {error}"))
            .with_hint(format!("check the command; {IN_A_SHELL}"))
    })?;
    *running() = Some(Arc::clone(&child));
    // After a timeout nothing joins this thread: a child of the command may keep the pipe open.
    let (sender, ended) = channel();
    let reader = Arc::clone(&child);
    thread::spawn(move || sender.send(printed(&reader)));
    let ended = ended.recv_timeout(within).unwrap_or_else(|_| {
        let within = humantime::format_duration(within);
        Err(Failure::timed_out(format!("the token command did not end within {within}")))
    });
    *running() = None;
    let (printed, status) = ended.inspect_err(|_| {
        // Both fail if the command has ended in the meantime.
        let _ = child.kill();
        let _ = child.wait();
    })?;
    if !status.success() {
        return Err(Failure::local(format!("the token command failed: {status}")));
    }
    String::from_utf8(printed)
        .map_err(|_| Failure::usage("the output of the token command is not valid UTF-8"))
}

fn printed(child: &SharedChild) -> Result<(Vec<u8>, ExitStatus), Failure> {
    let printed =
        child.take_stdout().map_or_else(|| Ok(Vec::new()), |out| io::read_at_most(out, MAX_LENGTH));
    let printed = printed.map_err(|error| {
        Failure::usage(format!("could not read the output of the token command: {error}"))
    })?;
    let status = child.wait().map_err(|error| {
        Failure::local(format!("could not wait for the token command: {error}"))
    })?;
    Ok((printed, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_command_on_windows_has_paths_with_backslashes_and_quotes() {
        for (command, expected) in [
            (r"op read op://a/b", &["op", "read", "op://a/b"][..]),
            (r"C:\bin\token.exe  -n", &[r"C:\bin\token.exe", "-n"]),
            (r#""C:\Program Files\op.exe" '' a" b"'c'"#, &[r"C:\Program Files\op.exe", "", "a bc"]),
            (r#"cmd /c "type C:\t | more""#, &["cmd", "/c", r"type C:\t | more"]),
            ("", &[]),
        ] {
            assert_eq!(words_on_windows(command).unwrap(), expected, "{command}");
        }
        assert_eq!(words_on_windows("op 'read"), None);
    }
}
