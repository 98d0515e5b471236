//! The rules at work: what has been seen, what has fired, what fires now.

use serde::Serialize;

use super::fault::{End, Fault};
use super::rule::{FaultPlan, FaultRule};
use crate::operation::Operation;
use crate::splitmix::SplitMix;

/// The rules that are armed, and how far each has come.
#[derive(Debug)]
pub(crate) struct Armed {
    seed: u64,
    count: u64,
    rules: Vec<ArmedRule>,
}

/// A rule, and how far it has come.
#[derive(Debug, Serialize)]
pub(crate) struct ArmedRule {
    rule: FaultRule,
    seen: u64,
    fired: u32,
    #[serde(skip)]
    dice: SplitMix,
}

impl Armed {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        let mut armed = Self { seed: plan.seed, count: 0, rules: Vec::new() };
        for rule in plan.rules {
            armed.arm(rule);
        }
        armed
    }

    /// Adds a rule behind the others.
    pub(crate) fn arm(&mut self, rule: FaultRule) {
        // Dice of its own for each rule, so that one more rule does not change what the others do.
        let dice = SplitMix::stream(self.seed, self.count);
        self.count += 1;
        self.rules.push(ArmedRule { rule, seen: 0, fired: 0, dice });
    }

    pub(crate) fn disarm(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn rules(&self) -> &[ArmedRule] {
        &self.rules
    }

    /// How the connection that was just accepted ends, if it is refused.
    pub(crate) fn for_connection(&mut self) -> Option<End> {
        let fault = self.first(|rule| matches!(rule.fault, Fault::Refuse { .. }))?;
        if let Fault::Refuse { end } = fault { Some(end) } else { None }
    }

    /// What goes wrong with a request, if anything.
    pub(crate) fn for_request(&mut self, operation: Option<Operation>) -> Option<Fault> {
        self.first(|rule| {
            !matches!(rule.fault, Fault::Refuse { .. })
                && (rule.operation.is_none() || rule.operation == operation)
        })
    }

    /// Every rule concerned counts, whichever fires: so what a rule does depends on no other.
    fn first(&mut self, concerned: impl Fn(&FaultRule) -> bool) -> Option<Fault> {
        let mut first = None;
        for armed in self.rules.iter_mut().filter(|armed| concerned(&armed.rule)) {
            if armed.wants() && first.is_none() {
                armed.fired += 1;
                first = Some(armed.rule.fault.clone());
            }
        }
        first
    }
}

impl ArmedRule {
    fn wants(&mut self) -> bool {
        self.seen += 1;
        self.rule.occurrence.is_none_or(|occurrence| occurrence.contains(self.seen))
            && self.rule.times.is_none_or(|times| self.fired < times)
            && self.rule.probability.is_none_or(|probability| self.dice.chance(probability))
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
    fn a_rule_counts_its_own_operation_only() {
        let mut armed = armed([FaultRule::new(RESET).on(Operation::Create).nth(2)]);
        assert_eq!(armed.for_request(Some(Operation::List)), None);
        assert_eq!(armed.for_request(Some(Operation::Create)), None);
        assert_eq!(armed.for_request(None), None);
        assert_eq!(armed.for_request(Some(Operation::Create)), Some(RESET));
        assert_eq!(armed.for_request(Some(Operation::Create)), None);
    }

    #[test]
    fn a_rule_fires_so_many_times_and_no_more() {
        let mut armed = armed([FaultRule::new(RESET).every(2).times(2)]);
        assert_eq!(fired(&mut armed, Operation::Get, 10), [2, 4]);
    }

    #[test]
    fn the_first_rule_wins_and_the_second_keeps_its_shots() {
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
    fn refusals_count_connections_and_nothing_else_does() {
        let mut armed =
            armed([FaultRule::new(Fault::Refuse { end: End::Close }).nth(2), FaultRule::new(RESET)]);
        assert_eq!(armed.for_connection(), None);
        assert_eq!(armed.for_request(None), Some(RESET));
        assert_eq!(armed.for_connection(), Some(End::Close));
    }

    #[test]
    fn nothing_fires_once_disarmed() {
        let mut armed = armed([FaultRule::new(RESET)]);
        armed.disarm();
        assert_eq!(armed.for_request(None), None);
        assert!(armed.rules().is_empty());
    }
}
