//! A file of the sandbox is rejected, or stays equal when written again.
#![no_main]

use std::time::Duration;

use contacts_sandbox::{FaultPlan, Service, State};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(text) = contacts_fuzz::text(data) else { return };
    if let Ok(state) = State::from_json(text) {
        assert_eq!(State::from_json(&state.to_json()).unwrap(), state);
        let request = http::Request::new(&b""[..]);
        Service::from_state(state).handle(request, Duration::ZERO);
    }
    if let Ok(plan) = FaultPlan::from_json(text) {
        assert_eq!(FaultPlan::from_json(&serde_json::to_string(&plan).unwrap()).unwrap(), plan);
    }
});
