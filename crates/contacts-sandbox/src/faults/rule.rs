//! Which requests a fault is for.

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use crate::error::Error;
use crate::operation::Operation;

/// A fault, and the requests it is for. Every condition that is given must hold.
///
/// ```
/// use contacts_sandbox::{Fault, FaultRule, Operation, When};
///
/// let rule = FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create).nth(2).times(1);
/// let text = r#"{"operation":"create","occurrence":{"nth":2},"times":1,"fault":{"kind":"reset","when":"after"}}"#;
/// assert_eq!(serde_json::to_string(&rule)?, text);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct FaultRule {
    /// The operation; none is every request, even one that is no operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// Which of the requests for that operation, counted from when the rule was armed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<Occurrence>,
    /// How likely, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// How often at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// What goes wrong.
    pub fault: Fault,
}

impl FaultRule {
    /// A rule for every request.
    pub fn new(fault: Fault) -> Self {
        Self { operation: None, occurrence: None, probability: None, times: None, fault }
    }

    /// For the requests of one operation. A [`Fault::Refuse`] knows no operations, and is for every connection.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// For one request alone, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.occurrence = Some(Occurrence::Nth(nth));
        self
    }

    /// For each request whose number, counted from 1, is a multiple.
    #[must_use]
    pub fn every(mut self, every: u64) -> Self {
        self.occurrence = Some(Occurrence::Every(every));
        self
    }

    /// For the requests from one number to another, both included, counted from 1.
    #[must_use]
    pub fn range(mut self, from: u64, to: u64) -> Self {
        self.occurrence = Some(Occurrence::Range { from, to: Some(to) });
        self
    }

    /// For some requests, chosen by the plan's seed: with 0 none, with 1 all.
    #[must_use]
    pub fn with_probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }

    /// So many times and no more.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Reads a rule, or a fault alone, which is then for the next request and no other.
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
        .map_err(Error::malformed("the fault"))
    }
}

/// The next request, whatever it is, and no other.
impl From<Fault> for FaultRule {
    fn from(fault: Fault) -> Self {
        Self::new(fault).times(1)
    }
}

/// Some of the requests that a rule sees, by number from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Occurrence {
    /// One alone.
    Nth(u64),
    /// Those whose number is a multiple.
    Every(u64),
    /// Those from one to another.
    Range {
        /// The first.
        from: u64,
        /// The last; all that follow if it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<u64>,
    },
}

impl Occurrence {
    pub(crate) fn contains(self, number: u64) -> bool {
        match self {
            Self::Nth(nth) => number == nth,
            Self::Every(every) => every != 0 && number.is_multiple_of(every),
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

/// Rules in order, and the seed from which every probability follows. For a request, the first that wants to fire
/// does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultPlan {
    /// The same seed and the same requests give the same faults.
    pub seed: u64,
    /// The rules.
    pub rules: Vec<FaultRule>,
}

impl FaultPlan {
    /// Reads a plan.
    ///
    /// ```
    /// use contacts_sandbox::FaultPlan;
    ///
    /// let text = r#"{"seed": 7, "rules": [{"operation": "list", "probability": 0.1, "fault": {"kind": "close"}}]}"#;
    /// assert_eq!(FaultPlan::from_json(text)?.rules.len(), 1);
    /// # Ok::<(), contacts_sandbox::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Malformed`] with line and column if it is not JSON, has a member that is not known, or a rule that
    /// can never fire.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(Error::malformed("the plan of faults"))
    }
}

/// A rule as it is written, which may be one that can never fire.
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
            return Err(
                "a connection is refused before its operation is known, so `refuse` takes no `operation`",
            );
        }
        if !occurrence.is_none_or(Occurrence::is_possible) {
            return Err("requests are counted from 1, and a range ends where it begins or later");
        }
        if !probability.is_none_or(|probability| (0.0..=1.0).contains(&probability)) {
            return Err("a probability is within 0 and 1");
        }
        if times == Some(0) {
            return Err("a rule fires once at least");
        }
        Ok(Self { operation, occurrence, probability, times, fault })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_with_a_mistake_is_refused_where_the_mistake_is() {
        for (rule, named) in [
            (r#"{"operation":"create","fault":{"kind":"refuse"}}"#, "refuse"),
            (r#"{"occurrence":{"nth":0},"fault":{"kind":"reset"}}"#, "counted"),
            (r#"{"occurrence":{"every":0},"fault":{"kind":"reset"}}"#, "counted"),
            (r#"{"occurrence":{"range":{"from":5,"to":4}},"fault":{"kind":"reset"}}"#, "range"),
            (r#"{"probability":1.5,"fault":{"kind":"reset"}}"#, "probability"),
            (r#"{"times":0,"fault":{"kind":"reset"}}"#, "once"),
            (r#"{"operation":"upsert","fault":{"kind":"reset"}}"#, "upsert"),
            (r#"{"fault":{"kind":"reset"},"fualt":1}"#, "fualt"),
            (r#"{"fault":{"kind":"reset","wehn":"after"}}"#, "wehn"),
        ] {
            let error = FaultPlan::from_json(&format!("{{\"rules\":[\n{rule}]}}")).unwrap_err().to_string();
            assert!(error.contains(named) && error.contains("line 2 column"), "{error}");
        }
    }

    #[test]
    fn a_fault_alone_is_for_the_next_request() {
        let fault = Fault::Html { when: super::super::When::Before };
        assert_eq!(
            FaultRule::from_json(br#"{"kind":"html"}"#).unwrap(),
            FaultRule::new(fault.clone()).times(1)
        );
        assert_eq!(FaultRule::from_json(br#"{"fault":{"kind":"html"}}"#).unwrap(), FaultRule::new(fault));
        assert!(FaultRule::from_json(b"nonsense").is_err());
    }

    #[test]
    fn occurrences_are_counted_from_one() {
        let numbers =
            |occurrence: Occurrence| (1..=6).filter(|n| occurrence.contains(*n)).collect::<Vec<_>>();
        assert_eq!(numbers(Occurrence::Nth(2)), [2]);
        assert_eq!(numbers(Occurrence::Every(3)), [3, 6]);
        assert_eq!(numbers(Occurrence::Range { from: 2, to: Some(3) }), [2, 3]);
        assert_eq!(numbers(Occurrence::Range { from: 5, to: None }), [5, 6]);
    }
}
