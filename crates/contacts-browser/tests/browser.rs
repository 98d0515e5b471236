//! Reading and using a page, and its console.

use contacts_browser::{Browser, ENTER, TAB, View};

const PAGE: &str = "data:text/html,<title>t</title><style>@media (prefers-color-scheme:dark){b{display:none}}</style>\
    <b>light</b><label>Name <input></label><button onclick=\"this.textContent += document.querySelector('input').value\">Do </button>";

#[test]
#[ignore = "needs chromium and chromedriver: run it with --ignored"]
fn a_page_can_be_read_and_used_and_its_errors_are_reported() {
    let browser = Browser::start();
    browser.view(View { width: 360, height: 500, dark: false });
    browser.open(PAGE);
    assert_eq!(browser.script("return innerWidth"), 360);
    assert!(browser.find("b").is_visible());
    browser.view(View { width: 700, height: 500, dark: true });
    assert_eq!(browser.script("return innerWidth"), 700);
    assert!(!browser.find("b").is_visible());

    let name = browser.find("input");
    assert_eq!(name.label(), "Name");
    name.type_text("one");
    browser.find("button").click();
    assert_eq!(browser.find_text("button", "one").text(), "Do one");
    name.type_text(" two");
    browser.press(TAB);
    browser.press(ENTER);
    browser.find_text("button", "Do oneone two");
    assert!(browser.all("table").is_empty());

    let folder = tempfile::tempdir().unwrap();
    let screenshot = folder.path().join("page.png");
    browser.screenshot(&screenshot);
    assert!(std::fs::read(screenshot).unwrap().starts_with(b"\x89PNG\r\n"));

    assert_eq!(browser.console(), [""; 0]);
    browser.script("setTimeout(() => { throw new Error('so wrong') })");
    let error = browser.until("the error", || browser.console().into_iter().next());
    assert!(error.contains("so wrong"), "{error}");
}
