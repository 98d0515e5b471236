//! Each operation reads a response as a value or a typed error that keeps it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some(answer) = contacts_fuzz::answer(data) {
        contacts_fuzz::read_by_each_operation(&answer).unwrap();
    }
});
