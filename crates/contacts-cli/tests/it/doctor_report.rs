//! `contacts doctor --report FILE` writes what a maintainer needs, and nothing secret.

use std::{fs, path::Path};

use crate::support::{
    Home, add, asked,
    canned::{Server, answer},
    examined::{examine, step},
    set_mode, stored,
};
use contacts_sandbox::{
    DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, NextLink, Operation, Sandbox, User, When,
};
use serde_json::{Value, json};

/// Requests of a report alone.
const OWN_REQUESTS: usize = 5;

fn read(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// Asserts that the report shows nothing of the demo user or of the home folder.
#[track_caller]
fn assert_nothing_private(home: &Home, sandbox: &Sandbox, file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    let mut private = vec![
        DEMO_TOKEN.to_owned(),
        DEMO_EMAIL.to_owned(),
        "127.0.0.1".to_owned(),
        home.path("").to_str().unwrap().to_owned(),
    ];
    sandbox.with_service(|service| {
        private.push(format!("/{}", service.behaviour().cloud_id));
        private.extend(service.users().map(|user| user.account_id.clone()));
        private.extend(service.users().map(|user| user.email.clone()));
    });
    private.extend(stored(sandbox).into_iter().flat_map(|contact| [contact.id, contact.to]));
    for private in private {
        assert!(!text.contains(&private), "{private}: {text}");
    }
}

/// What the report says of a point.
fn shown<'a>(report: &'a Value, point: &str) -> &'a Value {
    let points = report["undocumented"].as_array().unwrap();
    points.iter().find(|it| it["point"] == point).unwrap_or_else(|| panic!("{point}: {report}"))
}

/// Method, URL and status of the requests with this check.
fn requests(report: &Value, check: &str) -> Vec<String> {
    let of_check = report["requests"].as_array().unwrap().iter().filter(|it| it["check"] == check);
    let base = "http://{loopback}/jsm/ops/api/{cloudId}/v1/users/contacts";
    of_check
        .map(|it| {
            let url = it["url"].as_str().unwrap().replace(base, "…");
            format!("{} {url} {}", it["method"].as_str().unwrap(), it["response"]["status"])
        })
        .collect()
}

#[test]
fn the_report_of_a_healthy_site_shows_each_request_and_what_the_vendor_does_not_document() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.with_service(|service| {
        service.behaviour_mut().next_link = NextLink::PathWithoutCloudId;
    });
    add(&sandbox, "sms", "49-5360287176", false);
    let before = stored(&sandbox);
    let file = home.path("report.json");
    let doctor = home.demo(&sandbox, &format!("doctor --report {}", file.display()));
    let (steps, code) = examine(doctor);
    assert_eq!(code, 0, "{steps:?}");
    let message = format!("written to {}; read it before you send it", file.display());
    assert_eq!(step(&steps, "report")["message"], message);
    assert_nothing_private(&home, &sandbox, &file);
    assert_eq!(stored(&sandbox), before);

    let report = read(&file);
    assert_eq!(report["versions"]["contacts"], env!("CARGO_PKG_VERSION"));
    assert!(report["versions"]["rust"].as_str().unwrap().starts_with("1."), "{report}");
    assert_eq!(
        report["settings"],
        json!([
            {"setting": "base_url", "from": "--base-url", "value": "http://{loopback}/jsm/ops/api/{cloudId}"},
            {"setting": "email", "from": "--email", "value": "e-mail address"},
            {"setting": "token", "from": "--token-file", "value": "an API token from a file"},
            {"setting": "timeout", "from": "default", "value": 60},
            {"setting": "attempts", "from": "default", "value": 4},
        ])
    );
    assert_eq!(requests(&report, "reading"), ["GET …?offset=0&size=1 200"]);
    assert_eq!(requests(&report, "writing"), ["PATCH …/{id}/activate 404"]);
    assert_eq!(requests(&report, "deleting"), ["DELETE …/{id} 404"]);
    assert_eq!(
        requests(&report, "report"),
        [
            "GET …?offset=0&size=101 422",
            "GET …/{id} 404",
            "GET …?offset=0&size=1&targetAccountId={accountId} 404",
            "GET …?offset=0&size=1 401",
            "GET http://{loopback}/ex/jira/{cloudId}/jsm/ops/api/v1/users/contacts?offset=0&size=1 401",
        ]
    );
    let first = &report["requests"][0];
    assert_eq!(first["headers"]["authorization"], "Basic");
    assert_eq!(first["response"]["headers"]["content-type"], "application/json");
    assert_eq!(
        first["response"]["shape"]["values"],
        json!({"array": 1, "of": {
            "applyOrder": "number",
            "id": "UUID",
            "method": "email",
            "status": {"enabled": "true"},
            "to": "e-mail address",
        }})
    );
    assert_eq!(
        shown(&report, "links.next")["shown"],
        json!(["path from /v1, with offset and size"])
    );
    assert_eq!(shown(&report, "retry-after")["shown"], json!(["not seen"]));
    assert_eq!(
        shown(&report, "a contact id that does not exist"),
        &json!({
            "point": "a contact id that does not exist",
            "shown": ["no such contact, in the service's own form"],
            "status": 404,
            "errorForm": "list of errors",
        })
    );
    assert_eq!(
        shown(&report, "the base URL for the other kind of token"),
        &json!({
            "point": "the base URL for the other kind of token",
            "shown": ["it rejects the token"],
            "status": 401,
            "errorForm": "empty body",
        })
    );
}

#[test]
fn a_larger_page_shows_the_reason_of_a_disabled_contact_and_the_end_of_the_list() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.with_service(|service| {
        let behaviour = service.behaviour_mut();
        behaviour.size_out_of_range = contacts_sandbox::SizeOutOfRange::Clamped;
    });
    home.demo(&sandbox, "create sms 49-5360287176").run().with_code(0);
    let file = home.path("report.json");
    let doctor = home.demo(&sandbox, &format!("doctor --report {}", file.display()));
    doctor.run().with_code(0);
    assert_nothing_private(&home, &sandbox, &file);
    let report = read(&file);
    assert_eq!(shown(&report, "a page size of 101")["status"], 200);
    assert_eq!(
        shown(&report, "status.disabledReason")["shown"],
        json!(["present for a disabled contact"])
    );
    assert_eq!(shown(&report, "links.next")["shown"].as_array().unwrap().len(), 2);
}

#[test]
fn the_report_of_a_wrong_token_shows_the_rejection_at_both_base_urls() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.add_user(User::new(DEMO_EMAIL, "another"));
    let file = home.path("report.json");
    let doctor = home.demo(&sandbox, &format!("doctor --report {}", file.display()));
    let (steps, code) = examine(doctor);
    assert_eq!(code, 3, "{steps:?}");
    assert_eq!(step(&steps, "report")["state"], "ok");
    assert_nothing_private(&home, &sandbox, &file);
    let report = read(&file);
    assert!(
        report["checks"]
            .as_array()
            .unwrap()
            .contains(&json!({"check": "token", "state": "failed"}))
    );
    assert_eq!(requests(&report, "reading"), ["GET …?offset=0&size=1 401"]);
    assert_eq!(requests(&report, "base URL").len(), 1);
    assert_eq!(requests(&report, "report").len(), 0);
    assert_eq!(shown(&report, "body of a 401")["shown"], json!(["code and message", "empty body"]));
}

#[test]
fn the_report_of_a_captive_portal_shows_html_and_nothing_of_its_text() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let page = "<html><title>Acme Guest Wi-Fi</title>demo@example.com</html>";
    let headers = "content-type: text/html; charset=x-acme\r\nx-acme-guest: acme-lobby\r\n";
    let server = Server::start(&[answer("200 OK", headers, page)]);
    let file = home.path("report.json");
    server.run(&home, &format!("doctor --report {}", file.display())).with_code(1);
    assert_nothing_private(&home, &sandbox, &file);
    let text = fs::read_to_string(&file).unwrap().to_lowercase();
    assert!(!text.contains("acme") && !text.contains("guest"), "{text}");
    let response = &read(&file)["requests"][0]["response"];
    assert_eq!((&response["status"], &response["body"]), (&json!(200), &json!("HTML")));
    assert_eq!(
        response["headers"]["(other name, 9 to 32 characters)"],
        "string, 9 to 32 characters"
    );
}

#[test]
fn without_a_network_or_settings_the_report_says_which_check_failed() {
    let home = Home::new();
    let file = home.path("report.json");
    let line = format!("doctor --attempts 1 --report {}", file.display());
    // No one listens on port 1.
    home.at("http://127.0.0.1:1/x").line(&line).run().with_code(5);
    let report = read(&file);
    let requests = report["requests"].as_array().unwrap();
    assert!(requests.iter().all(|it| it["failure"]["reason"] == "no connection"), "{report}");
    home.contacts().line(&line).run().with_code(2);
    assert_eq!(read(&file)["requests"], json!([]));
    assert!(read(&file).to_string().contains(r#"{"check":"settings","state":"failed"}"#));
}

#[test]
fn only_a_report_needs_more_requests_and_it_stops_if_the_service_is_unavailable() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    home.demo(&sandbox, "doctor").run().with_code(0);
    assert_eq!(asked(&sandbox, "GET"), 1);
    let file = home.path("report.json");
    let line = format!("doctor --report {}", file.display());
    home.demo(&sandbox, &line).run().with_code(0);
    assert_eq!(asked(&sandbox, "GET"), 1 + 1 + OWN_REQUESTS);

    let busy = Fault::Status { status: 503, body: None, content_type: None, when: When::Before };
    sandbox.arm(FaultRule::new(busy).on(Operation::List).nth(2));
    home.demo(&sandbox, &line).run().with_code(0);
    assert_eq!(asked(&sandbox, "GET"), 7 + 2);
    assert_eq!(shown(&read(&file), "a page size of 101")["status"], 503);
}

#[test]
fn the_file_is_checked_before_the_first_request() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for (file, code) in [("-", 2), ("/HOME", 2), ("/HOME/no/folder", 1)] {
        let file = file.replace("/HOME", home.path("").to_str().unwrap());
        let ran = home.demo(&sandbox, &format!("doctor --report {file}")).run().with_code(code);
        assert_eq!(ran.stdout, "", "{ran:?}");
    }
    #[cfg(unix)]
    home.demo(&sandbox, "doctor --report /dev/null").run().with_code(2);
    assert!(sandbox.journal().is_empty());
}

#[cfg(unix)]
#[test]
fn the_file_is_private_even_if_it_replaces_another() {
    use std::os::unix::fs::PermissionsExt;

    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let file = home.write("report.json", "older");
    set_mode(file.as_ref(), 0o644);
    home.demo(&sandbox, &format!("doctor --report {file}")).run().with_code(0);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(read(file.as_ref())["versions"].is_object());
}
