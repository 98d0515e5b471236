//! Finds the operation of a method and a path.

use http::{Method, StatusCode};

use super::error_response::ErrorResponse;
use crate::behaviour::{Base, Behaviour};
use crate::operation::Operation;

/// Path for the lookup of a site's cloud id, outside the API.
const TENANT_INFO: &str = "/_edge/tenant_info";
/// Path of the operations, after the base.
pub(super) const COLLECTION: &str = "/v1/users/contacts";
/// Path of the schedules, after the base.
pub(super) const SCHEDULES: &str = "/v1/schedules";

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
    if let Some(path) = below_jira(behaviour, path) {
        return only_get(method, Operation::on_jira(path), "");
    }
    let path = below(behaviour, behaviour.base, path)
        .or_else(|| below(behaviour, behaviour.base.for_oauth(), path))
        .ok_or(UNKNOWN_PATH)?;
    if let Some(rest) = path.strip_prefix(SCHEDULES) {
        return match item(rest)? {
            None => only_get(method, Some(Operation::ListSchedules), ""),
            Some((id, part)) => only_get(method, Operation::on_schedule(part), id),
        };
    }
    match item(path.strip_prefix(COLLECTION).ok_or(UNKNOWN_PATH)?)? {
        None => Operation::on_contacts(method).map(|operation| (operation, "")).map_err(only),
        Some((id, action)) => {
            let operation = Operation::on_contact(method, action).ok_or(UNKNOWN_PATH)?;
            Ok((operation.map_err(only)?, id))
        }
    }
}

/// Returns the id and the last segment of a path below a collection, or `None` for the collection.
fn item(rest: &str) -> Result<Option<(&str, Option<&str>)>, ErrorResponse> {
    if rest.is_empty() {
        return Ok(None);
    }
    let rest = rest.strip_prefix('/').ok_or(UNKNOWN_PATH)?;
    let (id, last) = rest.split_once('/').map_or((rest, None), |(id, last)| (id, Some(last)));
    // Treating an empty id as the collection would turn a get into a list.
    if id.is_empty() { Err(UNKNOWN_PATH) } else { Ok(Some((id, last))) }
}

fn only_get<'a>(
    method: &Method,
    operation: Option<Operation>,
    id: &'a str,
) -> Result<(Operation, &'a str), ErrorResponse> {
    let operation = operation.ok_or(UNKNOWN_PATH)?;
    if method == Method::GET { Ok((operation, id)) } else { Err(only("GET")) }
}

const UNKNOWN_PATH: ErrorResponse =
    ErrorResponse::Plain { status: StatusCode::NOT_FOUND, allow: None };

fn only(allow: &'static str) -> ErrorResponse {
    ErrorResponse::Plain { status: StatusCode::METHOD_NOT_ALLOWED, allow: Some(allow) }
}

/// Returns the kind of credentials that the base of a path accepts.
pub(super) fn accepted_credentials(behaviour: &Behaviour, path: &str) -> AcceptedCredentials {
    let base = behaviour.base;
    if base == base.for_oauth() || below_jira(behaviour, path).is_some() {
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

/// Returns the path below the base of the Jira platform, the same for all credentials.
fn below_jira<'a>(behaviour: &Behaviour, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix("/ex/jira/")?.strip_prefix(behaviour.cloud_id.as_str())?;
    rest.strip_prefix("/rest/api/3")
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
    fn schedules_are_read_at_both_bases_and_names_at_the_base_of_jira() {
        for base in ["/jsm/ops/api/sandbox", "/ex/jira/sandbox/jsm/ops/api"] {
            for (path, operation, id) in [
                ("", Operation::ListSchedules, ""),
                ("/s-1", Operation::GetSchedule, "s-1"),
                ("/s-1/on-calls", Operation::GetOnCalls, "s-1"),
                ("/s-1/next-on-calls", Operation::GetNextOnCalls, "s-1"),
                ("/s-1/rotations", Operation::ListRotations, "s-1"),
            ] {
                let path = format!("{base}/v1/schedules{path}");
                assert_eq!(routed(Method::GET, &path), Some((operation, id)));
                assert_eq!(routed(Method::POST, &path), None);
            }
            for path in ["/", "/s-1/", "//on-calls", "/s-1/on-calls/", "/s-1/overrides", "s"] {
                assert_eq!(routed(Method::GET, &format!("{base}/v1/schedules{path}")), None);
            }
            assert_eq!(routed(Method::GET, &format!("{base}/rest/api/3/user/bulk")), None);
        }
        let jira = "/ex/jira/sandbox/rest/api/3";
        let bulk = format!("{jira}/user/bulk");
        assert_eq!(routed(Method::GET, &bulk), Some((Operation::BulkGetUsers, "")));
        assert_eq!(routed(Method::POST, &bulk), None);
        let search = format!("{jira}/user/search");
        assert_eq!(routed(Method::GET, &search), Some((Operation::FindUsers, "")));
        assert_eq!(routed(Method::GET, &format!("{jira}/users/bulk")), None);
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
