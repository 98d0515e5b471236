//! Each error of the core with its hint and exit code, as the command prints it.

use contacts_sandbox::{Fault, Sandbox, When};
use rustls::version::TLS13;

use super::{assert_snapshot, masked, redacted};
use crate::support::{
    Contacts, Home,
    canned::{Server, answer},
    office::{Office, empty_list, serve},
};

const LIST: &str = "list --attempts 1";
const GET: &str = "get abc --attempts 1";
const CREATE: &str = "create sms 90-5555559999 --attempts 1";
const ON_CALL: &str = "audit --on-call --attempts 1";
const ENSURE: &str = "create --ensure sms 90-5555559999";

/// Kind, message and hint of an error, one line each.
fn described(home: &Home, what: &str, line: &str, command: Contacts) -> String {
    let real = line.replace("/HOME", home.path("").to_str().unwrap().trim_end_matches('/'));
    let ran = command.line(&real).line("-o json").run();
    assert_eq!(ran.stdout, "", "{what}: {ran:?}");
    let (code, error) = (ran.status.code().unwrap(), ran.error());
    let mut text = format!(
        "# {what}\n$ contacts {line}\nexit {code}, kind {}\n",
        error["kind"].as_str().unwrap()
    );
    for name in ["message", "hint"] {
        if let Some(value) = error[name].as_str() {
            text += &format!("{name}: {value}\n");
        }
    }
    if let Some(seconds) = error["retryAfter"].as_u64() {
        text += &format!("retryAfter: {seconds}\n");
    }
    let text = redacted(home, &text);
    // The wording differs between systems.
    masked(&text, "failed to lookup address information: ", |c| c != '\n', "REASON") + "\n"
}

fn json(status: &str, body: &str) -> Vec<u8> {
    answer(status, "content-type: application/json\r\n", body).into_bytes()
}

fn page(status: &str) -> Vec<u8> {
    answer(status, "content-type: text/html\r\n", "<html><h1>Sign in").into_bytes()
}

fn ok(body: &str) -> Vec<u8> {
    json("200 OK", body)
}

/// An error in the format of the service.
fn own_error(status: &str, title: &str) -> Vec<u8> {
    json(status, &format!(r#"{{"errors":[{{"title":"{title}","code":"X"}}],"requestId":"r-1"}}"#))
}

fn lost() -> Vec<u8> {
    Vec::new()
}

/// Errors of responses.
fn of_responses() -> String {
    let scope = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    let plan = r#"{"code":40301,"message":"No access to Operations"}"#;
    let allowlist = r#"{"message":"The IP address has been rejected: allowlisting is enabled"}"#;
    let removed = r#"{"errorMessages":["The requested API has been removed."],"errors":{}}"#;
    let contact = r#"{"id":"abc","method":"sms","to":"90-5555559999"}"#;
    let another = r#"{"id":"def","method":"sms","to":"90-5555559999"}"#;
    let values = |contacts: &str, next: &str| {
        ok(&format!(r#"{{"values":[{contacts}],"links":{{"next":"{next}"}}}}"#))
    };
    let twice = ok(&format!(r#"{{"values":[{contact},{another}]}}"#));
    let fields =
        r#"{"message":"Not accepted","errors":{"to":"is too long","method":"is unknown"}}"#;
    let slow = answer("429 Too Many Requests", "retry-after: 3600\r\n", "").into_bytes();
    let later = answer("503 Service Unavailable", "retry-after: 20\r\n", "").into_bytes();
    let moved =
        answer("301 Moved Permanently", "location: https://elsewhere.example/login\r\n", "");
    let none = ok(r#"{"values":[]}"#);
    let schedules = ok(r#"{"values":[{"id":"s-1","name":"Database"}]}"#);
    let cases: Vec<(&str, &str, Vec<Vec<u8>>)> = vec![
        ("CheckApiToken", LIST, vec![json("401 Unauthorized", "")]),
        ("CheckAccessToken", "list --oauth --attempts 1", vec![json("401 Unauthorized", "")]),
        ("MissingScope", LIST, vec![json("401 Unauthorized", scope)]),
        ("NoOperations", LIST, vec![json("403 Forbidden", plan)]),
        ("PlanLimit", LIST, vec![own_error("402 Payment Required", "Payment required")]),
        ("NotAllowed", LIST, vec![own_error("403 Forbidden", "Forbidden")]),
        (
            "OnlyAdministrators",
            "list --account-id ann",
            vec![own_error("403 Forbidden", "Forbidden")],
        ),
        ("IpAllowlist", LIST, vec![json("403 Forbidden", allowlist)]),
        ("WrongSite", LIST, vec![json("404 Not Found", "")]),
        ("NoSuchUser", "list --account-id ann", vec![own_error("404 Not Found", "User not found")]),
        ("ApiRemoved", LIST, vec![json("410 Gone", removed)]),
        ("NoSuchContact", GET, vec![own_error("404 Not Found", "Contact not found")]),
        ("ExistsOrTooMany", CREATE, vec![own_error("422 Unprocessable Entity", "Rejected")]),
        ("AlreadyExists", CREATE, vec![own_error("409 Conflict", "Contact already exists")]),
        ("TooManyContacts", CREATE, vec![own_error("422 Unprocessable Entity", "Limit exceeded")]),
        ("CheckAddress", CREATE, vec![own_error("422 Unprocessable Entity", "to is not valid")]),
        (
            "OnlyEmailCanBeUpdated",
            "update abc 90-5",
            vec![own_error("422 Unprocessable Entity", "No")],
        ),
        (
            "NotVerified",
            "activate abc",
            vec![own_error("422 Unprocessable Entity", "Not verified")],
        ),
        (
            "ScheduleNotVisible",
            ON_CALL,
            vec![schedules.clone(), own_error("403 Forbidden", "Forbidden")],
        ),
        (
            "NoSuchSchedule",
            ON_CALL,
            vec![schedules, own_error("404 Not Found", "Schedule not found")],
        ),
        ("NotTheService, an error", LIST, vec![page("403 Forbidden")]),
        ("NotTheService, a success", LIST, vec![page("200 OK")]),
        ("NotTheService, not HTTP", LIST, vec![b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()]),
        ("Redirected", LIST, vec![moved.clone().into_bytes()]),
        ("Redirected, a create", CREATE, vec![moved.into_bytes()]),
        ("a rejected request", CREATE, vec![json("400 Bad Request", fields)]),
        ("a truncated body", LIST, vec![ok(r#"{"values":["#)]),
        ("another contact", GET, vec![ok(another)]),
        ("a connection closed without a response", LIST, vec![lost()]),
        ("a change that may have taken effect", "activate abc --attempts 1", vec![lost()]),
        ("StopReason::MaxAttempts", "list --attempts 2", vec![json("503 Service Unavailable", "")]),
        ("StopReason::RetryAfterTooLong", LIST.trim_end_matches(" --attempts 1"), vec![slow]),
        ("StopReason::Deadline", "list --timeout 10s", vec![later]),
        ("OutcomeUnknown", CREATE, vec![lost()]),
        ("OutcomeUnknown, NotTheService", CREATE, vec![page("502 Bad Gateway")]),
        ("Duplicate", ENSURE, vec![none, lost(), twice]),
        ("PagingError::Unreadable", LIST, vec![values(contact, "?page=2")]),
        ("PagingError::NotForward", LIST, vec![values(contact, "?offset=0")]),
        (
            "PagingError::NothingNew",
            LIST,
            vec![values(contact, "?offset=1"), values(contact, "?offset=2")],
        ),
    ];
    let home = Home::new();
    let described = |(what, line, answers): (&str, &str, Vec<Vec<u8>>)| {
        let server = Server::start(&answers);
        described(&home, what, line, home.at(&format!("{}/jsm/ops/api/c", server.origin)))
    };
    cases.into_iter().map(described).collect()
}

/// Errors of the connection.
fn of_connections() -> String {
    let home = Home::new();
    let token = home.write("token", "t0ken");
    let at_site = |site: &str| {
        home.contacts().args(["--site", site, "--email", "ann@example.com", "--token-file", &token])
    };
    let renamed =
        answer("301 Moved", "location: https://beta.atlassian.net/_edge/tenant_info\r\n", "");
    let renamed = Server::start(&[renamed]);
    let unknown = Server::start(&[answer("404 Not Found", "", "")]);
    let wants_password = Server::start(&[answer("407 Proxy Authentication Required", "", "")]);
    let forbids = Server::start(&[answer("403 Forbidden", "", "")]);
    let office = serve(empty_list(Office::new().server(&TLS13, false)));
    let silent = Sandbox::start().unwrap();
    silent.arm(Fault::Silence { when: When::Before });
    let far = "https://api.atlassian.example/x";
    [
        ("SiteRenamed", LIST, at_site(&renamed.origin)),
        ("NoSuchSite", LIST, at_site(&unknown.origin)),
        ("ProxyCredentials", LIST, home.at(far).args(["--proxy", &wants_password.origin])),
        ("ProxyForbids", LIST, home.at(far).args(["--proxy", &forbids.origin])),
        ("CheckHost", LIST, home.at("https://host.invalid/x")),
        ("CheckCertificate", LIST, home.at(&office)),
        ("connection refused", LIST, home.at("http://127.0.0.1:1/x")),
        ("no response", "list --attempts 1 --timeout 1s", home.demo(&silent, "")),
    ]
    .into_iter()
    .map(|(what, line, command)| described(&home, what, line, command))
    .collect()
}

/// Errors before anything is sent.
fn of_settings() -> String {
    let home = Home::new();
    home.write("words.yaml", "- pigeon: 1\n");
    let lines = [
        ("InvalidInput: no site", "list"),
        ("InvalidInput: no user", "list --base-url http://127.0.0.1:1/x"),
        ("InvalidInput: no token", "list --base-url http://127.0.0.1:1/x --email ann@example.com"),
        ("InvalidInput: two targets", "list --base-url http://127.0.0.1:1/x --site acme"),
        ("InvalidInput: a site", "list --site acme/x"),
        ("InvalidInput: a base URL", "list --base-url ftp://acme.example"),
        (
            "InvalidInput: a token file",
            "list --base-url http://127.0.0.1:1/x --email a@example.com --token-file /HOME/none",
        ),
        ("InvalidInput: a profile", "list --profile absent"),
        ("InvalidInput: an id", "get .."),
        ("InvalidInput: a duration", "list --timeout soon"),
        ("InvalidInput: attempts", "list --attempts 0"),
        ("InvalidInput: a token as an argument", "list --token abc"),
        ("InvalidInput: an unknown command", "lst"),
        ("InvalidInput: an unknown flag", "list --al"),
        ("InvalidInput: a missing argument", "get"),
        ("InvalidInput: no terminal", "delete abc --sandbox"),
        ("InvalidInput: a missing file", "plan /HOME/none.yaml --sandbox"),
        ("InvalidInput: an invalid file", "plan /HOME/words.yaml --sandbox"),
        ("InvalidInput: a receipt", "reconcile abc --sandbox"),
        ("InvalidInput: a key of the configuration", "config set syte acme"),
        (
            "Credentials: a token command",
            "list --base-url http://127.0.0.1:1/x --email a@b.example --token-command false",
        ),
    ];
    let text = lines.into_iter().map(|(what, line)| described(&home, what, line, home.contacts()));
    let mut text: String = text.collect();
    let wrong = home.write("wrong.toml", "[default]\nsyte = \"acme\"\n");
    let with_config = home.contacts().env("CONTACTS_CONFIG", &wrong);
    text += &described(&home, "InvalidInput: a key of a profile", "list", with_config);
    text
}

#[test]
fn each_error_and_its_hint_match_the_snapshot() {
    assert_snapshot("errors.txt", &[of_responses(), of_connections()].concat());
}

#[test]
fn each_usage_error_matches_the_snapshot() {
    assert_snapshot("usage.txt", &of_settings());
}
