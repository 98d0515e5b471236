//! `doctor`: one step after the other, what is wrong, and what to do.

mod answers;
mod proxy;
mod step;
mod way;

use contacts_ureq::{Error, FindCloudId, Site};

use self::step::Step;
use super::Context;
use crate::{
    failure::Failure,
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
        self.proxy(&settings)?;
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

    fn cloud_id(&mut self, settings: &Settings, tenant: &Site) -> Result<Site, Failure> {
        let transport = &settings.transport;
        let service = Service::of_tenant(tenant, transport, transport.ends(), self.verbosity());
        let asked = service
            .and_then(|service| service.send(&FindCloudId).map_err(|error| explained(settings, error)));
        match asked {
            Ok(cloud_id) => {
                self.ok("cloud id", cloud_id.to_string());
                Ok(Site::from_cloud_id(&cloud_id))
            }
            Err(failure) => Err(self.failed("cloud id", &failure)),
        }
    }
}

/// Why the service did not do it; and where nothing better is known, at whom to look of those on the way.
fn explained(settings: &Settings, error: Error) -> Failure {
    let hint = match (error.status(), &settings.transport.proxy) {
        (Some(_), _) => BUSY,
        (None, Some(_)) => NO_TUNNEL,
        (None, None) => NO_CONNECTION,
    };
    let is_open = error.is_temporary() && error.hint().is_none();
    let failure = Failure::from(error);
    if is_open { failure.with_hint(hint) } else { failure }
}
