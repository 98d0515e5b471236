//! The web page at `/` in a real browser.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use contacts_browser::{Browser, ENTER, TAB, View};
use contacts_sandbox::{
    DEMO_TOKEN, Participant, Rotation, RotationType, Sandbox, Schedule, StoredContact,
};
use serde_json::Value;

const CONTACTS: &str = "/jsm/ops/api/sandbox/v1/users/contacts";
const TOKENS: [&str; 2] = [DEMO_TOKEN, contacts_sandbox::DEMO_OAUTH_TOKEN];

/// Text that would have an effect if the page did not show it as plain text.
const HOSTILE: &str = "<img src=x onerror=\"window.ran=1\">\u{1b}[31m\u{202e}<script>window.ran=1</script>'\"&amp;javascript:";

const WIDE: View = View { width: 1280, height: 900, dark: false };
const NARROW: View = View { width: 360, height: 800, dark: true };

/// Sends a request to the service. Returns the status, or `None` if the connection ends without
/// one.
fn send(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(sandbox.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Basic ZGVtb0BleGFtcGxlLmNvbTpzYW5kYm94LXRva2Vu\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}

fn account(sandbox: &Sandbox) -> String {
    sandbox.with_service(|service| service.users().next().unwrap().account_id.clone())
}

fn stored(sandbox: &Sandbox, to: &str) -> StoredContact {
    let account = account(sandbox);
    let find =
        |contacts: &[StoredContact]| contacts.iter().find(|contact| contact.to == to).cloned();
    sandbox.with_service(|service| find(service.contacts(&account))).unwrap()
}

fn open(sandbox: &Sandbox, view: View) -> Browser {
    let browser = Browser::start();
    browser.view(view);
    browser.open(&sandbox.origin());
    browser.find_text("#connection", "live");
    browser
}

/// Asserts that no foreign script ran, and that the console reports no error or policy violation.
fn assert_clean(browser: &Browser) {
    assert_eq!(browser.console(), [""; 0]);
    assert_eq!(browser.script("return window.ran"), Value::Null);
    let source = browser.script("return document.documentElement.outerHTML").to_string();
    for token in TOKENS {
        assert!(!source.contains(token), "the page contains a token");
    }
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn the_page_shows_new_requests_and_a_click_verifies_a_number() {
    let sandbox = Sandbox::start().unwrap();
    let browser = open(&sandbox, WIDE);
    browser.find_text("#users-list h3", "demo@example.com");
    browser.find_text("#users-list td", "90-555-555-5555");
    browser.find_text("#journal-none", "No requests yet");

    assert_eq!(
        send(&sandbox, "POST", CONTACTS, r#"{"method":"voice","to":"49-1234567"}"#),
        Some(201)
    );
    let row = browser.find_text("#requests tr", "POST").text();
    assert!(
        row.contains("201") && row.contains(CONTACTS) && row.contains("demo@example.com"),
        "{row}"
    );
    browser.find_text("#users-list td", "49-1234567");
    assert!(!stored(&sandbox, "49-1234567").enabled);

    let verify = browser.find("#users-list button");
    assert_eq!(verify.label(), "Verify voice 49-1234567 of demo@example.com");
    verify.click();
    browser.find_text("#users-status", "voice 49-1234567 verified");
    browser.until("no button", || browser.all("#users-list button").is_empty().then_some(()));
    let contact = stored(&sandbox, "49-1234567");
    assert!(contact.enabled && contact.verified);
    assert_eq!(sandbox.journal().len(), 1, "the page itself is not in the journal");
    assert_clean(&browser);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn the_page_shows_who_is_on_call_now_and_next() {
    let sandbox = Sandbox::start().unwrap();
    let browser = open(&sandbox, WIDE);
    let row = browser.find_text("#schedules tr", "Payments primary").text();
    assert!(row.contains("Ben Ode") && row.contains("Ann Berg"), "{row}");
    let row = browser.find_text("#schedules tr", "Platform").text();
    for text in ["Cleo Park for Dana Demo", "team Night shift, not opened"] {
        assert!(row.contains(text), "{row}");
    }
    browser.find_text("#users-list p", "Ben Ode");

    let schedule = Schedule::new("s-1", "Billing");
    sandbox.with_service(|service| service.add_schedule(schedule));
    let row = browser.find_text("#schedules tr", "Billing").text();
    assert_eq!(row.matches("no one").count(), 2, "{row}");
    browser.find_text("#schedules-count", "3");
    assert!(sandbox.journal().is_empty(), "the page itself is not in the journal");
    assert_clean(&browser);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn a_sandbox_without_schedules_shows_no_on_call_section() {
    let service = contacts_sandbox::Service::new(contacts_sandbox::Behaviour::default());
    let sandbox = Sandbox::builder().service(service).start().unwrap();
    let browser = open(&sandbox, NARROW);
    assert!(!browser.find("#on-call").is_visible());
    assert_clean(&browser);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn a_fault_that_is_armed_on_the_page_applies_to_the_next_request() {
    let sandbox = Sandbox::start().unwrap();
    let browser = open(&sandbox, WIDE);

    // The default settings, with the keyboard only.
    browser.find("#kind option[value=status]");
    browser.script("document.getElementById('occurrence').focus()");
    browser.press(TAB);
    browser.press(TAB);
    browser.press(ENTER);
    browser.find_text("#faults-status", "Fault armed.");
    browser.find_text("#armed li", "at most once");
    assert_eq!(send(&sandbox, "GET", CONTACTS, ""), Some(503));
    assert_eq!(send(&sandbox, "GET", CONTACTS, ""), Some(200));
    let failed = browser.find_text("#requests tr", "503").text();
    assert!(failed.contains("status"), "{failed}");
    browser.find_text("#armed li", "used up");

    // With operation and occurrence, after the effect.
    browser.find("#kind").type_text("reset");
    browser.find("#when").type_text("after");
    browser.find("#operation").type_text("create");
    browser.find("#occurrence").type_text("Nth");
    browser.find("#arm button[type=submit]").click();
    browser.find_text("#armed li", "create, only number 2");
    let create = |to: &str| {
        send(&sandbox, "POST", CONTACTS, &format!(r#"{{"method":"voice","to":"{to}"}}"#))
    };
    assert_eq!(create("1-1"), Some(201));
    assert_eq!(create("1-2"), None);
    assert_eq!(send(&sandbox, "GET", CONTACTS, ""), Some(200));
    assert_eq!(stored(&sandbox, "1-2").method.as_str(), "voice");
    let lost = browser.find_text("#requests tr", "reset").text();
    assert!(lost.contains("none") && lost.contains("after the effect"), "{lost}");

    // The page shows the server's error message.
    browser.script("document.querySelector('#arm details').open = true; document.getElementById('fault').value = '{\"kind\":\"explode\"}'");
    browser.find("#arm button[type=submit]").click();
    browser.find_text("#faults-status.wrong", "explode");
    // The console reports only this rejection.
    let console = browser.console();
    assert!(console.len() == 1 && console[0].contains("400"), "{console:?}");

    browser.find("#disarm").click();
    browser.find_text("#armed-none", "No faults are armed");
    browser.find("#clear").click();
    browser.find_text("#journal-none", "No requests yet");
    assert!(sandbox.journal().is_empty());
    assert_clean(&browser);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn hostile_data_is_shown_as_text_and_never_runs() {
    let sandbox = Sandbox::start().unwrap();
    let account = account(&sandbox);
    let long = "9".repeat(3000);
    sandbox.with_service(|service| {
        let mut eve = contacts_sandbox::User::new(HOSTILE, "t0ken").with_account_id(HOSTILE);
        eve.administrator = true;
        service.add_user(eve.with_name(HOSTILE));
        let start = Duration::ZERO;
        let rotation = Rotation::new("r", RotationType::Daily, start)
            .with_participants([HOSTILE, &long].map(Participant::user));
        service.add_schedule(Schedule::new("s", HOSTILE).with_rotation(rotation));
        service.add_contact(HOSTILE, HOSTILE, HOSTILE, false);
        service.add_contact(&account, "sms", HOSTILE, true);
        service.add_contact(&account, "sms", &long, true);
    });
    let body = serde_json::json!({"method": "email", "to": HOSTILE, "more": long}).to_string();
    let browser = open(&sandbox, NARROW);
    send(
        &sandbox,
        "POST",
        &format!("{CONTACTS}/%3Cimg%20src=x%20onerror=window.ran=1%3E?{long}"),
        &body,
    );
    send(&sandbox, "POST", CONTACTS, &body);
    let location = HOSTILE.replace(char::is_control, "").replace('\u{202e}', "");
    sandbox.arm(contacts_sandbox::Fault::Redirect {
        status: 302,
        location,
        when: contacts_sandbox::When::Before,
    });

    let escaped = HOSTILE.replace('\u{1b}', "\\u{1b}").replace('\u{202e}', "\\u{202e}");
    for selector in [
        "#schedules tr",
        "#users-list h3",
        "#users-list p",
        "#users-list td.to",
        "#users-list td.method",
    ] {
        browser.find_text(selector, &escaped);
    }
    browser.find_text("#requests tr", "%3Cimg%20src=x%20onerror=window.ran=1%3E");
    browser.find_text("#armed li", "<script>window.ran=1</script>");
    browser
        .script("document.querySelectorAll('#requests details').forEach((row) => row.open = true)");
    browser.find_text("#requests pre", "onerror=");
    assert!(browser.all("img").is_empty());
    assert_eq!(browser.all("script").len(), 1);
    let wider = browser.script(
        "const page = document.documentElement; return page.scrollWidth - page.clientWidth",
    );
    assert_eq!(wider, 0, "the page does not scroll sideways");
    assert_clean(&browser);

    // Even injected markup or scripts are blocked by the policy.
    let thrown = "try { document.body.innerHTML = '<b>'; return 'taken' } catch (error) { return error.name }";
    assert_eq!(browser.script(thrown), "TypeError");
    let script = "const script = document.createElement('script'); script.async = false;
        try { script.text = 'window.ran = 1' } catch {} document.head.append(script)";
    browser.script(script);
    assert_eq!(browser.script("return window.ran"), Value::Null);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn every_control_has_a_label_and_updates_keep_the_focus() {
    let sandbox = Sandbox::start().unwrap();
    for to in ["1-1", "1-2"] {
        assert_eq!(
            send(&sandbox, "POST", CONTACTS, &format!(r#"{{"method":"voice","to":"{to}"}}"#)),
            Some(201)
        );
    }
    let browser = open(&sandbox, WIDE);
    browser.find("#users-list button");
    let mut named = 0;
    for element in browser.all("button, select, input, textarea, section, table, ul") {
        if element.is_visible() {
            assert_ne!(element.label(), "");
            named += 1;
        }
    }
    assert!(named > 15, "{named}");
    assert_eq!(browser.all("th:not([scope])").len(), 0);

    // The second button keeps the focus when the rows are replaced.
    browser.script("document.querySelectorAll('[data-verify]')[1].focus()");
    let account = account(&sandbox);
    sandbox.with_service(|service| service.add_contact(&account, "mobile", "a phone", true));
    browser.find_text("#users-list td", "a phone");
    let label = "return document.activeElement.getAttribute('aria-label')";
    assert_eq!(browser.script(label), "Verify voice 1-2 of demo@example.com");
    browser.press(ENTER);
    browser.find_text("#users-status", "voice 1-2 verified");
    assert!(stored(&sandbox, "1-2").enabled);

    // A paused or hidden page does not poll. Afterwards it shows the missed requests.
    browser.find("#pause").click();
    browser.find_text("#connection", "paused");
    assert_not_updated(&sandbox, &browser, 2);
    browser.find("#pause").click();
    browser.until("the third request", || (rows(&browser) == 3).then_some(()));
    browser.script(
        "Object.defineProperty(document, 'hidden', { get: () => window.away }); window.away = true",
    );
    browser.script("document.dispatchEvent(new Event('visibilitychange'))");
    assert_not_updated(&sandbox, &browser, 3);
    browser.script("window.away = false; document.dispatchEvent(new Event('visibilitychange'))");
    browser.until("the fourth request", || (rows(&browser) == 4).then_some(()));
    assert_clean(&browser);
}

fn rows(browser: &Browser) -> usize {
    browser.all("#requests tr").len()
}

/// Sends a request, and asserts that the page still shows `before` requests.
fn assert_not_updated(sandbox: &Sandbox, browser: &Browser, before: usize) {
    // Wait for an update in progress.
    browser.script("return turn");
    send(sandbox, "GET", CONTACTS, "");
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(rows(browser), before);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn the_page_reports_a_stopped_sandbox_and_shows_the_next_one_on_its_port() {
    let sandbox = Sandbox::start().unwrap();
    let address = sandbox.address();
    for _ in 0..3 {
        send(&sandbox, "GET", CONTACTS, "");
    }
    let browser = open(&sandbox, WIDE);
    browser.until("three requests", || (rows(&browser) == 3).then_some(()));
    drop(sandbox);
    browser.find_text("#connection", "no connection to the sandbox");
    let another = Sandbox::builder().listen(address).start().unwrap();
    let account = account(&another);
    another.with_service(|service| service.add_contact(&account, "mobile", "another", true));
    send(&another, "DELETE", CONTACTS, "");
    browser.find_text("#connection", "live");
    browser.find_text("#users-list td", "another");
    browser.find_text("#requests tr", "DELETE");
    assert_eq!(rows(&browser), 1);
}
