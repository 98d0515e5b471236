//! Runs many clients at once with random faults.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    time::{Duration, Instant},
};

use contacts_proto::Error;
use contacts_testkit::{findings::Findings, job::Begin, log::Log, network::World, random::Random};
use serde::Serialize;

use crate::{user::SimulatedUser, world_config::WorldConfig};

/// Options of a simulation.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Total number of steps of all exchanges.
    pub steps: u64,
    /// The seed.
    pub seed: u64,
    /// Number of users, each with a client. The first of several is an administrator.
    pub clients: usize,
    /// Starts the exchange of a job.
    pub begin: Begin,
}

/// The result of the random mode.
#[derive(Debug, Serialize)]
pub struct RandomReport {
    mode: &'static str,
    /// The seed.
    pub seed: u64,
    /// Number of steps of all exchanges.
    pub steps: u64,
    /// Number of exchanges that ended and were audited.
    pub exchanges: u64,
    /// Violations.
    #[serde(flatten)]
    pub findings: Findings,
    seconds: f64,
}

/// Number of steps in one world. The next world has its own behaviour and policies.
const STEPS_IN_A_WORLD: u64 = 10_000;

/// Lets clients do random jobs over failing networks, in one world after the other.
///
/// # Errors
/// If a simulated job is invalid.
pub fn random(options: &Options) -> Result<RandomReport, Error> {
    simulate(options, None, &mut |_| {})
}

/// Like [`random`], and prints all events, or those of one client.
///
/// # Errors
/// Same as [`random`].
pub fn random_with_log(
    options: &Options,
    client: Option<usize>,
    print: &mut dyn FnMut(&str),
) -> Result<RandomReport, Error> {
    simulate(options, Some(client), print)
}

fn simulate(
    options: &Options,
    shown: Option<Option<usize>>,
    print: &mut dyn FnMut(&str),
) -> Result<RandomReport, Error> {
    let started = Instant::now();
    let mut findings = Findings::default();
    let (mut steps, mut exchanges) = (0, 0);
    let mut seed = options.seed;
    while steps < options.steps {
        let most = STEPS_IN_A_WORLD.min(options.steps - steps);
        let mut run = WorldRun::new(options, seed, shown)?;
        run.run(most, &mut findings, print)?;
        steps += run.world.steps;
        exchanges += run.exchanges;
        // Each world has its own seed, so it can be replayed alone.
        seed = Random::new(seed).draw();
    }
    Ok(RandomReport {
        mode: "random",
        seed: options.seed,
        steps,
        exchanges,
        findings,
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// One world and its users.
struct WorldRun<'a> {
    options: &'a Options,
    seed: u64,
    shown: Option<Option<usize>>,
    world: World,
    users: Vec<SimulatedUser>,
    /// The next turn of each user. The number orders turns of equal time.
    queue: BinaryHeap<Reverse<(Duration, u64, usize)>>,
    turns: u64,
    exchanges: u64,
}

impl<'a> WorldRun<'a> {
    fn new(options: &'a Options, seed: u64, shown: Option<Option<usize>>) -> Result<Self, Error> {
        let world_config = WorldConfig::of(seed, options.begin);
        let mut world = World::new(world_config.service());
        if shown.is_some() {
            world.log = Log::on();
        }
        let users = (0..options.clients)
            .map(|place| SimulatedUser::new(&mut world, &world_config, place, options.clients))
            .collect::<Result<Vec<_>, _>>()?;
        let queue = (0..users.len()).map(|place| Reverse((Duration::ZERO, 0, place))).collect();
        Ok(Self { options, seed, shown, world, users, queue, turns: 0, exchanges: 0 })
    }

    fn run(
        &mut self,
        steps: u64,
        findings: &mut Findings,
        print: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        while self.world.steps < steps {
            let Some(Reverse((now, _, place))) = self.queue.pop() else { break };
            let is_shown =
                self.shown.is_some_and(|client| client.is_none_or(|client| client == place));
            self.world.log.pause(!is_shown);
            let next = self.turn(now, place, findings)?;
            self.turns += 1;
            self.queue.push(Reverse((next, self.turns, place)));
            if is_shown {
                print(&self.world.log.take());
            }
        }
        Ok(())
    }

    /// Runs one turn of a user. Returns the time of the next one.
    fn turn(
        &mut self,
        now: Duration,
        place: usize,
        findings: &mut Findings,
    ) -> Result<Duration, Error> {
        let jobs_if_idle: Vec<Option<u64>> = if place == 0 { self.idle() } else { Vec::new() };
        let Some(user) = self.users.get_mut(place) else { return Ok(now) };
        let turn = user.turn(&mut self.world, &jobs_if_idle, now)?;
        if let Some(ended) = turn.ended {
            self.exchanges += ended.exchanges;
            // Plus one: the audit itself is not a step.
            let (seed, steps, clients) = (self.seed, self.world.steps + 1, self.options.clients);
            findings.add(&ended.violations, || {
                let arguments =
                    format!("--seed {seed} --steps {steps} --clients {clients} --client {place}");
                format!("{:?}\n    contacts-sim replay {arguments}", ended.job)
            });
        }
        Ok(turn.next)
    }

    /// Number of jobs that each user has begun, or `None` while the user is busy.
    fn idle(&self) -> Vec<Option<u64>> {
        self.users.iter().map(SimulatedUser::jobs_if_idle).collect()
    }
}
