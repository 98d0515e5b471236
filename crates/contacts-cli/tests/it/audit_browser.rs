//! The page of an audit in a real browser, opened as a file.

use crate::support::{
    Home,
    users::{team, user},
};
use contacts_browser::{Browser, Element, View};
use contacts_sandbox::Sandbox;
use serde_json::Value;

/// Would run a script if it were not escaped.
const HOSTILE: &str =
    "<img src=x onerror=\"window.ran=1\">\u{1b}[31m\u{202e}<script>window.ran=1</script>'&lt;";
/// The same, as the page must show it.
const SHOWN: &str =
    "<img src=x onerror=\"window.ran=1\">\\u{1b}[31m\\u{202e}<script>window.ran=1</script>'&lt;";

const WIDE: View = View { width: 1280, height: 900, dark: false };
const NARROW: View = View { width: 400, height: 900, dark: true };

/// Writes the page of an audit and opens it.
fn open(home: &Home, sandbox: &Sandbox, line: &str, view: View) -> Browser {
    let page = home.path("audit.html");
    home.demo(sandbox, &format!("audit {line} -q --html {}", page.display())).run();
    let browser = Browser::start();
    browser.view(view);
    browser.open(&format!("file://{}", page.display()));
    browser
}

/// Asserts that no foreign script ran, the policy blocked nothing, and the page fetched nothing.
fn assert_quiet(browser: &Browser) {
    assert_eq!(browser.console(), [""; 0]);
    assert_eq!(browser.script("return window.ran"), Value::Null);
    assert_eq!(browser.script("return performance.getEntriesByType('resource').length"), 0);
}

/// The names of the visible users.
fn seen(browser: &Browser) -> Vec<String> {
    browser.all("tbody th b").iter().filter(|name| name.is_visible()).map(Element::text).collect()
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn the_page_shows_numbers_and_users_can_be_searched_and_sorted() {
    let (home, sandbox) = (Home::new(), team());
    let browser = open(&home, &sandbox, "well single none phone gone --require email", WIDE);
    let figures: Vec<_> =
        browser.all(".figures dd").iter().map(|figure| figure.text().replace('\n', " ")).collect();
    assert_eq!(figures, ["1 20 %"; 5]);
    let label = browser.find("svg.reachabilities").label();
    assert_eq!(
        label,
        "5 users: 1 reachable, 1 single, 1 missing-required, 1 unreachable, 1 unreadable"
    );
    let widths = browser.script(
        "return [...document.querySelectorAll('svg.reachabilities rect:not(.track)')].map(it => Math.round(it.getBoundingClientRect().width / it.ownerSVGElement.getBoundingClientRect().width * 100))",
    );
    assert_eq!(widths, serde_json::json!([20, 20, 20, 20, 20]));
    assert_eq!(
        seen(&browser),
        ["none", "gone", "phone", "single"],
        "users without findings are hidden"
    );

    browser.find("#filter").type_text("ONLY voice");
    browser.find_text("#shown", "1 of 5 users");
    assert_eq!(seen(&browser), ["phone"]);
    browser.script("filter.value = ''; filter.dispatchEvent(new Event('input'))");
    browser.find("#reachability").type_text("reachable");
    browser.until("the users without findings", || (seen(&browser) == ["well"]).then_some(()));
    browser.script("reachability.value = ''; reachability.dispatchEvent(new Event('change'))");
    browser.until("all users with findings", || (seen(&browser).len() == 4).then_some(()));

    let user = browser.find("thead button");
    user.click();
    assert_eq!(seen(&browser), ["gone", "none", "phone", "single"]);
    assert_eq!(browser.script("return document.querySelector('thead th').ariaSort"), "ascending");
    user.click();
    assert_eq!(seen(&browser), ["single", "phone", "none", "gone"]);
    browser.find_text("thead button", "voice").click();
    assert_eq!(seen(&browser).last().unwrap(), "phone", "numbers are sorted by value");
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn hostile_text_is_shown_as_text() {
    let (home, sandbox) = (Home::new(), team());
    user(&sandbox, "evil", &[("sms", HOSTILE, false), (HOSTILE, HOSTILE, true)]);
    let quoted = HOSTILE.replace('"', "\"\"");
    let file =
        home.write("users.csv", &format!("accountId,name,email\nevil,\"{quoted}\",\"{quoted}\"\n"));
    for view in [WIDE, NARROW] {
        let browser = open(&home, &sandbox, &format!("--from {file}"), view);
        assert_eq!(browser.find("tbody th b").text(), SHOWN);
        assert_eq!(browser.find("tbody th small").text(), SHOWN);
        let findings: Vec<_> = browser.all("tbody li").iter().map(Element::text).collect();
        assert_eq!(
            findings,
            [
                format!("only one enabled contact: {SHOWN} {SHOWN}"),
                format!("sms {SHOWN} is disabled")
            ]
        );
        assert_eq!(
            browser.script("return document.querySelectorAll('img, iframe, script').length"),
            1
        );
        let is_too_wide =
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        assert_eq!(browser.script(is_too_wide), false);
        assert_quiet(&browser);
    }
}

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn the_page_has_all_of_ten_thousand_users() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for number in 0..10_000 {
        let is_enabled = number % 2 == 0;
        user(
            &sandbox,
            &format!("u{number}"),
            &[("email", "a@b", is_enabled), ("sms", "49-1", is_enabled)],
        );
    }
    let ids: String = (0..10_000).map(|number| format!("u{number}\n")).collect();
    let file = home.write("users", &ids);
    let browser = open(&home, &sandbox, &format!("--from {file}"), NARROW);
    browser.find_text(".figures .unreachable dd", "5,000");
    assert_eq!(browser.script("return document.querySelectorAll('tbody tr').length"), 10_000);
    browser.find("#filter").type_text("u4321");
    browser.find_text("#shown", "1 of 10,000 users");
    assert_eq!(count_seen(&browser), 1);
    assert_quiet(&browser);
}

/// The number of visible users, in one query.
fn count_seen(browser: &Browser) -> u64 {
    let script = "return [...document.querySelectorAll('tbody tr')].filter(row => row.offsetHeight > 0).length";
    browser.script(script).as_u64().unwrap()
}
