//! Whatever happens to an exchange, its laws hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    contacts_fuzz::exchange::keeps_its_laws(data).unwrap();
});
