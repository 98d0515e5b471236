//! Runs chromedriver, and sends WebDriver commands as JSON over HTTP.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use ureq::Body;
use ureq::http::Response;

/// Time limit of a command.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Maximum size of a response in bytes. Screenshots are the largest.
const MAX_RESPONSE: u64 = 64 * 1024 * 1024;

/// A running chromedriver. Stops when dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    agent: ureq::Agent,
    origin: String,
}

impl Driver {
    /// Starts chromedriver on a free port.
    pub(crate) fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("could not start chromedriver: {error}"));
        let mut lines = BufReader::new(process.stdout.take().expect("the output is piped")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            line.split_once("started successfully on port ")?
                .1
                .trim_end_matches('.')
                .parse::<u16>()
                .ok()
        });
        let port = port.expect("chromedriver prints its port");
        // Keep reading: chromedriver would block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(TIMEOUT))
            .build()
            .into();
        Self { process, agent, origin: format!("http://127.0.0.1:{port}") }
    }

    /// Sends a command and returns its value.
    ///
    /// # Errors
    /// The name and text of the error.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let request = self.agent.post(format!("{}{path}", self.origin));
        value(path, request.content_type("application/json").send(body.to_string()))
    }

    /// Reads a value.
    ///
    /// # Errors
    /// The name and text of the error.
    pub(crate) fn get(&self, path: &str) -> Result<Value, String> {
        value(path, self.agent.get(format!("{}{path}", self.origin)).call())
    }

    /// Deletes a resource. Ignores errors, because it may no longer exist.
    pub(crate) fn delete(&self, path: &str) {
        let _ = self.agent.delete(format!("{}{path}", self.origin)).call();
    }
}

fn value(path: &str, answer: Result<Response<Body>, ureq::Error>) -> Result<Value, String> {
    let body = answer
        .and_then(|mut answer| answer.body_mut().with_config().limit(MAX_RESPONSE).read_to_vec());
    let body = body.unwrap_or_else(|error| panic!("chromedriver: {path}: {error}"));
    let mut answer: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    let value = answer["value"].take();
    match value["error"].as_str() {
        None => Ok(value),
        Some(error) => Err(format!("{error}: {}", value["message"].as_str().unwrap_or_default())),
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have stopped already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
