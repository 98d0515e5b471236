//! A ticket is refused, or survives being written down.
#![no_main]

use contacts_proto::Ticket;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(text) = contacts_fuzz::text(data) else { return };
    match text.parse::<Ticket>() {
        Ok(ticket) => assert_eq!(ticket.to_string().parse::<Ticket>().unwrap(), ticket),
        Err(error) => assert!(error.is_invalid_input() && contacts_fuzz::is_printable(&error.to_string())),
    }
});
