//! Tests of allocations: exact and equal on every machine, unlike times.

use std::{sync::mpsc, thread};

use contacts_benches::{Addresses, Setup, find, server};

const COUNT: u64 = 100;

/// Returns the allocations of this work, on this thread.
fn allocations(name: &str, server: Option<&Addresses>) -> f64 {
    let setup = Setup { server: server.cloned(), concurrency: 1 };
    let mut run = find(name).expect(name).prepare(&setup);
    // The first run creates what is created once.
    run(1);
    allocation_counter::measure(|| run(COUNT)).count_total as f64 / COUNT as f64
}

#[test]
fn a_request_takes_at_most_three_allocations_and_five_with_a_body() {
    for name in ["list", "get", "delete", "activate", "deactivate"] {
        let count = allocations(&format!("build/{name}/ours"), None);
        assert!(count <= 3.0, "{name}: {count}");
    }
    for name in ["create", "update"] {
        let count = allocations(&format!("build/{name}/ours"), None);
        assert!(count <= 5.0, "{name}: {count}");
    }
}

#[test]
fn a_page_takes_one_allocation_a_contact_and_a_few_for_their_list() {
    for len in [1, 20, 100] {
        let count = allocations(&format!("read/page-{len}/ours"), None);
        let list = f64::from(len).log2();
        assert!(count <= f64::from(len) + list + 2.0, "{len}: {count}");
    }
}

#[test]
fn a_call_takes_no_allocation_of_its_own() {
    assert_eq!(allocations("call/get/ours", None), allocations("call/get/parts", None));
}

#[test]
fn the_clients_take_at_most_three_allocations_more_than_the_libraries_below_them() {
    let ca = std::env::temp_dir().join(format!("contacts-benches-{}.pem", std::process::id()));
    let (sender, receiver) = mpsc::channel();
    let file = ca.to_str().expect("it is text").to_owned();
    thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it can be");
        runtime.block_on(server::serve(file, |addresses| {
            sender.send(addresses.clone()).expect("the test waits for them");
        }))
    });
    let server = receiver.recv().expect("the server reports its addresses");
    for (ours, raw) in [("contacts-hyper", "raw-hyper"), ("contacts-ureq", "raw-ureq")] {
        for operation in ["get", "list"] {
            let [ours, raw] = [ours, raw]
                .map(|client| allocations(&format!("{operation}/{client}"), Some(&server)));
            assert!(ours <= raw + 3.0, "{operation} by {ours} and {raw}");
        }
    }
    std::fs::remove_file(ca).expect("the server has written it");
}
