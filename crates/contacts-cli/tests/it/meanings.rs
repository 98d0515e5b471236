//! Responses of a gateway, a proxy or the service, and the exit code and hint that follow from
//! them.

use crate::support::{
    self, Home,
    canned::{Server, answer},
};
use serde_json::Value;

const GATEWAY_404: &str = r#"{"timestamp":"2026-11-24T10:00:00Z","status":404,"error":"Not Found","message":"No message available","path":"/x"}"#;
const OWN_404: &str = r#"{"errors":[{"title":"Contact not found","code":"CONTACT_NOT_FOUND"}]}"#;
const REMOVED: &str =
    r#"{"errorMessages":["The requested API has been removed. Please migrate."],"errors":{}}"#;

/// Exit code, error and number of requests of a failing command line, against these answers.
fn outcome(line: &str, answers: &[impl AsRef<[u8]>]) -> (i32, Value, usize) {
    let home = Home::new();
    let server = Server::start(answers);
    let ran = server.run(&home, &format!("{line} -o json"));
    assert_eq!(ran.stdout, "", "{line}: {ran:?}");
    let code = ran.status.code().unwrap();
    (code, ran.error(), server.requests())
}

fn hint(error: &Value) -> &str {
    error["hint"].as_str().unwrap_or_default()
}

#[test]
fn no_command_takes_the_404_of_a_gateway_for_a_missing_contact() {
    let home = Home::new();
    home.write("contacts.yaml", "- sms: 90-5555559999\n");
    let file = home.path("contacts.yaml");
    let apply = format!("apply {} --yes", file.display());
    for line in [
        "get abc",
        "list",
        "create sms 90-5555559999",
        "create --ensure sms 90-5555559999",
        &apply,
        "delete abc --yes",
    ] {
        let (code, error, requests) = outcome(line, &[answer("404 Not Found", "", GATEWAY_404)]);
        assert_eq!((code, requests), (1, 1), "{line}: {error}");
        assert!(hint(&error).contains("--base-url"), "{line}: {error}");
    }
    for line in ["get abc", "update abc 90-5", "activate abc", "delete abc --yes --force"] {
        let (code, error, _) = outcome(line, &[answer("404 Not Found", "", OWN_404)]);
        assert_eq!((code, &error["kind"]), (4, &Value::from("not_found")), "{line}: {error}");
    }
    // These commands name no contact.
    for line in ["list", "create sms 90-5555559999", "create --ensure sms 90-5555559999", &apply] {
        let (code, error, _) = outcome(line, &[answer("404 Not Found", "", OWN_404)]);
        assert_eq!(code, 1, "{line}: {error}");
    }
}

#[test]
fn a_removed_api_and_an_unknown_tenant_do_not_mean_a_missing_contact() {
    let tenant = r#"{"code":404,"message":"Tenant not found"}"#;
    for (gone, expected) in [
        (answer("410 Gone", "", REMOVED), "the service has removed this API"),
        (answer("404 Not Found", "", tenant), "--cloud-id"),
    ] {
        let busy = answer("503 Busy", "", "");
        let (code, error, requests) = outcome("delete abc --yes --force", &[busy, gone.clone()]);
        assert_eq!((code, requests), (1, 2), "{error}");
        assert!(hint(&error).contains(expected), "{error}");
        let (code, error, _) = outcome("get abc", &[gone]);
        assert_eq!(code, 1, "{error}");
    }
}

#[test]
fn the_page_of_a_firewall_is_not_an_answer_of_the_service() {
    for line in ["list", "get abc", "create sms 90-5555559999", "delete abc --yes --force"] {
        let page =
            answer("403 Forbidden", "content-type: text/html\r\n", "<html><h1>Blocked by policy");
        let (code, error, requests) = outcome(line, &[page]);
        assert_eq!((code, requests), (1, 1), "{line}: {error}");
        assert_eq!(error["kind"], "invalid_response", "{line}: {error}");
        assert!(hint(&error).contains("something other than the service"), "{line}: {error}");
    }
}

#[test]
fn the_hint_of_a_403_matches_its_reason() {
    let allowlist = r#"{"message":"The IP address has been rejected because the account has IP allowlisting enabled"}"#;
    let forbidden = r#"{"message":"Forbidden"}"#;
    for (line, body, expected) in [
        ("list", allowlist, "allowlist"),
        ("list --account-id 712020:x", allowlist, "allowlist"),
        ("list --account-id 712020:x", forbidden, "only administrators"),
        ("list", forbidden, "ask a site administrator"),
    ] {
        let (code, error, requests) = outcome(line, &[answer("403 Forbidden", "", body)]);
        assert_eq!((code, requests), (3, 1), "{error}");
        assert!(hint(&error).contains(expected), "{line}: {error}");
        let is_of_another = hint(&error).contains("only administrators");
        assert_eq!(is_of_another, expected == "only administrators", "{line}: {error}");
    }
}

#[test]
fn a_401_names_the_kind_of_token() {
    let (code, error, _) = outcome("list --oauth", &[answer("401 Unauthorized", "", "")]);
    assert_eq!(code, 3);
    for cause in ["OAuth token has not expired", "was granted", "for an API token, use --email"] {
        assert!(hint(&error).contains(cause), "{error}");
    }
    let (_, error, _) = outcome("list", &[answer("401 Unauthorized", "", "")]);
    assert!(hint(&error).contains("API token has not expired"), "{error}");
    let scope = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    let (_, error, _) = outcome("list", &[answer("401 Unauthorized", "", scope)]);
    let both =
        hint(&error).contains("use a token with the scope") && hint(&error).contains("--oauth");
    assert!(both && hint(&error).contains("doctor"), "{error}");
}

#[test]
fn a_renamed_and_an_unknown_site_get_one_request_and_a_hint() {
    let (home, moved) =
        (Home::new(), "location: https://acme-new.atlassian.net/_edge/tenant_info\r\n");
    let renamed = "use --site acme-new; SITE is now acme-new.atlassian.net";
    let file = home.write("contacts.yaml", "- sms: 90-5555559999\n");
    let apply = format!("apply {file} --yes");
    for line in [
        "list",
        "get abc",
        "create sms 90-5",
        "create --ensure sms 90-5",
        "delete abc --yes",
        &apply,
    ] {
        for (status, headers, expected) in [
            ("301 Moved Permanently", moved, renamed),
            ("404 Not Found", "", "check the name of the site"),
        ] {
            let server = Server::start(&[answer(status, headers, "")]);
            let token = home.write("token", support::SECRET);
            let who = ["--email", "ann@example.com", "--token-file", &token];
            let error =
                home.contacts().args(["--site", &server.origin]).args(who).line(line).fail(1);
            let site = server.origin.strip_prefix("http://").unwrap();
            let hint = hint(&error).to_owned();
            assert!(
                hint.contains("--site") && hint.starts_with(&expected.replace("SITE", site)),
                "{error}"
            );
            assert_eq!(server.requests(), 1, "{line}");
        }
    }
}

#[test]
fn a_redirected_create_fails_and_shows_the_target() {
    let moved = answer(
        "301 Moved Permanently",
        "location: https://elsewhere.example/login?token=x\r\n",
        "",
    );
    let page = answer("200 OK", "", r#"{"values":[]}"#);
    for (line, answers) in [
        ("create sms 90-5555559999", vec![moved.clone()]),
        ("create --ensure sms 90-5555559999", vec![page, moved]),
    ] {
        let (code, error, requests) = outcome(line, &answers);
        assert_eq!((code, requests), (1, answers.len()), "{error}");
        assert!(
            error["message"].as_str().unwrap().contains("https://elsewhere.example/login"),
            "{error}"
        );
        assert!(
            error.get("receipt").is_none() && !error.to_string().contains("token=x"),
            "{error}"
        );
        assert!(hint(&error).contains("change --base-url"), "{error}");
    }
}

#[test]
fn retry_after_is_a_minimum_and_never_replaces_the_backoff() {
    let page = answer("200 OK", "", r#"{"values":[]}"#);
    let home = Home::new();
    let half = Server::start(&[&answer("429 Slow", "retry-after: 1.5\r\n", ""), &page]);
    let ran = half.run(&home, "list -o json").with_code(0);
    assert!(ran.took.as_millis() >= 1_500, "{ran:?}");
    // After a 429, the longer of hint and back-off applies. The random back-off is this short in
    // one of sixty runs.
    let slow = answer("429 Slow", "retry-after: 0\r\n", "");
    let is_backed_off = || {
        let server = Server::start(&[&slow, &slow, &slow, &page]);
        let ran = server.run(&home, "list -v").with_code(0);
        assert_eq!(ran.stderr.matches(" before the next attempt").count(), 3, "{ran:?}");
        assert_eq!(server.requests(), 4);
        let waits =
            ran.stderr.lines().filter_map(|line| line.strip_prefix("waiting ")?.split(' ').next());
        waits.map(|seconds| seconds.parse().unwrap()).any(|seconds: f64| seconds > 0.5)
    };
    assert!((0..4).any(|_| is_backed_off()));
    // This header is only information, because requests remain.
    for reset in ["600", "4102444800", "2099-12-31T23:59Z"] {
        let headers = format!("x-ratelimit-reset: {reset}\r\nx-ratelimit-remaining: 97\r\n");
        let headers = format!("date: Sun, 29 Nov 2026 10:00:00 GMT\r\n{headers}");
        let server = Server::start(&[answer("503 Busy", &headers, ""), page.clone()]);
        let ran = server.run(&home, "list -v").with_code(0);
        assert!(ran.stderr.contains(" before the next attempt"), "{ran:?}");
        assert_eq!(server.requests(), 2);
    }
}

#[test]
fn an_unusual_contact_or_a_byte_order_mark_does_not_fail_the_list() {
    let body = "\u{feff}{\"values\":[{\"id\":\"a\",\"method\":\"mobile\",\"to\":null},{\"id\":\"b\",\"method\":\"mobile\"},\
                {\"id\":\"c\",\"method\":\"sms\",\"to\":\"90-5\",\"applyOrder\":1.0}]}";
    let home = Home::new();
    let server = Server::start(&[&answer("200 OK", "", body)]);
    let list: Value =
        serde_json::from_str(&server.run(&home, "list -o json").with_code(0).stdout).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 3, "{list}");
    assert_eq!((&list[0]["to"], &list[2]["applyOrder"]), (&Value::from(""), &Value::from(1)));
    assert_eq!(list[1]["to"], "");
    let table = server.run(&home, "list").with_code(0).stdout;
    let words: Vec<_> =
        table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    let unknown = [vec!["a", "mobile", "unknown"], vec!["b", "mobile", "unknown"]];
    assert_eq!(words[..2], unknown, "nothing is said of whether it is enabled: {table}");
    let body = r#"{"values":[{"id":"c","method":"sms","to":"90-5","applyOrder":"first"}]}"#;
    let list =
        Server::start(&[answer("200 OK", "", body)]).run(&home, "list -o json").with_code(0).stdout;
    assert_eq!(list, "[{\"id\":\"c\",\"method\":\"sms\",\"to\":\"90-5\"}]\n");
}

#[test]
fn a_contact_without_an_address_is_exported_and_unchanged() {
    let home = Home::new();
    let odd = r#"{"values":[{"id":"a","method":"mobile","to":null},{"id":"b","method":"mobile","status":{"enabled":true}}]}"#;
    let server = Server::start(&[answer("200 OK", "", odd)]);
    for form in ["yaml", "json", "csv"] {
        let file = home.write(
            form,
            &server.run(&home, &format!("export --format {form}")).with_code(0).stdout,
        );
        let line = format!("plan {file} --format {form} --prune --exit-code");
        assert_eq!(server.run(&home, &line).with_code(0).stdout, "no changes\n");
    }
    let error = home.at(&server.origin).line("plan -").stdin("- mobile: ''\n").fail(2);
    assert!(
        error["message"].as_str().unwrap().contains("1:11: the address or number is missing"),
        "{error}"
    );
}

#[test]
fn a_compressed_body_is_reported_and_not_printed() {
    // The header of gzip (RFC 1952), and bytes that are not UTF-8.
    let body =
        [&b"\x1f\x8b\x08\0\0\0\0\0\0\xff"[..], &[0xab, 0x56, 0x2a, 0x4b, 0xcc, 0x29, 0x9d, 0xff]]
            .concat();
    for encoding in ["", "content-encoding: gzip\r\n"] {
        let compressed = |status: &str| {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nconnection: close\r\n{encoding}content-length: {length}"
            );
            [head.as_bytes(), b"\r\n\r\n", &body].concat()
        };
        let expected = "the body is compressed (gzip), but compression was not requested";
        for line in ["list", "get abc"] {
            let (code, error, _) =
                outcome(&format!("{line} --attempts 1"), &[compressed("200 OK")]);
            assert_eq!((code, &error["kind"]), (1, &Value::from("invalid_response")), "{error}");
            assert!(error["message"].as_str().unwrap().ends_with(expected), "{error}");
        }
        let (code, error, _) =
            outcome("create sms 90-5555559999", &[compressed("422 Unprocessable Entity")]);
        assert_eq!(code, 1, "{error}");
        assert!(error["message"].as_str().unwrap().ends_with(expected), "{error}");
    }
}

#[test]
fn a_problem_document_is_printed_with_its_parameters_and_a_specific_hint() {
    let problem = r#"{"title":"Bad request","detail":"Validation failed","invalid-params":[{"name":"to","reason":"is not a valid number"}]}"#;
    let headers = "content-type: application/problem+json\r\n";
    let (code, error, _) = outcome(
        "create sms 90-5555559999",
        &[answer("422 Unprocessable Entity", headers, problem)],
    );
    assert_eq!(code, 1);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("Bad request: Validation failed; `to`: is not a valid number"),
        "{message}"
    );
    assert!(hint(&error).starts_with("check the address"), "{error}");
    for (title, expected) in [
        ("Contact already exists", "exists already"),
        ("Limit of 2 contacts exceeded", "at most 2"),
    ] {
        let body = format!(r#"{{"errors":[{{"title":"{title}","code":"X"}}]}}"#);
        let (_, error, _) =
            outcome("create sms 90-5555559999", &[answer("422 Unprocessable Entity", "", &body)]);
        let is_of_three = hint(&error).contains("may exist already");
        assert!(
            !is_of_three
                && (hint(&error).contains(expected)
                    || hint(&error).contains("the existing contact")),
            "{error}"
        );
    }
}

#[test]
fn a_response_about_another_contact_is_an_error() {
    let other = r#"{"message":"Updated","data":{"id":"another"}}"#;
    for line in ["update abc 90-5555559999", "activate abc", "deactivate abc --force"] {
        let (code, error, requests) =
            outcome(&format!("{line} --attempts 1"), &[answer("200 OK", "", other)]);
        assert_eq!((code, requests), (1, 1), "{line}: {error}");
        assert_eq!(error["kind"], "invalid_response", "{line}: {error}");
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains("the response is about another contact (id another)"),
            "{line}: {error}"
        );
        assert!(message.ends_with("the request may have taken effect"), "{line}: {error}");
    }
    let contact = r#"{"id":"another","method":"sms","to":"90-5"}"#;
    let (code, error, _) = outcome("get abc --attempts 1", &[answer("200 OK", "", contact)]);
    assert_eq!((code, &error["kind"]), (1, &Value::from("invalid_response")), "{error}");
}

#[test]
fn the_page_size_of_the_caller_beats_that_of_the_link() {
    let home = Home::new();
    let contact = |id: u32| format!(r#"{{"id":"{id}","method":"sms","to":"90-{id}"}}"#);
    let first = format!(
        r#"{{"values":[{},{}],"links":{{"next":"?offset=2&size=1"}}}}"#,
        contact(1),
        contact(2)
    );
    let second = format!(r#"{{"values":[{}]}}"#, contact(3));
    let server = Server::start(&[&answer("200 OK", "", &first), &answer("200 OK", "", &second)]);
    let ran = server.run(&home, "list -v").with_code(0);
    assert!(ran.stderr.contains("offset=2&size=100"), "{ran:?}");
    assert_eq!((server.requests(), ran.stdout.lines().count()), (2, 4), "{ran:?}");
}

#[test]
fn the_base_url_follows_from_the_site_and_the_kind_of_token() {
    let home = Home::new();
    let shown = |line: &str| home.contacts().line(line).succeed();
    let direct = "https://api.atlassian.com/jsm/ops/api/X/v1/users/contacts";
    let oauth = "https://api.atlassian.com/ex/jira/X/jsm/ops/api/v1/users/contacts";
    assert!(shown("--cloud-id X curl list").contains(direct));
    let text = shown("--cloud-id X --oauth curl list");
    assert!(
        text.contains(oauth) && text.contains("\"authorization: Bearer $CONTACTS_OAUTH_TOKEN\""),
        "{text}"
    );
    for site in ["acme.atlassian-us-gov.net", "a.atlassian-isolated.net", "acme.atlassian-fex.net"]
    {
        let (token, proxy) = (home.write("token", support::SECRET), Server::start(&[""]));
        let who = home.contacts().args([
            "--site",
            site,
            "--email",
            "ann@example.com",
            "--token-file",
            &token,
        ]);
        let error = who.line("list --attempts 1").args(["--proxy", &proxy.origin]).fail(2);
        assert!(hint(&error).contains("--base-url"), "{error}");
        assert_eq!(proxy.requests(), 0, "{site}");
    }
}

#[test]
fn the_command_in_the_hint_of_an_unknown_outcome_works_with_the_printed_receipt() {
    let home = Home::new();
    let server = Server::start(&["", &answer("200 OK", "", r#"{"values":[]}"#)]);
    let ran = server.run(&home, "create voice 90-5555559999").with_code(7);
    let hint = ran.stderr.lines().find(|line| line.starts_with("hint: ")).unwrap();
    let receipt = ran.stderr.lines().find_map(|line| line.strip_prefix("receipt: ")).unwrap();
    let command = hint.split_once("run: contacts ").map(|(_, command)| command).unwrap();
    let words = shlex::split(&command.replace("RECEIPT", receipt)).unwrap();
    let ran = home.contacts().args(&words).run().with_code(4);
    assert!(ran.stderr.contains("was not created"), "{ran:?}");
}
