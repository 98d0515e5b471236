//! The signals that end a process, as events on a thread of their own.

use std::{io, thread};

use signal_hook::low_level;

/// Calls this for each signal, on its own thread: outside the handler, so that it may write and wait. Signals that were
/// ignored when the process began stay ignored.
#[cfg(unix)]
pub(super) fn watch(mut on_signal: impl FnMut(i32) + Send + 'static) -> io::Result<()> {
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
pub(super) fn watch(mut on_signal: impl FnMut(i32) + Send + 'static) -> io::Result<()> {
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
pub(super) fn die(signal: i32) -> ! {
    if cfg!(unix) {
        // It returns only for a signal that it does not know.
        let _ = low_level::emulate_default_handler(signal);
    }
    exit(128 + signal)
}

/// Ends the process at once: nothing is flushed, which could wait for a reader.
pub(super) fn exit(code: i32) -> ! {
    low_level::exit(code)
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
