//! `GET /v1/schedules/{id}/rotations?offset=&size=`
//!
//! Lists the rotations of a schedule.
//!
//! [Vendor's reference](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-rotations/)

use http::{Method, Request, Response};

use super::{READ, SCHEDULES, Sealed, paged::PageRange};
use crate::{
    BaseUrl, Credentials, Error, Idempotency, Operation, Page, Paged, Rotation, RotationId,
    ScheduleId, error::Subject, model::WirePage, operation::answer::Answer, operation::request,
};

/// Reads one page of the rotations of a schedule.
///
/// Request: `GET /v1/schedules/{id}/rotations`, see the [vendor's reference].
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-rotations/
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRotations {
    schedule: ScheduleId,
    range: PageRange<{ Self::MAX_PAGE_SIZE }>,
}

impl ListRotations {
    /// Maximum number of rotations in a page.
    pub const MAX_PAGE_SIZE: u32 = 50;

    /// Lists from the first rotation of this schedule on, 50 rotations per page.
    pub fn new(schedule: ScheduleId) -> Self {
        Self { schedule, range: PageRange::FIRST }
    }

    /// Skips this number of rotations.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for more than 2147483647.
    pub fn offset(self, offset: u32) -> Result<Self, Error> {
        Ok(Self { range: self.range.with_offset(offset)?, ..self })
    }

    /// Sets the number of rotations per page. Default: 50.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is not between 1 and 50.
    pub fn page_size(self, size: u32) -> Result<Self, Error> {
        Ok(Self { range: self.range.with_size(size)?, ..self })
    }
}

impl Sealed for ListRotations {}

impl Operation for ListRotations {
    type Output = Page<Rotation>;

    const NAME: &'static str = "list the rotations of the schedule";

    const IDEMPOTENCY: Idempotency = Idempotency::Safe;

    const SCOPES: &'static [&'static str] = READ;

    const IS_PAGED: bool = true;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        let range = self.range.query();
        let uri = site.uri(&[SCHEDULES, "/", self.schedule.as_str(), "/rotations", &range]);
        request::without_body(Method::GET, site, uri, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Page<Rotation>, Error> {
        Answer::to::<Self>(&response, Subject::Schedule).object::<WirePage<'_, _>>().map(Page::from)
    }
}

impl Paged for ListRotations {
    type Item = Rotation;

    type Id = RotationId;

    fn id(rotation: &Rotation) -> &RotationId {
        &rotation.id
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
        Hint,
        operation::golden::{answer, get, request},
    };

    fn operation() -> ListRotations {
        ListRotations::new(ScheduleId::new("0b6f2c1e").unwrap())
    }

    #[test]
    fn the_request_names_the_schedule() {
        assert_eq!(
            request(&operation().offset(5).unwrap()),
            get("https://api.atlassian.com/jsm/ops/api/cloud/v1/schedules/0b6f2c1e/rotations\
                 ?offset=5&size=50")
        );
        assert!(operation().page_size(51).is_err());
    }

    #[test]
    fn a_page_is_read_with_its_participants() {
        let body = r#"{"values":[{"id":"r1","participants":[{"type":"user","id":"u"}]},
            {"id":"r2","name":null,"participants":null},{"id":"r3"}],"links":{"next":null}}"#;
        let page = operation().response(answer(200, body)).unwrap();
        let participants: Vec<_> =
            page.items.iter().map(|rotation| rotation.participants.len()).collect();
        assert_eq!(participants, [1, 0, 0]);
        assert_eq!(operation().after(&page).unwrap(), None);
    }

    #[test]
    fn a_participant_without_type_and_id_is_an_error_with_its_place() {
        let body = r#"{"values":[{"id":"r1","participants":[{"x":1}]}]}"#;
        let error = operation().response(answer(200, body)).unwrap_err().to_string();
        assert!(
            error.contains(
                "in `values[0].participants[0]`: a participant has neither a type nor an id"
            ),
            "{error}"
        );
    }

    #[test]
    fn a_404_is_about_the_schedule() {
        let body = r#"{"errors":[{"title":"Not found","code":"E1"}]}"#;
        let error = operation().response(answer(404, body)).unwrap_err();
        assert_eq!(error.hint(), Some(Hint::NoSuchSchedule));
    }
}
