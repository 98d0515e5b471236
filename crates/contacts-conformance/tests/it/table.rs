//! The whole table, through both clients.

use contacts_conformance::{Scenario, run_all, table};

fn holds(name: &str) {
    let group = table::GROUPS.iter().find(|group| group.name == name).expect("there is such a group");
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

        /// The names of all groups that are tested here.
        const TESTED: &[&str] = &[$($name),*];
    };
}

groups! {
    both_send_the_same_bytes: "requests",
    every_refusal_is_the_same_error: "refusals",
    redirects_are_never_followed: "redirects",
    an_answer_that_is_cut_is_never_whole: "cut answers",
    a_request_that_was_seen_whole_is_never_called_unsent: "cut requests",
    what_was_not_sent_is_called_unsent: "sending",
    a_bad_certificate_is_refused_before_a_byte_is_sent: "tls",
    what_happens_to_a_kept_connection_harms_nobody: "connections",
    early_answers_are_passed_over: "informational answers",
    wrong_lengths_are_no_answers: "lengths",
    wrong_chunks_are_no_answers: "chunks",
    wrong_heads_are_no_answers: "heads",
    no_more_is_read_than_the_limits_allow: "limits",
    slow_servers_cost_no_more_than_the_deadline: "slow servers",
    a_proxy_learns_nothing: "proxies",
}

#[test]
fn every_group_is_tested() {
    assert_eq!(table::GROUPS.map(|group| group.name), TESTED);
}

#[test]
fn every_scenario_has_a_name_of_its_own() {
    let all: Vec<Scenario> = table::GROUPS.iter().flat_map(|group| (group.scenarios)()).collect();
    let mut names: Vec<_> = all.iter().map(|scenario| scenario.name.as_str()).collect();
    names.sort_unstable();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
