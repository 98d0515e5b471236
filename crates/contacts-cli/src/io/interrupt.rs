//! SIGINT (Ctrl-C), SIGTERM and SIGHUP. During a create, a signal prints a receipt. During several
//! changes, it prints the results so far. The process then dies by the signal, or exits with 7 if
//! the outcome of a create is unknown.
//!
//! Every stream may be a full pipe without a reader. Therefore a write has a time limit here.

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

/// Time limit for each stream.
const STREAM_TIMEOUT: Duration = Duration::from_secs(1);

/// Time that a second signal gives to an unfinished report.
const GRACE: Duration = Duration::from_millis(100);

/// The report if the process ends now.
static PENDING: Mutex<Pending> = Mutex::new(Pending::NOTHING);

/// `true` if [`PENDING`] has a create with an unknown outcome. Readable while a report is being
/// written.
static IS_UNKNOWN: AtomicBool = AtomicBool::new(false);

/// The first signal, or 0.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

#[derive(Default)]
struct Pending {
    /// The receipt of the create request in flight.
    receipt: Option<Receipt>,
    under_way: Option<UnderWay>,
    /// Failures that are not reported yet.
    failures: Vec<Failure>,
    /// The main thread is reporting its failures, and ends the process itself.
    is_reporting: bool,
}

/// One of several changes, while its request is in flight.
pub(crate) struct UnderWay {
    /// Number of finished changes, such as `1 of 3 changes`.
    pub(crate) made: String,
    pub(crate) change: String,
    /// A hint how to continue.
    pub(crate) hint: Option<&'static str>,
    /// The results of finished changes that are not printed yet.
    pub(crate) results: Vec<u8>,
    /// The failures that are not printed yet.
    pub(crate) failures: Vec<Failure>,
}

/// Handles the first signal instead of ending the process.
static LISTENER: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// Sets a handler for the first signal. It must end the process. The next signal ends it at once.
pub(crate) fn set_listener(listener: impl FnOnce() + Send + 'static) {
    *lock(&LISTENER) = Some(Box::new(listener));
}

/// Cleans up before a signal ends the process.
static CLEANUP: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// Sets or removes the function that a signal calls before it ends the process.
pub(crate) fn set_cleanup(cleanup: Option<Box<dyn FnOnce() + Send>>) {
    *lock(&CLEANUP) = cleanup;
}

/// Sets the receipt that an interrupt prints, or removes it.
pub(crate) fn set_receipt(receipt: Option<Receipt>) {
    change(|pending| pending.receipt = receipt);
}

/// Sets the change that an interrupt reports, or removes it.
pub(crate) fn set_change(under_way: Option<UnderWay>) {
    change(|pending| pending.under_way = under_way);
}

/// Sets the failures that an interrupt reports until [`start_reporting`], after all changes.
pub(crate) fn set_failures(failures: &[Failure]) {
    change(|pending| *pending = Pending { failures: failures.to_vec(), ..Pending::NOTHING });
}

/// Marks that the main thread reports these failures. An interrupt then waits for it.
pub(crate) fn start_reporting(failures: &[Failure]) {
    let is_unknown = exit_of(failures) == exit::UNKNOWN;
    let mut pending = lock(&PENDING);
    *pending = Pending { is_reporting: true, ..Pending::NOTHING };
    IS_UNKNOWN.store(is_unknown, Ordering::SeqCst);
}

/// Ends the process with this exit code, or as the signal does that has arrived.
pub(crate) fn finish(code: u8) -> ExitCode {
    // Waits for the report of a signal.
    let _pending = lock(&PENDING);
    match SIGNAL.load(Ordering::SeqCst) {
        0 => code.into(),
        _ if code == exit::UNKNOWN => code.into(),
        signal => die(signal),
    }
}

/// Installs the signal handlers.
pub(crate) fn watch(as_json: bool, quiet: bool) {
    let mut is_first = true;
    // Without a handler, a signal still ends the process, but without a report.
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
    // On its own thread, so that this one can handle the next signal.
    thread::spawn(move || {
        let mut pending = lock(&PENDING);
        if pending.is_reporting {
            drop(pending);
            thread::sleep(STREAM_TIMEOUT);
        } else {
            // Holds the lock, so that the main thread prints nothing more.
            pending.report(as_json, quiet);
        }
        end(signal)
    });
}

fn end(signal: i32) -> ! {
    if let Some(cleanup) = lock(&CLEANUP).take() {
        cleanup();
    }
    if IS_UNKNOWN.load(Ordering::SeqCst) {
        low_level::exit(exit::UNKNOWN.into());
    }
    die(signal)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn change(change: impl FnOnce(&mut Pending)) {
    let mut pending = lock(&PENDING);
    change(&mut pending);
    IS_UNKNOWN.store(pending.is_unknown(), Ordering::SeqCst);
}

/// Writes on another thread, and waits for it at most [`STREAM_TIMEOUT`].
fn with_timeout(write: impl FnOnce() + Send + 'static) {
    let (done, is_done) = channel::<()>();
    thread::spawn(move || {
        write();
        drop(done);
    });
    let _ = is_done.recv_timeout(STREAM_TIMEOUT);
}

impl Pending {
    const NOTHING: Self =
        Self { receipt: None, under_way: None, failures: Vec::new(), is_reporting: false };

    fn is_unknown(&self) -> bool {
        let of_several = self.under_way.iter().flat_map(|under_way| &under_way.failures);
        self.receipt.is_some()
            || self.failures.iter().chain(of_several).any(|failure| failure.exit() == exit::UNKNOWN)
    }

    /// Prints results and failures. The receipt goes out even if standard output is blocked.
    fn report(&mut self, as_json: bool, quiet: bool) {
        let last = self.failure();
        let (results, known) = self
            .under_way
            .take()
            .map(|under_way| (under_way.results, under_way.failures))
            .unwrap_or_default();
        if !results.is_empty() {
            with_timeout(move || {
                let mut stdout = io::stdout().lock();
                // The failures go to standard error even if this write fails.
                let _ = stdout.write_all(&results).and_then(|()| stdout.flush());
            });
        }
        let failures: Vec<_> = self.failures.drain(..).chain(known).chain(last).collect();
        if !failures.is_empty() {
            with_timeout(move || {
                failures.iter().for_each(|failure| failure.report(as_json, quiet));
            });
        }
    }

    fn failure(&self) -> Option<Failure> {
        match (&self.receipt, &self.under_way) {
            (Some(receipt), under_way) => {
                let made = under_way.as_ref().map(|it| format!("; {} were made before", it.made));
                let (method, to) =
                    (escape_controls(receipt.method().as_str()), escape_controls(receipt.to()));
                let message = format!(
                    "interrupted: it is unknown whether the {method} contact {to} was created{}",
                    made.unwrap_or_default()
                );
                let resume = under_way.as_ref().and_then(|it| it.hint);
                Some(Failure::interrupted_create(message, resume, receipt))
            }
            (None, Some(UnderWay { made, change, hint, .. })) => {
                let failure = Failure::interrupted(format!(
                    "interrupted: {made} were made; the outcome of the next one is unknown: {}",
                    escape_controls(change)
                ));
                Some(hint.iter().fold(failure, |failure, hint| failure.with_hint(*hint)))
            }
            (None, None) => None,
        }
    }
}

/// Calls this for each signal, on its own thread, where it may write and wait. Signals that were
/// ignored when the process started stay ignored.
#[cfg(unix)]
fn on_signals(mut on_signal: impl FnMut(i32) + Send + 'static) -> io::Result<()> {
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM},
        iterator::Signals,
    };

    let ignored = ignored();
    let mut signals = Signals::new(
        [SIGINT, SIGTERM, SIGHUP].iter().filter(|signal| ignored & (1 << (*signal - 1)) == 0),
    )?;
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

/// Ends the process by the default action of this signal, so that a shell stops its loop.
fn die(signal: i32) -> ! {
    if cfg!(unix) {
        // Returns only for an unknown signal.
        let _ = low_level::emulate_default_handler(signal);
    }
    // Flushes nothing: a flush could wait for a reader.
    low_level::exit(128 + signal)
}

/// The set of ignored signals, from the lowest bit on. Safe code cannot read it portably.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(ignored_in).unwrap_or_default()
}

#[cfg(unix)]
fn ignored_in(line: &str) -> Option<u64> {
    u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok()
}
