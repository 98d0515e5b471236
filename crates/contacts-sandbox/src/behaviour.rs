//! Settings for behaviour that the vendor does not document.

use serde::{Deserialize, Serialize};

/// Settings for behaviour that the vendor does not document.
///
/// The default is the most likely behaviour: the first variant of each enum, and the named default
/// of each other field. A correct client works with every setting.
///
/// ```
/// use contacts_sandbox::{Behaviour, Duplicates, NextLink};
///
/// let odd = Behaviour {
///     next_link: NextLink::Absolute,
///     duplicates: Duplicates::Allowed,
///     ..Behaviour::default()
/// };
/// let text = serde_json::to_string(&odd)?;
/// assert_eq!(serde_json::from_str::<Behaviour>(&text)?, odd);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// Cloud id of the site. Requests with another one get 404. Default: `sandbox`.
    pub cloud_id: String,
    /// Base path of the operations. Working clients use the documented one and two others.
    pub base: Base,
    /// Response to a valid OAuth token at the base for API tokens. Its own base is
    /// [`Behaviour::oauth_base_path`]. Assumed: the vendor does not document this response.
    pub oauth_at_direct_base: OAuthAtDirectBase,
    /// Seed for the ids of contacts and requests. Sandboxes with different seeds have different
    /// ids. Default: 0.
    pub seed: u64,
    /// Maximum number of a user's contacts for each method. The vendor's help pages say two; the
    /// API reference does not mention a limit.
    pub limits: Limits,
    /// Response to a contact beyond the limit. Not documented.
    pub over_limit: OverLimit,
    /// Response to a second contact with the same method and address. Not documented.
    pub duplicates: Duplicates,
    /// State of a new telephone number. The help pages say that it must be verified first; the API
    /// has no member for it.
    pub new_phones: NewPhones,
    /// Response to the deactivation of a number that was never verified. Not documented.
    pub deactivating_unverified: DeactivatingUnverified,
    /// Sends `status.disabledReason` for a number that was never verified. The member is optional
    /// and in no documented example. Default: `true`.
    pub disabled_reason: bool,
    /// Shape of the body of a 404, 409 or 422. One is documented, another was observed.
    pub error_shape: ErrorShape,
    /// Response to a `size` outside 1 to 100 contacts, or 1 to 50 schedules. Only the ranges are
    /// documented.
    pub size_out_of_range: SizeOutOfRange,
    /// Maximum page size, if smaller than the documented one. Default: `None`.
    pub page_cap: Option<u32>,
    /// Form of `links.next`. The documented example is a placeholder; related endpoints show other
    /// forms.
    pub next_link: NextLink,
    /// Form of the last page. Not documented.
    pub end_of_list: EndOfList,
    /// Sends `next` on every full page, even the last: a service that does not count the contacts
    /// would do so. Default: `false`.
    pub next_after_full_page: bool,
    /// Sends `links.first` and `links.last`. Both are optional. Default: `true`.
    pub first_and_last: bool,
    /// Sends `_expands` and `count` on pages of contacts, as related endpoints do. Default: `false`.
    pub extra_members: bool,
    /// Sends `data.name` in the response to a change. Documented, but in no example. Default:
    /// `false`.
    pub name_in_data: bool,
    /// Response to a deletion. 204 is documented; working clients accept others.
    pub delete_response: DeleteResponse,
    /// Form of `links.next` in a list of schedules or rotations. Documented in two forms. Default:
    /// [`NextLink::PathWithoutCloudId`].
    pub schedules_next_link: NextLink,
    /// Form of the last page of schedules or rotations. Absent and null are documented. Default:
    /// [`EndOfList::Null`].
    pub schedules_end_of_list: EndOfList,
    /// Sends `teamId` of a schedule without a team in this form. Not documented. Default:
    /// [`NoValue::Absent`].
    pub no_team: NoValue,
    /// Sends `rotations` in the response for one schedule. Not documented. Default: `false`.
    pub rotations_in_schedule: bool,
    /// Shows the members of a team that is on call, except for teams with
    /// [`Team::opened`](crate::Team::opened) set to `false`. The documented example shows none.
    /// Default: `true`.
    pub open_teams: bool,
    /// Name of the list of children in next-on-calls. Documented in two forms.
    pub next_children: NextChildren,
    /// Sends the list of participants in this form when no one is on call. Not documented. Default:
    /// [`NoValue::Empty`].
    pub empty_on_calls: NoValue,
    /// Shows a turn without a person in this form. Not documented.
    pub no_one: NoOneNode,
    /// Response of the Jira platform to a token without `read:jira-user`. Both were observed.
    pub missing_jira_scope: MissingJiraScope,
    /// Sends a hidden e-mail address in this form. Only absent is documented. Default:
    /// [`NoValue::Absent`].
    pub hidden_email: NoValue,
    /// The search for users finds a user by a hidden e-mail address. Not documented. Default:
    /// `false`.
    pub search_finds_hidden_email: bool,
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
            error_shape: ErrorShape::default(),
            size_out_of_range: SizeOutOfRange::default(),
            page_cap: None,
            next_link: NextLink::default(),
            end_of_list: EndOfList::default(),
            next_after_full_page: false,
            first_and_last: true,
            extra_members: false,
            name_in_data: false,
            delete_response: DeleteResponse::default(),
            schedules_next_link: NextLink::PathWithoutCloudId,
            schedules_end_of_list: EndOfList::Null,
            no_team: NoValue::Absent,
            rotations_in_schedule: false,
            open_teams: true,
            next_children: NextChildren::default(),
            empty_on_calls: NoValue::Empty,
            no_one: NoOneNode::default(),
            missing_jira_scope: MissingJiraScope::default(),
            hidden_email: NoValue::Absent,
            search_finds_hidden_email: false,
        }
    }
}

impl Behaviour {
    /// Returns the base path for API tokens, such as `/jsm/ops/api/sandbox`.
    pub fn base_path(&self) -> String {
        self.path(self.base)
    }

    /// Returns the base path for OAuth tokens, such as `/ex/jira/sandbox/jsm/ops/api`. Only
    /// [`Base::Jsm`] has a separate one.
    pub fn oauth_base_path(&self) -> String {
        self.path(self.base.for_oauth())
    }

    fn path(&self, base: Base) -> String {
        let (before, after) = base.around_cloud_id();
        format!("{before}{}{after}", self.cloud_id)
    }
}

/// Base path of the operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// `/jsm/ops/api/{cloudId}` for API tokens, and `/ex/jira/{cloudId}/jsm/ops/api` for OAuth
    /// tokens.
    #[default]
    Jsm,
    /// `/compass/cloud/{cloudId}/ops` for both.
    Compass,
    /// `/ex/jira/{cloudId}/jsm/ops/api` for both.
    ExJira,
}

impl Base {
    /// Returns the base for OAuth tokens that belongs to this base for API tokens.
    pub(crate) fn for_oauth(self) -> Self {
        match self {
            Self::Jsm | Self::ExJira => Self::ExJira,
            Self::Compass => Self::Compass,
        }
    }

    /// Returns the parts of the path before and after the cloud id.
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
    /// 401, with the same body as for a missing scope.
    #[default]
    Unauthorized,
    /// The same response as at the base for OAuth tokens.
    Accepted,
}

/// Maximum number of a user's contacts for each method. `None`: no limit. Default: 2. Mobile
/// contacts have no limit.
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

/// Response to a contact beyond the limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverLimit {
    /// 422 Unprocessable Content.
    #[default]
    Unprocessable,
    /// 409 Conflict.
    Conflict,
    /// 402 Payment Required, as for plan limits elsewhere on the platform.
    PaymentRequired,
}

/// Response to a contact that already exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duplicates {
    /// 422 Unprocessable Content.
    #[default]
    Unprocessable,
    /// 409 Conflict.
    Conflict,
    /// 201 Created: a second contact.
    Allowed,
}

/// State of a new `sms` or `voice` contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewPhones {
    /// Disabled. It cannot be activated until it is verified.
    #[default]
    DisabledUntilVerified,
    /// Enabled immediately.
    EnabledAtOnce,
}

/// Response to the deactivation of a number that was never verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeactivatingUnverified {
    /// 200 OK; it stays disabled.
    #[default]
    Acknowledged,
    /// 422 Unprocessable Content, as for its activation.
    Rejected,
}

/// Shape of the body of a 404, 409 or 422.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorShape {
    /// `{"errors":[{"title":"…","code":"…"}]}`
    #[default]
    List,
    /// The same with a `detail` in each error.
    ListWithDetail,
    /// `{"message":"…","errors":{"to":"…"}}`
    ByField,
}

/// Response to a page size outside the documented range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SizeOutOfRange {
    /// 422 Unprocessable Content.
    #[default]
    Rejected,
    /// A page with the nearest allowed size.
    Clamped,
}

/// Form of `links.next`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextLink {
    /// `url?offset=2&size=1`, as in the documented example.
    #[default]
    Placeholder,
    /// `?offset=2&size=1`
    Query,
    /// `/v1/users/contacts?offset=2&size=1`, as documented for schedules.
    PathWithoutCloudId,
    /// The full path, with base and cloud id.
    Path,
    /// The full path on the public API host, where the sandbox does not listen.
    Absolute,
    /// The correct offset on a foreign host. A client that follows it leaks its credentials.
    ForeignAbsolute,
    /// A link to the same page. A client that follows it never ends.
    Stuck,
}

/// Form of `links.next` on the last page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndOfList {
    /// No `next` member.
    #[default]
    Absent,
    /// `next` is null.
    Null,
    /// `next` is an empty string.
    Empty,
    /// No `links` member.
    WithoutLinks,
}

/// Response to a deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeleteResponse {
    /// 204 without a body.
    #[default]
    NoContent,
    /// 200 with an empty body.
    OkEmpty,
    /// 200 with `{"message":"Deleted","data":{"id":"…"}}`.
    OkJson,
}

/// Form of a member without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoValue {
    /// No such member.
    Absent,
    /// null
    Null,
    /// An empty string or an empty list.
    Empty,
}

/// Name of the list of children in next-on-calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextChildren {
    /// `nextOnCallParticipants`, as in the documented example.
    #[default]
    NextOnCallParticipants,
    /// `onCallParticipants`, as in the documented schema.
    OnCallParticipants,
}

/// Form of a turn without a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoOneNode {
    /// A participant of the type `noone`, as in rotations.
    #[default]
    Noone,
    /// A participant of the type `none`.
    None,
    /// No participant.
    LeftOut,
}

/// Response of the Jira platform to a token without `read:jira-user`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingJiraScope {
    /// 401, with the same body as for another missing scope.
    #[default]
    Unauthorized,
    /// 403.
    Forbidden,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_object_is_the_default() {
        assert_eq!(serde_json::from_str::<Behaviour>("{}").ok(), Some(Behaviour::default()));
    }

    #[test]
    fn an_unknown_setting_is_rejected_by_name() {
        let error =
            serde_json::from_str::<Behaviour>(r#"{"next_limk":"query"}"#).unwrap_err().to_string();
        assert!(error.contains("next_limk") && error.contains("line 1"), "{error}");
    }

    #[test]
    fn each_base_path_contains_the_cloud_id() {
        let path = |base| Behaviour { base, ..Behaviour::default() }.base_path();
        assert_eq!(path(Base::Jsm), "/jsm/ops/api/sandbox");
        assert_eq!(path(Base::Compass), "/compass/cloud/sandbox/ops");
        assert_eq!(path(Base::ExJira), "/ex/jira/sandbox/jsm/ops/api");
        assert_eq!(Behaviour::default().oauth_base_path(), path(Base::ExJira));
        let compass = Behaviour { base: Base::Compass, ..Behaviour::default() };
        assert_eq!(compass.oauth_base_path(), compass.base_path());
    }
}
