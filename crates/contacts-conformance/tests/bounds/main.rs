//! Memory that a response costs: the peak of the heap in each client, over real sockets and with
//! default limits. To print the peaks: `cargo test -p contacts-conformance --test bounds --
//! --nocapture`.

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

/// Maximum heap of a response that exceeds a limit, in bytes.
const MOST_HEAP: usize = 16 * 1024 * 1024;

fn hold(cases: &[Case]) {
    assert!(!cases.is_empty());
    let _alone = peak::alone();
    let problems: Vec<_> = cases
        .iter()
        .flat_map(|case| [case.problem::<Ureq>(), case.problem::<Hyper>()])
        .flatten()
        .collect();
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
fn no_oversized_page_costs_more_than_sixteen_mebibytes() {
    hold(&pages::too_large());
}

#[test]
fn a_readable_page_costs_at_most_eight_times_the_page_limit() {
    hold(&pages::read());
}

#[test]
fn a_list_costs_one_page_and_its_ids() {
    hold_lists(&[LongList { count: 100_000, id_len: 36 }, LongList { count: 20_000, id_len: 128 }]);
}

#[test]
#[ignore = "takes a minute; run by .ci/nightly"]
fn a_list_of_a_million_contacts_costs_one_page_and_its_ids() {
    hold_lists(&[LongList { count: 1_000_000, id_len: 36 }]);
}

fn hold_lists(lists: &[LongList]) {
    let _alone = peak::alone();
    for list in lists {
        list.is_read_by::<Ureq>();
        list.is_read_by::<Hyper>();
    }
}
