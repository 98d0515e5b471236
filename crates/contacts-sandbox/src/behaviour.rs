//! How the stand-in behaves wherever nobody knows how the service does.

use serde::{Deserialize, Serialize};

/// Every doubt about the service, each as a switch.
///
/// The default is the likeliest reading of what is published: of each enum its first variant, and the rest as it is named here. A
/// client is right when it works with every setting.
///
/// ```
/// use contacts_sandbox::{Behaviour, Duplicates, NextLink};
///
/// let odd = Behaviour { next_link: NextLink::Absolute, duplicates: Duplicates::Allowed, ..Behaviour::default() };
/// let text = serde_json::to_string(&odd)?;
/// assert_eq!(serde_json::from_str::<Behaviour>(&text)?, odd);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// The cloud id that is known here; every other one is answered with 404. Default `sandbox`.
    pub cloud_id: String,
    /// Where the operations live. The published base is one of three that working clients have been seen to use.
    pub base: Base,
    /// Response to an OAuth token at the base for API tokens, where it would be good at [`Behaviour::oauth_base_path`]. Assumed: the
    /// base for OAuth tokens is published, the answer at the other one is not.
    pub oauth_at_direct_base: OAuthAtDirectBase,
    /// Feeds the ids of contacts and requests, so that two sandboxes can be told apart. Default 0.
    pub seed: u64,
    /// How many contacts of a kind a user may have. The vendor's help pages say two of each, the reference nothing.
    pub limits: Limits,
    /// What answers a contact beyond the limit: documented nowhere.
    pub over_limit: OverLimit,
    /// What answers a second contact with the same method and destination: documented nowhere.
    pub duplicates: Duplicates,
    /// Whether a new telephone number is usable before it is verified. The help pages say it is not, and the API
    /// has no member that tells.
    pub new_phones: NewPhones,
    /// What answers the deactivation of a number that was never verified, and so is disabled as it is: nothing says.
    pub deactivating_unverified: DeactivatingUnverified,
    /// Whether `status.disabledReason` is sent for a number that was never verified: it is optional, and never shown. Default true.
    pub disabled_reason: bool,
    /// The shape of a 404 or 422 body: one is described, the other has been met.
    pub refusals: RefusalShape,
    /// What answers a `size` outside 1 to 100: the range is described, what happens beyond it is not.
    pub size_out_of_range: SizeOutOfRange,
    /// The largest page sent, whatever was asked for, if it is smaller than the described hundred. Default none.
    pub page_cap: Option<u32>,
    /// The form of `links.next`: the published example is a placeholder, sister endpoints show others.
    pub next_link: NextLink,
    /// How the end of the list is told: nothing says.
    pub end_of_list: EndOfList,
    /// Whether a page that is full has a `next` even if nothing follows: a service without a total cannot know. Default false.
    pub next_after_full_page: bool,
    /// Whether `links.first` and `links.last` are sent: both are optional. Default true.
    pub first_and_last: bool,
    /// Whether pages carry `_expands` and `count`, as those of sister endpoints do. Default false.
    pub extra_members: bool,
    /// Whether `data` of an acknowledgement carries a `name` too: described, never shown. Default false.
    pub name_in_data: bool,
    /// How a deletion is acknowledged: 204 is described, others have been accepted by working clients.
    pub delete_answer: DeleteAnswer,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            cloud_id: "sandbox".to_owned(),
            base: Base::default(),
            oauth_at_direct_base: OAuthAtDirectBase::default(),
            seed: 0,
            limits: Limits::default(),
            over_limit: OverLimit::default(),
            duplicates: Duplicates::default(),
            new_phones: NewPhones::default(),
            deactivating_unverified: DeactivatingUnverified::default(),
            disabled_reason: true,
            refusals: RefusalShape::default(),
            size_out_of_range: SizeOutOfRange::default(),
            page_cap: None,
            next_link: NextLink::default(),
            end_of_list: EndOfList::default(),
            next_after_full_page: false,
            first_and_last: true,
            extra_members: false,
            name_in_data: false,
            delete_answer: DeleteAnswer::default(),
        }
    }
}

impl Behaviour {
    /// The path that comes before the operations' own, as `/jsm/ops/api/sandbox`. It is the base for API tokens.
    pub fn base_path(&self) -> String {
        self.path(self.base)
    }

    /// The same for OAuth tokens: `/ex/jira/sandbox/jsm/ops/api`, unless another base than [`Base::Jsm`] takes both.
    pub fn oauth_base_path(&self) -> String {
        self.path(self.base.for_oauth())
    }

    fn path(&self, base: Base) -> String {
        let (before, after) = base.around_cloud_id();
        format!("{before}{}{after}", self.cloud_id)
    }
}

/// Where the operations live on the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// `/jsm/ops/api/{cloudId}` for API tokens, and `/ex/jira/{cloudId}/jsm/ops/api` for OAuth tokens.
    #[default]
    Jsm,
    /// `/compass/cloud/{cloudId}/ops` for both.
    Compass,
    /// `/ex/jira/{cloudId}/jsm/ops/api` for both.
    ExJira,
}

impl Base {
    /// The base for OAuth tokens beside this one for API tokens.
    pub(crate) fn for_oauth(self) -> Self {
        match self {
            Self::Jsm | Self::ExJira => Self::ExJira,
            Self::Compass => Self::Compass,
        }
    }

    /// What stands before and after the cloud id.
    pub(crate) fn around_cloud_id(self) -> (&'static str, &'static str) {
        match self {
            Self::Jsm => ("/jsm/ops/api/", ""),
            Self::Compass => ("/compass/cloud/", "/ops"),
            Self::ExJira => ("/ex/jira/", "/jsm/ops/api"),
        }
    }
}

/// Response to an OAuth token at the base for API tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OAuthAtDirectBase {
    /// 401 with the body of a missing scope.
    #[default]
    Unauthorized,
    /// The same as at the base for OAuth tokens.
    Accepted,
}

/// How many contacts of each kind a user may have, by default 2; `None` is without limit, as mobiles always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// E-mail addresses.
    pub email: Option<usize>,
    /// Numbers for text messages.
    pub sms: Option<usize>,
    /// Numbers for calls.
    pub voice: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { email: Some(2), sms: Some(2), voice: Some(2) }
    }
}

impl Limits {
    /// No limit for any kind.
    pub const NONE: Self = Self { email: None, sms: None, voice: None };
}

/// What answers one contact too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverLimit {
    /// 422 Unprocessable Content.
    #[default]
    Unprocessable,
    /// 409 Conflict.
    Conflict,
    /// 402 Payment Required, as plan limits are told elsewhere on the platform.
    PaymentRequired,
}

/// What answers a contact that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duplicates {
    /// 422 Unprocessable Content.
    #[default]
    Unprocessable,
    /// 409 Conflict.
    Conflict,
    /// 201, and a second contact.
    Allowed,
}

/// What becomes of a new `sms` or `voice` contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewPhones {
    /// Disabled, and not to be activated until it is verified.
    #[default]
    DisabledUntilVerified,
    /// Usable at once.
    EnabledAtOnce,
}

/// What answers the deactivation of a number that was never verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeactivatingUnverified {
    /// 200, and it is as disabled as before.
    #[default]
    Acknowledged,
    /// 422 Unprocessable Content, as for its activation.
    Refused,
}

/// The shape of the body of a 404, 409 or 422.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalShape {
    /// `{"errors":[{"title":"…","code":"…"}]}`
    #[default]
    List,
    /// The same with a `detail` in each error.
    ListWithDetail,
    /// `{"message":"…","errors":{"to":"…"}}`
    ByField,
}

/// What answers a page size outside 1 to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SizeOutOfRange {
    /// 422 Unprocessable Content.
    #[default]
    Refused,
    /// A page of the nearest size allowed.
    Clamped,
}

/// The form of `links.next`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextLink {
    /// `url?offset=2&size=1`, as in the published example.
    #[default]
    Placeholder,
    /// `?offset=2&size=1`
    Query,
    /// `/v1/users/contacts?offset=2&size=1`, as sister endpoints show it.
    PathWithoutCloudId,
    /// The whole path, with base and cloud id.
    Path,
    /// `https://` and the public API host before the whole path: not where the sandbox listens.
    Absolute,
    /// The right numbers on somebody else's host: a client that follows it gives its credentials away.
    ForeignAbsolute,
    /// A link to the page it stands on: a client that follows it never ends.
    Stuck,
}

/// How `links.next` looks when nothing follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndOfList {
    /// The member is left out.
    #[default]
    Absent,
    /// The member is null.
    Null,
    /// The member is an empty string.
    Empty,
    /// The whole of `links` is left out.
    WithoutLinks,
}

/// How a deletion is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeleteAnswer {
    /// 204 without a body.
    #[default]
    NoContent,
    /// 200 with an empty body.
    OkEmpty,
    /// 200 with `{"message":"Deleted","data":{"id":"…"}}`.
    OkJson,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_object_is_the_default() {
        assert_eq!(serde_json::from_str::<Behaviour>("{}").ok(), Some(Behaviour::default()));
    }

    #[test]
    fn an_unknown_switch_is_refused_by_name() {
        let error = serde_json::from_str::<Behaviour>(r#"{"next_limk":"query"}"#).unwrap_err().to_string();
        assert!(error.contains("next_limk") && error.contains("line 1"), "{error}");
    }

    #[test]
    fn each_base_has_the_cloud_id_in_its_place() {
        let path = |base| Behaviour { base, ..Behaviour::default() }.base_path();
        assert_eq!(path(Base::Jsm), "/jsm/ops/api/sandbox");
        assert_eq!(path(Base::Compass), "/compass/cloud/sandbox/ops");
        assert_eq!(path(Base::ExJira), "/ex/jira/sandbox/jsm/ops/api");
        assert_eq!(Behaviour::default().oauth_base_path(), path(Base::ExJira));
        let compass = Behaviour { base: Base::Compass, ..Behaviour::default() };
        assert_eq!(compass.oauth_base_path(), compass.base_path());
    }
}
