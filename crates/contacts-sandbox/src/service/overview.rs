//! People on call by schedule, with names, for the web page.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use super::Service;
use crate::schedule::Node;
use crate::user::User;

/// A schedule, and who is on call now and next.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Overview<'a> {
    id: &'a str,
    name: &'a str,
    now: Vec<String>,
    next: Vec<String>,
}

impl Service {
    /// Returns who is on call now and next in every schedule, with names.
    pub(crate) fn overview(&self, now: Duration) -> Vec<Overview<'_>> {
        let opens = self.behaviour.open_teams;
        let overview = |schedule| {
            let (now, next) = (
                self.roster.on_call(schedule, now, opens),
                self.roster.next_on_call(schedule, now, opens),
            );
            Overview {
                id: &schedule.id,
                name: &schedule.name,
                now: self.people(&now),
                next: self.people(&next),
            }
        };
        self.roster.schedules().iter().map(overview).collect()
    }

    /// Returns each person and each unopened group once.
    fn people(&self, nodes: &[Node<'_>]) -> Vec<String> {
        let mut people = Vec::new();
        self.add_people(nodes, &mut people);
        let mut seen = BTreeSet::new();
        people.retain(|person| seen.insert(person.clone()));
        people
    }

    fn add_people(&self, nodes: &[Node<'_>], people: &mut Vec<String>) {
        for node in nodes {
            match node {
                Node::User { id, forwarded_from: None } => people.push(self.name(id).to_owned()),
                Node::User { id, forwarded_from: Some(from) } => {
                    people.push(format!("{} for {}", self.name(id), self.name(from)));
                }
                Node::Group { children: Some(children), .. } => self.add_people(children, people),
                Node::Group { kind, id, children: None } => {
                    let team = self.roster.team(id).map(|team| &team.name);
                    let name = team.or_else(|| self.roster.escalation(id).map(|found| &found.name));
                    let name = name.map_or(*id, String::as_str);
                    people.push(format!("{kind} {name}, not opened"));
                }
                Node::NoOne => people.push("no one".to_owned()),
            }
        }
    }

    /// Returns the name of a user, or the id if there is no such user.
    fn name<'a>(&'a self, account_id: &'a str) -> &'a str {
        let user = self.indexes.get(account_id).and_then(|index| self.users.get(*index));
        user.map_or(account_id, User::display_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overview_of_the_demo_shows_people_by_name() {
        let service = Service::demo();
        // The first day and the first week of the demo's rotations.
        let overview = service.overview(Duration::from_secs(1_578_297_600));
        let shown: Vec<_> = overview
            .iter()
            .map(|schedule| (schedule.name, schedule.now.join("; "), schedule.next.join("; ")))
            .collect();
        let own = |name, now: &str, next: &str| (name, now.to_owned(), next.to_owned());
        assert_eq!(
            shown,
            [
                own("Payments primary", "Ben Ode", "Ann Berg"),
                own(
                    "Platform",
                    "Cleo Park; Ann Berg; Ben Ode; Cleo Park for Dana Demo",
                    "team Night shift, not opened; Ben Ode"
                ),
            ]
        );
    }
}
