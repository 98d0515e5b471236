//! `doctor`: checks the connection step by step, and shows how to fix a problem.

pub(crate) mod certificate;
pub(crate) mod network;
pub(crate) mod report;
pub(crate) mod step;

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::{Args, builder::TypedValueParser};
use contacts_ureq::{
    ActivateContact, ContactId, Credentials, DeleteContact, Error, Hint, ListContacts, ProxyChoice,
    Site,
    exchange::{Call, Event, Now, Observer, ToExchange},
};
use http::{HeaderMap, header};

use self::{
    report::Report,
    step::{Step, Steps},
};
use crate::{
    client::{Client, Context},
    config::{Settings, Shown, Target},
    error::{Failure, exit, hint_text, with_causes},
    io::{named_file, shown_path},
    redact,
    usage::long_help,
};

/// Find connection problems and show how to fix them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, DETAILS))]
pub(crate) struct DoctorArgs {
    /// File to write: a report for a maintainer, without secrets
    #[arg(
        long,
        value_name = "FILE",
        value_parser = redact::path_parser().try_map(named_file)
    )]
    report: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  contacts doctor
  contacts doctor --report report.json
  contacts --site acme doctor -o json";

const DETAILS: &str = "\
Details:
  Checks, in this order: settings, proxy, host address, TLS certificate, cloud
  id, token, subscription plan, scopes, rate limits, clock. Stops at the first
  failed check. Changes nothing. To test write access, it tries to change a
  contact that does not exist.

Report (--report):
  A JSON file that you can attach to a bug report. Read it before you send it.
  It contains versions, the source of each setting, and each request that the
  command sent: method, URL, status, names of headers and of JSON members.
  Instead of any other text, it contains a word for its kind, such as `e-mail
  address`. This applies to tokens, ids, addresses, numbers, unknown names and
  the host of your site.
  If no check fails, the command sends five more GET requests. They show how
  the site behaves where the vendor's documentation says nothing:
  - the list of contacts, with a page size of 101
  - a contact with an id that does not exist
  - the list of contacts of an account that does not exist
  - the list of contacts, without a token
  - the list of contacts, at the base URL for the other kind of token";

/// Maximum difference of the clocks. With a larger one, the service may reject certificates and
/// tokens.
const MAX_CLOCK_OFFSET: Duration = Duration::from_secs(60);

/// An id without a contact. A change of it changes nothing.
const UNUSED_ID: &str = "00000000-0000-4000-8000-000000000000";

const NO_TUNNEL: &str = "check the host; the proxy accepts connections, but may block this host or \
                         require a user name and a password, which you can store in a profile";
const BUSY: &str = "try again later; the service is reachable, but unavailable";

pub(crate) fn run(context: &Context<'_>, args: &DoctorArgs) -> Result<(), Failure> {
    let file = args.report.as_deref();
    file.map_or(Ok(()), report::check)?;
    let mut doctor = Doctor {
        context,
        steps: Steps::default(),
        report: Report::default(),
        asks: file.is_some(),
    };
    let result = doctor.check();
    let saved = file.map_or(Ok(()), |file| doctor.save(file));
    let written =
        context.output.records(&doctor.steps.0, &["step", "state", "message", "hint"], Step::line);
    result.and(saved).and(written)
}

struct Doctor<'a> {
    context: &'a Context<'a>,
    steps: Steps,
    report: Report,
    /// `true` if the report will be written, and needs requests of its own.
    asks: bool,
}

impl Doctor<'_> {
    fn check(&mut self) -> Result<(), Failure> {
        let mut settings = match self.context.settings() {
            Ok(settings) => settings,
            Err(failure) => return Err(self.steps.failed("settings", &failure)),
        };
        self.report.add_settings(&settings);
        self.settings(&settings)?;
        match settings.target.as_ref().map(|target| &target.value) {
            Some(Target::Base(base_url)) => {
                network::check(&mut self.steps, &settings.network, base_url)?;
            }
            Some(Target::Site(site)) => {
                let first = match site.lookup() {
                    Some(lookup) => lookup.clone(),
                    None => site.base_url(&Credentials::none())?,
                };
                network::check(&mut self.steps, &settings.network, &first)?;
                // The client below takes the cloud id from here, and does not look it up again.
                let located = self.cloud_id(&settings, site)?;
                let second = located.base_url(&Credentials::none())?;
                if settings.network.proxy_for(&first) != settings.network.proxy_for(&second) {
                    network::check_proxy(&mut self.steps, &settings.network, &second)?;
                }
                settings.target = settings.target.map(|target| target.with(Target::Site(located)));
            }
            Some(Target::Sandbox) | None => {}
        }
        let service = match Client::connect(&settings, self.context.verbosity()) {
            Ok(service) => service,
            Err(failure) => return Err(self.steps.failed("token", &failure)),
        };
        if let Some(identity) = &settings.identity {
            let kind = identity.kind();
            if let Ok(base_url) = service.session().base_url() {
                self.steps.ok("base URL", format!("{base_url}, with {kind}"));
            }
        }
        let headers = self.check_reading(&settings, &service)?;
        self.check_writing(&service);
        self.check_limits(&headers);
        self.check_clock(&headers);
        if self.asks {
            self.report.ask(&service)?;
        }
        Ok(())
    }

    /// Writes the report, and says where it is.
    fn save(&mut self, file: &Path) -> Result<(), Failure> {
        match self.report.write(file, &self.steps) {
            Ok(()) => {
                let message =
                    format!("written to {}; read it before you send it", shown_path(file));
                self.steps.ok("report", message);
                Ok(())
            }
            Err(failure) => Err(self.steps.failed("report", &failure)),
        }
    }

    fn settings(&mut self, settings: &Settings) -> Result<(), Failure> {
        for Shown { setting, value, from } in settings.shown() {
            self.steps.ok("settings", format!("{setting} = {value} ({from})"));
        }
        match settings.target() {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.steps.failed("settings", &failure)),
        }
    }

    fn cloud_id(&mut self, settings: &Settings, site: &Site) -> Result<Site, Failure> {
        let network = &settings.network;
        let located = Client::located_observed(
            site,
            network,
            network.deadline(),
            self.context.verbosity(),
            self.report.recorder.during("cloud id"),
        )
        .map_err(|error| explained(settings, error));
        match located {
            Ok(site) => {
                self.steps
                    .ok("cloud id", site.cloud_id().map(ToString::to_string).unwrap_or_default());
                Ok(site)
            }
            Err(failure) => Err(self.steps.failed("cloud id", &failure)),
        }
    }
}

impl Doctor<'_> {
    /// Checks that the service accepts the token for reading. Returns the headers of the response.
    fn check_reading(
        &mut self,
        settings: &Settings,
        service: &Client,
    ) -> Result<HeaderMap, Failure> {
        let first = ListContacts::all().page_size(1)?;
        let mut last = LastHeaders::default();
        let recorder = self.report.recorder.during("reading");
        let call = Call::new(service.session().clone(), &first);
        match service.run_observed(call, &mut (&mut last, recorder)) {
            Ok(_) => {
                self.steps.ok("token", "accepted");
                self.steps.ok("plan", "this account has access to Operations");
                self.steps.ok("reading", "allowed: list, get");
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
                let other = if error.is_unauthorized() {
                    let recorder = self.report.recorder.during("base URL");
                    service.at_other_base_url(service.session(), recorder)
                } else {
                    None
                };
                let failure = explained(settings, error.into());
                Err(match other {
                    Some((base_url, Ok(()))) => {
                        let hint = format!("use --base-url {base_url}; it accepts the same token");
                        self.steps.failed("base URL", &failure.with_hint(hint))
                    }
                    Some((base_url, Err(error))) => {
                        let message = match error.is_unauthorized() {
                            true => format!("{base_url} does not accept the token either"),
                            false => format!("could not check {base_url}: {}", with_causes(&error)),
                        };
                        self.steps.note("base URL", message, None);
                        self.steps.failed(step, &failure)
                    }
                    None => self.steps.failed(step, &failure),
                })
            }
        }
    }

    /// Checks that the token may write and delete, with an id that does not exist.
    fn check_writing(&mut self, service: &Client) {
        let Ok(id) = ContactId::new(UNUSED_ID) else { return };
        let (session, recorder) = (service.session(), &mut self.report.recorder);
        let activate = ActivateContact::new(id.clone());
        let write =
            service.run_observed(activate.exchange(session.clone()), recorder.during("writing"));
        let delete = DeleteContact::new(id);
        let delete =
            service.run_observed(delete.exchange(session.clone()), recorder.during("deleting"));
        self.check_scope("writing", "create, update, activate, deactivate", write.map(drop));
        self.check_scope("deleting", "delete", delete);
    }

    fn check_scope(&mut self, step: &'static str, operations: &str, result: Result<(), Error>) {
        match result {
            Ok(()) => self.steps.ok(step, format!("allowed: {operations}")),
            Err(error) if error.is_no_such_contact() => {
                self.steps.ok(step, format!("allowed: {operations}"));
            }
            Err(error) if error.is_unauthorized() || error.is_forbidden() => {
                let hint = error.hint().map(|hint| hint_text(&hint));
                self.steps.note(step, format!("not allowed: {operations}"), hint);
            }
            Err(error) => self.steps.note(step, format!("unknown: {}", with_causes(&error)), None),
        }
    }

    fn check_limits(&mut self, headers: &HeaderMap) {
        let is_limit = |name: &&http::HeaderName| name.as_str().contains("ratelimit");
        let limits: Vec<_> = headers
            .keys()
            .filter(is_limit)
            .filter_map(|name| Some(format!("{name}: {}", headers.get(name)?.to_str().ok()?)))
            .collect();
        let message = if limits.is_empty() {
            "the service reports no rate limits".into()
        } else {
            limits.join(", ")
        };
        self.steps.ok("limits", message);
    }

    /// Compares the clock of this machine with the date of the response.
    fn check_clock(&mut self, headers: &HeaderMap) {
        let date = headers.get(header::DATE).and_then(|date| date.to_str().ok());
        let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
            return self.steps.note("clock", "not checked: the response has no date", None);
        };
        let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (ours, theirs) = (seconds(SystemTime::now()), seconds(theirs));
        let offset = ours.abs_diff(theirs);
        if offset <= MAX_CLOCK_OFFSET {
            return self.steps.ok("clock", "agrees with the service");
        }
        let direction = if ours > theirs { "ahead of" } else { "behind" };
        self.steps.note(
            "clock",
            format!("{} s {direction} the service", offset.as_secs()),
            Some("set the clock; certificates and OAuth tokens depend on it".into()),
        );
    }
}

/// Adds a hint to a temporary failure without one: check the service, the proxy or the connection.
fn explained(settings: &Settings, failure: Failure) -> Failure {
    if failure.exit() != exit::TRY_LATER || failure.hint().is_some() {
        return failure;
    }
    let base_url = match settings.target.as_ref().map(|target| &target.value) {
        Some(Target::Base(base_url)) => Some(base_url.clone()),
        Some(Target::Site(site)) => {
            site.base_url(&Credentials::none()).ok().or_else(|| site.lookup().cloned())
        }
        Some(Target::Sandbox) | None => None,
    };
    let proxy = base_url.as_ref().map(|base_url| settings.network.proxy_for(base_url));
    let hint = match (failure.has_status(), proxy) {
        (true, _) => BUSY,
        (false, Some(ProxyChoice::Through { .. })) => NO_TUNNEL,
        (false, _) => network::NO_CONNECTION,
    };
    failure.with_hint(hint)
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
