//! A browser for tests of pages: Chromium without a window, driven through chromedriver.
//!
//! `thirtyfour` speaks WebDriver. This crate starts both programs, waits, and panics with the text
//! of the page. A test that uses it is `#[ignore = "needs chromium and chromedriver"]` and runs
//! with `-- --ignored`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{
    By, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, RequestData,
    SessionId, WebDriver, WebElement,
};
use tokio::runtime::Runtime;

pub use thirtyfour::Key;

/// Time limit of a request to chromedriver.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// Time limit for something to appear on a page.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser with one page and its own profile. Dropping it ends it.
#[derive(Debug)]
pub struct Browser {
    driver: WebDriver,
    runtime: Runtime,
    chromedriver: Child,
    _profile: TempDir,
}

/// Viewport size in CSS pixels, and the preferred colours.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
    /// Prefer dark colours.
    pub dark: bool,
}

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element<'a> {
    browser: &'a Browser,
    element: WebElement,
}

impl Browser {
    /// Starts chromedriver and, through it, Chromium.
    ///
    /// # Panics
    /// If one of them is missing. All other methods panic on failure, too.
    pub fn start() -> Self {
        let profile = TempDir::new().expect("a folder for the profile can be made");
        let (chromedriver, port) = start_chromedriver();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be built");
        let client = reqwest::Client::builder().no_proxy().timeout(REQUEST_LIMIT).build();
        let capabilities = capabilities(&profile).expect("the capabilities are JSON");
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities)
            .client(client.expect("a client without TLS can be built"));
        let driver = runtime.block_on(driver.connect()).unwrap_or_else(|error| panic!("no browser: {error}"));
        Self { driver, runtime, chromedriver, _profile: profile }
    }

    fn wait<T>(&self, answer: impl Future<Output = WebDriverResult<T>>) -> T {
        self.runtime.block_on(answer).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Sets the size of the page and the preferred colours.
    pub fn view(&self, view: View) {
        let View { width, height, dark } = view;
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.wait(self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size));
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.wait(self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media));
    }

    /// Opens a URL and waits until it is loaded.
    pub fn open(&self, url: &str) {
        self.wait(self.driver.goto(url));
    }

    /// Returns the elements that match a CSS selector now.
    pub fn all(&self, selector: &str) -> Vec<Element<'_>> {
        let found = self.wait(self.driver.find_all(By::Css(selector)));
        found.into_iter().map(|element| Element { browser: self, element }).collect()
    }

    /// Waits for the first element that matches a CSS selector.
    pub fn find(&self, selector: &str) -> Element<'_> {
        self.until(selector, || self.all(selector).into_iter().next())
    }

    /// Waits for the first element that matches a CSS selector and contains a text.
    pub fn find_text(&self, selector: &str, text: &str) -> Element<'_> {
        self.until(&format!("{selector} with {text:?}"), || {
            // An element that is gone by now has no text any more.
            let has_text = |found: &Element<'_>| {
                self.runtime.block_on(found.element.text()).is_ok_and(|found| found.contains(text))
            };
            self.all(selector).into_iter().find(has_text)
        })
    }

    /// Waits until `look` returns something.
    ///
    /// # Panics
    /// After 20 seconds, with the text of the page.
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

    /// Runs a script in the page and returns its value.
    pub fn script(&self, script: &str) -> Value {
        self.wait(self.driver.execute(script, [])).json().clone()
    }

    /// Presses a key where the focus is.
    pub fn press(&self, key: Key) {
        let keys = self.driver.action_chain().send_keys(key);
        self.wait(keys.perform());
    }

    /// Returns the console's entries since the last call.
    pub fn console(&self) -> Vec<String> {
        let entries = self.wait(self.driver.browser_log());
        entries.into_iter().map(|entry| format!("{}: {}", entry.level, entry.message)).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium or chromedriver may have ended already.
        let _ = self.runtime.block_on(self.driver.clone().quit());
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}

impl Element<'_> {
    /// Returns its visible text.
    pub fn text(&self) -> String {
        self.browser.wait(self.element.text())
    }

    /// Returns the name that a screen reader reads.
    pub fn label(&self) -> String {
        let label = self.browser.driver.cmd(ComputedLabel(self.element.element_id().to_string()));
        self.browser.wait(async { label.await?.value() })
    }

    /// Returns `true` if it is visible.
    pub fn is_seen(&self) -> bool {
        self.browser.wait(self.element.is_displayed())
    }

    /// Clicks it.
    pub fn click(&self) {
        self.browser.wait(self.element.click());
    }

    /// Types into it, or selects the option that begins with the text.
    pub fn type_text(&self, text: &str) {
        self.browser.wait(self.element.send_keys(text));
    }
}

/// WebDriver's "Get Computed Label", which `thirtyfour` does not have.
#[derive(Debug)]
struct ComputedLabel(String);

impl FormatRequestData for ComputedLabel {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let path = format!("session/{session}/element/{}/computedlabel", self.0);
        RequestData::new(Method::GET, path)
    }
}

fn capabilities(profile: &TempDir) -> WebDriverResult<ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    let profile = format!("--user-data-dir={}", profile.path().display());
    for argument in [
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
        &profile,
    ] {
        capabilities.add_arg(argument)?;
    }
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}

/// Starts chromedriver on a free port, which it prints.
fn start_chromedriver() -> (Child, u16) {
    let mut process = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("chromedriver cannot be started: {error}"));
    let mut lines = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
    });
    let port = port.expect("chromedriver prints its port");
    // A pipe that nobody reads would block chromedriver.
    std::thread::spawn(move || lines.for_each(drop));
    (process, port)
}
