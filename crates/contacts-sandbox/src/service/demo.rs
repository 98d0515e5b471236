//! The demo users and their schedules.

use std::time::Duration;

use super::Service;
use crate::schedule::{
    Escalation, Forwarding, Participant, Rotation, RotationType, Schedule, Team,
};
use crate::user::User;

/// E-mail address of the demo user, the first user of [`Service::demo`].
pub const DEMO_EMAIL: &str = "demo@example.com";
/// API token of the demo user of [`Service::demo`].
pub const DEMO_TOKEN: &str = "sandbox-token";
/// OAuth token of the demo user of [`Service::demo`].
pub const DEMO_OAUTH_TOKEN: &str = "sandbox-oauth-token";

const ANN: &str = "712020:0a1b2c3d";
const BEN: &str = "712020:4e5f6a7b";
const CLEO: &str = "712020:8c9d0e1f";

const PAYMENTS_TEAM: &str = "4d5e6f70-1111-4222-8333-94a5b6c7d8e9";
const NIGHT_TEAM: &str = "5e6f7081-2222-4333-8444-a5b6c7d8e9f0";
const ESCALATION: &str = "9f8e7d6c-3333-4444-8555-b6c7d8e9f0a1";

/// 2020-01-06, a Monday, at 08:00 UTC.
const START: Duration = Duration::from_secs(1_578_297_600);
/// The first day of the year 9999.
const NEVER: Duration = Duration::from_secs(253_370_764_800);

/// Adds the demo users to a service without users.
pub(super) fn add_users(service: &mut Service) {
    let demo = User::new(DEMO_EMAIL, DEMO_TOKEN)
        .with_oauth_token(DEMO_OAUTH_TOKEN)
        .with_name("Dana Demo")
        .as_administrator();
    add(service, demo, &[("email", DEMO_EMAIL), ("sms", "90-555-555-5555")]);

    let ann = User::new("ann@on-call.example", "sandbox-token-of-ann")
        .with_account_id(ANN)
        .with_name("Ann Berg");
    add(service, ann, &[("email", "ann@on-call.example"), ("sms", "90-555-555-0101")]);

    let ben = User::new("ben@on-call.example", "sandbox-token-of-ben")
        .with_account_id(BEN)
        .with_name("Ben Ode");
    add(service, ben, &[("email", "ben@on-call.example")]);

    let cleo = User::new("cleo@on-call.example", "sandbox-token-of-cleo")
        .with_account_id(CLEO)
        .with_name("Cleo Park")
        .with_hidden_email();
    add(service, cleo, &[("email", "cleo@on-call.example"), ("voice", "90-555-555-0103")]);
}

fn add(service: &mut Service, user: User, contacts: &[(&str, &str)]) {
    let account = service.add_user(user);
    for (method, to) in contacts {
        service.add_contact(&account, *method, *to, true);
    }
}

/// Adds the demo schedules. From 2020 on, Ben is on call at any time: in the first schedule or in
/// the second one.
pub(super) fn add_schedules(service: &mut Service) {
    service.add_team(Team::new(PAYMENTS_TEAM, "Payments").with_members([ANN, BEN]));
    service.add_team(Team::new(NIGHT_TEAM, "Night shift").with_members([ANN, CLEO]).unopened());
    let recipients = [Participant::user(CLEO), Participant::team(PAYMENTS_TEAM)];
    service.add_escalation(
        Escalation::new(ESCALATION, "Platform escalation").with_recipients(recipients),
    );
    let demo = User::new(DEMO_EMAIL, DEMO_TOKEN).account_id;
    service.add_forwarding(Forwarding::new(&demo, CLEO, START..NEVER));

    let payments = Schedule::new("0b6f2c1e-7d34-4a58-9c02-5e1f3a9b7d10", "Payments primary")
        .with_team(PAYMENTS_TEAM)
        .with_rotation(
            Rotation::new("1c7f3d2f-0001-4a58-9c02-5e1f3a9b7d10", RotationType::Weekly, START)
                .with_name("Weeks")
                .with_participants([BEN, ANN].map(Participant::user)),
        );
    service.add_schedule(payments);
    let platform = Schedule::new("2d804e30-7d34-4a58-9c02-5e1f3a9b7d11", "Platform")
        .with_rotation(
            Rotation::new("1c7f3d2f-0002-4a58-9c02-5e1f3a9b7d11", RotationType::Daily, START)
                .with_name("Days")
                .with_participants([
                    Participant::escalation(ESCALATION),
                    Participant::team(NIGHT_TEAM),
                ]),
        )
        .with_rotation(
            Rotation::new("1c7f3d2f-0003-4a58-9c02-5e1f3a9b7d11", RotationType::Weekly, START)
                .with_name("Stand-by")
                .with_participants([demo.as_str(), BEN].map(Participant::user)),
        );
    service.add_schedule(platform);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use http::Request;
    use serde_json::Value;

    use super::*;

    /// Status and methods when one user lists another's contacts.
    fn listed(by: &User, of: &User) -> (u16, Vec<String>) {
        let request = Request::get(format!(
            "/jsm/ops/api/sandbox/v1/users/contacts?targetAccountId={}",
            of.account_id
        ));
        let basic = STANDARD.encode(format!("{}:{}", by.email, by.token));
        let request =
            request.header("authorization", format!("Basic {basic}")).body(&b""[..]).unwrap();
        let answer = Service::demo().handle(request, Duration::ZERO);
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        let methods = body["values"].as_array().into_iter().flatten();
        let methods = methods.map(|contact| {
            assert_eq!(contact["status"]["enabled"], true, "{contact}");
            contact["method"].as_str().unwrap().to_owned()
        });
        (answer.status().as_u16(), methods.collect())
    }

    #[test]
    fn the_demo_user_can_list_all_contacts_and_the_others_only_their_own() {
        let service = Service::demo();
        let users: Vec<_> = service.users().collect();
        let [demo, ann, ben, cleo] = users[..] else { panic!("{users:?}") };
        let contacts = [
            (demo, vec!["email", "sms"]),
            (ann, vec!["email", "sms"]),
            (ben, vec!["email"]),
            (cleo, vec!["email", "voice"]),
        ];
        for (of, methods) in contacts {
            for by in [demo, ann, ben, cleo] {
                let (status, listed) = listed(by, of);
                if by == demo || by == of {
                    assert_eq!(
                        (status, listed),
                        (200, methods.iter().map(ToString::to_string).collect())
                    );
                } else {
                    assert_eq!((status, listed), (403, vec![]), "{by:?} {of:?}");
                }
            }
        }
    }
}
