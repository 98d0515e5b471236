//! The metrics of an audit, in the text format of Prometheus.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fmt::{Display, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{
    findings::{Finding, Reachability, Row, Tally, users_with},
    on_call::{Coverage, CoverageState, When},
    rules::Rules,
};

/// Accepts a file that the textfile collector of node_exporter reads.
pub(crate) fn prom_file(path: PathBuf) -> Result<PathBuf, &'static str> {
    match path.extension() {
        Some(ending) if ending == "prom" => Ok(path),
        _ => Err("the name must end in .prom; node_exporter ignores other files"),
    }
}

/// Facts about the audit.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) finished: SystemTime,
    pub(crate) took: Duration,
    /// Number of users from the resume file.
    pub(crate) reused: usize,
}

/// The whole file.
pub(crate) fn text(
    path: &Path,
    rows: &[Row],
    tally: &Tally,
    rules: &Rules,
    schedules: &[Coverage],
    run: &Run,
) -> String {
    // Without this label, node_exporter would drop the metrics of a second audit.
    let audit = path.file_stem().map(OsStr::to_string_lossy).unwrap_or_default();
    let mut text = Text { out: String::new(), audit: &audit };

    text.gauge("users", "Users by reachability. Each user counts once.");
    for reachability in Reachability::ALL {
        let labels = [("reachability", reachability.word())];
        text.sample("users", &labels, tally.count(reachability));
    }
    text.gauge("users_with_finding", "Users by finding. A user can have several findings.");
    for finding in Finding::WORDS {
        let labels = [("finding", finding)];
        text.sample("users_with_finding", &labels, users_with(rows, finding));
    }
    if !rules.requirements.is_empty() {
        let help = "Users with no enabled contact that meets the requirement, \
                    without unreadable users.";
        text.gauge("users_without_required", help);
    }
    for requirement in &rules.requirements {
        let lacking = rows.iter().filter(|row| row.lacks(requirement)).count();
        let requirement = requirement.to_string();
        text.sample("users_without_required", &[("requirement", &requirement)], lacking);
    }
    if !schedules.is_empty() {
        text.on_call(rows, schedules);
    }
    text.gauge("users_from_resume_file", "Users whose contacts come from the --resume file.");
    text.sample("users_from_resume_file", &[], run.reused);
    text.gauge("duration_seconds", "Duration of the audit.");
    text.sample("duration_seconds", &[], run.took.as_secs_f64());
    let help = "Time when the audit finished, in seconds since 1970-01-01 UTC.";
    text.gauge("finished_timestamp_seconds", help);
    let finished = run.finished.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    text.sample("finished_timestamp_seconds", &[], finished.as_secs());
    text.out
}

/// Metrics with the label of this audit. Each name follows `contacts_audit_`.
struct Text<'a> {
    out: String,
    audit: &'a str,
}

impl Text<'_> {
    /// Begins a metric. All its samples must follow.
    fn gauge(&mut self, name: &str, help: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.write(format_args!("# HELP contacts_audit_{name} {help}\n"));
        self.write(format_args!("# TYPE contacts_audit_{name} gauge\n"));
    }

    /// The users of each schedule, now and next.
    fn on_call(&mut self, rows: &[Row], schedules: &[Coverage]) {
        let mut by_duty = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            for duty in &row.user.on_call {
                by_duty.entry((&duty.schedule, duty.when)).or_default().push(row);
            }
        }
        let read: Vec<_> =
            schedules.iter().filter(|it| it.state != CoverageState::Unreadable).collect();
        let duties: Vec<_> = read
            .iter()
            .flat_map(|schedule| [(*schedule, When::Now), (*schedule, When::Next)])
            .map(|(schedule, when)| {
                let users = by_duty.get(&(&schedule.id, when)).map_or(&[][..], Vec::as_slice);
                let (name, id) = (schedule.name.as_str(), schedule.id.as_str());
                ([("schedule", name), ("schedule_id", id), ("when", when.word())], users)
            })
            .collect();
        self.gauge("on_call_users", "Users on call, by schedule, now and next.");
        for (labels, users) in &duties {
            self.sample("on_call_users", labels, users.len());
        }
        let help = "Users on call by finding. A user can have several findings.";
        self.gauge("on_call_users_with_finding", help);
        for ([schedule, id, when], users) in &duties {
            for finding in Finding::WORDS {
                let count = users.iter().filter(|row| row.has(finding)).count();
                let labels = [*schedule, *id, *when, ("finding", finding)];
                self.sample("on_call_users_with_finding", &labels, count);
            }
        }
        self.gauge("unreadable_schedules", "Schedules that could not be read.");
        self.sample("unreadable_schedules", &[], schedules.len() - read.len());
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels = [("audit", self.audit)].into_iter().chain(labels.iter().copied());
        let labels: Vec<_> =
            labels.map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        self.write(format_args!("contacts_audit_{name}{{{}}} {value}\n", labels.join(",")));
    }

    fn write(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(line);
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use contacts_ureq::{AccountId, Contact};
    use proptest::{collection::vec, prelude::*};

    use super::{
        super::{
            findings::{
                User,
                tests::{assess, contacts},
            },
            rules::tests::{requirement, rules},
        },
        *,
    };
    use crate::error::Failure;

    /// A metric name with its labels.
    type Series = (String, Vec<(String, String)>);

    /// Reads the text format of Prometheus. Panics at anything that the format does not allow.
    fn read(text: &str) -> BTreeMap<Series, f64> {
        assert!(text.ends_with('\n'));
        let (mut all, mut family, mut families) = (BTreeMap::new(), "", Vec::new());
        let mut lines = text.strip_suffix('\n').unwrap().split('\n');
        while let Some(line) = lines.next() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').unwrap();
                assert_eq!(lines.next().unwrap(), format!("# TYPE {name} gauge"));
                assert!(!help.is_empty() && !families.contains(&name), "{name}");
                family = name;
                families.push(name);
                continue;
            }
            let (name, rest) = line.split_once('{').unwrap();
            assert_eq!(name, family, "each sample follows its own metric");
            let (labels, rest) = labels(rest);
            let value = rest.strip_prefix(' ').unwrap().parse().unwrap();
            let previous = all.insert((name.to_owned(), labels), value);
            assert_eq!(previous, None, "twice: {line}");
        }
        all
    }

    /// Reads labels up to `}`. Returns the rest of the line.
    fn labels(mut text: &str) -> (Vec<(String, String)>, &str) {
        let mut labels = Vec::new();
        loop {
            let (name, rest) = text.split_once("=\"").unwrap();
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
            let (mut value, mut chars) = (String::new(), rest.chars());
            loop {
                match chars.next().unwrap() {
                    '"' => break,
                    '\\' => value.push(match chars.next().unwrap() {
                        'n' => '\n',
                        escaped @ ('\\' | '"') => escaped,
                        other => panic!("\\{other} is not an escape sequence"),
                    }),
                    other => value.push(other),
                }
            }
            labels.push((name.to_owned(), value));
            match chars.next().unwrap() {
                ',' => text = chars.as_str(),
                '}' => return (labels, chars.as_str()),
                other => panic!("{other} after a label"),
            }
        }
    }

    /// `None` is a user that could not be read.
    fn row(contacts: Option<&[Contact]>, rules: &Rules) -> Row {
        match contacts {
            Some(contacts) => assess(contacts, rules),
            None => {
                let user = User::new(AccountId::new("ann").unwrap());
                Row::new(user, Err(Failure::local("no answer")), rules)
            }
        }
    }

    fn written(path: &str, rows: &[Row], rules: &Rules, run: &Run) -> BTreeMap<Series, f64> {
        let mut tally = Tally::default();
        rows.iter().for_each(|row| tally.add(row));
        read(&text(Path::new(path), rows, &tally, rules, &[], run))
    }

    fn run(reused: usize) -> Run {
        let finished = SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_323_045_678);
        Run { finished, took: Duration::from_millis(1500), reused }
    }

    fn count(number: usize) -> f64 {
        f64::from(u32::try_from(number).unwrap())
    }

    proptest! {
        #[test]
        fn the_text_is_read_back_as_counted(
            users in vec(prop::option::weighted(0.9, contacts()), 0..9),
            rules in rules(), name in "(?s)[a\\\\\"\n{},= é]{1,8}",
        ) {
            let rows: Vec<_> = users.iter().map(|contacts| row(contacts.as_deref(), &rules)).collect();
            let all = written(&format!("{name}.prom"), &rows, &rules, &run(7));
            let get = |metric: &str, label: Option<(&str, &str)>| {
                let audit = [("audit", &*name)].into_iter().chain(label);
                let labels = audit.map(|(name, value)| (name.to_owned(), value.to_owned()));
                all.get(&(format!("contacts_audit_{metric}"), labels.collect())).copied()
            };
            for reachability in Reachability::ALL {
                let expected = rows.iter().filter(|row| row.reachability == reachability).count();
                let found = get("users", Some(("reachability", reachability.word())));
                prop_assert_eq!(found, Some(count(expected)));
            }
            for finding in Finding::WORDS {
                let has = |row: &&Row| row.findings.iter().any(|it| it.word() == finding);
                let expected = rows.iter().filter(has).count();
                let found = get("users_with_finding", Some(("finding", finding)));
                prop_assert_eq!(found, Some(count(expected)));
            }
            for requirement in &rules.requirements {
                let expected = rows.iter().filter(|row| row.lacks(requirement)).count();
                let found = get("users_without_required", Some(("requirement", &requirement.to_string())));
                prop_assert_eq!(found, Some(count(expected)));
            }
            prop_assert_eq!(get("users_from_resume_file", None), Some(7.0));
            prop_assert_eq!(get("duration_seconds", None), Some(1.5));
            prop_assert_eq!(get("finished_timestamp_seconds", None), Some(1_767_323_045.0));
            prop_assert_eq!(all.len(), 17 + rules.requirements.len());
            let users: f64 = all.iter().filter(|((name, _), _)| name == "contacts_audit_users").map(|(_, value)| value).sum();
            prop_assert_eq!(users, count(rows.len()));
        }
    }

    #[test]
    fn a_metric_has_help_type_and_the_name_of_the_file_as_label() {
        let rules = Rules::new(&[requirement("sms|voice")], 2);
        let rows = [row(Some(&[]), &rules)];
        let mut tally = Tally::default();
        tally.add(&rows[0]);
        let text = text(Path::new("/var/lib/on-call.prom"), &rows, &tally, &rules, &[], &run(0));
        let expected = "# HELP contacts_audit_users_without_required Users with no enabled contact \
                        that meets the requirement, without unreadable users.\n\
                        # TYPE contacts_audit_users_without_required gauge\n\
                        contacts_audit_users_without_required{audit=\"on-call\",requirement=\"sms|voice\"} 1\n";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn other_names_than_prom_files_are_rejected() {
        for name in ["a.prom", "/x/a.b.prom", "ä.prom"] {
            assert_eq!(prom_file(name.into()), Ok(name.into()));
        }
        for name in
            ["", "-", "a", ".prom", "prom", "a.prom.tmp", "a.PROM", "/dev/stdout", "a.prom/.."]
        {
            assert!(prom_file(name.into()).is_err(), "{name}");
        }
    }
}
