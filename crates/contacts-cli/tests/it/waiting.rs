//! Time limits, waits and attempts.

use std::time::Duration;

use crate::support::{Home, asked};
use contacts_sandbox::{Fault, FaultRule, Hint, Part, Sandbox, When};

/// Maximum time of a command that fails at once, on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(3);

fn limited(seconds: u32) -> Fault {
    Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds, status: 429 }
}

#[test]
fn retry_after_is_respected() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(limited(1));
    let ran = home.demo(&sandbox, "create voice 49-1").run().with_code(0);
    assert!(ran.took >= Duration::from_secs(1), "{ran:?}");
    let at: Vec<_> = sandbox.journal().iter().map(|recorded| recorded.unix_ms).collect();
    assert!(at.len() == 2 && at[1] - at[0] >= 1000, "{at:?}");
    assert!(!ran.stderr.contains("waiting"), "without a terminal, no wait is printed: {ran:?}");
}

#[test]
fn a_retry_after_that_is_too_long_fails_at_once() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(FaultRule::new(limited(3600)));
    let ran = home.demo(&sandbox, "list -o json").run().with_code(5);
    let error = ran.error();
    assert_eq!(
        (&error["kind"], &error["retryAfter"]),
        (&"rate_limited".into(), &3600.into()),
        "{error}"
    );
    assert!(ran.took < AT_ONCE, "{ran:?}");
    assert_eq!(asked(&sandbox, "GET"), 1);
}

#[test]
fn a_wait_longer_than_the_timeout_fails_at_once() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(FaultRule::new(limited(30)));
    let ran = home.demo(&sandbox, "list --timeout 5s -o json").run().with_code(5);
    assert_eq!(ran.error()["retryAfter"], 30, "{ran:?}");
    assert!(ran.took < AT_ONCE, "{ran:?}");
}

/// Long enough to distinguish another attempt from a busy machine.
const TIME_OUT: Duration = Duration::from_secs(2);

#[test]
fn a_silent_server_takes_no_longer_than_the_timeout() {
    let drip = Fault::Drip { bytes: 1, every_ms: 20, part: Part::Response };
    for fault in [Fault::Silence { when: When::Before }, drip] {
        let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
        sandbox.arm(FaultRule::new(fault));
        for line in ["list", "get a", "delete --yes a b"] {
            let ran = home.demo(&sandbox, line).line("--timeout 2s -o json").run().with_code(5);
            assert!(ran.stderr.contains("timed_out"), "{ran:?}");
            assert!((TIME_OUT..TIME_OUT * 2).contains(&ran.took), "{line}: {ran:?}");
        }
    }
}

#[test]
fn a_create_without_a_response_has_an_unknown_outcome_after_the_timeout() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }));
    let error = home.demo(&sandbox, "create voice 49-1 --timeout 300ms").fail(7);
    assert!(error["receipt"].is_string(), "{error}");
}

#[test]
fn attempts_limits_the_requests() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let busy = Fault::Status { status: 503, body: None, content_type: None, when: When::Before };
    sandbox.arm(FaultRule::new(busy));
    for (flags, attempts) in [("--attempts 1", 1), ("--attempts 2", 2), ("", 4)] {
        sandbox.clear_journal();
        let error = home.demo(&sandbox, "list").line(flags).fail(5);
        assert_eq!((asked(&sandbox, "GET"), &error["status"]), (attempts, &503.into()), "{flags}");
    }
}
