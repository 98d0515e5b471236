//! `doctor`: one step after the other, what is wrong, and what to do.

mod answers;
mod proxy;
mod step;
mod way;

use contacts_ureq::{Credentials, ProxyChoice, Site};

use self::step::Step;
use super::Context;
use crate::{
    failure::{Failure, exit},
    origins::Setting,
    service::Service,
    settings::{Place, Settings},
    tell::Verbosity,
};

const NO_CONNECTION: &str =
    "is the host the right one, and is it reachable from here? behind a proxy, --proxy names it";
const NO_TUNNEL: &str = "the proxy takes connections: is the host the right one, does the proxy let requests to it through, and \
                         does it want a name and a password, which belong into a profile?";
const BUSY: &str = "the service was reached, and does not serve now: try again later";

pub(super) fn run(context: &Context<'_>) -> Result<(), Failure> {
    let mut examination = Examination { context, steps: Vec::new() };
    let result = examination.examine();
    let steps = &examination.steps;
    let told = context.output.records(steps, &["step", "state", "message", "hint"], Step::line);
    result.and(told)
}

struct Examination<'a> {
    context: &'a Context<'a>,
    steps: Vec<Step>,
}

impl Examination<'_> {
    fn examine(&mut self) -> Result<(), Failure> {
        let mut settings = match self.context.settings() {
            Ok(settings) => settings,
            Err(failure) => return Err(self.failed("settings", &failure)),
        };
        self.settings(&settings)?;
        match &settings.place {
            Some(Place::Base(base_url)) => self.way(&settings, base_url)?,
            Some(Place::Site(site)) => {
                let first = match site.lookup() {
                    Some(lookup) => lookup.clone(),
                    None => site.base_url(&Credentials::none())?,
                };
                self.way(&settings, &first)?;
                // From here on the cloud id is known: it is not looked up a second time.
                let located = self.cloud_id(&settings, site)?;
                let second = located.base_url(&Credentials::none())?;
                if settings.transport.proxy_for(&first) != settings.transport.proxy_for(&second) {
                    self.proxy(&settings, &second)?;
                }
                settings.place = Some(Place::Site(located));
            }
            Some(Place::Sandbox) | None => {}
        }
        let service = match Service::connect(&settings, self.verbosity()) {
            Ok(service) => service,
            Err(failure) => return Err(self.failed("token", &failure)),
        };
        if let Some(person) = &settings.person {
            let kind = if person.email.is_none() { "an OAuth token" } else { "an API token" };
            self.ok("base URL", format!("{}, with {kind}", service.session().site()));
        }
        let headers = self.reading(&settings, &service)?;
        self.writing(&service);
        self.limits(&headers);
        self.clock(&headers);
        Ok(())
    }

    fn verbosity(&self) -> Verbosity {
        Verbosity::new(&self.context.arguments.how)
    }

    fn settings(&mut self, settings: &Settings) -> Result<(), Failure> {
        for Setting { setting, value, from } in settings.told() {
            self.ok("settings", format!("{setting} = {value} ({from})"));
        }
        match settings.place() {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.failed("settings", &failure)),
        }
    }

    fn cloud_id(&mut self, settings: &Settings, site: &Site) -> Result<Site, Failure> {
        let transport = &settings.transport;
        let located = Service::located(site, transport, transport.ends(), self.verbosity())
            .map_err(|error| explained(settings, error));
        match located {
            Ok(site) => {
                self.ok("cloud id", site.cloud_id().map(ToString::to_string).unwrap_or_default());
                Ok(site)
            }
            Err(failure) => Err(self.failed("cloud id", &failure)),
        }
    }
}

/// Why the service did not do it; and where nothing better is known, at whom to look of those on the way.
fn explained(settings: &Settings, failure: Failure) -> Failure {
    if failure.exit() != exit::TRY_LATER || failure.hint().is_some() {
        return failure;
    }
    let base_url = match &settings.place {
        Some(Place::Base(base_url)) => Some(base_url.clone()),
        Some(Place::Site(site)) => {
            site.base_url(&Credentials::none()).ok().or_else(|| site.lookup().cloned())
        }
        Some(Place::Sandbox) | None => None,
    };
    let proxy = base_url.as_ref().map(|base_url| settings.transport.proxy_for(base_url));
    let hint = match (failure.has_status(), proxy) {
        (true, _) => BUSY,
        (false, Some(ProxyChoice::Through { .. })) => NO_TUNNEL,
        (false, _) => NO_CONNECTION,
    };
    failure.with_hint(hint)
}
