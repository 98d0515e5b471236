//! `GET /v1/users/contacts?offset=&size=&targetAccountId=`

use http::{Method, Request, Response};

use super::{CONTACTS, READ, Sealed, paged::PageRange};
use crate::{
    AccountId, BaseUrl, Contact, ContactId, Credentials, Error, Idempotency, Operation, Page,
    Paged,
    error::Subject,
    model::WirePage,
    operation::answer::Answer,
    operation::request::{self, escaped},
};

/// Reads one page of the contacts of the user or, as an administrator, of another user.
///
/// ```
/// use contacts_proto::{BaseUrl, Credentials, ListContacts, Operation, Paged};
///
/// let site = BaseUrl::new("https://api.example.com/cloud")?;
/// let first = ListContacts::all();
/// let request = first.request(&site, &Credentials::none());
/// assert_eq!(request.uri(), "https://api.example.com/cloud/v1/users/contacts?offset=0&size=100");
///
/// let body = br#"{"values":[{"id":"a","method":"email","to":"ann@example.com"}],"links":{"next":"url?offset=1&size=1"}}"#;
/// let page = first.response(http::Response::new(&body[..]))?;
/// let second = first.after(&page)?.expect("there is more");
/// let request = second.request(&site, &Credentials::none());
/// assert_eq!(request.uri(), "https://api.example.com/cloud/v1/users/contacts?offset=1&size=100");
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListContacts {
    range: PageRange<{ Self::MAX_PAGE_SIZE }>,
    account: Option<AccountId>,
}

impl ListContacts {
    /// Maximum number of contacts in a page.
    pub const MAX_PAGE_SIZE: u32 = 100;

    /// Lists from the first contact on, 100 contacts per page.
    pub fn all() -> Self {
        Self { range: PageRange::FIRST, account: None }
    }

    /// Skips this number of contacts.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for more than 2147483647.
    pub fn offset(self, offset: u32) -> Result<Self, Error> {
        Ok(Self { range: self.range.with_offset(offset)?, ..self })
    }

    /// Sets the number of contacts per page. Default: 100.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is not between 1 and 100.
    pub fn page_size(self, size: u32) -> Result<Self, Error> {
        Ok(Self { range: self.range.with_size(size)?, ..self })
    }

    /// Lists another user's contacts. Only administrators may read them.
    #[must_use]
    pub fn account(self, account: AccountId) -> Self {
        Self { account: Some(account), ..self }
    }
}

impl Sealed for ListContacts {}

impl Operation for ListContacts {
    type Output = Page;

    const NAME: &'static str = "list contacts";

    const IDEMPOTENCY: Idempotency = Idempotency::Safe;

    const SCOPES: &'static [&'static str] = READ;

    const IS_PAGED: bool = true;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        let (mut offset, mut size) = (itoa::Buffer::new(), itoa::Buffer::new());
        let account = self.account.as_ref().map(|id| escaped(id.as_str()));
        let uri = site.uri(&[
            CONTACTS,
            "?offset=",
            offset.format(self.range.offset),
            "&size=",
            size.format(self.range.size),
            account.as_ref().map_or("", |_| "&targetAccountId="),
            account.as_deref().unwrap_or_default(),
        ]);
        request::without_body(Method::GET, site, uri, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Page, Error> {
        // A 403 or 404 means something else for another user's contacts.
        let subject = if self.account.is_some() { Subject::User } else { Subject::Caller };
        Answer::to::<Self>(&response, subject).object::<WirePage<'_, _>>().map(Page::from)
    }
}

impl Paged for ListContacts {
    type Item = Contact;

    type Id = ContactId;

    fn id(contact: &Contact) -> &ContactId {
        &contact.id
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
        ContactMethod, Hint,
        operation::golden::{answer, request},
    };

    /// The reference page's example.
    const PAGE: &str = r#"{"values":[
        {"id":"299003c3-8221-4a9f-b63d-2370c4caaaaa","method":"email","to":"test@example.com","status":{"enabled":true},"applyOrder":0},
        {"id":"735a619b-e420-4d46-ab5c-45523011aaaa","method":"sms","to":"90-555-555-5555","status":{"enabled":true},"applyOrder":1}],
        "links":{"next":"url?offset=2&size=1","last":"url?offset=2&size=1"}}"#;

    fn page(body: &str) -> Page {
        ListContacts::all().response(answer(200, body)).unwrap()
    }

    #[test]
    fn the_request_names_offset_size_and_account() {
        let list = ListContacts::all().offset(40).unwrap().page_size(20).unwrap();
        let list = list.account(AccountId::new("712020:ab&c=ü").unwrap());
        assert_eq!(
            request(&list),
            format!(
                "GET https://api.atlassian.com/jsm/ops/api/cloud/v1/users/contacts\
                 ?offset=40&size=20&targetAccountId=712020%3Aab%26c%3D%C3%BC\n\
                 accept: application/json\n\
                 authorization: Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu\n\
                 user-agent: {}\n",
                crate::USER_AGENT
            )
        );
    }

    #[test]
    fn the_documented_page_is_read() {
        let page = page(PAGE);
        assert_eq!(page.items.len(), 2);
        assert_eq!(page.items[1].method, ContactMethod::Sms);
        assert_eq!(page.items[1].apply_order, Some(1));
        let next = ListContacts::all().after(&page).unwrap().unwrap();
        assert_eq!((next.range.offset, next.range.size), (2, 100));
    }

    #[test]
    fn a_user_whom_the_service_does_not_know_is_no_wrong_site() {
        let known = [
            (
                r#"{"errors":[{"title":"User not found","code":"USER_NOT_FOUND"}]}"#,
                Some(Hint::NoSuchUser),
            ),
            (r#"{"code":40405,"message":"No such user"}"#, Some(Hint::NoSuchUser)),
            (r#"{"code":404,"message":"Not Found"}"#, Some(Hint::WrongSite)),
            (r#"{"timestamp":"now","status":404,"code":"X","path":"/x"}"#, Some(Hint::WrongSite)),
            (r#"{"message":"Not Found"}"#, Some(Hint::WrongSite)),
            (r#"{"errors":[{"title":"Not found","code":"E1"}]}"#, None),
            ("", Some(Hint::WrongSite)),
        ];
        for (body, hint) in known {
            let error = ListContacts::all().response(answer(404, body)).unwrap_err();
            assert_eq!(error.hint(), hint, "{body}");
            assert!(!error.is_no_such_contact(), "{body}");
        }
        let of_another = ListContacts::all().account(AccountId::new("712020:x").unwrap());
        let error =
            of_another.response(answer(404, r#"{"errors":[{"title":"Not found"}]}"#)).unwrap_err();
        assert_eq!(error.hint(), Some(Hint::NoSuchUser));
    }

    #[test]
    fn members_and_methods_that_nobody_knows_survive() {
        let page = page(
            r#"{"_expands":[],"count":1,"values":[{"id":"a","method":"pager","to":"7","x":{}}],"links":null}"#,
        );
        assert_eq!(page.items[0].method.as_str(), "pager");
        assert!(!page.items[0].is_enabled());
    }

    #[test]
    fn an_answer_without_values_is_no_empty_page() {
        for body in ["{}", r#"{"values":null}"#, r#"{"message":"hello"}"#, "[]", "[[]]", "null"] {
            assert!(ListContacts::all().response(answer(200, body)).is_err(), "{body}");
        }
        assert!(page(r#"{"values":[]}"#).items.is_empty());
    }

    #[test]
    fn an_array_in_place_of_an_object_is_not_read_member_by_member() {
        for body in [
            r#"{"values":[["a","sms","1"]]}"#,
            r#"{"values":[{"id":"a","method":"sms","to":"1","status":[true]}]}"#,
            r#"{"values":[],"links":[]}"#,
            r#"{"values":[],"links":["?offset=1"]}"#,
        ] {
            let error = ListContacts::all().response(answer(200, body)).unwrap_err();
            assert!(
                error.to_string().contains("invalid type: sequence, expected an object"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_syntax_error_has_a_position_and_no_path() {
        let error = ListContacts::all().response(answer(200, r#"{"values":[],}"#)).unwrap_err();
        assert!(
            error.to_string().contains(
                "(200 OK): the body is not valid JSON: trailing comma at line 1 column 14"
            ),
            "{error}"
        );
    }

    #[test]
    fn a_mistake_in_a_page_is_told_with_its_place() {
        let body =
            r#"{"values":[{"id":"a","method":"sms","to":"1"},{"id":"b","method":"sms","to":7}]}"#;
        let error = ListContacts::all().response(answer(200, body)).unwrap_err();
        assert!(
            error.to_string().contains("in `values[1].to`: invalid type: integer `7`"),
            "{error}"
        );
    }

    #[test]
    fn an_offset_that_skips_contacts_is_not_followed() {
        let page = page(
            r#"{"values":[{"id":"a","method":"sms","to":"1"}],"links":{"next":"?offset=100&size=100"}}"#,
        );
        assert_eq!(ListContacts::all().after(&page).unwrap().unwrap().start_offset(), 1);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_an_error_and_its_absence_an_end() {
        let values = r#"{"id":"a","method":"sms","to":"1"}"#;
        let after = |values: &str, links: &str| {
            let list = ListContacts::all().offset(5).unwrap();
            list.after(&page(&format!(r#"{{"values":[{values}],"links":{links}}}"#)))
        };
        for links in ["null", "{}", r#"{"next":null}"#, r#"{"next":""}"#] {
            assert_eq!(after(values, links).unwrap(), None, "{links}");
        }
        for next in ["?offset=5", "?offset=0", "?offset=x", "junk"] {
            let links = format!(r#"{{"next":"{next}"}}"#);
            assert!(matches!(after(values, &links), Err(Error::Paging(_))), "{next}");
            assert!(matches!(after("", &links), Err(Error::Paging(_))), "{next} on an empty page");
        }
    }

    #[test]
    fn numbers_that_the_service_does_not_take_are_refused_beforehand() {
        assert!(ListContacts::all().page_size(0).is_err());
        assert!(ListContacts::all().page_size(101).is_err());
        assert!(ListContacts::all().offset(2_147_483_648).is_err());
    }
}
