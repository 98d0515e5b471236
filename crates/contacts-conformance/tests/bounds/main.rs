//! What an answer costs, whatever it is: the peak of the heap while each client meets it, over real sockets and with the default
//! limits. The peaks are printed: `cargo test -p contacts-conformance --test bounds -- --nocapture`.

mod bodies;
mod case;
mod heads;
mod long_list;
mod pages;
mod peak;

use case::Case;
use contacts_conformance::driver::{Hyper, Ureq};
use long_list::LongList;

#[global_allocator]
static HEAP: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

/// The most heap that an answer may cost that is not read to its end, in bytes.
const MOST_HEAP: usize = 16 * 1024 * 1024;

fn hold(cases: &[Case]) {
    assert!(!cases.is_empty());
    let _alone = peak::alone();
    let problems: Vec<_> =
        cases.iter().flat_map(|case| [case.problem::<Ureq>(), case.problem::<Hyper>()]).flatten().collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn no_body_costs_more_than_sixteen_mebibytes() {
    hold(&bodies::cases());
}

#[test]
fn no_head_costs_more_than_sixteen_mebibytes() {
    hold(&heads::cases());
}

#[test]
fn no_page_that_is_too_large_costs_more_than_sixteen_mebibytes() {
    hold(&pages::too_large());
}

#[test]
fn a_page_that_is_read_costs_at_most_eight_times_the_limit_of_pages() {
    hold(&pages::read());
}

#[test]
fn a_list_costs_a_page_and_the_ids() {
    hold_lists(&[LongList { count: 100_000, id_len: 36 }, LongList { count: 20_000, id_len: 128 }]);
}

#[test]
#[ignore = "a minute: for the nightly runs"]
fn a_list_of_a_million_contacts_costs_a_page_and_the_ids() {
    hold_lists(&[LongList { count: 1_000_000, id_len: 36 }]);
}

fn hold_lists(lists: &[LongList]) {
    let _alone = peak::alone();
    for list in lists {
        list.is_read_by::<Ureq>();
        list.is_read_by::<Hyper>();
    }
}
