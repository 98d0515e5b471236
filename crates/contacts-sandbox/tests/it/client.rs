//! A client reads schedules and names from the sandbox, whichever way the assumptions turn out.

use std::time::{Duration, UNIX_EPOCH};

use contacts_sandbox::{
    Behaviour, DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN, EndOfList, Escalation, NextChildren,
    NextLink, NoOneNode, NoValue, Participant, Rotation, RotationType, Sandbox, Schedule, Scopes,
    User,
};
use contacts_ureq::exchange::List;
use contacts_ureq::{
    AccountId, BaseUrl, BulkGetUsers, Client, Credentials, ErrorKind, FindUsers, GetNextOnCalls,
    GetOnCalls, ListRotations, ListSchedules, ScheduleId,
};

fn clients(sandbox: &Sandbox) -> [Client; 2] {
    let basic = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    let bearer = Credentials::bearer(DEMO_OAUTH_TOKEN).unwrap();
    [
        Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), basic),
        Client::new(BaseUrl::new(&sandbox.oauth_base_url()).unwrap(), bearer),
    ]
}

fn strings(ids: &[AccountId]) -> Vec<&str> {
    ids.iter().map(AccountId::as_str).collect()
}

#[test]
fn a_client_reads_the_schedules_and_the_people_of_the_demo() {
    let assumptions = [
        Behaviour::default(),
        Behaviour {
            next_children: NextChildren::OnCallParticipants,
            no_team: NoValue::Null,
            hidden_email: NoValue::Null,
            schedules_end_of_list: EndOfList::Absent,
            ..Behaviour::default()
        },
        Behaviour {
            no_team: NoValue::Empty,
            hidden_email: NoValue::Empty,
            rotations_in_schedule: true,
            page_cap: Some(1),
            schedules_next_link: NextLink::Absolute,
            ..Behaviour::default()
        },
    ];
    for behaviour in assumptions {
        let sandbox = Sandbox::start().unwrap();
        sandbox.with_service(|service| *service.behaviour_mut() = behaviour);
        for client in clients(&sandbox) {
            let all = ListSchedules::all().with_rotations();
            let schedules = client.run(List::new(client.session().clone(), all)).unwrap();
            let [payments, platform] = &schedules[..] else { panic!("{schedules:?}") };
            assert_eq!((&*payments.name, &*platform.name), ("Payments primary", "Platform"));
            assert!(payments.team_id.is_some() && platform.team_id.is_none());
            assert_eq!(platform.rotations.as_ref().unwrap().len(), 2);
            let rotations = client.send(&ListRotations::new(payments.id.clone())).unwrap();
            assert_eq!(rotations.items[0].participants.len(), 2);

            // The first turn of the demo's rotations.
            let start = UNIX_EPOCH + Duration::from_secs(1_578_297_600);
            let ask = || GetOnCalls::new(platform.id.clone()).at(start).unwrap();
            let (tree, flat) = (client.send(&ask()).unwrap(), client.send(&ask().flat()).unwrap());
            let on_call = ["712020:8c9d0e1f", "712020:0a1b2c3d", "712020:4e5f6a7b"];
            assert_eq!(strings(&tree.account_ids()), on_call);
            assert_eq!(strings(&flat.account_ids()), on_call);
            assert!(tree.unopened().is_empty());
            let next = GetNextOnCalls::new(platform.id.clone()).at(start).unwrap();
            let next = client.send(&next).unwrap();
            assert_eq!(strings(&next.account_ids()), ["712020:4e5f6a7b"]);
            assert_eq!(next.unopened().len(), 1);
            // One day later, the escalation is next: two levels of children.
            let yesterday = start + Duration::from_secs(86_400);
            let next = GetNextOnCalls::new(platform.id.clone()).at(yesterday).unwrap();
            let next = client.send(&next).unwrap();
            assert_eq!(strings(&next.account_ids()), on_call);

            let users = client.send(&BulkGetUsers::new(&tree.account_ids()).unwrap()).unwrap();
            let users: Vec<_> = users
                .iter()
                .map(|user| (user.display_name.as_deref().unwrap(), user.email.as_deref()))
                .collect();
            let ann = ("Ann Berg", Some("ann@on-call.example"));
            let ben = ("Ben Ode", Some("ben@on-call.example"));
            assert_eq!(users, [("Cleo Park", None), ann, ben]);
            let found = FindUsers::by_email("ANN@on-call.example").unwrap();
            assert_eq!(client.send(&found).unwrap()[0].account_id.as_str(), "712020:0a1b2c3d");
            let found = FindUsers::by_email("ann@on-call").unwrap();
            assert!(client.send(&found).unwrap().is_empty());
        }
    }
}

#[test]
fn a_client_reads_an_empty_turn_in_each_form() {
    let sandbox = Sandbox::start().unwrap();
    let rotation = Rotation::new("r", RotationType::Daily, Duration::ZERO)
        .with_participants([Participant::NoOne]);
    sandbox.add_schedule(Schedule::new("s", "S").with_rotation(rotation));
    let [client, _] = clients(&sandbox);
    for no_one in [NoOneNode::Noone, NoOneNode::None, NoOneNode::LeftOut] {
        for empty_on_calls in [NoValue::Empty, NoValue::Null, NoValue::Absent] {
            sandbox.with_service(|service| {
                service.behaviour_mut().no_one = no_one;
                service.behaviour_mut().empty_on_calls = empty_on_calls;
            });
            let ask = || GetOnCalls::new(ScheduleId::new("s").unwrap());
            for ask in [ask(), ask().flat()] {
                let on_calls = client.send(&ask).unwrap();
                assert!(on_calls.account_ids().is_empty() && on_calls.unopened().is_empty());
            }
        }
    }
}

#[test]
fn a_client_reports_an_escalation_inside_itself() {
    let sandbox = Sandbox::start().unwrap();
    let escalation = Participant::escalation("e");
    let rotation = Rotation::new("r", RotationType::Daily, Duration::ZERO)
        .with_participants([escalation.clone()]);
    sandbox.add_schedule(Schedule::new("s", "S").with_rotation(rotation));
    sandbox.add_escalation(Escalation::new("e", "E").with_recipients([escalation]));
    let [client, _] = clients(&sandbox);
    let on_calls = client.send(&GetOnCalls::new(ScheduleId::new("s").unwrap())).unwrap();
    assert!(on_calls.account_ids().is_empty());
    assert!(!on_calls.unopened().is_empty());
}

#[test]
fn a_client_reports_what_the_sandbox_rejects() {
    let sandbox = Sandbox::start().unwrap();
    let (email, token) = ("eve@example.com", "eves-token");
    sandbox.add_user(User::new(email, token).with_scopes(Scopes::READ));
    let credentials = Credentials::basic(email, token).unwrap();
    let client = Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), credentials);
    let id = sandbox.with_service(|service| service.schedules().next().unwrap().id.clone());
    let ask = |id: &str| GetOnCalls::new(ScheduleId::new(id).unwrap());

    assert!(client.send(&ListSchedules::all()).unwrap().items.is_empty());
    assert_eq!(client.send(&ask(&id)).unwrap_err().status().unwrap(), 403);
    assert_eq!(client.send(&ask("unknown")).unwrap_err().status().unwrap(), 404);
    let users = BulkGetUsers::new(&[AccountId::new("712020:0a1b2c3d").unwrap()]).unwrap();
    let error = client.send(&users).unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Unauthorized, 401));
}
