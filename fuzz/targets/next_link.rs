//! A link leads forward in the same list, skips no contact, and leads nowhere else.
#![no_main]

use contacts_fuzz::requests::Input;
use contacts_proto::{ListContacts, Paged};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(link) = contacts_fuzz::text(data) else { return };
    let input = Input::default();
    for contacts in [0, 2] {
        let page = contacts_fuzz::page(contacts, link);
        for offset in [0, 40, 2_147_483_646, 2_147_483_647] {
            let list = ListContacts::all().offset(offset).unwrap().account(input.account.clone());
            if let Ok(Some(next)) = list.after(&page) {
                assert!((1..=2).contains(&(next.start_offset() - offset)), "{next:?}");
                input.assert_list_is_right(&next);
            }
        }
    }
});
