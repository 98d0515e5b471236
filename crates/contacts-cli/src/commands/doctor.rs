//! `doctor`: one step after the other, what is wrong, and what to do.

use std::{
    net::{SocketAddr, ToSocketAddrs},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anstyle::{AnsiColor, Style};
use contacts_ureq::{
    Action, ActivateContact, Call, ContactId, DeleteContact, Error, Event, Exchange, Hint, ListContacts, Now,
    Site, Waiting, printable,
};
use http::{HeaderMap, header, uri::Authority};
use serde::Serialize;

use super::Context;
use crate::{
    certificate::{self, Shown},
    failure::{Failure, with_causes},
    origins::Told,
    service::{Service, find_cloud_id},
    settings::{Place, Settings},
    tell::Verbosity,
};

/// A clock that is further off than this may have certificates and tokens refused.
const TOLERATED: Duration = Duration::from_secs(60);

const NO_CONNECTION: &str =
    "is the host the right one, and is it reachable from here? behind a proxy, --proxy names it";

/// An id that no contact has: what is asked of it changes nothing.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// How a step came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// Worth knowing, and no obstacle.
    Note,
    Failed,
}

#[derive(Debug, Serialize)]
struct Step {
    step: &'static str,
    state: State,
    message: String,
    hint: Option<String>,
}

pub(super) fn run(context: &Context<'_>) -> Result<(), Failure> {
    let mut examination = Examination { context, steps: Vec::new() };
    let result = examination.examine();
    let steps = &examination.steps;
    let told = context.output.records(steps, &["step", "state", "message", "hint"], line);
    result.and(told)
}

fn line(step: &Step) -> String {
    let (word, color) = match step.state {
        State::Ok => ("ok", AnsiColor::Green),
        State::Note => ("note", AnsiColor::Yellow),
        State::Failed => ("FAILED", AnsiColor::Red),
    };
    let color: Style = color.on_default();
    let mut text = format!("{color}{word:<6}{color:#}  {:<10}  {}", step.step, step.message);
    if let Some(hint) = &step.hint {
        text.push_str(&format!("\n{:20}{hint}", ""));
    }
    text
}

struct Examination<'a> {
    context: &'a Context<'a>,
    steps: Vec<Step>,
}

impl Examination<'_> {
    fn ok(&mut self, step: &'static str, message: impl Into<String>) {
        self.steps.push(Step { step, state: State::Ok, message: message.into(), hint: None });
    }

    fn note(&mut self, step: &'static str, message: impl Into<String>, hint: Option<String>) {
        self.steps.push(Step { step, state: State::Note, message: message.into(), hint });
    }

    /// The step that fails is the last: what comes behind it stands on it.
    fn failed(&mut self, step: &'static str, failure: &Failure) -> Failure {
        let (message, hint) = (failure.to_string(), failure.hint().map(str::to_owned));
        self.steps.push(Step { step, state: State::Failed, message, hint });
        Failure::found(failure, step)
    }

    fn examine(&mut self) -> Result<(), Failure> {
        let mut settings = match self.context.settings() {
            Ok(settings) => settings,
            Err(failure) => return Err(self.failed("settings", &failure)),
        };
        self.settings(&settings)?;
        self.proxy(&settings);
        if let Some(Place::Base(site) | Place::Tenant(site)) = &settings.place {
            self.way(&settings, site)?;
        }
        if let Some(Place::Tenant(tenant)) = &settings.place {
            // From here on the site is known: it is not asked a second time.
            settings.place = Some(Place::Base(self.cloud_id(&settings, tenant)?));
        }
        let service = match Service::connect(&settings, self.verbosity()) {
            Ok(service) => service,
            Err(failure) => return Err(self.failed("token", &failure)),
        };
        let headers = self.reading(&service)?;
        self.writing(&service);
        self.limits(&headers);
        self.clock(&headers);
        Ok(())
    }

    fn verbosity(&self) -> Verbosity {
        Verbosity::new(&self.context.arguments.how)
    }

    fn settings(&mut self, settings: &Settings) -> Result<(), Failure> {
        for Told { setting, value, from } in settings.told() {
            self.ok("settings", format!("{setting} = {value} ({from})"));
        }
        match settings.place() {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.failed("settings", &failure)),
        }
    }

    fn proxy(&mut self, settings: &Settings) {
        let variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        let ignored = variables.into_iter().find(|name| std::env::var_os(name).is_some());
        match (&settings.transport.proxy, ignored) {
            (Some(_), _) => self.ok("proxy", "requests go through the proxy of the settings"),
            (None, Some(name)) => self.note(
                "proxy",
                format!("{name} is set, and no proxy is taken from the environment"),
                Some("--proxy names one; if the next steps are ok, none is needed".into()),
            ),
            (None, None) => self.ok("proxy", "none"),
        }
    }

    /// The host's address, and its certificate. Through a proxy, it is the proxy that finds the one, and the requests that show
    /// what is wrong with the other.
    fn way(&mut self, settings: &Settings, site: &Site) -> Result<(), Failure> {
        if settings.transport.proxy.is_some() {
            return Ok(());
        }
        let authority = site.authority();
        let parsed = authority.parse::<Authority>().ok();
        let host = parsed.as_ref().map_or(authority, Authority::host).trim_matches(['[', ']']);
        let port = parsed.as_ref().and_then(Authority::port_u16);
        let port = port.unwrap_or_else(|| if site.is_https() { 443 } else { 80 });
        match (host, port).to_socket_addrs().map(|mut addresses| addresses.next()) {
            Ok(Some(address)) => {
                self.ok("address", format!("{authority} is {}", address.ip()));
                if site.is_https() { self.certificate(settings, site, host, address) } else { Ok(()) }
            }
            Ok(None) => Err(self.no_address(authority, "it has none")),
            Err(error) => Err(self.no_address(authority, &error.to_string())),
        }
    }

    fn certificate(
        &mut self,
        settings: &Settings,
        site: &Site,
        host: &str,
        address: SocketAddr,
    ) -> Result<(), Failure> {
        let Shown { issuer, verdict } = match certificate::shown(address, host, &settings.transport) {
            Ok(shown) => shown,
            Err(failure) => return Err(self.failed("TLS", &failure)),
        };
        let issuer = issuer.map(|issuer| format!("a certificate issued by {}", printable(&issuer)));
        let Err(why) = verdict else {
            self.ok("TLS", issuer.unwrap_or_default());
            return Ok(());
        };
        let authority = site.authority();
        let failure = match issuer {
            Some(issuer) => Failure::unreachable(format!("{authority} shows {issuer}: {why}"))
                .with_hint(Hint::CheckCertificate.to_string()),
            None => Failure::unreachable(format!("{authority} shows no certificate: {why}"))
                .with_hint(NO_CONNECTION),
        };
        Err(self.failed("TLS", &failure))
    }

    fn no_address(&mut self, authority: &str, why: &str) -> Failure {
        let failure = Failure::unreachable(format!("the address of {authority} cannot be found: {why}"))
            .with_hint(Hint::CheckHost.to_string());
        self.failed("address", &failure)
    }

    fn cloud_id(&mut self, settings: &Settings, tenant: &Site) -> Result<Site, Failure> {
        let transport = &settings.transport;
        match find_cloud_id(tenant, transport, transport.ends(), self.verbosity()) {
            Ok(cloud_id) => {
                self.ok("cloud id", cloud_id.to_string());
                Ok(Site::from_cloud_id(&cloud_id))
            }
            Err(failure) => Err(self.failed("cloud id", &failure)),
        }
    }

    /// Whether the token is accepted and may read. Gives the headers of the answer.
    fn reading(&mut self, service: &Service) -> Result<HeaderMap, Failure> {
        let first = ListContacts::all().size(1)?;
        let mut listening =
            Listening { exchange: Call::new(service.session().clone(), &first), headers: None };
        match service.run(&mut listening) {
            Ok(_) => {
                self.ok("token", "accepted");
                self.ok("plan", "this account has access to Operations");
                self.ok("reading", "allowed: list, get");
                Ok(listening.headers.unwrap_or_default())
            }
            Err(error) => {
                let step = match error.hint() {
                    Some(Hint::NoOperations | Hint::PlanLimit) => "plan",
                    Some(Hint::MissingScope(_)) => "reading",
                    Some(Hint::WrongSite | Hint::NotTheService | Hint::Redirected) => "site",
                    Some(Hint::CheckCertificate) => "TLS",
                    Some(Hint::ProxyCredentials) => "proxy",
                    _ if error.is_unauthorized() || error.is_forbidden() => "token",
                    _ => "connection",
                };
                let failure = Failure::from(error);
                let failure = match (step, failure.hint()) {
                    ("connection", None) => failure.with_hint(NO_CONNECTION),
                    _ => failure,
                };
                Err(self.failed(step, &failure))
            }
        }
    }

    /// Whether the token may write and delete, tried on a contact that does not exist.
    fn writing(&mut self, service: &Service) {
        let Ok(nobody) = ContactId::new(NOBODY) else { return };
        let write = service.send(&ActivateContact::new(nobody.clone())).map(drop);
        self.scope("writing", "create, update, activate, deactivate", write);
        let delete = service.send(&DeleteContact::new(nobody));
        self.scope("deleting", "delete", delete);
    }

    fn scope(&mut self, step: &'static str, operations: &str, tried: Result<(), Error>) {
        match tried {
            Ok(()) => self.ok(step, format!("allowed: {operations}")),
            Err(error) if error.is_not_found() => self.ok(step, format!("allowed: {operations}")),
            Err(error) if error.is_unauthorized() || error.is_forbidden() => {
                let hint = error.hint().map(|hint| hint.to_string());
                self.note(step, format!("not allowed: {operations}"), hint);
            }
            Err(error) => self.note(step, format!("cannot be told: {}", with_causes(&error)), None),
        }
    }

    fn limits(&mut self, headers: &HeaderMap) {
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
    fn clock(&mut self, headers: &HeaderMap) {
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

/// An exchange whose last answer's headers are kept.
struct Listening<E> {
    exchange: E,
    headers: Option<HeaderMap>,
}

impl<E: Exchange> Exchange for Listening<E> {
    type Output = E::Output;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<E::Output> {
        if let Event::Answered(response) = &event {
            self.headers = Some(response.headers().clone());
        }
        self.exchange.step(event, now, random)
    }

    fn name(&self) -> &'static str {
        self.exchange.name()
    }

    fn waiting(&self) -> Option<Waiting> {
        self.exchange.waiting()
    }

    fn is_in_doubt(&self) -> bool {
        self.exchange.is_in_doubt()
    }
}
