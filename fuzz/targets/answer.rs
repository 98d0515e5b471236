//! Each operation reads a response as a value or a typed error that keeps it. Who is on call is a
//! value without doubled users and unsafe texts.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some(answer) = contacts_fuzz::answer(data) {
        contacts_fuzz::read_by_each_operation(&answer).unwrap();
        contacts_fuzz::read_on_calls(&answer).unwrap();
    }
});
