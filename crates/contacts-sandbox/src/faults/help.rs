//! Help for fault plans.

use std::fmt::Write as _;

use serde::Serialize;

use super::fault::Fault;

/// Description and example of each kind of fault.
const KINDS: &[(&str, &str)] = &[
    (
        "End the next connection right after accepting it. end: reset or close.",
        r#"{"kind":"refuse","end":"reset"}"#,
    ),
    ("Reset the connection without a response.", r#"{"kind":"reset","when":"after"}"#),
    ("Close the connection without a response.", r#"{"kind":"close","when":"before"}"#),
    (
        "Send only the first bytes of the response, head and body.",
        r#"{"kind":"cut-response","at":40,"end":"close"}"#,
    ),
    (
        "Send the head and only the first bytes of the body.",
        r#"{"kind":"cut-body","at":10,"end":"reset"}"#,
    ),
    (
        "Send the response a few bytes at a time. part: response or body.",
        r#"{"kind":"drip","bytes":1,"every_ms":100,"part":"body"}"#,
    ),
    (
        "Delay effect and response (before), or only the response (after).",
        r#"{"kind":"delay","ms":2000,"when":"after"}"#,
    ),
    ("Send no response and keep the connection open.", r#"{"kind":"silence","when":"after"}"#),
    (
        "Send bytes that are not HTTP.",
        r#"{"kind":"garbage","text":"SSH-2.0-OpenSSH_9.9\r\n","when":"before"}"#,
    ),
    (
        "Send a redirect.",
        r#"{"kind":"redirect","status":302,"location":"https://elsewhere.example/","when":"before"}"#,
    ),
    (
        "Send any status from 200 to 599.",
        r#"{"kind":"status","status":503,"body":"busy","content_type":"text/plain","when":"after"}"#,
    ),
    (
        "Send 429 with a retry delay. hint: retry-after-seconds, retry-after-date,\n    \
         reset-seconds, reset-iso8601, reset-iso8601-minutes or none.",
        r#"{"kind":"rate-limit","hint":"retry-after-seconds","seconds":2}"#,
    ),
    ("Send 200 with the HTML page of a captive portal.", r#"{"kind":"html","when":"before"}"#),
    (
        "Send 200 with a JSON body of this many bytes. declared: with content-length or chunked.",
        r#"{"kind":"oversize","bytes":9000000,"declared":true,"when":"before"}"#,
    ),
    (
        "Perform the request twice, and send the first or the second response.",
        r#"{"kind":"duplicate","response":"second"}"#,
    ),
];

/// Complete plans, each with its purpose.
const PLANS: &[(&str, &str)] = &[
    (
        "Lose the response to the second create request:",
        r#"{"rules":[{"operation":"create","occurrence":{"nth":2},"fault":{"kind":"reset","when":"after"}}]}"#,
    ),
    (
        "Send 500 to a tenth of the requests, and 429 to every fifth list request, at most three times:",
        r#"{"seed":7,"rules":[
      {"probability":0.1,"fault":{"kind":"status","status":500}},
      {"operation":"list","occurrence":{"every":5},"times":3,"fault":{"kind":"rate-limit","hint":"none"}}]}"#,
    ),
    (
        "Refuse the third connection and all later ones:",
        r#"{"rules":[{"occurrence":{"range":{"from":3}},"fault":{"kind":"refuse"}}]}"#,
    ),
];

/// Returns the help for fault plans, as text for a terminal.
///
/// ```
/// assert!(contacts_sandbox::fault_help().contains("\"kind\":\"rate-limit\""));
/// ```
pub fn fault_help() -> String {
    let mut help = String::from(
        "A fault plan is a JSON object with a list of rules and an optional seed. Only `fault` is
required in a rule; every other condition limits it.
    operation    list, create, get, update, delete, activate, deactivate, tenant_info,
                 list_schedules, get_schedule, get_on_calls, get_next_on_calls,
                 list_rotations, bulk_get_users, find_users; default: every request
    occurrence   {\"nth\":2}, {\"every\":5}, {\"range\":{\"from\":2,\"to\":4}};
                 each rule counts its requests from 1
    probability  0 to 1
    times        how many times the fault occurs at most
The first matching rule applies to a request. `when` says whether the service performs the
request: before (the fault happens first, and the request has no effect; default) or after
(the request has its effect, then the fault happens).

Faults
",
    );
    // Writing to a string cannot fail.
    for (meaning, example) in KINDS {
        let _ = writeln!(help, "  {example}\n    {meaning}");
    }
    help.push_str("\nPlans\n");
    for (meaning, example) in PLANS {
        let _ = writeln!(help, "  {meaning}\n    {example}");
    }
    help
}

/// A kind of fault, for a list to select from.
#[derive(Debug, Serialize)]
pub(crate) struct FaultKind {
    /// Description.
    meaning: String,
    /// Example.
    fault: Fault,
}

/// Returns every kind of fault.
pub(crate) fn fault_kinds() -> Vec<FaultKind> {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parse = |(meaning, example): &(&str, &str)| {
        serde_json::from_str(example).map(|fault| FaultKind { meaning: one_line(meaning), fault })
    };
    KINDS.iter().flat_map(parse).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::faults::FaultPlan;
    use crate::operation::Operation;

    #[test]
    fn every_example_is_valid() {
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
    fn every_kind_has_an_example() {
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
    fn every_operation_is_named() {
        let error = serde_json::from_str::<Operation>(r#""?""#).unwrap_err().to_string();
        let known = error.split('`').skip(3).step_by(2);
        let help = fault_help();
        let named = help.split_once("operation ").unwrap().1.split_once(';').unwrap().0;
        let named: Vec<_> = named.split(',').map(str::trim).collect();
        assert_eq!(named, known.collect::<Vec<_>>());
    }

    #[test]
    fn every_kind_can_be_selected() {
        assert_eq!(fault_kinds().len(), KINDS.len());
    }

    #[test]
    fn no_line_is_wider_than_112_characters() {
        for line in fault_help().lines() {
            assert!(line.chars().count() <= 112, "{line}");
        }
    }
}
