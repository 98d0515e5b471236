//! Performs each operation, and those on the requesting user's contacts here.

use std::time::Duration;

use http::StatusCode;
use http::request::Parts;
use serde::Serialize;

use super::error_response::ErrorResponse;
use super::input::{ListQuery, NewContact, check_destination, new_destination};
use super::page::{ContactBody, Contacts, List};
use super::response::{ApiResponse, contact_id};
use super::{Outcome, Service};
use crate::behaviour::{DeactivatingUnverified, DeleteResponse, Duplicates, NewPhones, OverLimit};
use crate::contact::{ContactMethod, StoredContact};
use crate::operation::Operation;
use crate::user::Plan;

const NO_SUCH_ACCOUNT: ErrorResponse = ErrorResponse::Operation {
    status: StatusCode::NOT_FOUND,
    field: "targetAccountId",
    title: "No such user",
    code: "USER_NOT_FOUND",
};

const NO_SUCH_CONTACT: ErrorResponse = ErrorResponse::Operation {
    status: StatusCode::NOT_FOUND,
    field: "id",
    title: "No such contact",
    code: "CONTACT_NOT_FOUND",
};

impl Service {
    pub(super) fn perform(
        &mut self,
        operation: Operation,
        account: usize,
        id: &str,
        parts: &Parts,
        body: &[u8],
        now: Duration,
    ) -> Outcome {
        match operation {
            Operation::TenantInfo => self.tenant_info(),
            Operation::List => self.list(account, parts),
            Operation::Create => self.create(account, parts, body),
            Operation::Get => self.get(account, id),
            Operation::Update => self.update(account, id, parts, body),
            Operation::Delete => self.delete(account, id),
            Operation::Activate => self.activate(account, id),
            Operation::Deactivate => self.deactivate(account, id),
            Operation::ListSchedules => self.list_schedules(account, parts),
            Operation::GetSchedule => self.get_schedule(account, id),
            Operation::GetOnCalls => self.on_calls(account, id, parts, now),
            Operation::GetNextOnCalls => self.next_on_calls(account, id, parts, now),
            Operation::ListRotations => self.list_rotations(account, id, parts),
            Operation::BulkGetUsers => self.bulk_get_users(parts),
            Operation::FindUsers => self.find_users(parts),
        }
    }

    pub(super) fn tenant_info(&self) -> Outcome {
        Ok(ApiResponse::json(StatusCode::OK, &TenantInfo { cloud_id: &self.behaviour.cloud_id }))
    }

    fn list(&self, account: usize, parts: &Parts) -> Outcome {
        let query = ListQuery::read(parts.uri.query().unwrap_or_default())?;
        let account = self.listed_account(account, query.target.as_deref())?;
        let list = List::contacts(&self.behaviour);
        let window = list.window(&query)?;
        let contacts = self.contacts_at(account);
        let values = Contacts::new(contacts, window.range(contacts.len()));
        Ok(ApiResponse::json(StatusCode::OK, &list.page(values, window, contacts.len())))
    }

    fn get(&self, account: usize, id: &str) -> Outcome {
        let contact = self
            .contacts_at(account)
            .iter()
            .find(|contact| contact.id == id)
            .ok_or(NO_SUCH_CONTACT)?;
        Ok(ApiResponse::json(StatusCode::OK, &ContactBody::new(contact, None)))
    }

    fn create(&mut self, account: usize, parts: &Parts, body: &[u8]) -> Outcome {
        let NewContact { method, to } = NewContact::read(&parts.headers, body)?;
        self.check_room(account, &method, &to)?;
        let usable = !method.is_phone() || self.behaviour.new_phones == NewPhones::EnabledAtOnce;
        let reason = !usable && self.behaviour.disabled_reason;
        let contact = StoredContact {
            id: self.next_contact_id(),
            method,
            to: to.into_owned(),
            enabled: usable,
            verified: usable,
            disabled_reason: reason.then(|| "Not verified".to_owned()),
        };
        let answer = self.acknowledge(StatusCode::CREATED, "Created", &contact);
        if let Some(contacts) = self.contacts.get_mut(account) {
            contacts.push(contact);
        }
        self.changed();
        Ok(answer)
    }

    fn update(&mut self, account: usize, id: &str, parts: &Parts, body: &[u8]) -> Outcome {
        let to = new_destination(&parts.headers, body)?;
        let contact = self.contact_mut(account, id)?;
        if contact.method != ContactMethod::Email {
            return Err(ErrorResponse::unprocessable(
                "method",
                "Only an e-mail contact can be updated",
                "METHOD_NOT_ALLOWED",
            ));
        }
        check_destination(&contact.method, &to)?;
        if contact.to != *to {
            self.check_duplicate(account, &ContactMethod::Email, &to)?;
        }
        let contact = self.contact_mut(account, id)?;
        contact.to = to.into_owned();
        let contact = contact.clone();
        self.changed();
        Ok(self.acknowledge(StatusCode::OK, "Updated", &contact))
    }

    fn delete(&mut self, account: usize, id: &str) -> Outcome {
        let contacts = self.contacts_at(account);
        let index = contacts.iter().position(|contact| contact.id == id).ok_or(NO_SUCH_CONTACT)?;
        let contacts = self.contacts.get_mut(account).ok_or(NO_SUCH_CONTACT)?;
        let contact = contacts.remove(index);
        self.changed();
        Ok(match self.behaviour.delete_response {
            DeleteResponse::NoContent => ApiResponse::empty(StatusCode::NO_CONTENT),
            DeleteResponse::OkEmpty => ApiResponse::empty(StatusCode::OK),
            DeleteResponse::OkJson => self.acknowledge(StatusCode::OK, "Deleted", &contact),
        })
    }

    fn activate(&mut self, account: usize, id: &str) -> Outcome {
        let contact = self.contact_mut(account, id)?;
        if !contact.verified {
            return Err(not_verified());
        }
        contact.enabled = true;
        contact.disabled_reason = None;
        let contact = contact.clone();
        self.changed();
        Ok(self.acknowledge(StatusCode::OK, "Activated", &contact))
    }

    fn deactivate(&mut self, account: usize, id: &str) -> Outcome {
        let refuses = self.behaviour.deactivating_unverified == DeactivatingUnverified::Rejected;
        let contact = self.contact_mut(account, id)?;
        if !contact.verified && refuses {
            return Err(not_verified());
        }
        contact.enabled = false;
        let contact = contact.clone();
        self.changed();
        Ok(self.acknowledge(StatusCode::OK, "Deactivated", &contact))
    }

    /// Returns the account to list. Only administrators may list another one.
    fn listed_account(
        &self,
        requesting: usize,
        target: Option<&str>,
    ) -> Result<usize, ErrorResponse> {
        let Some(target) = target else { return Ok(requesting) };
        let user = self.users.get(requesting).ok_or(NO_SUCH_ACCOUNT)?;
        if user.account_id == target {
            return Ok(requesting);
        }
        // Only administrators learn whether the other account exists.
        if !user.administrator {
            return Err(ErrorResponse::Forbidden {
                code: 403,
                message: "Only an administrator may list another user's contacts",
            });
        }
        self.indexes.get(target).copied().ok_or(NO_SUCH_ACCOUNT)
    }

    fn check_room(
        &self,
        account: usize,
        method: &ContactMethod,
        to: &str,
    ) -> Result<(), ErrorResponse> {
        self.check_duplicate(account, method, to)?;
        let Some(user) = self.users.get(account) else {
            return Ok(());
        };
        let limits = &self.behaviour.limits;
        let limit = match method {
            ContactMethod::Voice if user.plan == Plan::WithoutVoice => Some(0),
            ContactMethod::Email => limits.email,
            ContactMethod::Sms => limits.sms,
            ContactMethod::Voice => limits.voice,
            ContactMethod::Mobile | ContactMethod::Other(_) => None,
        };
        let present =
            self.contacts_at(account).iter().filter(|contact| contact.method == *method).count();
        if limit.is_none_or(|limit| present < limit) {
            return Ok(());
        }
        let status = match self.behaviour.over_limit {
            OverLimit::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            OverLimit::Conflict => StatusCode::CONFLICT,
            OverLimit::PaymentRequired => StatusCode::PAYMENT_REQUIRED,
        };
        let title = "No more contacts of this kind are allowed";
        Err(ErrorResponse::Operation { status, field: "method", title, code: "LIMIT_REACHED" })
    }

    fn check_duplicate(
        &self,
        account: usize,
        method: &ContactMethod,
        to: &str,
    ) -> Result<(), ErrorResponse> {
        let status = match self.behaviour.duplicates {
            Duplicates::Allowed => return Ok(()),
            Duplicates::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Duplicates::Conflict => StatusCode::CONFLICT,
        };
        if self
            .contacts_at(account)
            .iter()
            .any(|contact| contact.method == *method && contact.to == to)
        {
            let title = "There is such a contact already";
            return Err(ErrorResponse::Operation {
                status,
                field: "to",
                title,
                code: "CONTACT_EXISTS",
            });
        }
        Ok(())
    }

    fn contacts_at(&self, account: usize) -> &[StoredContact] {
        self.contacts.get(account).map_or(&[], Vec::as_slice)
    }

    fn contact_mut(
        &mut self,
        account: usize,
        id: &str,
    ) -> Result<&mut StoredContact, ErrorResponse> {
        // Looks first: a failed request must not copy contacts that clones share.
        let index = self
            .contacts_at(account)
            .iter()
            .position(|contact| contact.id == id)
            .ok_or(NO_SUCH_CONTACT)?;
        let contacts = self.contacts.get_mut(account).ok_or(NO_SUCH_CONTACT)?;
        contacts.get_mut(index).ok_or(NO_SUCH_CONTACT)
    }

    pub(super) fn next_contact_id(&mut self) -> String {
        self.created = self.created.wrapping_add(1);
        contact_id(self.behaviour.seed, self.created)
    }

    fn acknowledge(
        &self,
        status: StatusCode,
        message: &'static str,
        contact: &StoredContact,
    ) -> ApiResponse {
        let name = self.behaviour.name_in_data.then_some(contact.to.as_str());
        ApiResponse::json(
            status,
            &Acknowledgement { message, data: Data { id: &contact.id, name } },
        )
    }
}

fn not_verified() -> ErrorResponse {
    ErrorResponse::unprocessable("id", "The number is not verified yet", "CONTACT_NOT_VERIFIED")
}

#[derive(Serialize)]
struct TenantInfo<'a> {
    #[serde(rename = "cloudId")]
    cloud_id: &'a str,
}

#[derive(Serialize)]
struct Acknowledgement<'a> {
    message: &'a str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}
