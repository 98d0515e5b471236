//! Rules: the requests that get a fault.

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use crate::error::Error;
use crate::operation::Operation;

/// A fault and the requests that get it. Every condition must match.
///
/// ```
/// use contacts_sandbox::{Fault, FaultRule, Operation, When};
///
/// let rule = FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create).nth(2);
/// let text = r#"{"operation":"create","occurrence":{"nth":2},"fault":{"kind":"reset","when":"after"}}"#;
/// assert_eq!(serde_json::to_string(&rule)?, text);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct FaultRule {
    /// Operation. `None`: every request, even one without an operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// Numbers of the matching requests, counted from 1 since the rule was armed. `None`: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<Occurrence>,
    /// Probability from 0 to 1. `None`: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Maximum number of times that the fault occurs. `None`: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// The fault.
    pub fault: Fault,
}

impl FaultRule {
    /// Creates a rule for every request.
    pub fn new(fault: Fault) -> Self {
        Self { operation: None, occurrence: None, probability: None, times: None, fault }
    }

    /// Limits the rule to one operation. [`Fault::Refuse`] ignores it, because it applies to
    /// connections.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Limits the rule to the request with this number, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.occurrence = Some(Occurrence::Nth(nth));
        self
    }

    /// Limits the rule to requests whose number, counted from 1, is a multiple of this.
    #[must_use]
    pub fn every(mut self, every: u64) -> Self {
        self.occurrence = Some(Occurrence::Every(every));
        self
    }

    /// Limits the rule to the requests with these numbers, counted from 1. Both ends are included.
    #[must_use]
    pub fn range(mut self, from: u64, to: u64) -> Self {
        self.occurrence = Some(Occurrence::Range { from, to: Some(to) });
        self
    }

    /// Applies the fault with this probability: 0 is never, 1 is always. The plan's seed determines
    /// the requests.
    #[must_use]
    pub fn with_probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }

    /// Limits the number of times that the fault occurs.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Parses a rule, or a fault alone, which then applies only to the next request.
    pub(crate) fn from_json(text: &[u8]) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Kind {
            #[serde(rename = "kind")]
            _kind: serde::de::IgnoredAny,
        }
        if serde_json::from_slice::<Kind>(text).is_ok() {
            serde_json::from_slice::<Fault>(text).map(Self::from)
        } else {
            serde_json::from_slice(text)
        }
        .map_err(Error::malformed("fault"))
    }
}

/// Applies the fault only to the next request (or connection).
impl From<Fault> for FaultRule {
    fn from(fault: Fault) -> Self {
        Self::new(fault).times(1)
    }
}

/// Numbers of requests, counted from 1 for each rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Occurrence {
    /// The request with this number.
    Nth(u64),
    /// Requests whose number is a multiple of this.
    Every(u64),
    /// Requests in a range.
    Range {
        /// First number.
        from: u64,
        /// Last number. `None`: no end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<u64>,
    },
}

impl Occurrence {
    pub(crate) fn contains(self, number: u64) -> bool {
        match self {
            Self::Nth(nth) => number == nth,
            Self::Every(every) => every != 0 && number % every == 0,
            Self::Range { from, to } => number >= from && to.is_none_or(|to| number <= to),
        }
    }

    fn is_possible(self) -> bool {
        match self {
            Self::Nth(number) | Self::Every(number) => number != 0,
            Self::Range { from, to } => to.is_none_or(|to| to != 0 && from <= to),
        }
    }
}

/// Fault rules in order, and the seed for their probabilities. The first matching rule applies to a
/// request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultPlan {
    /// Seed. The same seed and the same requests give the same faults.
    pub seed: u64,
    /// Rules in order.
    pub rules: Vec<FaultRule>,
}

impl FaultPlan {
    /// Parses a plan.
    ///
    /// ```
    /// use contacts_sandbox::FaultPlan;
    ///
    /// let text = r#"{"seed": 7, "rules": [{"probability": 0.1, "fault": {"kind": "close"}}]}"#;
    /// assert_eq!(FaultPlan::from_json(text)?.rules.len(), 1);
    /// # Ok::<(), contacts_sandbox::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Malformed`] with line and column, if the text is not JSON, has an unknown member,
    /// or has a rule that can never match.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(Error::malformed("fault plan"))
    }
}

/// A parsed rule that may never match.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    operation: Option<Operation>,
    occurrence: Option<Occurrence>,
    probability: Option<f64>,
    times: Option<u32>,
    fault: Fault,
}

impl TryFrom<Unchecked> for FaultRule {
    type Error = &'static str;

    fn try_from(unchecked: Unchecked) -> Result<Self, Self::Error> {
        let Unchecked { operation, occurrence, probability, times, fault } = unchecked;
        if operation.is_some() && matches!(fault, Fault::Refuse { .. }) {
            return Err("`refuse` applies to connections; remove `operation`");
        }
        if !occurrence.is_none_or(Occurrence::is_possible) {
            return Err(
                "requests are counted from 1, and the end of a range must not be before its start",
            );
        }
        if !probability.is_none_or(|probability| (0.0..=1.0).contains(&probability)) {
            return Err("`probability` must be between 0 and 1");
        }
        if times == Some(0) {
            return Err("`times` must be at least 1");
        }
        Ok(Self { operation, occurrence, probability, times, fault })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_a_plan_is_reported_with_its_position() {
        for (rule, named) in [
            (r#"{"operation":"create","fault":{"kind":"refuse"}}"#, "refuse"),
            (r#"{"occurrence":{"nth":0},"fault":{"kind":"reset"}}"#, "counted"),
            (r#"{"occurrence":{"every":0},"fault":{"kind":"reset"}}"#, "counted"),
            (r#"{"occurrence":{"range":{"from":5,"to":4}},"fault":{"kind":"reset"}}"#, "range"),
            (r#"{"probability":1.5,"fault":{"kind":"reset"}}"#, "probability"),
            (r#"{"times":0,"fault":{"kind":"reset"}}"#, "times"),
            (r#"{"operation":"upsert","fault":{"kind":"reset"}}"#, "upsert"),
            (r#"{"fault":{"kind":"reset"},"fualt":1}"#, "fualt"),
            (r#"{"fault":{"kind":"reset","wehn":"after"}}"#, "wehn"),
        ] {
            let error =
                FaultPlan::from_json(&format!("{{\"rules\":[\n{rule}]}}")).unwrap_err().to_string();
            assert!(error.contains(named) && error.contains("line 2 column"), "{error}");
        }
    }

    #[test]
    fn a_fault_alone_applies_to_the_next_request() {
        let fault = Fault::Html { when: super::super::When::Before };
        assert_eq!(
            FaultRule::from_json(br#"{"kind":"html"}"#).unwrap(),
            FaultRule::new(fault.clone()).times(1)
        );
        assert_eq!(
            FaultRule::from_json(br#"{"fault":{"kind":"html"}}"#).unwrap(),
            FaultRule::new(fault)
        );
        assert!(FaultRule::from_json(b"nonsense").is_err());
    }

    #[test]
    fn occurrences_are_counted_from_one() {
        let numbers = |occurrence: Occurrence| {
            (1..=6).filter(|n| occurrence.contains(*n)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(Occurrence::Nth(2)), [2]);
        assert_eq!(numbers(Occurrence::Every(3)), [3, 6]);
        assert_eq!(numbers(Occurrence::Range { from: 2, to: Some(3) }), [2, 3]);
        assert_eq!(numbers(Occurrence::Range { from: 5, to: None }), [5, 6]);
    }
}
