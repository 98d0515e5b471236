//! What was asked for.

use std::ops::Range;

pub(crate) const HELP: &str = "\
usage: contacts-conformance [--faults N] [--seed S] [--index I]

Runs the table of scenarios through both clients, then N faults drawn by lot from the seed. The last line of output is what was
found, as JSON. Exit codes: 0 nothing, 1 something, 2 wrong usage.

  --faults N   so many faults; none if it is left out
  --seed S     what they are drawn from; 0 if it is left out
  --index I    only the fault with this index, and not the table: to see again what was found";

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) faults: u64,
    pub(crate) seed: u64,
    pub(crate) index: Option<u64>,
    pub(crate) table: bool,
    pub(crate) help: bool,
}

impl Arguments {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            let mut number = || {
                let value = words.next().ok_or_else(|| format!("{word} needs a number"))?;
                value.parse().map_err(|_| format!("{word} needs a number, not `{value}`"))
            };
            match word.as_str() {
                "--faults" => arguments.faults = number()?,
                "--seed" => arguments.seed = number()?,
                "--index" => arguments.index = Some(number()?),
                "--help" | "-h" => arguments.help = true,
                _ => return Err(format!("there is no `{word}`")),
            }
        }
        arguments.table = arguments.index.is_none();
        Ok(arguments)
    }

    /// The faults that are wanted.
    pub(crate) fn indices(&self) -> Range<u64> {
        self.index.map_or(0..self.faults, |index| index..index.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments, String> {
        Arguments::parse(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn without_faults_there_is_the_table_alone() {
        let arguments = parse(&[]).unwrap();
        assert!(arguments.table && arguments.indices().is_empty());
    }

    #[test]
    fn a_fault_is_seen_again_by_its_seed_and_index() {
        let arguments = parse(&["--seed", "7", "--index", "12"]).unwrap();
        assert_eq!((arguments.seed, arguments.indices(), arguments.table), (7, 12..13, false));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for words in [&["--faults"][..], &["--faults", "many"], &["--seed", "-1"], &["table"]] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }
}
