//! The demo users.

use super::Service;
use crate::user::User;

/// E-mail address of the demo user, the first user of [`Service::demo`].
pub const DEMO_EMAIL: &str = "demo@example.com";
/// API token of the demo user of [`Service::demo`].
pub const DEMO_TOKEN: &str = "sandbox-token";
/// OAuth token of the demo user of [`Service::demo`].
pub const DEMO_OAUTH_TOKEN: &str = "sandbox-oauth-token";

/// Adds the demo users to a service without users.
pub(super) fn add_users(service: &mut Service) {
    let demo =
        User::new(DEMO_EMAIL, DEMO_TOKEN).with_oauth_token(DEMO_OAUTH_TOKEN).as_administrator();
    add(service, demo, &[("email", DEMO_EMAIL), ("sms", "90-555-555-5555")]);

    let ann =
        User::new("ann@on-call.example", "sandbox-token-of-ann").with_account_id("712020:0a1b2c3d");
    add(service, ann, &[("email", "ann@on-call.example"), ("sms", "90-555-555-0101")]);

    let ben =
        User::new("ben@on-call.example", "sandbox-token-of-ben").with_account_id("712020:4e5f6a7b");
    add(service, ben, &[("email", "ben@on-call.example")]);
}

fn add(service: &mut Service, user: User, contacts: &[(&str, &str)]) {
    let account = service.add_user(user);
    for (method, to) in contacts {
        service.add_contact(&account, *method, *to, true);
    }
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
        let [demo, ann, ben] = users[..] else { panic!("{users:?}") };
        let contacts =
            [(demo, vec!["email", "sms"]), (ann, vec!["email", "sms"]), (ben, vec!["email"])];
        for (of, methods) in contacts {
            for by in [demo, ann, ben] {
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
