//! A command that prints the token.

#[cfg(unix)]
use std::sync::{Mutex, PoisonError};
use std::{
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::channel,
    thread,
    time::{Duration, Instant},
};

use super::LONGEST;
use crate::{failure::Failure, text_file};

/// How often it is looked whether a command has ended that prints no more: most have by then.
const LOOK: Duration = Duration::from_millis(5);

/// The command that runs, if one does.
#[cfg(unix)]
static RUNNING: Mutex<Option<rustix::process::Pid>> = Mutex::new(None);

/// Kills the command that still runs: nobody waits any more for what it prints, and it would outlive this process.
pub(crate) fn end() {
    #[cfg(unix)]
    if let Some(pid) = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// From now on this command runs, or none.
fn runs(child: Option<&Child>) {
    #[cfg(unix)]
    {
        *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = child.map(rustix::process::Pid::from_child);
    }
    #[cfg(not(unix))]
    let _ = child;
}

/// What the command prints. It is killed when it has not ended within this time, or prints without end.
pub(super) fn ask(command: &str, within: Duration) -> Result<String, Failure> {
    let words = shlex::split(command).unwrap_or_default();
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::usage("the token command is empty, or has a quote that does not end"));
    };
    let ends = Instant::now().checked_add(within);
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn();
    let mut child = child.map_err(|error| {
        Failure::local(format!("the token command cannot be run: {error}"))
            .with_hint("it is run without a shell: one with pipes, variables or ~ is sh -c '...'")
    })?;
    runs(Some(&child));
    let late = || {
        Failure::timed_out(format!(
            "the token command has not ended within {}",
            humantime::format_duration(within)
        ))
    };
    let ended =
        printed(&mut child, within, late).and_then(|printed| Ok((printed, status(&mut child, ends, late)?)));
    let ended = ended.inspect_err(|_| {
        // It may have ended meanwhile.
        let _ = child.kill();
        let _ = child.wait();
    });
    runs(None);
    let (printed, status) = ended?;
    if !status.success() {
        return Err(Failure::local(format!("the token command failed: {status}")));
    }
    String::from_utf8(printed).map_err(|_| Failure::usage("what the token command prints is not text"))
}

/// All that it prints. A thread reads it, which is left alone when it takes too long: what the command has started may still hold the
/// other end.
fn printed(child: &mut Child, within: Duration, late: impl Fn() -> Failure) -> Result<Vec<u8>, Failure> {
    let Some(stdout) = child.stdout.take() else { return Ok(Vec::new()) };
    let (sender, printed) = channel();
    thread::spawn(move || sender.send(text_file::bytes(stdout, LONGEST)));
    printed
        .recv_timeout(within)
        .map_err(|_| late())?
        .map_err(|error| Failure::usage(format!("what the token command prints cannot be read: {error}")))
}

fn status(
    child: &mut Child,
    ends: Option<Instant>,
    late: impl Fn() -> Failure,
) -> Result<ExitStatus, Failure> {
    loop {
        let ended = child.try_wait();
        match ended.map_err(|error| Failure::local(format!("the token command is lost: {error}")))? {
            Some(status) => return Ok(status),
            None if ends.is_some_and(|ends| Instant::now() >= ends) => return Err(late()),
            None => thread::sleep(LOOK),
        }
    }
}
