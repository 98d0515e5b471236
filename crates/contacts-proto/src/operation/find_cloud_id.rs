//! `GET /_edge/tenant_info`
//!
//! Looks up the cloud id of a site.
//!
//! The vendor's reference does not document this endpoint. Its own tools use it.

use http::{Method, Request, Response};
use serde::Deserialize;

use super::Sealed;
use crate::{
    BaseUrl, CloudId, Credentials, Error, Idempotency, Operation, error::Subject,
    operation::answer::Answer, operation::request,
};

/// Looks up the cloud id of a site by its name.
///
/// The request goes to [`Site::lookup`](crate::Site::lookup), not to the API. It never carries
/// credentials: the cloud id is public.
///
/// ```
/// use contacts_proto::{Credentials, FindCloudId, Operation, Site};
///
/// let site = Site::new("acme")?;
/// let credentials = Credentials::basic("ann@example.com", "token")?;
/// let request = FindCloudId.request(site.lookup().unwrap(), &credentials);
/// assert_eq!(request.uri(), "https://acme.atlassian.net/_edge/tenant_info");
/// assert!(!request.headers().contains_key("authorization"));
///
/// let cloud_id = FindCloudId.response(http::Response::new(br#"{"cloudId":"35273b54"}"#))?;
/// let base_url = site.with_cloud_id(cloud_id).base_url(&credentials)?;
/// assert_eq!(base_url.to_string(), "https://api.atlassian.com/jsm/ops/api/35273b54");
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindCloudId;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TenantInfo {
    cloud_id: CloudId,
}

impl Sealed for FindCloudId {}

impl Operation for FindCloudId {
    type Output = CloudId;

    const NAME: &'static str = "find the site's cloud id";

    const IDEMPOTENCY: Idempotency = Idempotency::Safe;

    const SCOPES: &'static [&'static str] = &[];

    fn request(&self, site: &BaseUrl, _: &Credentials) -> Request<Vec<u8>> {
        request::without_body(
            Method::GET,
            site,
            site.uri(&["/_edge/tenant_info"]),
            &Credentials::none(),
        )
    }

    fn response(&self, response: Response<&[u8]>) -> Result<CloudId, Error> {
        Answer::to::<Self>(&response, Subject::Site)
            .object::<TenantInfo>()
            .map(|info| info.cloud_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::golden::{answer, request};

    #[test]
    fn the_request_never_carries_credentials() {
        let expected = format!(
            "GET https://api.atlassian.com/jsm/ops/api/cloud/_edge/tenant_info\naccept: application/json\nuser-agent: {}\n",
            crate::USER_AGENT
        );
        assert_eq!(request(&FindCloudId), expected);
    }

    #[test]
    fn a_cloud_id_that_is_not_safe_in_a_path_is_rejected() {
        for body in [
            r#"{"cloudId":"../../evil"}"#,
            r#"{"cloudId":""}"#,
            r#"{"cloudId":null}"#,
            "{}",
            "<html>",
        ] {
            assert!(FindCloudId.response(answer(200, body)).is_err(), "{body}");
        }
    }

    #[test]
    fn a_404_means_no_such_site_and_never_no_such_contact() {
        for body in ["", "<html>", r#"{"errors":[{"title":"Not found"}]}"#] {
            let error = FindCloudId.response(answer(404, body)).unwrap_err();
            assert_eq!(error.hint(), Some(crate::Hint::NoSuchSite), "{body}");
            assert!(!error.is_no_such_contact(), "{body}");
        }
    }

    #[test]
    fn a_renamed_site_gives_its_new_name_and_other_redirects_do_not() {
        let hint = |location: &str| {
            let mut response = answer(301, "");
            response.headers_mut().insert("location", location.parse().unwrap());
            FindCloudId.response(response).unwrap_err().hint()
        };
        let renamed = crate::Hint::SiteRenamed("acme-new.atlassian.net".into());
        assert_eq!(hint("https://acme-new.atlassian.net/_edge/tenant_info"), Some(renamed));
        for other in [
            "https://acme-new.atlassian.net/login",
            "http://acme-new.atlassian.net/_edge/tenant_info",
            "https://acme.atlassian-us-gov.net/_edge/tenant_info",
            "/_edge/tenant_info",
        ] {
            assert_eq!(hint(other), Some(crate::Hint::Redirected), "{other}");
        }
    }

    #[test]
    fn no_hint_is_about_credentials_that_were_not_sent() {
        for body in [r#"{"code":401,"message":"Unauthorized; scope does not match"}"#, ""] {
            assert_eq!(FindCloudId.response(answer(401, body)).unwrap_err().hint(), None);
            assert_eq!(FindCloudId.response(answer(403, body)).unwrap_err().hint(), None);
        }
    }
}
