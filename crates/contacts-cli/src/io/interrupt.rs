//! SIGINT (Ctrl-C), SIGTERM and SIGHUP. In the middle of a create they leave a receipt. In the middle of several changes they
//! leave the results so far. The process then dies by the signal, or exits with 7 if a create is left unknown.
//!
//! All streams may be full pipes that nobody reads. No write can therefore keep the process from its end.

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI32, Ordering},
        mpsc::channel,
    },
    thread,
    time::Duration,
};

use contacts_ureq::{Receipt, escape_controls};
use signal_hook::low_level;

use crate::error::{Failure, exit, exit_of};

/// Limit for each stream that the last words go to.
const PATIENCE: Duration = Duration::from_secs(1);

/// Time for last words that are half written when the next signal comes.
const GRACE: Duration = Duration::from_millis(100);

/// What there is to say if the process ends now.
static LEFT: Mutex<Left> = Mutex::new(Left::NOTHING);

/// Whether [`LEFT`] has a create that is left unknown. It can be read while last words are written.
static IS_DOUBT: AtomicBool = AtomicBool::new(false);

/// The first signal, or 0.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

#[derive(Default)]
struct Left {
    doubt: Option<Receipt>,
    under_way: Option<UnderWay>,
    /// Failures that nobody has reported yet.
    failures: Vec<Failure>,
    /// The main thread reports its failures, and ends the process itself.
    is_reporting: bool,
}

/// One of several changes, while it is made.
pub(crate) struct UnderWay {
    /// How many were made before, as `1 of 3 changes`.
    pub(crate) made: String,
    pub(crate) change: String,
    /// How to go on.
    pub(crate) hint: Option<&'static str>,
    /// What is known already and was not written yet: the results, and the failures.
    pub(crate) results: Vec<u8>,
    pub(crate) failures: Vec<Failure>,
}

/// What is told of the first interrupt, in place of an end.
static LISTENER: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// From now on the first interrupt is told to this, which sees to the end; the next one ends the process at once.
pub(crate) fn tells(listener: impl FnOnce() + Send + 'static) {
    *lock(&LISTENER) = Some(Box::new(listener));
}

/// Undoes what the process would leave behind if it ended now.
static UNDO: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// From now on a signal calls this before it ends the process, or calls nothing.
pub(crate) fn undoes(undo: Option<Box<dyn FnOnce() + Send>>) {
    *lock(&UNDO) = undo;
}

/// From now on an interrupt leaves this receipt, or none.
pub(crate) fn leaves(receipt: Option<Receipt>) {
    change(|left| left.doubt = receipt);
}

/// From now on an interrupt tells this of several changes, or nothing.
pub(crate) fn tells_of(under_way: Option<UnderWay>) {
    change(|left| left.under_way = under_way);
}

/// All changes were tried. Until [`reports`], an interrupt tells these failures.
pub(crate) fn owes(failures: &[Failure]) {
    change(|left| *left = Left { failures: failures.to_vec(), ..Left::NOTHING });
}

/// The main thread reports these failures from now on. An interrupt lets it.
pub(crate) fn reports(failures: &[Failure]) {
    let is_doubt = exit_of(failures) == exit::UNKNOWN;
    let mut left = lock(&LEFT);
    *left = Left { is_reporting: true, ..Left::NOTHING };
    IS_DOUBT.store(is_doubt, Ordering::SeqCst);
}

/// The end of the process, with this exit code unless a signal has arrived.
pub(crate) fn finish(code: u8) -> ExitCode {
    // Last words that have begun are the last.
    let _left = lock(&LEFT);
    match SIGNAL.load(Ordering::SeqCst) {
        0 => code.into(),
        _ if code == exit::UNKNOWN => code.into(),
        signal => die(signal),
    }
}

/// Makes signals end the process with the right words and in the right way.
pub(crate) fn watch(as_json: bool, quiet: bool) {
    let mut is_first = true;
    // Without a handler a signal still ends the process, though without a word.
    let _ = on_signals(move |signal| {
        if std::mem::take(&mut is_first) {
            first(signal, as_json, quiet);
        } else {
            thread::sleep(GRACE);
            end(signal);
        }
    });
}

fn first(signal: i32, as_json: bool, quiet: bool) {
    SIGNAL.store(signal, Ordering::SeqCst);
    if let Some(listener) = lock(&LISTENER).take() {
        return listener();
    }
    // The next signal must be heard meanwhile.
    thread::spawn(move || {
        let mut left = lock(&LEFT);
        if left.is_reporting {
            drop(left);
            thread::sleep(PATIENCE);
        } else {
            // The lock is kept: the main thread says nothing more.
            left.tell(as_json, quiet);
        }
        end(signal)
    });
}

fn end(signal: i32) -> ! {
    if let Some(undo) = lock(&UNDO).take() {
        undo();
    }
    if IS_DOUBT.load(Ordering::SeqCst) {
        low_level::exit(exit::UNKNOWN.into());
    }
    die(signal)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn change(change: impl FnOnce(&mut Left)) {
    let mut left = lock(&LEFT);
    change(&mut left);
    IS_DOUBT.store(left.is_doubt(), Ordering::SeqCst);
}

/// Does this on a thread of its own, and waits for it no longer than [`PATIENCE`].
fn patiently(write: impl FnOnce() + Send + 'static) {
    let (done, is_done) = channel::<()>();
    thread::spawn(move || {
        write();
        drop(done);
    });
    let _ = is_done.recv_timeout(PATIENCE);
}

impl Left {
    const NOTHING: Self = Self { doubt: None, under_way: None, failures: Vec::new(), is_reporting: false };

    fn is_doubt(&self) -> bool {
        let of_several = self.under_way.iter().flat_map(|under_way| &under_way.failures);
        self.doubt.is_some()
            || self.failures.iter().chain(of_several).any(|failure| failure.exit() == exit::UNKNOWN)
    }

    /// Tells everything, the receipt too if standard output takes no more.
    fn tell(&mut self, as_json: bool, quiet: bool) {
        let last = self.failure();
        let (results, known) = self
            .under_way
            .take()
            .map(|under_way| (under_way.results, under_way.failures))
            .unwrap_or_default();
        if !results.is_empty() {
            patiently(move || {
                let mut stdout = io::stdout().lock();
                // Where nobody reads them, there is standard error for the failures all the same.
                let _ = stdout.write_all(&results).and_then(|()| stdout.flush());
            });
        }
        let failures: Vec<_> = self.failures.drain(..).chain(known).chain(last).collect();
        if !failures.is_empty() {
            patiently(move || failures.iter().for_each(|failure| failure.report(as_json, quiet)));
        }
    }

    fn failure(&self) -> Option<Failure> {
        match (&self.doubt, &self.under_way) {
            (Some(receipt), under_way) => {
                let before = under_way.as_ref().map(|it| format!("; before it {} were made", it.made));
                let (method, to) =
                    (escape_controls(receipt.method().as_str()), escape_controls(receipt.to()));
                let message = format!(
                    "interrupted: the {method} contact {to} may have been created, and may not{}",
                    before.unwrap_or_default()
                );
                let failure = Failure::interrupted_in_doubt(message, receipt);
                // The receipt stays at the end, where it is easily taken from.
                let go_on = under_way.as_ref().and_then(|it| it.hint).zip(failure.hint());
                let hint = go_on.map(|(go_on, reconcile)| format!("{go_on}; or, {reconcile}"));
                Some(hint.into_iter().fold(failure, Failure::with_hint))
            }
            (None, Some(UnderWay { made, change, hint, .. })) => {
                let failure = Failure::interrupted(format!(
                    "interrupted: {made} were made, and how far the next one came is not known: {}",
                    escape_controls(change)
                ));
                Some(hint.iter().fold(failure, |failure, hint| failure.with_hint(*hint)))
            }
            (None, None) => None,
        }
    }
}

/// Calls this for each signal, on its own thread: outside the handler, so that it may write and wait. Signals that were
/// ignored when the process began stay ignored.
#[cfg(unix)]
fn on_signals(mut on_signal: impl FnMut(i32) + Send + 'static) -> io::Result<()> {
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM},
        iterator::Signals,
    };

    let ignored = ignored();
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP].iter().filter(|signal| ignored & (1 << (*signal - 1)) == 0))?;
    thread::spawn(move || signals.forever().for_each(&mut on_signal));
    Ok(())
}

/// Calls this for each Ctrl-C, on its own thread.
#[cfg(not(unix))]
fn on_signals(mut on_signal: impl FnMut(i32) + Send + 'static) -> io::Result<()> {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::Duration,
    };

    use signal_hook::consts::SIGINT;

    let arrived = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGINT, Arc::clone(&arrived))?;
    thread::spawn(move || {
        loop {
            if arrived.swap(false, Ordering::SeqCst) {
                on_signal(SIGINT);
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
    Ok(())
}

/// Ends the process as this signal does by default, so that a shell stops its loop.
fn die(signal: i32) -> ! {
    if cfg!(unix) {
        // It returns only for a signal that it does not know.
        let _ = low_level::emulate_default_handler(signal);
    }
    // Nothing is flushed, which could wait for a reader.
    low_level::exit(128 + signal)
}

/// The set of ignored signals, from the lowest bit on. There is no portable way to ask for it in safe code.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(ignored_in).unwrap_or_default()
}

#[cfg(unix)]
fn ignored_in(line: &str) -> Option<u64> {
    u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok()
}
