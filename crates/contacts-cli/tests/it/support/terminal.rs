//! Runs the command at a terminal, reads its output and answers its prompts.

use std::io::{Read, Write};
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Instant;

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};

use super::{Contacts, HANGS, Ran, assert_fit, until};

/// A command at a terminal, which is killed when dropped.
pub(crate) struct Terminal {
    child: Child,
    pty: Arc<Pty>,
    chunks: Receiver<Vec<u8>>,
    text: Vec<u8>,
    /// End of the last text that [`Terminal::shown`] has found.
    found: usize,
    started: Instant,
}

impl Contacts {
    /// Starts the command at a terminal with this many columns.
    pub(crate) fn at_terminal(self, columns: u16) -> Terminal {
        let started = Instant::now();
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(24, columns)).unwrap();
        let command = self.command();
        let set = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let at_terminal = Command::new(command.get_program()).args(command.get_args());
        let at_terminal = at_terminal.env_clear().envs(set).env("TERM", "xterm");
        let child = at_terminal.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let (sender, chunks) = channel();
        let reader = Arc::clone(&pty);
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            // Reading fails after the last process has closed the terminal.
            while let Ok(read @ 1..) = (&*reader).read(&mut chunk) {
                if sender.send(chunk[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal { child, pty, chunks, text: Vec::new(), found: 0, started }
    }
}

impl Terminal {
    /// Waits for a text after the previous one.
    #[track_caller]
    pub(crate) fn shown(&mut self, text: &str) {
        loop {
            let rest = &self.text[self.found..];
            if let Some(place) = rest.windows(text.len()).position(|part| part == text.as_bytes()) {
                self.found += place + text.len();
                return;
            }
            if !self.more() {
                panic!("{text} never comes, but: {}", String::from_utf8_lossy(&self.text));
            }
        }
    }

    /// Types a line.
    pub(crate) fn enter(&mut self, line: &str) {
        self.press(&format!("{line}\n"));
    }

    /// Types keys.
    pub(crate) fn press(&mut self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for a prompt and answers it.
    #[track_caller]
    pub(crate) fn answer(mut self, question: &str, answer: &str) -> Self {
        self.shown(question);
        self.enter(answer);
        self
    }

    /// Waits for a prompt and answers it when the echo is off.
    #[track_caller]
    pub(crate) fn answer_unseen(mut self, question: &str, answer: &str) -> Self {
        self.shown(question);
        until("the echo is off", || !self.echoes());
        self.enter(answer);
        self
    }

    /// Returns `true` if the echo is on.
    pub(crate) fn echoes(&self) -> bool {
        tcgetattr(&*self.pty).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Waits for the end. `stdout` has all text of the terminal.
    #[track_caller]
    pub(crate) fn end(&mut self) -> Ran {
        while self.more() {}
        let status = self.child.wait().unwrap();
        let stdout = String::from_utf8(std::mem::take(&mut self.text)).expect("output is text");
        assert_fit(&stdout);
        Ran { status, stdout, stderr: String::new(), took: self.started.elapsed() }
    }

    /// Waits for more text. Returns `false` at the end.
    #[track_caller]
    fn more(&mut self) -> bool {
        use std::sync::mpsc::RecvTimeoutError;

        match self.chunks.recv_timeout(HANGS.saturating_sub(self.started.elapsed())) {
            Ok(chunk) => self.text.extend(chunk),
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => {
                panic!("it hangs, after: {}", String::from_utf8_lossy(&self.text))
            }
        }
        true
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Fails if the process has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
