//! The page at `/`, on which people see what is in the sandbox. It is one file without a single address of anything else; what it
//! shows and does goes through what [`control`](super::control) has for everybody.

use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use super::answer::{self, Answer};

// Macros, since `concat!` takes literals and no constants.
macro_rules! style {
    () => {
        include_str!("inspector/page.css")
    };
}
macro_rules! script {
    () => {
        concat!(
            include_str!("inspector/tools.js"),
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

/// No script and no style is for this page but its own, known by their digests (a test tells the new
/// ones after a change); nothing is fetched but from this server; the page
/// is in no frame, where somebody could be made to press its buttons.
const POLICY: &str = concat!(
    "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ",
    "require-trusted-types-for 'script'; trusted-types 'none'; ",
    "style-src 'sha256-eE1M6A2zcPJGd8ujaVa6QrnN+sqQGr7FwbyWJwRdi3g='; ",
    "script-src 'sha256-YjShblzVXnEICWsCDK48+mQQUt0N1lxeE40ET14+GDo='",
);

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// What a browser is answered that opens the page, if it does.
pub(super) fn answer(path: &str) -> Option<Response<Answer>> {
    match path {
        "/" => Some(page()),
        // Browsers ask for it beside every page: it must not be in the journal, nor use up a fault.
        "/favicon.ico" => Some(answer::plain(StatusCode::NOT_FOUND, "")),
        _ => None,
    }
}

fn page() -> Response<Answer> {
    let mut response = answer::with_type(StatusCode::OK, "text/html; charset=utf-8", PAGE.into());
    response.headers_mut().extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
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
    fn the_policy_has_the_digests_of_the_style_and_the_script() {
        for (kind, text) in [("style", style!()), ("script", script!())] {
            // A browser knows no other ends of lines.
            let digest = digest(&SHA256, text.replace("\r\n", "\n").as_bytes());
            let source = format!("{kind}-src 'sha256-{}'", STANDARD.encode(digest));
            assert!(POLICY.contains(&source), "the policy needs {source}");
        }
    }

    #[test]
    fn the_page_refers_to_nothing_outside_and_makes_no_markup_of_data() {
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
    fn every_operation_can_be_chosen() {
        let error = serde_json::from_str::<Operation>(r#""?""#).unwrap_err().to_string();
        let known: BTreeSet<_> = error.split('`').skip(3).step_by(2).collect();
        let chosen = PAGE.split_once("id=\"operation\"").unwrap().1.split_once("</select>").unwrap().0;
        let chosen: BTreeSet<_> =
            chosen.split("value=\"").skip(2).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(chosen, known);
    }
}
