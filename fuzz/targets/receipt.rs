//! A receipt is rejected, or stays equal when formatted and parsed.
#![no_main]

use contacts_proto::Receipt;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(text) = contacts_fuzz::text(data) else { return };
    match text.parse::<Receipt>() {
        Ok(receipt) => assert_eq!(receipt.to_string().parse::<Receipt>().unwrap(), receipt),
        Err(error) => {
            assert!(error.is_invalid_input() && contacts_fuzz::is_printable(&error.to_string()))
        }
    }
});
