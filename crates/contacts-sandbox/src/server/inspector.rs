//! The web page at `/`, which shows who is on call, users, contacts, faults and requests. It is a
//! single file without external resources, and uses only the [`control`](super::control) API.

use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use super::response::{self, ResponseBody};

// Macros, because `concat!` accepts only literals.
macro_rules! style {
    () => {
        include_str!("inspector/page.css")
    };
}
macro_rules! script {
    () => {
        concat!(
            include_str!("inspector/tools.js"),
            include_str!("inspector/on_call.js"),
            include_str!("inspector/users.js"),
            include_str!("inspector/faults.js"),
            include_str!("inspector/journal.js"),
            include_str!("inspector/poll.js"),
        )
    };
}

const PAGE: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>contacts sandbox</title>\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n",
    "<style>",
    style!(),
    "</style>\n",
    include_str!("inspector/page.html"),
    "<script>",
    script!(),
    "</script>\n</html>\n",
);

/// Allows only the page's own script and style (by digest), requests to this server, and no
/// framing, so that another page cannot trick a user into clicking its buttons. After a change of
/// the script or the style, a test prints the new digests.
const POLICY: &str = concat!(
    "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ",
    "require-trusted-types-for 'script'; trusted-types 'none'; ",
    "style-src 'sha256-DtWjrPnVwUO64w0MkqU5YdXKO+C9BtxgP+/VGR6fo/c='; ",
    "script-src 'sha256-7ox4YsXYH258dAgG82WN1Qy3+4jpCKXJib3EFsxVvgo='",
);

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Returns the response for a browser that opens the page.
pub(super) fn respond(path: &str) -> Option<Response<ResponseBody>> {
    match path {
        "/" => Some(page()),
        // Browsers request it with every page. It must not be in the journal or trigger a fault.
        "/favicon.ico" => Some(response::plain(StatusCode::NOT_FOUND, "")),
        _ => None,
    }
}

fn page() -> Response<ResponseBody> {
    let mut response = response::with_type(StatusCode::OK, "text/html; charset=utf-8", PAGE.into());
    response
        .headers_mut()
        .extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use ring::digest::{SHA256, digest};

    use super::*;
    use crate::operation::Operation;

    #[test]
    fn the_policy_contains_the_digests_of_style_and_script() {
        for (kind, text) in [("style", style!()), ("script", script!())] {
            // Browsers normalize line ends.
            let digest = digest(&SHA256, text.replace("\r\n", "\n").as_bytes());
            let source = format!("{kind}-src 'sha256-{}'", STANDARD.encode(digest));
            assert!(POLICY.contains(&source), "the policy needs {source}");
        }
    }

    #[test]
    fn the_page_has_no_external_resources_and_creates_no_markup_from_data() {
        for forbidden in [
            "http:",
            "https:",
            "\"//",
            "@import",
            "url(",
            " src=",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            " style=",
            " onclick=",
        ] {
            assert!(!PAGE.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn every_operation_can_be_selected() {
        let error = serde_json::from_str::<Operation>(r#""?""#).unwrap_err().to_string();
        let known: BTreeSet<_> = error.split('`').skip(3).step_by(2).collect();
        let chosen =
            PAGE.split_once("id=\"operation\"").unwrap().1.split_once("</select>").unwrap().0;
        let chosen: BTreeSet<_> =
            chosen.split("value=\"").skip(2).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(chosen, known);
    }
}
