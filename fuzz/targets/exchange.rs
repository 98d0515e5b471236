//! An exchange keeps its laws under any events.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    contacts_fuzz::exchange::keeps_its_laws(data).unwrap();
});
