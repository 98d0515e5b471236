//! A real browser for tests of pages: Chromium without a window, driven through chromedriver, as much of it as the tests need.
//!
//! Both must be installed (`chromium` and `chromium-driver` on Debian), so a test that uses it is
//! `#[ignore = "needs chromium and chromedriver"]` and is run with `-- --ignored`. Whatever fails is a panic that says what.

mod driver;

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::driver::Driver;

/// How long something on a page may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The member that names an element, as WebDriver has it.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The key that presses a button which has the focus.
pub const ENTER: &str = "\u{e007}";
/// The key that moves the focus on.
pub const TAB: &str = "\u{e004}";

/// A browser with one page and a profile of its own. It ends with this.
#[derive(Debug)]
pub struct Browser {
    session: String,
    driver: Driver,
    _profile: TempDir,
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Whether dark colours are preferred.
    pub dark: bool,
}

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

impl Browser {
    /// Starts it.
    ///
    /// # Panics
    /// If Chromium or chromedriver is missing, as all else here does when something goes wrong.
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
        let begun =
            driver.post("/session", &capabilities).unwrap_or_else(|error| panic!("no browser: {error}"));
        let session = begun["sessionId"].as_str().expect("a session has an id").to_owned();
        Self { session: format!("/session/{session}"), driver, _profile: profile }
    }

    /// Sets how large the page is and which colours it prefers.
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

    /// Opens an address and waits until it is loaded.
    pub fn open(&self, url: &str) {
        self.post("/url", &json!({"url": url}));
    }

    /// The elements that a CSS selector names now.
    pub fn all(&self, selector: &str) -> Vec<Element<'_>> {
        let found = self.post("/elements", &json!({"using": "css selector", "value": selector}));
        let elements = found.as_array().into_iter().flatten().filter_map(|element| element[ELEMENT].as_str());
        elements.map(|id| Element { browser: self, id: id.to_owned() }).collect()
    }

    /// The first element that a CSS selector names, as soon as there is one.
    pub fn find(&self, selector: &str) -> Element<'_> {
        self.until(selector, || self.all(selector).into_iter().next())
    }

    /// The first element with such a text in it, as soon as there is one.
    pub fn find_text(&self, selector: &str, text: &str) -> Element<'_> {
        self.until(&format!("{selector} with {text:?}"), || {
            self.all(selector)
                .into_iter()
                .find(|element| element.try_text().is_ok_and(|found| found.contains(text)))
        })
    }

    /// Waits for something.
    ///
    /// # Panics
    /// If it has not come after 20 seconds, with the text of the page.
    pub fn until<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            if begun.elapsed() > PATIENCE {
                panic!("{what} never came; the page has: {}", self.script("return document.body.innerText"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs a script in the page, and gives back what it returns.
    pub fn script(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Presses a key where the focus is.
    pub fn press(&self, key: &str) {
        let actions = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        self.post("/actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
    }

    /// Writes a picture of the page as it is seen.
    pub fn screenshot(&self, path: &Path) {
        let picture = self.get("/screenshot");
        let picture = STANDARD.decode(picture.as_str().unwrap_or_default()).expect("a picture is base64");
        std::fs::write(path, picture).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// What has been written to the console since it was last asked: errors of scripts, of the policy, of what was not loaded.
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
    /// Its text as it is seen.
    pub fn text(&self) -> String {
        self.try_text().unwrap_or_else(|error| panic!("no text: {error}"))
    }

    fn try_text(&self) -> Result<String, String> {
        let text = self.browser.driver.get(&self.path("/text"))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// What a screen reader calls it.
    pub fn label(&self) -> String {
        let label = self.browser.driver.get(&self.path("/computedlabel"));
        label.unwrap_or_else(|error| panic!("no label: {error}")).as_str().unwrap_or_default().to_owned()
    }

    /// Whether it can be seen.
    pub fn is_seen(&self) -> bool {
        let seen = self.browser.driver.get(&self.path("/displayed"));
        seen.unwrap_or_else(|error| panic!("not known whether it is seen: {error}")) == true
    }

    /// Clicks it.
    pub fn click(&self) {
        self.post("/click", &json!({}));
    }

    /// Types into it, or chooses in it what begins so.
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
