//! What the service's answers show: token, plan, scopes, limits, clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use contacts_ureq::{
    ActivateContact, Call, ContactId, DeleteContact, Error, Event, Hint, ListContacts, Now, Observer,
};
use http::{HeaderMap, header};

use super::{Examination, explained};
use crate::{
    failure::{Failure, with_causes},
    hint,
    service::Service,
    settings::Settings,
};

/// A clock that is further off than this may have certificates and tokens refused.
const TOLERATED: Duration = Duration::from_secs(60);

/// An id that no contact has: what is asked of it changes nothing.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

impl Examination<'_> {
    /// Whether the token is accepted and may read. Gives the headers of the answer.
    pub(super) fn reading(&mut self, settings: &Settings, service: &Service) -> Result<HeaderMap, Failure> {
        let first = ListContacts::all().size(1)?;
        let mut last = LastHeaders::default();
        match service.run_observed(Call::new(service.session().clone(), &first), &mut last) {
            Ok(_) => {
                self.ok("token", "accepted");
                self.ok("plan", "this account has access to Operations");
                self.ok("reading", "allowed: list, get");
                Ok(last.0.unwrap_or_default())
            }
            Err(error) => {
                let step = match error.hint() {
                    Some(Hint::NoOperations | Hint::PlanLimit) => "plan",
                    Some(Hint::MissingScope(_)) => "reading",
                    Some(
                        Hint::WrongSite
                        | Hint::NoSuchUser
                        | Hint::NotTheService
                        | Hint::Redirected
                        | Hint::ApiRemoved
                        | Hint::IpAllowlist,
                    ) => "site",
                    Some(Hint::CheckCertificate) => "TLS",
                    Some(Hint::ProxyCredentials | Hint::ProxyForbids) => "proxy",
                    _ if error.is_unauthorized() || error.is_forbidden() => "token",
                    _ => "connection",
                };
                let other = if error.is_unauthorized() { service.at_other_base_url() } else { None };
                let failure = explained(settings, error.into());
                Err(match other {
                    Some((base_url, Ok(()))) => {
                        let hint =
                            format!("the same token is accepted at {base_url}: use --base-url {base_url}");
                        self.failed("base URL", &failure.with_hint(hint))
                    }
                    Some((base_url, Err(error))) => {
                        let told = match error.is_unauthorized() {
                            true => format!("{base_url} does not accept the token either"),
                            false => format!(
                                "whether {base_url} accepts the token cannot be told: {}",
                                with_causes(&error)
                            ),
                        };
                        self.note("base URL", told, None);
                        self.failed(step, &failure)
                    }
                    None => self.failed(step, &failure),
                })
            }
        }
    }

    /// Whether the token may write and delete, tried on a contact that does not exist.
    pub(super) fn writing(&mut self, service: &Service) {
        let Ok(nobody) = ContactId::new(NOBODY) else { return };
        let write = service.send(&ActivateContact::new(nobody.clone())).map(drop);
        self.scope("writing", "create, update, activate, deactivate", write);
        let delete = service.send(&DeleteContact::new(nobody));
        self.scope("deleting", "delete", delete);
    }

    fn scope(&mut self, step: &'static str, operations: &str, tried: Result<(), Error>) {
        match tried {
            Ok(()) => self.ok(step, format!("allowed: {operations}")),
            Err(error) if error.is_no_such_contact() => self.ok(step, format!("allowed: {operations}")),
            Err(error) if error.is_unauthorized() || error.is_forbidden() => {
                let hint = error.hint().map(|hint| hint::told(&hint));
                self.note(step, format!("not allowed: {operations}"), hint);
            }
            Err(error) => self.note(step, format!("cannot be told: {}", with_causes(&error)), None),
        }
    }

    pub(super) fn limits(&mut self, headers: &HeaderMap) {
        let is_limit = |name: &&http::HeaderName| name.as_str().contains("ratelimit");
        let limits: Vec<_> = headers
            .keys()
            .filter(is_limit)
            .filter_map(|name| Some(format!("{name}: {}", headers.get(name)?.to_str().ok()?)))
            .collect();
        let told = if limits.is_empty() { "the service tells none".into() } else { limits.join(", ") };
        self.ok("limits", told);
    }

    /// This machine's clock against the date of the answer.
    pub(super) fn clock(&mut self, headers: &HeaderMap) {
        let date = headers.get(header::DATE).and_then(|date| date.to_str().ok());
        let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
            return self.note("clock", "the answer has no date to compare with", None);
        };
        let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (ours, theirs) = (seconds(SystemTime::now()), seconds(theirs));
        let off = ours.abs_diff(theirs);
        if off <= TOLERATED {
            return self.ok("clock", "agrees with the service");
        }
        let direction = if ours > theirs { "ahead of" } else { "behind" };
        self.note(
            "clock",
            format!("{} s {direction} the service", off.as_secs()),
            Some("certificates and OAuth tokens depend on it: set the clock".into()),
        );
    }
}

/// Keeps the headers of the last response.
#[derive(Default)]
struct LastHeaders(Option<HeaderMap>);

impl Observer for LastHeaders {
    fn event(&mut self, event: &Event<'_>, _: Now) {
        if let Event::Answered(response) = event {
            self.0 = Some(response.headers().clone());
        }
    }
}
