//! The page at `/` in a real browser.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use contacts_browser::{Browser, ENTER, TAB, View};
use contacts_sandbox::{DEMO_TOKEN, Sandbox, StoredContact};
use serde_json::Value;

const CONTACTS: &str = "/jsm/ops/api/sandbox/v1/users/contacts";
const TOKENS: [&str; 2] = [DEMO_TOKEN, contacts_sandbox::DEMO_OAUTH_TOKEN];

/// What would do something, if it were anything but text.
const HOSTILE: &str =
    "<img src=x onerror=\"window.ran=1\">\u{1b}[31m\u{202e}<script>window.ran=1</script>'\"&amp;javascript:";

const WIDE: View = View { width: 1280, height: 900, dark: false };
const NARROW: View = View { width: 360, height: 800, dark: true };

/// A client of the service: the status that it is answered, none if the connection ends without one.
fn ask(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> Option<u16> {
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
    let find = |contacts: &[StoredContact]| contacts.iter().find(|contact| contact.to == to).cloned();
    sandbox.with_service(|service| find(service.contacts(&account))).unwrap()
}

fn open(sandbox: &Sandbox, view: View) -> Browser {
    let browser = Browser::start();
    browser.view(view);
    browser.open(&sandbox.origin());
    browser.find_text("#connection", "live");
    browser
}

/// Nothing ran that is not the page's own, nothing was refused by the policy, nothing was missing.
fn assert_quiet(browser: &Browser) {
    assert_eq!(browser.console(), [""; 0]);
    assert_eq!(browser.script("return window.ran"), Value::Null);
    let source = browser.script("return document.documentElement.outerHTML").to_string();
    for token in TOKENS {
        assert!(!source.contains(token), "a token is shown");
    }
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn requests_are_seen_as_they_are_made_and_a_number_is_verified_by_a_click() {
    let sandbox = Sandbox::start().unwrap();
    let browser = open(&sandbox, WIDE);
    browser.find_text("#users-list h3", "demo@example.com");
    browser.find_text("#users-list td", "90-555-555-5555");
    browser.find_text("#journal-none", "No requests yet");

    assert_eq!(ask(&sandbox, "POST", CONTACTS, r#"{"method":"voice","to":"49-1234567"}"#), Some(201));
    let row = browser.find_text("#requests tr", "POST").text();
    assert!(row.contains("201") && row.contains(CONTACTS) && row.contains("demo@example.com"), "{row}");
    browser.find_text("#users-list td", "49-1234567");
    assert!(!stored(&sandbox, "49-1234567").enabled);

    let verify = browser.find("#users-list button");
    assert_eq!(verify.label(), "Verify voice 49-1234567 of demo@example.com");
    verify.click();
    browser.find_text("#users-status", "voice 49-1234567 is verified");
    browser.until("no button", || browser.all("#users-list button").is_empty().then_some(()));
    let contact = stored(&sandbox, "49-1234567");
    assert!(contact.enabled && contact.verified);
    assert_eq!(sandbox.journal().len(), 1, "the page itself is not in the journal");
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn a_fault_that_is_armed_is_what_the_next_request_meets() {
    let sandbox = Sandbox::start().unwrap();
    let browser = open(&sandbox, WIDE);

    // The first choice of all, by the keyboard alone.
    browser.find("#kind option[value=status]");
    browser.script("document.getElementById('occurrence').focus()");
    browser.press(TAB);
    browser.press(TAB);
    browser.press(ENTER);
    browser.find_text("#faults-status", "Armed.");
    browser.find_text("#armed li", "at most once");
    assert_eq!(ask(&sandbox, "GET", CONTACTS, ""), Some(503));
    assert_eq!(ask(&sandbox, "GET", CONTACTS, ""), Some(200));
    let failed = browser.find_text("#requests tr", "503").text();
    assert!(failed.contains("status"), "{failed}");
    browser.find_text("#armed li", "spent");

    // By operation and occurrence; the effect takes place.
    browser.find("#kind").type_text("reset");
    browser.find("#when").type_text("after");
    browser.find("#operation").type_text("create");
    browser.find("#occurrence").type_text("the Nth");
    browser.find("#arm button[type=submit]").click();
    browser.find_text("#armed li", "create, number 2");
    let create = |to: &str| ask(&sandbox, "POST", CONTACTS, &format!(r#"{{"method":"voice","to":"{to}"}}"#));
    assert_eq!(create("1-1"), Some(201));
    assert_eq!(create("1-2"), None);
    assert_eq!(ask(&sandbox, "GET", CONTACTS, ""), Some(200));
    assert_eq!(stored(&sandbox, "1-2").method.as_str(), "voice");
    let lost = browser.find_text("#requests tr", "reset").text();
    assert!(lost.contains("none") && lost.contains("after the effect"), "{lost}");

    // What cannot be is said in the sandbox's words.
    browser.script("document.querySelector('#arm details').open = true; document.getElementById('fault').value = '{\"kind\":\"explode\"}'");
    browser.find("#arm button[type=submit]").click();
    browser.find_text("#faults-status.wrong", "explode");
    // The refusal is the one thing that the console tells of.
    let console = browser.console();
    assert!(console.len() == 1 && console[0].contains("400"), "{console:?}");

    browser.find("#disarm").click();
    browser.find_text("#armed-none", "Nothing goes wrong");
    browser.find("#clear").click();
    browser.find_text("#journal-none", "No requests yet");
    assert!(sandbox.journal().is_empty());
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn what_is_hostile_is_shown_as_text_and_nothing_of_it_runs() {
    let sandbox = Sandbox::start().unwrap();
    let account = account(&sandbox);
    let long = "9".repeat(3000);
    sandbox.with_service(|service| {
        let mut eve = contacts_sandbox::User::new(HOSTILE, "t0ken").with_account_id(HOSTILE);
        eve.administrator = true;
        service.add_user(eve);
        service.add_contact(HOSTILE, HOSTILE, HOSTILE, false);
        service.add_contact(&account, "sms", HOSTILE, true);
        service.add_contact(&account, "sms", &long, true);
    });
    let body = serde_json::json!({"method": "email", "to": HOSTILE, "more": long}).to_string();
    let browser = open(&sandbox, NARROW);
    ask(&sandbox, "POST", &format!("{CONTACTS}/%3Cimg%20src=x%20onerror=window.ran=1%3E?{long}"), &body);
    ask(&sandbox, "POST", CONTACTS, &body);
    let location = HOSTILE.replace(char::is_control, "").replace('\u{202e}', "");
    sandbox.arm(contacts_sandbox::Fault::Redirect {
        status: 302,
        location,
        when: contacts_sandbox::When::Before,
    });

    let written_out = HOSTILE.replace('\u{1b}', "\\u{1b}").replace('\u{202e}', "\\u{202e}");
    for selector in ["#users-list h3", "#users-list p", "#users-list td.to", "#users-list td.method"] {
        browser.find_text(selector, &written_out);
    }
    browser.find_text("#requests tr", "%3Cimg%20src=x%20onerror=window.ran=1%3E");
    browser.find_text("#armed li", "<script>window.ran=1</script>");
    browser.script("document.querySelectorAll('#requests details').forEach((row) => row.open = true)");
    browser.find_text("#requests pre", "onerror=");
    assert!(browser.all("img").is_empty());
    assert_eq!(browser.all("script").len(), 1);
    let wider =
        browser.script("const page = document.documentElement; return page.scrollWidth - page.clientWidth");
    assert_eq!(wider, 0, "nothing is wider than the page");
    assert_quiet(&browser);

    // Were a way found to add something all the same, the policy would stop it.
    let thrown =
        "try { document.body.innerHTML = '<b>'; return 'taken' } catch (error) { return error.name }";
    assert_eq!(browser.script(thrown), "TypeError");
    let script = "const script = document.createElement('script'); script.async = false;
        try { script.text = 'window.ran = 1' } catch {} document.head.append(script)";
    browser.script(script);
    assert_eq!(browser.script("return window.ran"), Value::Null);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn everything_has_a_name_and_the_focus_stays_where_it_is() {
    let sandbox = Sandbox::start().unwrap();
    for to in ["1-1", "1-2"] {
        assert_eq!(
            ask(&sandbox, "POST", CONTACTS, &format!(r#"{{"method":"voice","to":"{to}"}}"#)),
            Some(201)
        );
    }
    let browser = open(&sandbox, WIDE);
    browser.find("#users-list button");
    let mut named = 0;
    for element in browser.all("button, select, input, textarea, section, table, ul") {
        if element.is_seen() {
            assert_ne!(element.label(), "");
            named += 1;
        }
    }
    assert!(named > 15, "{named}");
    assert_eq!(browser.all("th:not([scope])").len(), 0);

    // The second button has the focus; the rows are made anew, and it has it still.
    browser.script("document.querySelectorAll('[data-verify]')[1].focus()");
    let account = account(&sandbox);
    sandbox.with_service(|service| service.add_contact(&account, "mobile", "a phone", true));
    browser.find_text("#users-list td", "a phone");
    let label = "return document.activeElement.getAttribute('aria-label')";
    assert_eq!(browser.script(label), "Verify voice 1-2 of demo@example.com");
    browser.press(ENTER);
    browser.find_text("#users-status", "voice 1-2 is verified");
    assert!(stored(&sandbox, "1-2").enabled);

    // Paused, or out of sight, it asks for nothing; then it shows what it has missed.
    browser.find("#pause").click();
    browser.find_text("#connection", "paused");
    assert_still(&sandbox, &browser, 2);
    browser.find("#pause").click();
    browser.until("the third request", || (rows(&browser) == 3).then_some(()));
    browser
        .script("Object.defineProperty(document, 'hidden', { get: () => window.away }); window.away = true");
    browser.script("document.dispatchEvent(new Event('visibilitychange'))");
    assert_still(&sandbox, &browser, 3);
    browser.script("window.away = false; document.dispatchEvent(new Event('visibilitychange'))");
    browser.until("the fourth request", || (rows(&browser) == 4).then_some(()));
    assert_quiet(&browser);
}

fn rows(browser: &Browser) -> usize {
    browser.all("#requests tr").len()
}

/// A request is made, and the page shows as many as before.
fn assert_still(sandbox: &Sandbox, browser: &Browser, before: usize) {
    // What was asked for before is awaited.
    browser.script("return turn");
    ask(sandbox, "GET", CONTACTS, "");
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(rows(browser), before);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn a_sandbox_that_ends_is_told_and_the_next_one_on_its_port_is_shown_instead() {
    let sandbox = Sandbox::start().unwrap();
    let address = sandbox.address();
    for _ in 0..3 {
        ask(&sandbox, "GET", CONTACTS, "");
    }
    let browser = open(&sandbox, WIDE);
    browser.until("three requests", || (rows(&browser) == 3).then_some(()));
    drop(sandbox);
    browser.find_text("#connection", "does not answer");
    let another = Sandbox::builder().listen(address).start().unwrap();
    let account = account(&another);
    another.with_service(|service| service.add_contact(&account, "mobile", "another", true));
    ask(&another, "DELETE", CONTACTS, "");
    browser.find_text("#connection", "live");
    browser.find_text("#users-list td", "another");
    browser.find_text("#requests tr", "DELETE");
    assert_eq!(rows(&browser), 1);
}
