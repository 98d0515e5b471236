//! The whole table, with both clients.

use contacts_conformance::{Scenario, run_all, table};

fn holds(name: &str) {
    let group = table::GROUPS.iter().find(|group| group.name == name).expect("the group exists");
    let scenarios = (group.scenarios)();
    assert!(!scenarios.is_empty());
    let problems: Vec<_> = run_all(&scenarios).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{} of {name}:\n{}", problems.len(), problems.join("\n"));
}

macro_rules! groups {
    ($($test:ident: $name:literal,)*) => {
        $(#[test]
        fn $test() {
            holds($name);
        })*

        /// The names of all tested groups.
        const TESTED: &[&str] = &[$($name),*];
    };
}

groups! {
    both_send_the_same_bytes: "requests",
    every_error_response_is_the_same_error: "error responses",
    redirects_are_never_followed: "redirects",
    a_cut_response_is_never_complete: "cut responses",
    a_request_that_the_server_read_is_never_reported_as_not_sent: "cut requests",
    a_request_that_was_not_sent_is_reported_as_not_sent: "sending",
    an_invalid_certificate_is_rejected_before_a_byte_is_sent: "tls",
    faults_of_an_idle_connection_do_not_affect_other_requests: "connections",
    informational_responses_are_skipped: "informational responses",
    responses_with_invalid_lengths_are_rejected: "lengths",
    responses_with_invalid_chunks_are_rejected: "chunks",
    responses_with_invalid_heads_are_rejected: "heads",
    clients_read_no_more_than_the_limits_allow: "limits",
    slow_servers_take_no_longer_than_the_deadline: "slow servers",
    a_proxy_sees_no_secret: "proxies",
}

#[test]
fn every_group_is_tested() {
    assert_eq!(table::GROUPS.map(|group| group.name), TESTED);
}

#[test]
fn every_scenario_has_its_own_name() {
    let all: Vec<Scenario> = table::GROUPS.iter().flat_map(|group| (group.scenarios)()).collect();
    let mut names: Vec<_> = all.iter().map(|scenario| scenario.name.as_str()).collect();
    names.sort_unstable();
    let twice: Vec<_> =
        names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
