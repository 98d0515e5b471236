//! What curl is told by its standard input: the arguments of a process can be read by others, and one of the headers is the token.

use std::time::Duration;

use http::{Request, header};

/// Nothing is followed, repeated or taken from the environment: that is for the exchange to decide.
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

/// A request, and the time that it may take.
pub(crate) fn of(request: &Request<Vec<u8>>, timeout: Duration) -> String {
    let mut config = String::from(ALWAYS);
    let mut set = |name: &str, value: &str| {
        let value = value.replace('\\', r"\\").replace('"', r#"\""#);
        config.push_str(&format!("{name} = \"{value}\"\n"));
    };
    set("url", &request.uri().to_string());
    set("request", request.method().as_str());
    // For curl no time is all the time in the world.
    set("max-time", &format!("{:.3}", timeout.as_secs_f64().max(0.001)));
    for (name, value) in request.headers() {
        // Of a body curl knows the length itself.
        if name != header::CONTENT_LENGTH || request.body().is_empty() {
            set("header", &format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
        }
    }
    if !request.body().is_empty() {
        set("data-raw", &String::from_utf8_lossy(request.body()));
    }
    config
}
