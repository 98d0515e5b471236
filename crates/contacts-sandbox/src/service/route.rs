//! Finds the operation of a method and a path.

use http::{Method, StatusCode};

use super::error_response::ErrorResponse;
use crate::behaviour::{Base, Behaviour};
use crate::operation::Operation;

/// Path for the lookup of a site's cloud id, outside the API.
const TENANT_INFO: &str = "/_edge/tenant_info";
/// Path of the operations, after the base.
pub(super) const COLLECTION: &str = "/v1/users/contacts";

/// Returns the operation of a request, and the id in its path as sent (empty without one).
pub(super) fn route<'a>(
    behaviour: &Behaviour,
    method: &Method,
    path: &'a str,
) -> Result<(Operation, &'a str), ErrorResponse> {
    if path == TENANT_INFO {
        return if method == Method::GET {
            Ok((Operation::TenantInfo, ""))
        } else {
            Err(only("GET"))
        };
    }
    let below = below(behaviour, behaviour.base, path)
        .or_else(|| below(behaviour, behaviour.base.for_oauth(), path));
    let rest = below.and_then(|path| path.strip_prefix(COLLECTION)).ok_or(UNKNOWN_PATH)?;
    if rest.is_empty() {
        return Operation::on_contacts(method).map(|operation| (operation, "")).map_err(only);
    }
    let rest = rest.strip_prefix('/').ok_or(UNKNOWN_PATH)?;
    let (id, action) = rest.split_once('/').map_or((rest, None), |(id, action)| (id, Some(action)));
    // Treating an empty id as the collection would turn a get into a list.
    if id.is_empty() {
        return Err(UNKNOWN_PATH);
    }
    let operation = Operation::on_contact(method, action).ok_or(UNKNOWN_PATH)?;
    Ok((operation.map_err(only)?, id))
}

const UNKNOWN_PATH: ErrorResponse =
    ErrorResponse::Plain { status: StatusCode::NOT_FOUND, allow: None };

fn only(allow: &'static str) -> ErrorResponse {
    ErrorResponse::Plain { status: StatusCode::METHOD_NOT_ALLOWED, allow: Some(allow) }
}

/// Returns the kind of credentials that the base of a path accepts.
pub(super) fn accepted_credentials(behaviour: &Behaviour, path: &str) -> AcceptedCredentials {
    let base = behaviour.base;
    if base == base.for_oauth() {
        AcceptedCredentials::Any
    } else if below(behaviour, base, path).is_some() {
        AcceptedCredentials::ApiTokens
    } else {
        AcceptedCredentials::OAuthTokens
    }
}

/// Kind of credentials that a base accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AcceptedCredentials {
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

    #[expect(clippy::needless_pass_by_value, reason = "shorter calls in the tests below")]
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
        assert_eq!(
            routed(Method::PATCH, &format!("{item}/activate")),
            Some((Operation::Activate, "c-1"))
        );
        assert_eq!(
            routed(Method::PATCH, &format!("{item}/deactivate")),
            Some((Operation::Deactivate, "c-1"))
        );
        assert_eq!(routed(Method::GET, TENANT_INFO), Some((Operation::TenantInfo, "")));
    }

    #[test]
    fn other_paths_are_not_operations() {
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
    fn only_the_configured_base_has_operations() {
        let behaviour = Behaviour { base: Base::Compass, ..Behaviour::default() };
        let path = "/compass/cloud/sandbox/ops/v1/users/contacts";
        assert_eq!(route(&behaviour, &Method::GET, path).ok(), Some((Operation::List, "")));
        assert!(route(&behaviour, &Method::GET, "/jsm/ops/api/sandbox/v1/users/contacts").is_err());
    }
}
