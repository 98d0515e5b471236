//! `GET /v1/schedules?offset=&size=&query=&expand=rotation`
//!
//! Lists schedules.
//!
//! [Vendor's reference](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedules/#api-v1-schedules-get)

use http::{Method, Request, Response};

use super::{READ, SCHEDULES, Sealed, paged::PageRange};
use crate::{
    BaseUrl, Credentials, Error, Idempotency, Operation, Page, Paged, Schedule, ScheduleId,
    error::Subject,
    model::WirePage,
    operation::answer::Answer,
    operation::request::{self, escaped},
};

/// Maximum length of a name, in characters. The URL must stay short enough for every server.
const MAX_NAME: usize = 1000;

/// Reads one page of the schedules that the user may see.
///
/// The service leaves out all others. An empty list may mean that the user may see no schedule, not
/// that there is none.
///
/// Request: `GET /v1/schedules`, see the [vendor's reference].
///
/// ```
/// use contacts_proto::{BaseUrl, Credentials, ListSchedules, Operation};
///
/// let site = BaseUrl::new("https://api.example.com/cloud")?;
/// let list = ListSchedules::all().named("Payments*")?.with_rotations();
/// let request = list.request(&site, &Credentials::none());
/// assert_eq!(
///     request.uri(),
///     "https://api.example.com/cloud/v1/schedules?offset=0&size=50&query=Payments%2A&expand=rotation"
/// );
///
/// let body = br#"{"values":[{"id":"0b6f2c1e","name":"Payments primary","enabled":true}]}"#;
/// let page = list.response(http::Response::new(&body[..]))?;
/// assert_eq!(page.items[0].name, "Payments primary");
/// # Ok::<(), contacts_proto::Error>(())
/// ```
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedules/#api-v1-schedules-get
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSchedules {
    range: PageRange<{ Self::MAX_PAGE_SIZE }>,
    name: Option<String>,
    rotations: bool,
}

impl ListSchedules {
    /// Maximum number of schedules in a page.
    pub const MAX_PAGE_SIZE: u32 = 50;

    /// Lists from the first schedule on, 50 schedules per page.
    pub fn all() -> Self {
        Self { range: PageRange::FIRST, name: None, rotations: false }
    }

    /// Skips this number of schedules.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for more than 2147483647.
    pub fn offset(self, offset: u32) -> Result<Self, Error> {
        Ok(Self { range: self.range.with_offset(offset)?, ..self })
    }

    /// Sets the number of schedules per page. Default: 50.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is not between 1 and 50.
    pub fn page_size(self, size: u32) -> Result<Self, Error> {
        Ok(Self { range: self.range.with_size(size)?, ..self })
    }

    /// Lists only schedules with this name. Case is ignored, and a `*` at the end stands for any
    /// text. Several schedules may have the same name.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the name is empty or longer than 1000 characters.
    pub fn named(self, name: impl Into<String>) -> Result<Self, Error> {
        let name = name.into();
        let why = if name.trim().is_empty() {
            "is empty"
        } else if name.chars().count() > MAX_NAME {
            "is longer than 1000 characters"
        } else {
            return Ok(Self { name: Some(name), ..self });
        };
        Err(Error::invalid("name of the schedule", why))
    }

    /// Also reads the rotations of each schedule, with their participants.
    pub fn with_rotations(self) -> Self {
        Self { rotations: true, ..self }
    }
}

impl Sealed for ListSchedules {}

impl Operation for ListSchedules {
    type Output = Page<Schedule>;

    const NAME: &'static str = "list schedules";

    const IDEMPOTENCY: Idempotency = Idempotency::Safe;

    const SCOPES: &'static [&'static str] = READ;

    const IS_PAGED: bool = true;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        let range = self.range.query();
        let name = self.name.as_ref().map(|name| format!("&query={}", escaped(name)));
        let uri = site.uri(&[
            SCHEDULES,
            &range,
            name.as_deref().unwrap_or_default(),
            if self.rotations { "&expand=rotation" } else { "" },
        ]);
        request::without_body(Method::GET, site, uri, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Page<Schedule>, Error> {
        Answer::to::<Self>(&response, Subject::Caller).object::<WirePage<'_, _>>().map(Page::from)
    }
}

impl Paged for ListSchedules {
    type Item = Schedule;

    type Id = ScheduleId;

    fn id(schedule: &Schedule) -> &ScheduleId {
        &schedule.id
    }

    fn start_offset(&self) -> u32 {
        self.range.offset
    }

    fn offset(self, offset: u32) -> Result<Self, Error> {
        Self::offset(self, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Hint, PagingError, Participant, ParticipantKind,
        operation::golden::{answer, get, request},
    };

    /// The shape of the vendor's example.
    const PAGE: &str = r#"{"values":[{"id":"0b6f2c1e-7d34-4a58-9c02-5e1f3a9b7d10","name":"Payments primary",
        "description":"","timezone":"Europe/Berlin","enabled":true,"teamId":"4d5e6f70","rotations":[
        {"id":"r1","name":"Weekdays","startDate":"2025-03-03T08:00:00Z","type":"weekly","length":1,
         "participants":[{"type":"user","id":"712020:6a1b2c3d"},{"type":"team","id":"4d5e6f70"},
         {"type":"escalation","id":"9f8e7d6c"},{"type":"noone"}],
         "timeRestriction":{"type":"time-of-day","restriction":{"startHour":8}}}]}],
        "links":{"next":"/v1/schedules?offset=25&size=25"},"_expands":["rotation"]}"#;

    fn page(body: &str) -> Page<Schedule> {
        ListSchedules::all().response(answer(200, body)).unwrap()
    }

    #[test]
    fn the_request_names_offset_size_name_and_expansion() {
        let base = "https://api.atlassian.com/jsm/ops/api/cloud/v1/schedules";
        assert_eq!(request(&ListSchedules::all()), get(&format!("{base}?offset=0&size=50")));
        let list = ListSchedules::all().offset(40).unwrap().page_size(20).unwrap();
        let list = list.named("Büro & \"A\"*").unwrap().with_rotations();
        let query = "?offset=40&size=20&query=B%C3%BCro%20%26%20%22A%22%2A&expand=rotation";
        assert_eq!(request(&list), get(&format!("{base}{query}")));
    }

    #[test]
    fn the_documented_page_is_read() {
        let page = page(PAGE);
        let schedule = &page.items[0];
        assert_eq!((&*schedule.name, schedule.enabled), ("Payments primary", Some(true)));
        assert_eq!(schedule.timezone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(schedule.team_id.as_deref(), Some("4d5e6f70"));
        let rotation = &schedule.rotations.as_ref().unwrap()[0];
        assert_eq!(rotation.name.as_deref(), Some("Weekdays"));
        let kinds: Vec<_> = rotation.participants.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds, ["user", "team", "escalation", "noone"]);
        assert_eq!(rotation.participants[3], Participant::new(ParticipantKind::NoOne, None));
        let next = ListSchedules::all().after(&page).unwrap().unwrap();
        assert_eq!((next.range.offset, next.range.size), (1, 50), "no schedule is skipped");
    }

    #[test]
    fn only_the_id_of_a_schedule_is_required() {
        for members in [
            "",
            r#","name":null,"enabled":null,"timezone":null,"teamId":null,"rotations":null"#,
            r#","name":"","teamId":"","timezone":"","description":7"#,
            r#","teamId":{},"timezone":[1]"#,
        ] {
            let page = page(&format!(r#"{{"values":[{{"id":"a"{members}}}]}}"#));
            let mut expected = Schedule::new(ScheduleId::new("a").unwrap(), "");
            expected.enabled = None;
            assert_eq!(page.items, [expected], "{members}");
        }
        for body in [r#"{"values":[{"name":"x"}]}"#, r#"{"values":[{"id":"a/b"}]}"#, "{}", "[]"] {
            assert!(ListSchedules::all().response(answer(200, body)).is_err(), "{body}");
        }
    }

    #[test]
    fn a_link_that_leads_back_is_an_error() {
        let back =
            page(r#"{"values":[{"id":"a"}],"links":{"next":"/v1/schedules?offset=0&size=25"}}"#);
        let error = ListSchedules::all().after(&back).unwrap_err();
        assert!(matches!(error, Error::Paging(PagingError::NotForward { .. })), "{error}");
        assert!(!error.to_string().contains("contact"), "{error}");
    }

    #[test]
    fn numbers_and_names_that_the_service_rejects_are_rejected() {
        let all = ListSchedules::all;
        assert!(all().page_size(0).is_err() && all().page_size(51).is_err());
        assert!(all().offset(2_147_483_648).is_err());
        assert!(all().named(" ").is_err() && all().named("x".repeat(1001)).is_err());
    }

    #[test]
    fn an_error_is_about_the_caller_and_never_about_a_contact() {
        let hint = |status, body| {
            let error = ListSchedules::all().response(answer(status, body)).unwrap_err();
            assert!(!error.is_no_such_contact(), "{error}");
            error.hint()
        };
        let scope = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
        assert_eq!(hint(401, scope), Some(Hint::MissingScope(READ)));
        assert_eq!(hint(403, r#"{"code":40301}"#), Some(Hint::NoOperations));
        assert_eq!(hint(404, r#"{"code":404,"message":"Not Found"}"#), Some(Hint::WrongSite));
    }
}
