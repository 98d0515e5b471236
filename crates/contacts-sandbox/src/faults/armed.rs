//! Armed rules and their counters.

use serde::Serialize;

use super::fault::{End, Fault};
use super::rule::{FaultPlan, FaultRule};
use crate::operation::Operation;
use crate::splitmix::SplitMix;

/// The armed rules, with counters.
#[derive(Debug)]
pub(crate) struct Armed {
    seed: u64,
    count: u64,
    rules: Vec<ArmedRule>,
}

/// An armed rule, with counters.
#[derive(Debug, Serialize)]
pub(crate) struct ArmedRule {
    rule: FaultRule,
    seen: u64,
    fired: u32,
    #[serde(skip)]
    random: SplitMix,
}

impl Armed {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        let mut armed = Self { seed: plan.seed, count: 0, rules: Vec::new() };
        for rule in plan.rules {
            armed.arm(rule);
        }
        armed
    }

    /// Adds a rule after the others.
    pub(crate) fn arm(&mut self, rule: FaultRule) {
        // Each rule has its own generator, so that a new rule does not change the others.
        let random = SplitMix::stream(self.seed, self.count);
        self.count += 1;
        self.rules.push(ArmedRule { rule, seen: 0, fired: 0, random });
    }

    pub(crate) fn disarm(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn rules(&self) -> &[ArmedRule] {
        &self.rules
    }

    /// Returns the end of a new connection, if a rule refuses it.
    pub(crate) fn for_connection(&mut self) -> Option<End> {
        let fault = self.first(|rule| matches!(rule.fault, Fault::Refuse { .. }))?;
        if let Fault::Refuse { end } = fault { Some(end) } else { None }
    }

    /// Returns the fault of a request, if any.
    pub(crate) fn for_request(&mut self, operation: Option<Operation>) -> Option<Fault> {
        self.first(|rule| {
            !matches!(rule.fault, Fault::Refuse { .. })
                && (rule.operation.is_none() || rule.operation == operation)
        })
    }

    /// Every applicable rule counts the request, so that rules do not depend on each other.
    fn first(&mut self, applies: impl Fn(&FaultRule) -> bool) -> Option<Fault> {
        let mut first = None;
        for armed in self.rules.iter_mut().filter(|armed| applies(&armed.rule)) {
            if armed.matches() && first.is_none() {
                armed.fired += 1;
                first = Some(armed.rule.fault.clone());
            }
        }
        first
    }
}

impl ArmedRule {
    fn matches(&mut self) -> bool {
        self.seen += 1;
        self.rule.occurrence.is_none_or(|occurrence| occurrence.contains(self.seen))
            && self.rule.times.is_none_or(|times| self.fired < times)
            && self.rule.probability.is_none_or(|probability| self.random.chance(probability))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::When;

    const RESET: Fault = Fault::Reset { when: When::Before };
    const CLOSE: Fault = Fault::Close { when: When::Before };

    fn armed(rules: impl IntoIterator<Item = FaultRule>) -> Armed {
        Armed::new(FaultPlan { seed: 42, rules: rules.into_iter().collect() })
    }

    fn fired(armed: &mut Armed, operation: Operation, requests: u32) -> Vec<u32> {
        (1..=requests).filter(|_| armed.for_request(Some(operation)).is_some()).collect()
    }

    #[test]
    fn a_rule_counts_only_its_operation() {
        let mut armed = armed([FaultRule::new(RESET).on(Operation::Create).nth(2)]);
        assert_eq!(armed.for_request(Some(Operation::List)), None);
        assert_eq!(armed.for_request(Some(Operation::Create)), None);
        assert_eq!(armed.for_request(None), None);
        assert_eq!(armed.for_request(Some(Operation::Create)), Some(RESET));
        assert_eq!(armed.for_request(Some(Operation::Create)), None);
    }

    #[test]
    fn a_rule_fires_at_most_the_given_number_of_times() {
        let mut armed = armed([FaultRule::new(RESET).every(2).times(2)]);
        assert_eq!(fired(&mut armed, Operation::Get, 10), [2, 4]);
    }

    #[test]
    fn only_the_first_matching_rule_fires() {
        let mut armed = armed([FaultRule::new(RESET).nth(1), FaultRule::new(CLOSE).times(1)]);
        assert_eq!(armed.for_request(None), Some(RESET));
        assert_eq!(armed.for_request(None), Some(CLOSE));
        assert_eq!(armed.for_request(None), None);
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let rules = || [FaultRule::new(RESET).with_probability(0.3)];
        let one = fired(&mut armed(rules()), Operation::List, 200);
        assert_eq!(one, fired(&mut armed(rules()), Operation::List, 200));
        assert!((30..90).contains(&one.len()), "{one:?}");
        let mut other = Armed::new(FaultPlan { seed: 43, rules: rules().to_vec() });
        assert_ne!(one, fired(&mut other, Operation::List, 200));
    }

    #[test]
    fn only_refuse_rules_count_connections() {
        let mut armed = armed([
            FaultRule::new(Fault::Refuse { end: End::Close }).nth(2),
            FaultRule::new(RESET),
        ]);
        assert_eq!(armed.for_connection(), None);
        assert_eq!(armed.for_request(None), Some(RESET));
        assert_eq!(armed.for_connection(), Some(End::Close));
    }

    #[test]
    fn nothing_fires_after_disarming() {
        let mut armed = armed([FaultRule::new(RESET)]);
        armed.disarm();
        assert_eq!(armed.for_request(None), None);
        assert!(armed.rules().is_empty());
    }
}
