//! Laws of who is on call: no one in the tree is lost, and what is not known is reported.

use contacts_proto::{
    AccountId, Error, GetNextOnCalls, GetOnCalls, OnCalls, Operation, Participant, ParticipantKind,
    ScheduleId, Unopened, UnopenedReason,
};
use proptest::{option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use crate::support::{self, accounts, answer};

/// A node of the service's tree.
#[derive(Debug, Clone)]
struct Node {
    kind: &'static str,
    id: Option<String>,
    handed_on_by: Option<String>,
    children: Vec<Self>,
    /// Name of the member with the children.
    member: &'static str,
}

impl Node {
    fn json(&self) -> Value {
        let mut json = Map::new();
        json.insert("type".into(), self.kind.into());
        json.extend(self.id.iter().map(|id| ("id".into(), json!(id))));
        let from = self.handed_on_by.iter();
        json.extend(from.map(|id| ("forwardedFrom".into(), json!({"type": "user", "id": id}))));
        if !self.children.is_empty() {
            let children: Vec<_> = self.children.iter().map(Self::json).collect();
            json.insert(self.member.into(), children.into());
        }
        json.into()
    }

    /// Returns this node and all below it.
    fn all(&self) -> Vec<&Self> {
        let below = self.children.iter().flat_map(Self::all);
        std::iter::once(self).chain(below).collect()
    }

    /// Returns the account id of a user, if the service sends a valid one.
    fn user(&self) -> Option<AccountId> {
        AccountId::new(self.id.as_deref().filter(|_| self.kind == "user")?).ok()
    }

    /// Returns `true` if the tree shows who is on call here, or that no one is.
    fn is_open(&self) -> bool {
        self.all().iter().any(|node| matches!(node.kind, "user" | "noone" | "none"))
    }
}

fn nodes() -> impl Strategy<Value = Node> {
    let kind = select(vec!["user", "user", "team", "escalation", "noone", "none", "bot", ""]);
    let id = option::weighted(
        0.9,
        prop_oneof!["[a-f]", "[a-f]{0,2}", accounts().prop_map(String::from), any::<String>()],
    );
    let member = select(vec!["onCallParticipants", "nextOnCallParticipants"]);
    let from = option::of("from-[0-9]{1,3}");
    let node = (kind, id, from, member).prop_filter_map(
        "a participant has a type or an id",
        |(kind, id, handed_on_by, member)| {
            let has_id = id.as_ref().is_some_and(|id| !id.is_empty());
            let children = Vec::new();
            (!kind.is_empty() || has_id).then_some(Node {
                kind,
                id,
                handed_on_by,
                children,
                member,
            })
        },
    );
    node.clone().prop_recursive(5, 24, 4, move |inner| {
        (node.clone(), prop::collection::vec(inner, 0..5))
            .prop_map(|(node, children)| Node { children, ..node })
    })
}

fn trees() -> impl Strategy<Value = Vec<Node>> {
    prop::collection::vec(nodes(), 0..5)
}

fn all(trees: &[Node]) -> Vec<&Node> {
    trees.iter().flat_map(Node::all).collect()
}

fn schedule() -> ScheduleId {
    ScheduleId::new("s1").unwrap()
}

/// Reads a body with both operations, which read the same.
fn read(body: &Value) -> Result<OnCalls, Error> {
    let body = body.to_string();
    let response = || answer(200, body.as_bytes());
    let now = GetOnCalls::new(schedule()).response(response());
    let next = GetNextOnCalls::new(schedule()).response(response());
    assert_eq!(now.as_ref().ok(), next.as_ref().ok());
    now
}

fn on_calls(member: &str, trees: &[Node], users: &[String]) -> OnCalls {
    let trees: Vec<_> = trees.iter().map(Node::json).collect();
    read(&json!({(member): trees, "onCallUsers": users})).unwrap()
}

proptest! {
    #[test]
    fn every_user_in_the_tree_and_in_the_list_is_on_call_once(
        member in select(vec!["onCallParticipants", "nextOnCallParticipants"]),
        trees in trees(),
        users in prop::collection::vec(prop_oneof!["[a-f]", any::<String>()], 0..4),
    ) {
        let on_calls = on_calls(member, &trees, &users);
        let mut ids = on_calls.account_ids();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "each once");

        let listed = users.iter().filter_map(|id| AccountId::new(id.as_str()).ok());
        let mut expected: Vec<_> =
            all(&trees).iter().filter_map(|node| node.user()).chain(listed).collect();
        expected.sort();
        expected.dedup();
        prop_assert_eq!(ids, expected);
    }

    #[test]
    fn every_participant_whose_users_are_not_shown_is_unopened(
        trees in trees(),
        users in prop::collection::vec(any::<String>(), 0..4),
    ) {
        let on_calls = on_calls("onCallParticipants", &trees, &users);
        let unopened = on_calls.unopened();
        let is_unopened = |kind: ParticipantKind, id: &Option<String>| {
            let id = id.clone().filter(|id| !id.is_empty());
            unopened.iter().any(|one| one.kind == kind && one.id == id)
        };
        for node in all(&trees) {
            let kind = ParticipantKind::from(node.kind);
            match kind {
                ParticipantKind::NoOne => {}
                ParticipantKind::User => prop_assert!(
                    node.user().is_some() || is_unopened(kind, &node.id), "{:?}", node
                ),
                _ => prop_assert!(node.is_open() || is_unopened(kind, &node.id), "{:?}", node),
            }
        }
        for id in users.iter().filter(|id| AccountId::new(id.as_str()).is_err()) {
            let kept = Some(id.clone());
            prop_assert!(
                unopened.iter().any(|one| one.kind == ParticipantKind::User && one.id == kept),
                "{:?}", id
            );
        }
        let mut once = unopened.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), unopened.len(), "each once");
    }

    #[test]
    fn an_open_tree_without_loops_has_nothing_unopened(trees in trees()) {
        let is_open = |node: &&Node| match node.kind {
            "user" => node.user().is_some(),
            _ => node.is_open(),
        };
        let unopened = on_calls("onCallParticipants", &trees, &[]).unopened();
        let is_loop = |one: &Unopened| one.reason == UnopenedReason::Loop;
        if all(&trees).iter().all(is_open) {
            prop_assert!(unopened.iter().all(is_loop), "{:?}", unopened);
        }
    }

    #[test]
    fn any_json_is_read_or_is_a_typed_error(body in support::json()) {
        match read(&body) {
            Ok(on_calls) => {
                let shown = on_calls.unopened().iter().map(ToString::to_string).collect::<String>();
                prop_assert!(!shown.contains(char::is_control), "{:?}", shown);
                let json = serde_json::to_value(&on_calls).unwrap();
                prop_assert_eq!(serde_json::from_value::<OnCalls>(json).unwrap(), on_calls);
            }
            Err(error) => prop_assert!(matches!(error, Error::InvalidResponse(_)), "{:?}", error),
        }
    }

    #[test]
    fn a_tree_of_any_depth_is_read_or_is_a_typed_error(
        levels in prop_oneof![1_usize..70, 1_usize..3_000],
        loops: bool,
    ) {
        let id = |level| if loops { "t".to_owned() } else { format!("t{level}") };
        let open: String = (1..levels)
            .map(|level| format!(r#"{{"type":"team","id":"{}","onCallParticipants":["#, id(level)))
            .collect();
        let close = "]}".repeat(levels - 1);
        let body =
            format!(r#"{{"onCallParticipants":[{open}{{"type":"user","id":"u"}}{close}]}}"#);
        match GetOnCalls::new(schedule()).response(answer(200, body.as_bytes())) {
            Ok(on_calls) => {
                prop_assert!(levels <= 32);
                prop_assert_eq!(on_calls.account_ids(), [AccountId::new("u").unwrap()]);
                prop_assert_eq!(on_calls.unopened().len(), usize::from(loops && levels > 2));
            }
            Err(error) => {
                prop_assert!(levels > 32 && matches!(error, Error::InvalidResponse(_)));
            }
        }
    }

    #[test]
    fn every_tree_survives_serialization(trees in trees()) {
        let on_calls = on_calls("onCallParticipants", &trees, &[]);
        for participant in &on_calls.participants {
            let json = serde_json::to_string(participant).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Participant>(&json).unwrap(), participant);
        }
    }
}
