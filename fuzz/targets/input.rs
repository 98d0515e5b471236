//! A valid id, base URL or credential changes only its own place in a request.
#![no_main]

use contacts_fuzz::requests::Input;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(text) = contacts_fuzz::text(data) else { return };
    for input in Input::all(text) {
        input.assert_requests_are_right();
    }
});
