//! An exchange from its beginning to the judgement of its outcome.

use std::{rc::Rc, time::Duration};

use contacts_proto::{
    Error, Receipt, Reconciled, RetryPolicy,
    exchange::{Exchange, Session},
};
use contacts_sandbox::StoredContact;
use contacts_testkit::{
    audit::Case,
    drive::{Progress, Run},
    findings::{Harm, Violation},
    job::{Begin, Job, Outcome},
    laws,
    network::{Network, Way, World},
    trace::{About, Access},
};

/// On which terms a client begins an exchange.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Site, policy and budget.
    pub session: Session,
    /// How it comes by credentials.
    pub access: Access,
    /// How often a receipt is resolved over a failing network before it is done over a good one.
    pub hard_resolutions: u32,
    /// How clients set about their jobs.
    pub begin: Begin,
}

/// An exchange, the resolution of the receipt that it may leave, and the judgement of both.
pub struct Task {
    job: Job,
    terms: Terms,
    before: Rc<[StoredContact]>,
    run: Run<dyn Exchange<Output = Outcome>>,
    stage: Stage,
    /// Exchanges that it took.
    pub exchanges: u64,
    /// The first of them has ended well.
    pub succeeded: bool,
    /// What went wrong.
    pub violations: Vec<Violation>,
}

#[derive(Debug)]
enum Stage {
    Running,
    Resolving { result: Result<Outcome, Error>, receipt: Receipt, hard: u32 },
    Landing { result: Result<Outcome, Error>, resolved: Option<Result<Reconciled, Error>> },
    Judged,
}

impl Task {
    /// A job that begins now. `before` is what its user has.
    pub fn new(
        job: Job,
        terms: Terms,
        before: Rc<[StoredContact]>,
        network: &Network,
        now: Duration,
    ) -> Self {
        let session = terms.access.session(&terms.session, network.credentials().clone());
        let run = terms.run(&job, session, terms.access, now);
        Self {
            job,
            terms,
            before,
            run,
            stage: Stage::Running,
            exchanges: 1,
            succeeded: false,
            violations: Vec::new(),
        }
    }

    /// What is wanted.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Goes on at this time; gives the time to go on next, or nothing at the end.
    pub fn resume(&mut self, world: &mut World, network: &mut Network, now: Duration) -> Option<Duration> {
        if let Stage::Landing { .. } = self.stage {
            return self.land(world, network, now);
        }
        let progress = self.run.resume(&mut Way { world, network }, now);
        if let Progress::Until(time) = progress {
            return Some(time);
        }
        laws::judge(&self.run.trace, &mut self.violations);
        let Progress::Done(result) = progress else { return None };
        match &result {
            Ok(outcome) => world.log.line(now, format_args!("ends with {outcome:?}")),
            Err(error) => world.log.line(now, format_args!("ends with an error: {error}")),
        }
        self.ended(result, network, now);
        // Not at once: where others wait too, they have their turn.
        Some(now)
    }

    fn ended(&mut self, result: Result<Outcome, Error>, network: &mut Network, now: Duration) {
        self.succeeded |= matches!(self.stage, Stage::Running) && result.is_ok();
        self.stage = match std::mem::replace(&mut self.stage, Stage::Judged) {
            Stage::Running => match self.receipt(&result) {
                Some(receipt) => self.resolve(result, receipt, self.terms.hard_resolutions, network, now),
                None => Stage::Landing { result, resolved: None },
            },
            Stage::Resolving { result: first, receipt, hard } => {
                let resolved = match result {
                    Ok(Outcome::Reconciled(resolved)) => Some(Ok(resolved)),
                    Ok(other) => {
                        self.violations
                            .push(Violation::new(Harm::Wrong, format!("no resolution: {other:?}")));
                        None
                    }
                    Err(error) => Some(Err(error)),
                };
                match resolved {
                    // An error leaves the receipt as good as it was.
                    Some(Err(error)) if hard > 0 && !matches!(error, Error::Duplicate(_)) => {
                        self.resolve(first, receipt, hard - 1, network, now)
                    }
                    resolved => Stage::Landing { result: first, resolved },
                }
            }
            other => other,
        };
    }

    /// The receipt of a creation in doubt, written down and read again.
    fn receipt(&mut self, result: &Result<Outcome, Error>) -> Option<Receipt> {
        let Err(Error::OutcomeUnknown(doubt)) = result else { return None };
        self.job.wanted()?;
        let word = doubt.receipt().to_string();
        let read = word.parse().ok().filter(|receipt| receipt == doubt.receipt());
        if read.is_none() {
            self.violations
                .push(Violation::new(Harm::Wrong, format!("a receipt that cannot be read: {word}")));
        }
        read
    }

    fn resolve(
        &mut self,
        result: Result<Outcome, Error>,
        receipt: Receipt,
        hard: u32,
        network: &mut Network,
        now: Duration,
    ) -> Stage {
        network.set_quiet(hard == 0);
        let known = network.credentials().clone();
        let (session, access) = if hard == 0 {
            let fresh = Session::new(
                self.terms.session.base_url().expect("the session has a base URL").clone(),
                known,
            );
            (fresh.with_policy(RetryPolicy::default()), Access::Fixed)
        } else {
            (self.terms.access.session(&self.terms.session, known), self.terms.access)
        };
        self.run = self.terms.run(&Job::Reconcile(receipt.clone()), session, access, now);
        self.exchanges += 1;
        Stage::Resolving { result, receipt, hard }
    }

    /// Lets all happen that was delayed, and judges then.
    fn land(&mut self, world: &mut World, network: &mut Network, now: Duration) -> Option<Duration> {
        if let Some(last) = network.last_landing().filter(|last| *last > now) {
            return Some(last);
        }
        network.land(world, now);
        network.set_quiet(false);
        if let Stage::Landing { result, resolved } = &self.stage {
            let account =
                if let Job::ListOf(account) = &self.job { account.as_str() } else { network.account() };
            let case = Case {
                job: &self.job,
                result,
                resolved: resolved.as_ref(),
                before: &self.before,
                after: world.service.contacts(account),
                ledger: &network.ledger,
            };
            case.judge(&mut self.violations);
        }
        for violation in &self.violations {
            world.log.line(now, format_args!("is judged {violation}"));
        }
        self.stage = Stage::Judged;
        None
    }
}

impl Terms {
    fn run(
        &self,
        job: &Job,
        session: Session,
        access: Access,
        now: Duration,
    ) -> Run<dyn Exchange<Output = Outcome>> {
        let about = About::new(job.shape(), &session, access, now);
        Run::new((self.begin)(job, session), about)
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("job", &self.job).field("stage", &self.stage).finish_non_exhaustive()
    }
}
