//! Headless Chromium for tests of web pages, controlled with chromedriver. It covers what the tests
//! of this workspace need.
//!
//! ```no_run
//! use contacts_browser::Browser;
//!
//! let browser = Browser::start();
//! browser.open("http://127.0.0.1:8080/");
//! browser.find_text("h1", "Welcome");
//! browser.find("button").click();
//! ```
//!
//! # Setup
//! Install Chromium and chromedriver (`chromium` and `chromium-driver` on Debian). Mark tests with
//! `#[ignore = "needs chromium and chromedriver: run it with --ignored"]`.
//!
//! # Panics
//! Every method panics with a description if the browser fails.

mod driver;

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::driver::Driver;

/// Time limit for a change of the page.
const TIMEOUT: Duration = Duration::from_secs(20);

/// WebDriver's JSON member for the id of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The Enter key. Presses the focused button.
pub const ENTER: &str = "\u{e007}";
/// The Tab key. Moves the focus to the next element.
pub const TAB: &str = "\u{e004}";

/// A browser with one page and its own profile. Stops when dropped.
#[derive(Debug)]
pub struct Browser {
    session: String,
    driver: Driver,
    _profile: TempDir,
}

/// Size and colour scheme of the page.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
    /// `true` for the dark colour scheme.
    pub dark: bool,
}

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

impl Browser {
    /// Starts a browser.
    ///
    /// # Panics
    /// If Chromium or chromedriver is missing.
    pub fn start() -> Self {
        let profile = TempDir::new().expect("a folder for the profile can be made");
        let profile_flag = format!("--user-data-dir={}", profile.path().display());
        let driver = Driver::start();
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--no-proxy-server",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &profile_flag,
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": flags},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let created = driver
            .post("/session", &capabilities)
            .unwrap_or_else(|error| panic!("could not start the browser: {error}"));
        let session = created["sessionId"].as_str().expect("a session has an id").to_owned();
        Self { session: format!("/session/{session}"), driver, _profile: profile }
    }

    /// Sets the size and the colour scheme of the page.
    pub fn view(&self, view: View) {
        let View { width, height, dark } = view;
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}),
        );
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    fn devtools(&self, command: &str, parameters: &Value) {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}));
    }

    /// Opens a URL and waits until the page is loaded.
    pub fn open(&self, url: &str) {
        self.post("/url", &json!({"url": url}));
    }

    /// Returns the elements that match a CSS selector now.
    pub fn all(&self, selector: &str) -> Vec<Element<'_>> {
        let found = self.post("/elements", &json!({"using": "css selector", "value": selector}));
        let elements =
            found.as_array().into_iter().flatten().filter_map(|element| element[ELEMENT].as_str());
        elements.map(|id| Element { browser: self, id: id.to_owned() }).collect()
    }

    /// Waits for an element that matches a CSS selector, and returns the first.
    pub fn find(&self, selector: &str) -> Element<'_> {
        self.until(selector, || self.all(selector).into_iter().next())
    }

    /// Waits for an element that matches a CSS selector and contains a text, and returns the first.
    pub fn find_text(&self, selector: &str, text: &str) -> Element<'_> {
        self.until(&format!("{selector} with {text:?}"), || {
            self.all(selector)
                .into_iter()
                .find(|element| element.try_text().is_ok_and(|found| found.contains(text)))
        })
    }

    /// Waits until `look` returns a value.
    ///
    /// # Panics
    /// After 20 seconds, with the text of the page.
    pub fn until<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            if begun.elapsed() > TIMEOUT {
                panic!(
                    "{what} not found; the page contains: {}",
                    self.script("return document.body.innerText")
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs a script in the page and returns its result.
    pub fn script(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Presses a key in the focused element.
    pub fn press(&self, key: &str) {
        let actions = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        self.post(
            "/actions",
            &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}),
        );
    }

    /// Writes a screenshot of the visible page as PNG.
    pub fn screenshot(&self, path: &Path) {
        let image = self.get("/screenshot");
        let image =
            STANDARD.decode(image.as_str().unwrap_or_default()).expect("a screenshot is base64");
        std::fs::write(path, image).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Returns the console messages since the last call: errors of scripts, policy violations,
    /// failed requests.
    pub fn console(&self) -> Vec<String> {
        let lines = self.post("/se/log", &json!({"type": "browser"}));
        let lines = lines.as_array().into_iter().flatten();
        lines.map(|line| format!("{}: {}", line["level"], line["message"])).collect()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.driver.post(&format!("{}{path}", self.session), body);
        answer.unwrap_or_else(|error| panic!("{path} {body}: {error}"))
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.driver.get(&format!("{}{path}", self.session));
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.driver.delete(&self.session);
    }
}

impl Element<'_> {
    /// Returns the visible text.
    pub fn text(&self) -> String {
        self.try_text().unwrap_or_else(|error| panic!("could not read the text: {error}"))
    }

    fn try_text(&self) -> Result<String, String> {
        let text = self.browser.driver.get(&self.path("/text"))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Returns the label for screen readers.
    pub fn label(&self) -> String {
        let label = self.browser.driver.get(&self.path("/computedlabel"));
        label
            .unwrap_or_else(|error| panic!("could not read the label: {error}"))
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Returns `true` if the element is visible.
    pub fn is_visible(&self) -> bool {
        let visible = self.browser.driver.get(&self.path("/displayed"));
        visible.unwrap_or_else(|error| panic!("could not read the visibility: {error}")) == true
    }

    /// Clicks the element.
    pub fn click(&self) {
        self.post("/click", &json!({}));
    }

    /// Types a text, or selects the option that begins with it.
    pub fn type_text(&self, text: &str) {
        self.post("/value", &json!({"text": text}));
    }

    fn post(&self, path: &str, body: &Value) {
        if let Err(error) = self.browser.driver.post(&self.path(path), body) {
            panic!("{path} {body}: {error}");
        }
    }

    fn path(&self, path: &str) -> String {
        format!("{}/element/{}{path}", self.browser.session, self.id)
    }
}
