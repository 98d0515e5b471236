//! Which operation a method and a path name.

use http::{Method, StatusCode};

use super::refusal::Refusal;
use crate::behaviour::{Base, Behaviour};
use crate::operation::Operation;

/// Where the host tells a site's cloud id, outside the API.
const TENANT_INFO: &str = "/_edge/tenant_info";
/// Where the operations are, after the base.
pub(super) const COLLECTION: &str = "/v1/users/contacts";

/// The operation that a request names, and the id in its path as it was sent (empty where the path has none).
pub(super) fn route<'a>(
    behaviour: &Behaviour,
    method: &Method,
    path: &'a str,
) -> Result<(Operation, &'a str), Refusal> {
    if path == TENANT_INFO {
        return if method == Method::GET { Ok((Operation::TenantInfo, "")) } else { Err(only("GET")) };
    }
    let below =
        below(behaviour, behaviour.base, path).or_else(|| below(behaviour, behaviour.base.for_oauth(), path));
    let rest = below.and_then(|path| path.strip_prefix(COLLECTION)).ok_or(UNKNOWN_PATH)?;
    if rest.is_empty() {
        return Operation::on_contacts(method).map(|operation| (operation, "")).map_err(only);
    }
    let rest = rest.strip_prefix('/').ok_or(UNKNOWN_PATH)?;
    let (id, action) = rest.split_once('/').map_or((rest, None), |(id, action)| (id, Some(action)));
    // An empty id is no contact: taking it for the collection would turn a get into a list.
    if id.is_empty() {
        return Err(UNKNOWN_PATH);
    }
    let operation = Operation::on_contact(method, action).ok_or(UNKNOWN_PATH)?;
    Ok((operation.map_err(only)?, id))
}

const UNKNOWN_PATH: Refusal = Refusal::Plain { status: StatusCode::NOT_FOUND, allow: None };

fn only(allow: &'static str) -> Refusal {
    Refusal::Plain { status: StatusCode::METHOD_NOT_ALLOWED, allow: Some(allow) }
}

/// Who is let in at a path that names an operation. The credentials of all others are good elsewhere at best.
pub(super) fn entrance(behaviour: &Behaviour, path: &str) -> Entrance {
    let base = behaviour.base;
    if base == base.for_oauth() {
        Entrance::Any
    } else if below(behaviour, base, path).is_some() {
        Entrance::ApiTokens
    } else {
        Entrance::OAuthTokens
    }
}

/// The kinds of credentials that a base is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    Any,
    ApiTokens,
    OAuthTokens,
}

fn below<'a>(behaviour: &Behaviour, base: Base, path: &'a str) -> Option<&'a str> {
    let (before, after) = base.around_cloud_id();
    path.strip_prefix(before)?.strip_prefix(behaviour.cloud_id.as_str())?.strip_prefix(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "so that the tests below read well")]
    fn routed(method: Method, path: &str) -> Option<(Operation, &str)> {
        route(&Behaviour::default(), &method, path).ok()
    }

    #[test]
    fn each_operation_has_its_method_and_path() {
        let base = "/jsm/ops/api/sandbox/v1/users/contacts";
        let item = format!("{base}/c-1");
        assert_eq!(routed(Method::GET, base), Some((Operation::List, "")));
        assert_eq!(routed(Method::POST, base), Some((Operation::Create, "")));
        assert_eq!(routed(Method::GET, &item), Some((Operation::Get, "c-1")));
        assert_eq!(routed(Method::PATCH, &item), Some((Operation::Update, "c-1")));
        assert_eq!(routed(Method::DELETE, &item), Some((Operation::Delete, "c-1")));
        assert_eq!(routed(Method::PATCH, &format!("{item}/activate")), Some((Operation::Activate, "c-1")));
        assert_eq!(
            routed(Method::PATCH, &format!("{item}/deactivate")),
            Some((Operation::Deactivate, "c-1"))
        );
        assert_eq!(routed(Method::GET, TENANT_INFO), Some((Operation::TenantInfo, "")));
    }

    #[test]
    fn nothing_else_is_an_operation() {
        for path in ["/c-1/", "/c-1/verify", "/c-1/activate/", "//", "/", "//activate", "s"] {
            let path = format!("/jsm/ops/api/sandbox/v1/users/contacts{path}");
            for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
                assert_eq!(routed(method, &path), None, "{path}");
            }
        }
        assert_eq!(routed(Method::GET, "/jsm/ops/api/sandbox2/v1/users/contacts"), None);
        assert_eq!(routed(Method::GET, "/jsm/ops/api/other/v1/users/contacts"), None);
        assert_eq!(routed(Method::GET, "/v1/users/contacts"), None);
    }

    #[test]
    fn the_other_bases_are_found_when_they_are_chosen() {
        let behaviour = Behaviour { base: Base::Compass, ..Behaviour::default() };
        let path = "/compass/cloud/sandbox/ops/v1/users/contacts";
        assert_eq!(route(&behaviour, &Method::GET, path).ok(), Some((Operation::List, "")));
        assert!(route(&behaviour, &Method::GET, "/jsm/ops/api/sandbox/v1/users/contacts").is_err());
    }
}
