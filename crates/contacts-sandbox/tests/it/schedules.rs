//! Schedules, who is on call, and names, in the pure service.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contacts_sandbox::{
    Behaviour, DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN, EndOfList, Escalation, Forwarding,
    MissingJiraScope, NextChildren, NextLink, NoOneNode, NoValue, Participant, Plan, Rotation,
    RotationType, Schedule, Scopes, Service, State, Team, User,
};
use http::Request;
use proptest::prelude::*;
use serde_json::{Value, json};

const BASE: &str = "/jsm/ops/api/sandbox";
const SCHEDULES: &str = "/jsm/ops/api/sandbox/v1/schedules";
const JIRA: &str = "/ex/jira/sandbox/rest/api/3";
const DAY: u64 = 86_400;

/// 2026-11-30T08:00:00Z, the start of a turn of the demo's rotations.
const NOW: Duration = Duration::from_secs(1_796_025_600);

/// Status and body of a request with this authorization.
fn get(service: &mut Service, authorization: &str, target: &str) -> (u16, Value) {
    let request = Request::get(target).header("authorization", authorization);
    let response = service.handle(request.body(&b""[..]).unwrap(), NOW);
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    (response.status().as_u16(), body)
}

fn basic(email: &str, token: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{email}:{token}")))
}

/// Body of a request that an administrator makes with success.
fn read(service: &mut Service, target: &str) -> Value {
    let (status, body) = get(service, &basic(DEMO_EMAIL, DEMO_TOKEN), target);
    assert_eq!(status, 200, "{target}: {body}");
    body
}

/// Status of an administrator's request.
fn status(service: &mut Service, target: &str) -> u16 {
    get(service, &basic(DEMO_EMAIL, DEMO_TOKEN), target).0
}

/// A service with an administrator and no schedule.
fn empty() -> Service {
    let mut service = Service::new(Behaviour::default());
    service.add_user(User::new(DEMO_EMAIL, DEMO_TOKEN).as_administrator());
    service
}

/// A schedule with a rotation for each participant, which is always on call.
fn always(id: &str, participants: impl IntoIterator<Item = Participant>) -> Schedule {
    participants.into_iter().enumerate().fold(Schedule::new(id, id), |schedule, (number, who)| {
        let rotation = Rotation::new(format!("r-{number}"), RotationType::Daily, Duration::ZERO)
            .with_participants([who]);
        schedule.with_rotation(rotation)
    })
}

fn strings(values: &Value, member: &str) -> Vec<String> {
    let values = values.as_array().unwrap_or_else(|| panic!("{values} is not a list"));
    values.iter().map(|value| value[member].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_answers_have_the_documented_shapes() {
    let mut service = empty();
    service.add_team(Team::new("t-1", "Payments").with_members(["u-4"]));
    service.add_escalation(Escalation::new("e-1", "E").with_recipients([Participant::user("u-2")]));
    service.add_forwarding(Forwarding::new("u-2", "u-3", Duration::ZERO..2 * NOW));
    let rotation = Rotation::new("r-1", RotationType::Weekly, Duration::from_secs(DAY))
        .with_name("Weekdays")
        .with_end(2 * NOW)
        .with_participants([
            Participant::user("u-1"),
            Participant::team("t-1"),
            Participant::escalation("e-1"),
            Participant::NoOne,
        ]);
    let schedule = Schedule::new("s-1", "Payments primary").with_team("t-1");
    service.add_schedule(schedule.with_rotation(rotation));

    let short = json!({"id": "s-1", "name": "Payments primary", "description": "", "timezone": "UTC",
        "enabled": true, "teamId": "t-1"});
    let rotation = json!({"id": "r-1", "name": "Weekdays", "startDate": "1970-01-02T00:00:00Z",
        "endDate": "2083-10-29T16:00:00Z", "type": "weekly", "length": 1, "participants": [
            {"type": "user", "id": "u-1"}, {"type": "team", "id": "t-1"},
            {"type": "escalation", "id": "e-1"}, {"type": "noone"}]});
    let mut long = short.clone();
    long["rotations"] = json!([rotation]);
    let page = |value: &Value| json!({"values": [value], "links": {"next": null}, "_expands": ["rotation"]});
    assert_eq!(read(&mut service, SCHEDULES), page(&short));
    assert_eq!(read(&mut service, &format!("{SCHEDULES}?expand=rotation")), page(&long));
    assert_eq!(read(&mut service, &format!("{SCHEDULES}/s-1")), short);
    assert_eq!(
        read(&mut service, &format!("{SCHEDULES}/s-1/rotations")),
        json!({"values": [rotation], "links": {"next": null}})
    );

    let mut on_call = |kind: &str, weeks: u64, flat: bool| {
        let date = format!("1970-01-{:02}T00:00:00Z", 2 + 7 * weeks);
        read(&mut service, &format!("{SCHEDULES}/s-1/{kind}?date={date}&flat={flat}"))
    };
    let escalation = |member: &str| {
        json!({"id": "e-1", "type": "escalation", member: [
            {"id": "u-3", "type": "user", "forwardedFrom": {"id": "u-2", "type": "user"}}]})
    };
    let team =
        json!({"id": "t-1", "type": "team", "onCallParticipants": [{"id": "u-4", "type": "user"}]});
    let user = json!({"id": "u-1", "type": "user"});
    for (weeks, tree, flat) in [
        (0, user, json!(["u-1"])),
        (1, team, json!(["u-4"])),
        (2, escalation("onCallParticipants"), json!(["u-3"])),
        (3, json!({"type": "noone"}), json!([])),
    ] {
        assert_eq!(on_call("on-calls", weeks, false), json!({"onCallParticipants": [tree]}));
        assert_eq!(on_call("on-calls", weeks, true), json!({"onCallUsers": flat}));
    }
    let next = json!({"nextOnCallParticipants": [escalation("nextOnCallParticipants")]});
    assert_eq!(on_call("next-on-calls", 1, false), next);
    assert_eq!(on_call("next-on-calls", 1, true), json!({"nextOnCallUsers": ["u-3"]}));
}

#[test]
fn what_is_only_assumed_can_be_switched() {
    let mut service = empty();
    service.add_team(Team::new("t", "T").with_members(["a"]));
    service.add_schedule(always("s", [Participant::team("t"), Participant::NoOne]));
    service.add_schedule(Schedule::new("nobody", "nobody"));
    *service.behaviour_mut() = Behaviour {
        next_children: NextChildren::OnCallParticipants,
        no_one: NoOneNode::None,
        no_team: NoValue::Null,
        empty_on_calls: NoValue::Absent,
        rotations_in_schedule: true,
        ..Behaviour::default()
    };
    let next = format!("{SCHEDULES}/s/next-on-calls");
    let team =
        json!({"id": "t", "type": "team", "onCallParticipants": [{"id": "a", "type": "user"}]});
    assert_eq!(
        read(&mut service, &next),
        json!({"nextOnCallParticipants": [team, {"type": "none"}]})
    );
    let schedule = read(&mut service, &format!("{SCHEDULES}/s"));
    assert_eq!(
        (&schedule["teamId"], schedule["rotations"].as_array().unwrap().len()),
        (&Value::Null, 2)
    );
    assert!(schedule.as_object().unwrap().contains_key("teamId"));
    for flat in [false, true] {
        let target = format!("{SCHEDULES}/nobody/on-calls?flat={flat}");
        assert_eq!(read(&mut service, &target), json!({}));
    }
    service.behaviour_mut().empty_on_calls = NoValue::Null;
    service.behaviour_mut().no_team = NoValue::Empty;
    service.behaviour_mut().no_one = NoOneNode::LeftOut;
    service.behaviour_mut().open_teams = false;
    let target = format!("{SCHEDULES}/nobody/on-calls");
    assert_eq!(read(&mut service, &target), json!({"onCallParticipants": null}));
    assert_eq!(read(&mut service, &format!("{SCHEDULES}/s"))["teamId"], "");
    let closed = json!({"nextOnCallParticipants": [{"id": "t", "type": "team"}]});
    assert_eq!(read(&mut service, &next), closed);
    assert_eq!(read(&mut service, &format!("{next}?flat=true")), json!({"nextOnCallUsers": null}));
}

#[test]
fn a_date_with_any_offset_selects_the_time_and_the_default_is_now() {
    let mut service = empty();
    let rotation = Rotation::new("r", RotationType::Hourly, NOW)
        .with_participants(["a", "b", "c"].map(Participant::user));
    service.add_schedule(Schedule::new("s", "S").with_rotation(rotation));
    let on_call = format!("{SCHEDULES}/s/on-calls?flat=true");
    for (date, expected) in [
        ("", "a"),
        ("&date=2026-11-30T08:00:00Z", "a"),
        ("&date=2026-11-30T10:00:00%2B01:00", "b"),
        ("&date=2026-11-30T03:00:00-0730", "c"),
        ("&date=2026-11-30T10%3A59%3A59.999Z", "c"),
    ] {
        let users = read(&mut service, &format!("{on_call}{date}"));
        assert_eq!(users, json!({"onCallUsers": [expected]}), "{date}");
    }
    // An offset whose plus is not escaped is a space.
    for date in ["", "now", "2026-11-30", "2026-11-30T08:00:00", "2026-11-30T09:00:00+01:00"] {
        assert_eq!(status(&mut service, &format!("{on_call}&date={date}")), 422, "{date}");
    }
    assert_eq!(status(&mut service, &format!("{SCHEDULES}/s/on-calls?flat=yes")), 422);
}

#[test]
fn a_page_has_at_most_50_schedules_and_by_default_25() {
    let mut service = empty();
    for number in 0..60 {
        service.add_schedule(always(&format!("s-{number}"), []));
    }
    let mut page = |query: &str| {
        let page = read(&mut service, &format!("{SCHEDULES}?{query}"));
        (page["values"].as_array().unwrap().len(), page["links"]["next"].clone())
    };
    assert_eq!(page(""), (25, json!("/v1/schedules?offset=25&size=25")));
    assert_eq!(page("size=50"), (50, json!("/v1/schedules?offset=50&size=50")));
    assert_eq!(page("size=50&offset=50"), (10, Value::Null));
    assert_eq!(page("offset=60"), (0, Value::Null));
    for query in ["size=0", "size=51", "size=x", "offset=-1", "offset=x"] {
        assert_eq!(status(&mut service, &format!("{SCHEDULES}?{query}")), 422, "{query}");
    }
    let rotations = format!("{SCHEDULES}/s-0/rotations");
    assert_eq!(status(&mut service, &format!("{rotations}?size=51")), 422);
}

#[test]
fn a_query_selects_schedules_by_name() {
    let mut service = empty();
    for (id, name) in
        [("1", "Payments primary"), ("2", "payments PRIMARY"), ("3", "Payments"), ("4", "Platform")]
    {
        service.add_schedule(Schedule::new(id, name));
    }
    for (query, expected) in [
        ("payments+primary", &["1", "2"][..]),
        ("Payments%20primary", &["1", "2"]),
        ("payments", &["3"]),
        ("pay*", &["1", "2", "3"]),
        ("p*", &["1", "2", "3", "4"]),
        ("primary", &[]),
        ("platforms", &[]),
    ] {
        let found = read(&mut service, &format!("{SCHEDULES}?query={query}"));
        assert_eq!(strings(&found["values"], "id"), expected, "{query}");
    }
    assert_eq!(status(&mut service, &format!("{SCHEDULES}/Platform")), 404);
}

#[test]
fn only_those_who_may_see_a_schedule_get_it() {
    let mut service = Service::demo();
    service.add_user(User::new("eve@example.com", "eves-token"));
    let (payments, platform) = {
        let ids: Vec<_> = service.schedules().map(|schedule| schedule.id.clone()).collect();
        let [payments, platform] = &ids[..] else { panic!("{ids:?}") };
        (payments.clone(), platform.clone())
    };
    for (email, token, shown) in [
        (DEMO_EMAIL, DEMO_TOKEN, vec![&payments, &platform]),
        ("ann@on-call.example", "sandbox-token-of-ann", vec![&payments, &platform]),
        ("ben@on-call.example", "sandbox-token-of-ben", vec![&payments, &platform]),
        ("cleo@on-call.example", "sandbox-token-of-cleo", vec![&platform]),
        ("eve@example.com", "eves-token", vec![]),
    ] {
        let who = basic(email, token);
        let (status, page) = get(&mut service, &who, SCHEDULES);
        assert_eq!(status, 200, "{email}");
        let listed = strings(&page["values"], "id");
        assert_eq!(listed.iter().collect::<Vec<_>>(), shown, "{email}");
        for id in [&payments, &platform] {
            let expected = if shown.contains(&id) { 200 } else { 403 };
            for part in ["", "/on-calls", "/next-on-calls", "/rotations"] {
                let (status, body) = get(&mut service, &who, &format!("{SCHEDULES}/{id}{part}"));
                assert_eq!(status, expected, "{email} {part} {body}");
            }
        }
        let (status, _) = get(&mut service, &who, &format!("{SCHEDULES}/unknown/on-calls"));
        assert_eq!(status, 404, "{email}");
    }
}

#[test]
fn ben_who_has_no_phone_is_always_on_call_in_the_demo() {
    let mut service = Service::demo();
    let ids: Vec<_> = service.schedules().map(|schedule| schedule.id.clone()).collect();
    for date in [
        "2020-01-06T08:00:00Z",
        "2026-11-29T18:00:00Z",
        "2026-12-03T00:00:00Z",
        "2026-12-10T00:00:00Z",
        "2999-01-01T00:00:00Z",
    ] {
        let mut on_call = ids.iter().flat_map(|id| {
            let target = format!("{SCHEDULES}/{id}/on-calls?flat=true&date={date}");
            read(&mut service, &target)["onCallUsers"].as_array().unwrap().clone()
        });
        assert!(on_call.any(|id| id == "712020:4e5f6a7b"), "{date}");
    }
}

#[test]
fn the_demo_has_an_unopened_team_an_opened_escalation_and_a_forwarded_duty() {
    let mut service = Service::demo();
    let id = service.schedules().nth(1).unwrap().id.clone();
    let now = read(&mut service, &format!("{SCHEDULES}/{id}/on-calls"));
    let next = read(&mut service, &format!("{SCHEDULES}/{id}/next-on-calls"));
    let both = [now["onCallParticipants"].clone(), next["nextOnCallParticipants"].clone()];
    let both: Vec<_> = both.iter().flat_map(|nodes| nodes.as_array().unwrap()).collect();
    let has = |what: &dyn Fn(&Value) -> bool| both.iter().any(|node| what(node));
    let opened = |node: &Value| node.as_object().unwrap().values().any(Value::is_array);
    assert!(has(&|node| node["type"] == "escalation" && opened(node)), "{both:?}");
    assert!(has(&|node| node["type"] == "team" && !opened(node)), "{both:?}");
    assert!(has(&|node| node["forwardedFrom"]["type"] == "user"), "{both:?}");
}

#[test]
fn names_are_read_with_every_kind_of_credentials() {
    let mut service = Service::demo();
    let bearer = format!("Bearer {DEMO_OAUTH_TOKEN}");
    let target = format!(
        "{JIRA}/user/bulk?accountId=712020%3A8c9d0e1f&accountId=unknown\
         &accountId=712020:0a1b2c3d&accountId=712020:0a1b2c3d"
    );
    let cleo = json!({"accountId": "712020:8c9d0e1f", "accountType": "atlassian", "active": true,
        "displayName": "Cleo Park", "timeZone": "UTC"});
    let ann = json!({"accountId": "712020:0a1b2c3d", "accountType": "atlassian", "active": true,
        "displayName": "Ann Berg", "emailAddress": "ann@on-call.example", "timeZone": "UTC"});
    let expected = json!({"maxResults": 10, "startAt": 0, "total": 2, "isLast": true,
        "values": [cleo, ann]});
    for who in [bearer, basic(DEMO_EMAIL, DEMO_TOKEN)] {
        assert_eq!(get(&mut service, &who, &target), (200, expected.clone()));
    }
    for (form, email) in [(NoValue::Null, Value::Null), (NoValue::Empty, json!(""))] {
        service.behaviour_mut().hidden_email = form;
        assert_eq!(read(&mut service, &target)["values"][0].get("emailAddress"), Some(&email));
    }
    for target in ["/user/bulk", "/user/bulk?accountId=a&maxResults=x", "/user/search"] {
        let (status, body) =
            get(&mut service, &basic(DEMO_EMAIL, DEMO_TOKEN), &format!("{JIRA}{target}"));
        assert!(status == 400 && body["errorMessages"].is_array(), "{status} {body}");
    }
}

#[test]
fn a_bulk_request_returns_ten_users_unless_it_says_how_many() {
    let mut service = empty();
    let ids =
        (0..30).map(|number| service.add_user(User::new(format!("{number}@example.com"), "t")));
    let ids: Vec<_> = ids.map(|id| format!("accountId={id}")).collect();
    let bulk = format!("{JIRA}/user/bulk?{}", ids.join("&"));
    let mut page = |query: &str| {
        let page = read(&mut service, &format!("{bulk}{query}"));
        let first = page["values"][0]["displayName"].as_str().unwrap().to_owned();
        (page["values"].as_array().unwrap().len(), first, page["isLast"].clone())
    };
    assert_eq!(page(""), (10, "0".to_owned(), json!(false)));
    assert_eq!(page("&startAt=20"), (10, "20".to_owned(), json!(true)));
    assert_eq!(page("&maxResults=50"), (30, "0".to_owned(), json!(true)));
}

#[test]
fn a_search_finds_active_users_by_a_prefix_of_name_or_address() {
    let mut service = Service::demo();
    service.add_user(User::new("bennett@example.com", "t").with_name("Anna Bo"));
    service.add_user(User::new("anna@example.com", "t").deactivated());
    let mut names = |query: &str| {
        strings(&read(&mut service, &format!("{JIRA}/user/search?query={query}")), "displayName")
    };
    assert_eq!(names("ANN"), ["Ann Berg", "Anna Bo"]);
    assert_eq!(names("ben"), ["Ben Ode", "Anna Bo"]);
    assert_eq!(names("ben%40on-call.example"), ["Ben Ode"]);
    assert_eq!(names("ann&maxResults=1"), ["Ann Berg"]);
    assert_eq!(names("cleo%40"), [""; 0]);
    assert_eq!(names("berg"), [""; 0]);
    assert_eq!(names("annabel"), [""; 0]);
    service.behaviour_mut().search_finds_hidden_email = true;
    let found = read(&mut service, &format!("{JIRA}/user/search?query=cleo%40"));
    assert_eq!(strings(&found, "displayName"), ["Cleo Park"]);
}

#[test]
fn names_need_their_own_scope_and_schedules_the_one_for_reading() {
    let mismatch = json!({"code": 401, "message": "Unauthorized; scope does not match"});
    let mut service = Service::demo();
    let (email, token) = ("eve@example.com", "eves-token");
    let eve = User::new(email, token).with_account_id("eve");
    let bulk = format!("{JIRA}/user/bulk?accountId=eve");
    let who = basic(email, token);
    service.add_user(eve.clone().with_scopes(Scopes::READ));
    assert_eq!(get(&mut service, &who, SCHEDULES).0, 200);
    assert_eq!(get(&mut service, &who, &bulk), (401, mismatch.clone()));
    service.behaviour_mut().missing_jira_scope = MissingJiraScope::Forbidden;
    assert_eq!(get(&mut service, &who, &bulk).0, 403);

    service.add_user(eve.clone().with_scopes(Scopes { jira_user: true, ..Scopes::NONE }));
    assert_eq!(get(&mut service, &who, &bulk).0, 200);
    assert_eq!(get(&mut service, &who, SCHEDULES), (401, mismatch));

    // Jira works on a plan without Operations.
    service.add_user(eve.on_plan(Plan::WithoutOperations));
    assert_eq!(get(&mut service, &who, &bulk).0, 200);
    assert_eq!(get(&mut service, &who, SCHEDULES).0, 403);
    assert_eq!(get(&mut service, "Bearer unknown", &bulk).0, 401);
}

#[test]
fn schedules_at_the_wrong_base_get_the_gateways_401() {
    let mut service = Service::demo();
    let bearer = format!("Bearer {DEMO_OAUTH_TOKEN}");
    let oauth = "/ex/jira/sandbox/jsm/ops/api/v1/schedules";
    assert_eq!(get(&mut service, &bearer, oauth).0, 200);
    assert_eq!(get(&mut service, &bearer, SCHEDULES).0, 401);
    assert_eq!(get(&mut service, &basic(DEMO_EMAIL, DEMO_TOKEN), oauth), (401, Value::Null));
}

#[test]
fn ten_thousand_people_in_500_schedules_are_answered_at_once() {
    let mut service = empty();
    let mut ordinary = String::new();
    for schedule in 0..500 {
        let members: Vec<_> = (0..20)
            .map(|number| {
                let email = format!("p{number}@s{schedule}.example");
                ordinary.clone_from(&email);
                service.add_user(User::new(email, "t"))
            })
            .collect();
        let team = format!("t-{schedule}");
        service.add_team(Team::new(&team, &team).with_members(members));
        service.add_schedule(always(&format!("s-{schedule}"), [Participant::team(team)]));
    }
    let begun = std::time::Instant::now();
    for schedule in 0..500 {
        let target = format!("{SCHEDULES}/s-{schedule}/on-calls?flat=true");
        assert_eq!(read(&mut service, &target)["onCallUsers"].as_array().unwrap().len(), 20);
    }
    let (status, page) = get(&mut service, &basic(&ordinary, "t"), SCHEDULES);
    assert_eq!((status, strings(&page["values"], "id")), (200, vec!["s-499".to_owned()]));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn the_state_in_the_documentation_has_ann_on_call() {
    let text = include_str!("../../docs/sandbox.md");
    let state = text.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let mut service = Service::from_state(State::from_json(state).unwrap());
    let ann = basic("ann@example.com", "secret");
    for date in ["2026-01-05T07:00:00Z", "2026-01-12T07:00:00Z"] {
        let target = format!("{SCHEDULES}/s-1/on-calls?flat=true&date={date}");
        assert_eq!(get(&mut service, &ann, &target), (200, json!({"onCallUsers": ["ann"]})));
    }
}

/// Participants of the ids `0` to `5` of each type.
fn participant() -> impl Strategy<Value = Participant> {
    prop_oneof![
        (0..6).prop_map(|id| Participant::user(format!("u-{id}"))),
        (0..6).prop_map(|id| Participant::team(format!("t-{id}"))),
        (0..6).prop_map(|id| Participant::escalation(format!("e-{id}"))),
        Just(Participant::NoOne),
    ]
}

/// All users in a tree.
fn users(tree: &Value, found: &mut BTreeSet<String>) {
    for node in tree.as_array().into_iter().flatten() {
        if node["type"] == "user" {
            found.insert(node["id"].as_str().unwrap().to_owned());
        }
        users(&node["onCallParticipants"], found);
    }
}

proptest! {
    #[test]
    fn the_flat_answer_has_the_users_of_the_tree_whatever_contains_what(
        teams in prop::collection::vec((prop::collection::vec(0..6, 0..4), any::<bool>()), 0..6),
        escalations in prop::collection::vec(prop::collection::vec(participant(), 0..3), 0..6),
        rotations in prop::collection::vec(participant(), 0..4),
    ) {
        let mut service = empty();
        for (number, (members, opened)) in teams.into_iter().enumerate() {
            let team = Team::new(format!("t-{number}"), "T");
            let team = team.with_members(members.into_iter().map(|member| format!("u-{member}")));
            service.add_team(if opened { team } else { team.unopened() });
        }
        for (number, recipients) in escalations.into_iter().enumerate() {
            let escalation = Escalation::new(format!("e-{number}"), "E");
            service.add_escalation(escalation.with_recipients(recipients));
        }
        let count = rotations.len();
        service.add_schedule(always("s", rotations));
        let tree = read(&mut service, &format!("{SCHEDULES}/s/on-calls"));
        let flat = read(&mut service, &format!("{SCHEDULES}/s/on-calls?flat=true"));
        prop_assert_eq!(tree["onCallParticipants"].as_array().unwrap().len(), count);
        let mut in_tree = BTreeSet::new();
        users(&tree["onCallParticipants"], &mut in_tree);
        let flat = flat["onCallUsers"].as_array().unwrap().iter();
        let flat: Vec<_> = flat.map(|id| id.as_str().unwrap().to_owned()).collect();
        prop_assert_eq!(flat.len(), in_tree.len());
        prop_assert_eq!(flat.into_iter().collect::<BTreeSet<_>>(), in_tree);
    }

    #[test]
    fn following_the_links_returns_every_visible_schedule_once(
        schedules in 0_usize..120,
        size in 1_u32..=50,
        page_cap in prop::option::of(1_u32..=50),
        next_link in prop::sample::select(vec![
            NextLink::PathWithoutCloudId, NextLink::Path, NextLink::Absolute, NextLink::Query,
        ]),
        end_of_list in prop::sample::select(vec![
            EndOfList::Null, EndOfList::Absent, EndOfList::Empty, EndOfList::WithoutLinks,
        ]),
    ) {
        let mut service = empty();
        service.behaviour_mut().page_cap = page_cap;
        service.behaviour_mut().schedules_next_link = next_link;
        service.behaviour_mut().schedules_end_of_list = end_of_list;
        let (email, token) = ("eve@example.com", "eves-token");
        let eve = service.add_user(User::new(email, token));
        for number in 0..schedules {
            let who = if number % 3 == 0 { "somebody else" } else { &eve };
            service.add_schedule(always(&format!("s-{number}"), [Participant::user(who)]));
        }
        let (mut seen, mut query) = (Vec::new(), format!("offset=0&size={size}"));
        for _ in 0..=schedules {
            let target = format!("{SCHEDULES}?{query}");
            let (_, page) = get(&mut service, &basic(email, token), &target);
            seen.extend(strings(&page["values"], "id"));
            match page["links"]["next"].as_str().filter(|next| !next.is_empty()) {
                Some(next) => query = next.split_once('?').unwrap().1.to_owned(),
                None => break,
            }
        }
        let visible = (0..schedules).filter(|number| number % 3 != 0);
        prop_assert_eq!(seen, visible.map(|number| format!("s-{number}")).collect::<Vec<_>>());
    }

    #[test]
    fn every_request_for_schedules_and_names_gets_a_response_below_500(
        path in prop_oneof![
            "/v1/schedules(/[a-z0-9%.-]{0,8}){0,3}(\\?[ -~]{0,30})?",
            "/v1/schedules/0b6f2c1e-7d34-4a58-9c02-5e1f3a9b7d10/(next-)?on-calls\\?date=[ -~]{0,30}",
        ].prop_map(|path| format!("{BASE}{path}")).boxed().prop_union(
            "/user/(bulk|search)\\?(accountId|query)=[ -~]{0,20}&(startAt|maxResults)=[0-9-]{0,22}"
                .prop_map(|path| format!("{JIRA}{path}")).boxed()),
    ) {
        let Ok(uri) = path.parse::<http::Uri>() else { return Ok(()) };
        let status = status(&mut Service::demo(), &uri.to_string());
        prop_assert!((200..500).contains(&status), "{}", status);
    }
}
