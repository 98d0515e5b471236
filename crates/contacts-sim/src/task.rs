//! Runs an exchange from its start to the audit of its outcome.

use std::{rc::Rc, time::Duration};

use contacts_proto::{
    Error, Receipt, Reconciled, RetryPolicy,
    exchange::{Session, SharedState},
};
use contacts_sandbox::StoredContact;
use contacts_testkit::{
    audit::Case,
    drive::{Progress, Run},
    findings::{Violation, ViolationKind},
    job::{Begin, Job, JobExchange, Outcome},
    laws,
    network::{Connection, Network, World},
    trace::{Access, ExchangeInfo},
};

/// The configuration of a client.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Base URL, policy and budget.
    pub session: Session,
    /// Source of credentials.
    pub access: Access,
    /// Number of attempts to reconcile a receipt with faults. The last attempt has no faults.
    pub faulty_reconciles: u32,
    /// Starts the exchange of a job.
    pub begin: Begin,
}

/// An exchange, the reconcile of its receipt, and the audit of both.
///
/// A clone continues on its own, with a clone of the network and the world.
#[derive(Clone)]
pub struct Task {
    job: Rc<Job>,
    config: ClientConfig,
    before: Rc<[StoredContact]>,
    /// The session of the exchange that runs.
    session: Session,
    run: Run<dyn JobExchange>,
    /// The shared state of the session when the network held a request back.
    held: Option<SharedState>,
    state: State,
    /// Number of exchanges.
    pub exchanges: u64,
    /// `true` if the first exchange succeeded.
    pub succeeded: bool,
    /// Violations.
    pub violations: Vec<Violation>,
}

#[derive(Debug, Clone)]
enum State {
    Running,
    Reconciling { result: Result<Outcome, Error>, receipt: Receipt, faulty: u32 },
    Delivering { result: Result<Outcome, Error>, reconciled: Option<Result<Reconciled, Error>> },
    Done,
}

impl Task {
    /// Starts a job. `before` are the user's contacts.
    pub fn new(
        job: Rc<Job>,
        config: ClientConfig,
        before: Rc<[StoredContact]>,
        network: &Network,
        now: Duration,
    ) -> Self {
        let session = config.access.session(&config.session, network.credentials().clone());
        let run = config.run(&job, &session, config.access, now);
        Self {
            job,
            config,
            before,
            session,
            run,
            held: None,
            state: State::Running,
            exchanges: 1,
            succeeded: false,
            violations: Vec::new(),
        }
    }

    /// Returns the job.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Returns `true` if the network holds a request back.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Continues at this time. Returns the time of the next step, or `None` at the end.
    pub fn resume(
        &mut self,
        world: &mut World,
        network: &mut Network,
        now: Duration,
    ) -> Option<Duration> {
        if let State::Delivering { .. } = self.state {
            return self.deliver_delayed(world, network, now);
        }
        if let Some(shared) = self.held.take() {
            // Another clone may have continued in the meantime.
            self.session.restore_shared(shared);
        }
        let progress = self.run.resume(&mut Connection { world, network }, now);
        match progress {
            Progress::Until(time) => return Some(time),
            Progress::Held => {
                self.held = Some(self.session.shared());
                return Some(now);
            }
            Progress::Done(_) | Progress::Endless => {}
        }
        laws::check(&self.run.trace, &mut self.violations);
        let Progress::Done(result) = progress else { return None };
        match &result {
            Ok(outcome) => world.log.line(now, format_args!("ends with {outcome:?}")),
            Err(error) => world.log.line(now, format_args!("ends with an error: {error}")),
        }
        self.ended(result, network, now);
        // Not at once: other users have their turn first.
        Some(now)
    }

    fn ended(&mut self, result: Result<Outcome, Error>, network: &mut Network, now: Duration) {
        self.succeeded |= matches!(self.state, State::Running) && result.is_ok();
        self.state = match std::mem::replace(&mut self.state, State::Done) {
            State::Running => match self.receipt(&result) {
                Some(receipt) => {
                    self.reconcile(result, receipt, self.config.faulty_reconciles, network, now)
                }
                None => State::Delivering { result, reconciled: None },
            },
            State::Reconciling { result: first, receipt, faulty } => {
                let reconciled = match result {
                    Ok(Outcome::Reconciled(reconciled)) => Some(Ok(reconciled)),
                    Ok(other) => {
                        self.violations.push(Violation::new(
                            ViolationKind::Wrong,
                            format!("not the result of a reconcile: {other:?}"),
                        ));
                        None
                    }
                    Err(error) => Some(Err(error)),
                };
                match reconciled {
                    // After an error the receipt is still valid.
                    Some(Err(error)) if faulty > 0 && !matches!(error, Error::Duplicate(_)) => {
                        self.reconcile(first, receipt, faulty - 1, network, now)
                    }
                    reconciled => State::Delivering { result: first, reconciled },
                }
            }
            other => other,
        };
    }

    /// Returns the receipt of an unknown create, after formatting and parsing it.
    fn receipt(&mut self, result: &Result<Outcome, Error>) -> Option<Receipt> {
        let Err(Error::OutcomeUnknown(unknown)) = result else { return None };
        self.job.wanted()?;
        let text = unknown.receipt().to_string();
        let read = text.parse().ok().filter(|receipt| receipt == unknown.receipt());
        if read.is_none() {
            self.violations.push(Violation::new(
                ViolationKind::Wrong,
                format!("a receipt that does not parse: {text}"),
            ));
        }
        read
    }

    fn reconcile(
        &mut self,
        result: Result<Outcome, Error>,
        receipt: Receipt,
        faulty: u32,
        network: &mut Network,
        now: Duration,
    ) -> State {
        network.pause_faults(faulty == 0);
        let known = network.credentials().clone();
        let (session, access) = if faulty == 0 {
            let fresh = Session::new(
                self.config.session.base_url().expect("the session has a base URL").clone(),
                known,
            );
            (fresh.with_policy(RetryPolicy::default()), Access::Fixed)
        } else {
            (self.config.access.session(&self.config.session, known), self.config.access)
        };
        self.run = self.config.run(&Job::Reconcile(receipt.clone()), &session, access, now);
        self.session = session;
        self.exchanges += 1;
        State::Reconciling { result, receipt, faulty }
    }

    /// Delivers all delayed requests, then audits.
    fn deliver_delayed(
        &mut self,
        world: &mut World,
        network: &mut Network,
        now: Duration,
    ) -> Option<Duration> {
        if let Some(last) = network.last_delayed().filter(|last| *last > now) {
            return Some(last);
        }
        network.deliver_delayed(world, now);
        network.pause_faults(false);
        if let State::Delivering { result, reconciled } = &self.state {
            let account = if let Job::ListOf(account) = &*self.job {
                account.as_str()
            } else {
                network.account()
            };
            let case = Case {
                job: &self.job,
                result,
                reconciled: reconciled.as_ref(),
                before: &self.before,
                after: world.service.contacts(account),
                record: &network.record,
            };
            case.check(&mut self.violations);
        }
        for violation in &self.violations {
            world.log.line(now, format_args!("violation: {violation}"));
        }
        self.state = State::Done;
        None
    }
}

impl ClientConfig {
    fn run(
        &self,
        job: &Job,
        session: &Session,
        access: Access,
        now: Duration,
    ) -> Run<dyn JobExchange> {
        let info = ExchangeInfo::new(job.kind(), session, access, now);
        Run::new((self.begin)(job, session.clone()), info)
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task")
            .field("job", &self.job)
            .field("stage", &self.state)
            .finish_non_exhaustive()
    }
}
