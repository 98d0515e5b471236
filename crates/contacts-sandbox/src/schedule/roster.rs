//! All schedules with their teams, escalations and forwardings, and the people behind them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Escalation, Forwarding, Participant, Schedule, Team};

/// Everything that says who is on call, with an index by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    schedules: Vec<Schedule>,
    /// Index in `schedules` by schedule id.
    indexes: BTreeMap<String, usize>,
    teams: BTreeMap<String, Team>,
    escalations: BTreeMap<String, Escalation>,
    /// By the account id of the user who is replaced.
    forwardings: BTreeMap<String, Vec<Forwarding>>,
}

/// A participant on call, with the people that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node<'a> {
    User {
        id: &'a str,
        /// Account id of the user who forwarded the duty.
        forwarded_from: Option<&'a str>,
    },
    Group {
        /// `team` or `escalation`.
        kind: &'static str,
        id: &'a str,
        /// `None`: the service does not open it.
        children: Option<Vec<Self>>,
    },
    NoOne,
}

impl Roster {
    /// Adds a schedule, or replaces the one with the same id.
    pub(crate) fn add_schedule(&mut self, schedule: Schedule) {
        let index = *self.indexes.entry(schedule.id.clone()).or_insert(self.schedules.len());
        match self.schedules.get_mut(index) {
            Some(known) => *known = schedule,
            None => self.schedules.push(schedule),
        }
    }

    /// Adds a team, or replaces the one with the same id.
    pub(crate) fn add_team(&mut self, team: Team) {
        self.teams.insert(team.id.clone(), team);
    }

    /// Adds an escalation, or replaces the one with the same id.
    pub(crate) fn add_escalation(&mut self, escalation: Escalation) {
        self.escalations.insert(escalation.id.clone(), escalation);
    }

    /// Adds a forwarding. The first one that applies counts.
    pub(crate) fn add_forwarding(&mut self, forwarding: Forwarding) {
        self.forwardings.entry(forwarding.from.clone()).or_default().push(forwarding);
    }

    /// Returns the schedules in the order of addition.
    pub(crate) fn schedules(&self) -> &[Schedule] {
        &self.schedules
    }

    pub(crate) fn schedule(&self, id: &str) -> Option<&Schedule> {
        self.schedules.get(*self.indexes.get(id)?)
    }

    pub(crate) fn teams(&self) -> impl Iterator<Item = &Team> {
        self.teams.values()
    }

    pub(crate) fn team(&self, id: &str) -> Option<&Team> {
        self.teams.get(id)
    }

    pub(crate) fn escalations(&self) -> impl Iterator<Item = &Escalation> {
        self.escalations.values()
    }

    pub(crate) fn escalation(&self, id: &str) -> Option<&Escalation> {
        self.escalations.get(id)
    }

    pub(crate) fn forwardings(&self) -> impl Iterator<Item = &Forwarding> {
        self.forwardings.values().flatten()
    }

    /// Returns who is on call at a time: one node for each rotation with a
    /// current turn.
    pub(crate) fn on_call<'a>(
        &'a self,
        schedule: &'a Schedule,
        at: Duration,
        opens_teams: bool,
    ) -> Vec<Node<'a>> {
        let turns = schedule.rotations.iter().filter_map(|rotation| rotation.on_call(at));
        turns.map(|participant| self.opening(at, opens_teams).node(participant)).collect()
    }

    /// Returns who is on call in the next turn of each rotation. A forwarding counts if it applies
    /// at the start of this turn.
    pub(crate) fn next_on_call<'a>(
        &'a self,
        schedule: &'a Schedule,
        at: Duration,
        opens_teams: bool,
    ) -> Vec<Node<'a>> {
        let turns = schedule.rotations.iter().filter_map(|rotation| rotation.next_on_call(at));
        turns.map(|(participant, at)| self.opening(at, opens_teams).node(participant)).collect()
    }

    fn opening(&self, at: Duration, opens_teams: bool) -> Opening<'_> {
        Opening { roster: self, at, opens_teams, path: Vec::new() }
    }

    /// Returns the user and all users who forward duties to the user at any time.
    pub(crate) fn replaced_by<'a>(&'a self, account_id: &'a str) -> BTreeSet<&'a str> {
        let to = self.forwardings().filter(|forwarding| forwarding.to == account_id);
        to.map(|forwarding| forwarding.from.as_str()).chain([account_id]).collect()
    }

    /// Returns `true` if a schedule is shown to a user: a member of its team, or one of `people`
    /// who participates in a rotation, directly, by a team or by an escalation.
    pub(crate) fn shows(
        &self,
        schedule: &Schedule,
        account_id: &str,
        people: &BTreeSet<&str>,
    ) -> bool {
        let team = schedule.team_id.as_deref().and_then(|id| self.team(id));
        if team.is_some_and(|team| team.members.iter().any(|member| member == account_id)) {
            return true;
        }
        let mut open: Vec<_> =
            schedule.rotations.iter().flat_map(|rotation| &rotation.participants).collect();
        let mut seen = BTreeSet::new();
        while let Some(participant) = open.pop() {
            match participant {
                Participant::User { id } if people.contains(id.as_str()) => return true,
                Participant::Team { id } => {
                    let members = self.team(id).map_or(&[][..], |team| &team.members);
                    if members.iter().any(|member| people.contains(member.as_str())) {
                        return true;
                    }
                }
                Participant::Escalation { id } if seen.insert(id) => {
                    open.extend(self.escalation(id).iter().flat_map(|found| &found.recipients));
                }
                _ => {}
            }
        }
        false
    }
}

/// Opens teams and escalations at a time.
struct Opening<'a> {
    roster: &'a Roster,
    at: Duration,
    opens_teams: bool,
    /// Ids of the escalations around the current participant.
    path: Vec<&'a str>,
}

impl<'a> Opening<'a> {
    fn node(&mut self, participant: &'a Participant) -> Node<'a> {
        match participant {
            Participant::NoOne => Node::NoOne,
            Participant::User { id } => self.user(id),
            Participant::Team { id } => {
                let team = self.roster.team(id).filter(|team| self.opens_teams && team.opened);
                let children =
                    team.map(|team| team.members.iter().map(|id| self.user(id)).collect());
                Node::Group { kind: "team", id, children }
            }
            Participant::Escalation { id } => {
                let mut found = self.roster.escalation(id);
                if self.path.contains(&id.as_str()) {
                    found = None;
                }
                self.path.push(id);
                let children = found
                    .map(|found| found.recipients.iter().map(|next| self.node(next)).collect());
                self.path.pop();
                Node::Group { kind: "escalation", id, children }
            }
        }
    }

    fn user(&self, id: &'a str) -> Node<'a> {
        let mut forwardings = self.roster.forwardings.get(id).into_iter().flatten();
        match forwardings.find(|forwarding| forwarding.applies(self.at)) {
            Some(forwarding) => Node::User { id: &forwarding.to, forwarded_from: Some(id) },
            None => Node::User { id, forwarded_from: None },
        }
    }
}

impl<'a> Node<'a> {
    /// Returns each user once, in the order of the tree.
    pub(crate) fn users(nodes: &[Self]) -> Vec<&'a str> {
        fn add<'a>(nodes: &[Node<'a>], seen: &mut BTreeSet<&'a str>, users: &mut Vec<&'a str>) {
            for node in nodes {
                match node {
                    Node::User { id, .. } if seen.insert(id) => users.push(id),
                    Node::Group { children: Some(children), .. } => add(children, seen, users),
                    _ => {}
                }
            }
        }
        let mut users = Vec::new();
        add(nodes, &mut BTreeSet::new(), &mut users);
        users
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{Rotation, RotationType};

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn schedule(participants: impl IntoIterator<Item = Participant>) -> Schedule {
        let rotation = |participant| {
            Rotation::new("r", RotationType::Daily, Duration::ZERO).with_participants([participant])
        };
        participants.into_iter().fold(Schedule::new("s", "S"), |schedule, participant| {
            schedule.with_rotation(rotation(participant))
        })
    }

    fn user(id: &str) -> Node<'_> {
        Node::User { id, forwarded_from: None }
    }

    #[test]
    fn teams_and_escalations_are_opened_and_each_user_counts_once() {
        let mut roster = Roster::default();
        roster.add_team(Team::new("t", "T").with_members(["a", "b"]));
        roster.add_team(Team::new("dark", "Dark").with_members(["c"]).unopened());
        let recipients = ["t", "dark", "unknown"].map(Participant::team);
        roster.add_escalation(Escalation::new("e", "E").with_recipients(recipients));
        let schedule =
            schedule([Participant::user("b"), Participant::escalation("e"), Participant::NoOne]);

        let nodes = roster.on_call(&schedule, NOW, true);
        let team = |id, children| Node::Group { kind: "team", id, children };
        let opened = vec![
            team("t", Some(vec![user("a"), user("b")])),
            team("dark", None),
            team("unknown", None),
        ];
        let escalation = Node::Group { kind: "escalation", id: "e", children: Some(opened) };
        assert_eq!(nodes, [user("b"), escalation, Node::NoOne]);
        assert_eq!(Node::users(&nodes), ["b", "a"]);
        assert_eq!(Node::users(&roster.on_call(&schedule, NOW, false)), ["b"]);
    }

    #[test]
    fn an_escalation_inside_itself_is_not_opened_again() {
        let mut roster = Roster::default();
        let inner = [Participant::user("a"), Participant::escalation("outer")];
        roster.add_escalation(Escalation::new("inner", "I").with_recipients(inner));
        let outer = [Participant::escalation("inner"), Participant::escalation("inner")];
        roster.add_escalation(Escalation::new("outer", "O").with_recipients(outer));
        let schedule = schedule([Participant::escalation("outer")]);

        let nodes = roster.on_call(&schedule, NOW, true);
        let group = |id, children| Node::Group { kind: "escalation", id, children };
        let inner = || group("inner", Some(vec![user("a"), group("outer", None)]));
        assert_eq!(nodes, [group("outer", Some(vec![inner(), inner()]))]);
        assert!(!roster.shows(&schedule, "b", &BTreeSet::from(["b"])));
    }

    #[test]
    fn a_forwarded_duty_is_shown_with_the_user_who_forwarded_it() {
        let times = |from, to| Duration::from_secs(from)..Duration::from_secs(to);
        let day = 86_400;
        let mut roster = Roster::default();
        roster.add_forwarding(Forwarding::new("a", "b", times(day, 2 * day)));
        roster.add_forwarding(Forwarding::new("b", "c", times(0, 9 * day)));
        let schedule = schedule([Participant::user("a")]);
        let now = |at| roster.on_call(&schedule, Duration::from_secs(at), true);
        let next = |at| roster.next_on_call(&schedule, Duration::from_secs(at), true);

        let forwarded = || Node::User { id: "b", forwarded_from: Some("a") };
        assert_eq!(now(day - 1), [user("a")]);
        assert_eq!(now(day), [forwarded()]);
        assert_eq!(now(2 * day), [user("a")]);
        assert_eq!(next(day - 1), [forwarded()]);
        assert_eq!(next(day), [user("a")]);
    }

    #[test]
    fn a_schedule_is_shown_to_its_team_and_to_those_who_can_be_on_call() {
        let mut roster = Roster::default();
        roster.add_team(Team::new("owners", "O").with_members(["owner"]));
        roster.add_team(Team::new("t", "T").with_members(["member"]).unopened());
        let recipients = [Participant::user("recipient"), Participant::team("t")];
        roster.add_escalation(Escalation::new("e", "E").with_recipients(recipients));
        roster.add_forwarding(Forwarding::new("direct", "target", NOW..NOW));
        let schedule = schedule([Participant::user("direct"), Participant::escalation("e")]);
        let schedule = schedule.with_team("owners");

        let shown = |id| roster.shows(&schedule, id, &roster.replaced_by(id));
        for id in ["owner", "member", "recipient", "direct", "target"] {
            assert!(shown(id), "{id}");
        }
        assert!(!shown("stranger") && !shown("owners") && !shown("t"));
    }
}
