//! The sandbox responds to every request, and its state survives storing.
#![no_main]

use std::time::Duration;

use contacts_sandbox::{Service, State};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let (mut service, requests) = contacts_fuzz::service::requests(data);
    for (second, request) in (1_795_000_000..).zip(requests) {
        let answer = service.handle(request, Duration::from_secs(second));
        assert!((200..600).contains(&answer.status().as_u16()), "{answer:?}");
        let json = serde_json::from_slice::<serde_json::Value>(answer.body());
        assert!(answer.body().is_empty() || json.is_ok(), "{answer:?}");
    }
    let state = service.state();
    assert_eq!(State::from_json(&state.to_json()).unwrap(), state);
    assert_eq!(Service::from_state(state.clone()).state(), state);
});
