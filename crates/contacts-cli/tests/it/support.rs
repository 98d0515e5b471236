//! Runs the command as a process with a clean environment.

pub(crate) mod canned;
pub(crate) mod examined;
mod inside;
pub(crate) mod office;
pub(crate) mod proxy;
#[cfg(target_os = "linux")]
pub(crate) mod terminal;
pub(crate) mod users;

use std::{
    ffi::OsStr,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Once,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) use self::inside::{add, asked, ids, reached, stored, writes};

/// Ctrl-C.
pub(crate) const SIGINT: i32 = 2;

/// A process that takes longer than this hangs, even on a busy machine.
pub(crate) const HANGS: Duration = Duration::from_secs(120);

/// Part of every secret in the tests. No output may contain it.
pub(crate) const SECRET: &str = "s3cret";

/// The demo user's address and token, as they are sent.
const DEMO_BASIC: &str = "ZGVtb0BleGFtcGxlLmNvbTpzYW5kYm94LXRva2Vu";

/// A home folder for the command.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a private file and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        path.to_str().unwrap().to_owned()
    }

    /// Writes the configuration file.
    pub(crate) fn configure(&self, text: &str) {
        self.write(self.configuration().to_str().unwrap(), text);
    }

    /// The path of the configuration file.
    pub(crate) fn configuration(&self) -> PathBuf {
        self.path("config").join("contacts").join("config.toml")
    }

    /// The command without arguments.
    pub(crate) fn contacts(&self) -> Contacts {
        self.program(env!("CARGO_BIN_EXE_contacts"))
    }

    /// Another program with the same environment.
    pub(crate) fn program(&self, name: &str) -> Contacts {
        #[cfg(unix)]
        heed_signals();
        let mut command = Command::new(name);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.0.path()).env("XDG_CONFIG_HOME", self.path("config"));
        if cfg!(windows) {
            command.env("USERPROFILE", self.0.path()).env("APPDATA", self.path("config"));
            // Without it, a process has no sockets.
            command.env("SYSTEMROOT", std::env::var_os("SYSTEMROOT").unwrap_or_default());
        }
        command.stdout(Stdio::piped());
        Contacts { command, stdin: None }
    }

    /// The command as the demo user of a sandbox.
    pub(crate) fn demo(&self, sandbox: &Sandbox, line: &str) -> Contacts {
        self.at(&sandbox.base_url()).line(line)
    }

    /// The command at a base URL, with the address and the token of the demo user.
    pub(crate) fn at(&self, base_url: &str) -> Contacts {
        let token = self.write("token", DEMO_TOKEN);
        self.contacts().args([
            "--base-url",
            base_url,
            "--email",
            DEMO_EMAIL,
            "--token-file",
            &token,
        ])
    }
}

/// Makes child processes handle each signal that this process ignores, such as under `nohup`.
///
/// A new program starts without the handlers of its parent, so a handler here is enough.
#[cfg(unix)]
fn heed_signals() {
    use signal_hook::consts::{SIGHUP, SIGTERM};

    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored =
            ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            if ignored >> (signal - 1) & 1 == 1 {
                signal_hook::flag::register(signal, Arc::default()).unwrap();
            }
        }
    });
}

#[cfg(unix)]
pub(crate) fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A token command that prints this file.
pub(crate) fn command_that_prints(file: &str) -> String {
    if cfg!(windows) { format!("cmd /c type '{file}'") } else { format!("cat '{file}'") }
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_: &std::path::Path, _: u32) {}

/// A command line under construction.
pub(crate) struct Contacts {
    command: Command,
    stdin: Option<String>,
}

impl Contacts {
    /// Adds arguments separated by spaces.
    pub(crate) fn line(self, line: &str) -> Self {
        self.args(line.split_whitespace())
    }

    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &(impl AsRef<OsStr> + ?Sized)) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn in_folder(mut self, folder: &std::path::Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn stdin(self, text: &str) -> Self {
        Self { stdin: Some(text.to_owned()), ..self }
    }

    /// Redirects standard output. [`Ran`] then has none.
    pub(crate) fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stdout(to);
        self
    }

    /// Makes standard output a pipe without a reader.
    pub(crate) fn unread(self) -> Self {
        let (_, writer) = io::pipe().unwrap();
        self.stdout(writer)
    }

    /// The underlying [`Command`].
    pub(crate) fn command(self) -> Command {
        self.command
    }

    /// Starts the command in its own process group, like a job of a shell.
    #[cfg(unix)]
    pub(crate) fn leader(mut self) -> Self {
        std::os::unix::process::CommandExt::process_group(&mut self.command, 0);
        self
    }

    pub(crate) fn start(mut self) -> Running {
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(stdin).stderr(Stdio::piped());
        let started = Instant::now();
        let program = self.command.get_program().to_owned();
        let mut child =
            self.command.spawn().unwrap_or_else(|error| panic!("no {program:?}: {error}"));
        if let (Some(mut stdin), Some(text)) = (child.stdin.take(), self.stdin) {
            // The write fails if the command does not read its input.
            let _ = stdin.write_all(text.as_bytes());
        }
        let stdout = child.stdout.take().map_or_else(|| channel().1, lines);
        let stderr = lines(child.stderr.take().unwrap());
        Running { child, stdout, stderr, started }
    }

    pub(crate) fn run(self) -> Ran {
        self.start().end()
    }

    /// Runs the command, asserts success, and returns its standard output.
    pub(crate) fn succeed(self) -> String {
        self.run().with_code(0).stdout
    }

    /// Runs the command, asserts success, and parses its output as one line of JSON.
    pub(crate) fn json(self) -> Value {
        one_line(&self.succeed())
    }

    /// Runs the command with JSON errors. Asserts this exit code and no result, and returns the
    /// error.
    pub(crate) fn fail(self, code: i32) -> Value {
        let ran = self.line("-o json").run().with_code(code);
        assert_eq!(ran.stdout, "", "{ran:?}");
        ran.error()
    }
}

/// Starts a sandbox process and returns it with its base URL.
pub(crate) fn serving(command: Contacts) -> (Running, String) {
    let mut sandbox = command.start();
    let line = sandbox.line();
    let url = line.strip_prefix("listening on ").and_then(|rest| rest.strip_suffix('\n'));
    let url = url.unwrap_or_else(|| panic!("not where it listens: {line}")).to_owned();
    (sandbox, url)
}

/// Parses text that must be one line of JSON.
pub(crate) fn one_line(text: &str) -> Value {
    assert!(text.ends_with('\n') && text.lines().count() == 1, "not one line: {text:?}");
    serde_json::from_str(text).unwrap()
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8(std::mem::take(&mut line)).expect("output is text");
            if sender.send(text).is_err() {
                break;
            }
        }
    });
    receiver
}

pub(crate) fn send(signal: &str, to: &str) {
    let killed = Command::new("sh").args(["-c", &format!("kill -s {signal} -- {to}")]).status();
    assert!(killed.unwrap().success());
}

/// A running process, which is killed when dropped.
pub(crate) struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    started: Instant,
}

impl Running {
    /// The next line of its standard output.
    pub(crate) fn line(&mut self) -> String {
        self.stdout.recv_timeout(HANGS).expect("the command writes a line")
    }

    /// The next line of its standard error.
    pub(crate) fn note(&mut self) -> String {
        self.stderr.recv_timeout(HANGS).expect("the command writes a note")
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends a signal, named without SIG.
    pub(crate) fn signal(&self, name: &str) {
        send(name, &self.child.id().to_string());
    }

    /// Sends a signal to its process group, as a terminal does. It was started as
    /// [`Contacts::leader`].
    pub(crate) fn signal_all(&self, name: &str) {
        send(name, &format!("-{}", self.child.id()));
    }

    /// Kills the process.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        let (stdout, stderr) = (self.rest(&self.stdout), self.rest(&self.stderr));
        let status = self.child.wait().unwrap();
        let took = self.started.elapsed();
        for text in [&stdout, &stderr] {
            assert_fit(text);
        }
        Ran { status, stdout, stderr, took }
    }

    fn rest(&self, stream: &Receiver<String>) -> String {
        let mut text = String::new();
        loop {
            match stream.recv_timeout(HANGS.saturating_sub(self.started.elapsed())) {
                Ok(line) => text.push_str(&line),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return text,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    panic!("it hangs, after writing: {text}")
                }
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails if the process has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asserts that an output contains no panic and no secret.
#[track_caller]
fn assert_fit(text: &str) {
    assert!(!text.contains("panicked"), "{text}");
    for secret in [SECRET, DEMO_TOKEN, DEMO_BASIC] {
        assert!(!text.contains(secret), "{secret} is printed: {text}");
    }
}

/// Status and output of a finished process.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Ran {
    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self:?}");
        self
    }

    /// Asserts that this signal ended the process.
    #[cfg(unix)]
    #[track_caller]
    pub(crate) fn killed_by(self, signal: i32) -> Self {
        use std::os::unix::process::ExitStatusExt;

        assert_eq!(self.status.signal(), Some(signal), "{self:?}");
        self
    }

    /// Parses standard error as one JSON error.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        let mut report = one_line(&self.stderr);
        assert_eq!(report.as_object().map(serde_json::Map::len), Some(1), "{report}");
        report["error"].take()
    }
}

/// Waits until a condition is true.
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < HANGS, "{what}: it never comes");
        // A reader without pauses can lock others out of a file on Windows.
        thread::sleep(Duration::from_millis(5));
    }
}
