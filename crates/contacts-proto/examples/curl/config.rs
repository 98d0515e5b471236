//! The configuration of curl, for its standard input. Other users can read the arguments of a
//! process, and one header has the token.

use std::time::Duration;

use http::{Request, header};

/// No redirects, no retries, no proxy from the environment: the exchange decides about these.
const ALWAYS: &str = r#"
silent
include
no-buffer
http1.1
globoff
path-as-is
noproxy = "*"
proto = "=http,https"
write-out = "%{stderr}%{size_request}"
"#;

/// Returns the configuration for a request and its timeout.
pub(crate) fn of(request: &Request<Vec<u8>>, timeout: Duration) -> String {
    let mut config = String::from(ALWAYS);
    let mut set = |name: &str, value: &str| {
        let value = value.replace('\\', r"\\").replace('"', r#"\""#);
        config.push_str(&format!("{name} = \"{value}\"\n"));
    };
    set("url", &request.uri().to_string());
    set("request", request.method().as_str());
    // curl reads 0 as no limit.
    set("max-time", &format!("{:.3}", timeout.as_secs_f64().max(0.001)));
    for (name, value) in request.headers() {
        // curl adds the length of a body itself.
        if name != header::CONTENT_LENGTH || request.body().is_empty() {
            set("header", &format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
        }
    }
    if !request.body().is_empty() {
        set("data-raw", &String::from_utf8_lossy(request.body()));
    }
    config
}
