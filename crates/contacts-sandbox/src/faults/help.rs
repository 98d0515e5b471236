//! The faults, explained for whoever writes a plan.

use std::fmt::Write as _;

use serde::Serialize;

use super::fault::Fault;

/// Each kind, what it does, and how it is written.
const KINDS: &[(&str, &str)] = &[
    (
        "The next connection ends as soon as it is accepted; end is reset or close.",
        r#"{"kind":"refuse","end":"reset"}"#,
    ),
    ("The connection is reset without an answer.", r#"{"kind":"reset","when":"after"}"#),
    ("The connection is closed in good order without an answer.", r#"{"kind":"close","when":"before"}"#),
    (
        "Only the first bytes of the answer are sent, head and body.",
        r#"{"kind":"cut-answer","at":40,"end":"close"}"#,
    ),
    ("The head and the first bytes of the body are sent.", r#"{"kind":"cut-body","at":10,"end":"reset"}"#),
    (
        "The answer comes a few bytes at a time; part is answer or body.",
        r#"{"kind":"drip","bytes":1,"every_ms":100,"part":"body"}"#,
    ),
    (
        "Effect and answer are late, or (after) the answer alone.",
        r#"{"kind":"delay","ms":2000,"when":"after"}"#,
    ),
    ("Nothing is answered until the client leaves.", r#"{"kind":"silence","when":"after"}"#),
    (
        "Bytes that are not HTTP are sent.",
        r#"{"kind":"garbage","text":"SSH-2.0-OpenSSH_9.9\r\n","when":"before"}"#,
    ),
    (
        "The client is sent elsewhere.",
        r#"{"kind":"redirect","status":302,"location":"https://elsewhere.example/","when":"before"}"#,
    ),
    (
        "Any status from 200 to 599 is answered.",
        r#"{"kind":"status","status":503,"body":"busy","content_type":"text/plain","when":"after"}"#,
    ),
    (
        "429, with the wait as retry-after-seconds, retry-after-date, reset-seconds,\n    \
         reset-iso8601, reset-iso8601-minutes or none.",
        r#"{"kind":"rate-limit","hint":"retry-after-seconds","seconds":2}"#,
    ),
    ("200 with the HTML page of a captive portal.", r#"{"kind":"html","when":"before"}"#),
    (
        "200 with a JSON body of that many bytes, its length declared or not.",
        r#"{"kind":"oversize","bytes":9000000,"declared":true,"when":"before"}"#,
    ),
    (
        "The request is carried out twice, and the first or second answer given.",
        r#"{"kind":"duplicate","answer":"second"}"#,
    ),
];

/// Whole plans, each with what it is for.
const PLANS: &[(&str, &str)] = &[
    (
        "The answer to the second creation is lost:",
        r#"{"rules":[{"operation":"create","occurrence":{"nth":2},"fault":{"kind":"reset","when":"after"}}]}"#,
    ),
    (
        "A tenth of the requests is answered with 500, and every fifth listing a rate limit, three times at most:",
        r#"{"seed":7,"rules":[
      {"probability":0.1,"fault":{"kind":"status","status":500}},
      {"operation":"list","occurrence":{"every":5},"times":3,"fault":{"kind":"rate-limit","hint":"none"}}]}"#,
    ),
    (
        "The third connection and all after it are refused:",
        r#"{"rules":[{"occurrence":{"range":{"from":3}},"fault":{"kind":"refuse"}}]}"#,
    ),
];

/// How plans of faults are written, as a text for a terminal.
///
/// ```
/// assert!(contacts_sandbox::fault_help().contains("\"kind\":\"rate-limit\""));
/// ```
pub fn fault_help() -> String {
    let mut help = String::from(
        "A plan is a JSON object: a seed for the probabilities, and rules. Of each rule only the
fault is required.
    operation    list, create, get, update, delete, activate, deactivate, tenant_info;
                 left out: every request
    occurrence   {\"nth\":2}, {\"every\":5}, {\"range\":{\"from\":2,\"to\":4}};
                 counted from 1 for each rule
    probability  0 to 1
    times        how often at most
For a request, the first rule that wants to fire does. The member when tells whether the
service carries the request out: before (the fault takes the place of the effect; the
default) or after.

Faults
",
    );
    // Writing to a string does not fail.
    for (meaning, example) in KINDS {
        let _ = writeln!(help, "  {example}\n    {meaning}");
    }
    help.push_str("\nPlans\n");
    for (meaning, example) in PLANS {
        let _ = writeln!(help, "  {meaning}\n    {example}");
    }
    help
}

/// A kind of fault, for whoever is to choose one.
#[derive(Debug, Serialize)]
pub(crate) struct FaultKind {
    /// What it does.
    meaning: String,
    /// An example.
    fault: Fault,
}

/// Every kind of fault.
pub(crate) fn fault_kinds() -> Vec<FaultKind> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let read = |(meaning, example): &(&str, &str)| {
        serde_json::from_str(example).map(|fault| FaultKind { meaning: words(meaning), fault })
    };
    KINDS.iter().flat_map(read).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::faults::FaultPlan;

    #[test]
    fn every_example_is_what_it_says_it_is() {
        for (_, example) in KINDS {
            let fault: Fault =
                serde_json::from_str(example).unwrap_or_else(|error| panic!("{example}: {error}"));
            assert_eq!(
                serde_json::from_str::<Fault>(&serde_json::to_string(&fault).unwrap()).unwrap(),
                fault
            );
        }
        for (_, example) in PLANS {
            FaultPlan::from_json(example).unwrap_or_else(|error| panic!("{example}: {error}"));
        }
    }

    #[test]
    fn no_kind_is_missing() {
        let explained: BTreeSet<_> = KINDS
            .iter()
            .filter_map(|(_, example)| serde_json::from_str::<serde_json::Value>(example).ok())
            .filter_map(|fault| fault["kind"].as_str().map(str::to_owned))
            .collect();
        let error = serde_json::from_str::<Fault>(r#"{"kind":"?"}"#).unwrap_err().to_string();
        let known: BTreeSet<_> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
        assert_eq!(explained, known);
    }

    #[test]
    fn every_kind_can_be_chosen() {
        assert_eq!(fault_kinds().len(), KINDS.len());
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        for line in fault_help().lines() {
            assert!(line.chars().count() <= 112, "{line}");
        }
    }
}
