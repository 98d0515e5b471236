//! Many clients at once, and whatever may happen.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    time::{Duration, Instant},
};

use contacts_proto::Error;
use contacts_testkit::{findings::Findings, job::Begin, log::Log, network::World, random::Random};
use serde::Serialize;

use crate::{epoch::Setting, identity::Identity};

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How often an exchange is asked what to do, all together.
    pub steps: u64,
    /// All follows from it.
    pub seed: u64,
    /// Users, each with a client; the first of several is an administrator.
    pub clients: usize,
    /// How clients set about their jobs.
    pub begin: Begin,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Randomly {
    mode: &'static str,
    /// The seed.
    pub seed: u64,
    /// How often an exchange was asked what to do.
    pub steps: u64,
    /// Exchanges that have ended and were judged.
    pub exchanges: u64,
    /// What went wrong.
    #[serde(flatten)]
    pub findings: Findings,
    seconds: f64,
}

/// Steps in one world, after which there is another one with a behaviour, and clients with policies, of its own.
const STEPS_IN_A_WORLD: u64 = 10_000;

/// Lets clients do what they like to their contacts over networks that fail, in one world after the other.
///
/// # Errors
/// If what the clients want is no valid argument to begin with.
pub fn random(options: &Options) -> Result<Randomly, Error> {
    simulate(options, None, &mut |_| {})
}

/// The same, telling all that happens, or all that happens to one client.
///
/// # Errors
/// As [`random`].
pub fn random_told(
    options: &Options,
    client: Option<usize>,
    tell: &mut dyn FnMut(&str),
) -> Result<Randomly, Error> {
    simulate(options, Some(client), tell)
}

fn simulate(
    options: &Options,
    told: Option<Option<usize>>,
    tell: &mut dyn FnMut(&str),
) -> Result<Randomly, Error> {
    let started = Instant::now();
    let mut findings = Findings::default();
    let (mut steps, mut exchanges) = (0, 0);
    let mut seed = options.seed;
    while steps < options.steps {
        let most = STEPS_IN_A_WORLD.min(options.steps - steps);
        let mut scene = Scene::new(options, seed, told)?;
        scene.play(most, &mut findings, tell)?;
        steps += scene.world.steps;
        exchanges += scene.exchanges;
        // A world's seed alone brings it back: it is replayed as the first world of that seed.
        seed = Random::new(seed).draw();
    }
    Ok(Randomly {
        mode: "random",
        seed: options.seed,
        steps,
        exchanges,
        findings,
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// One world and the people in it.
struct Scene<'a> {
    options: &'a Options,
    seed: u64,
    told: Option<Option<usize>>,
    world: World,
    people: Vec<Identity>,
    /// Who goes on when; the number tells those of one moment apart.
    queue: BinaryHeap<Reverse<(Duration, u64, usize)>>,
    turns: u64,
    exchanges: u64,
}

impl<'a> Scene<'a> {
    fn new(options: &'a Options, seed: u64, told: Option<Option<usize>>) -> Result<Self, Error> {
        let setting = Setting::of(seed, options.begin);
        let mut world = World::new(setting.service());
        if told.is_some() {
            world.log = Log::on();
        }
        let people = (0..options.clients)
            .map(|place| Identity::new(&mut world, &setting, place, options.clients))
            .collect::<Result<Vec<_>, _>>()?;
        let queue = (0..people.len()).map(|place| Reverse((Duration::ZERO, 0, place))).collect();
        Ok(Self { options, seed, told, world, people, queue, turns: 0, exchanges: 0 })
    }

    fn play(&mut self, steps: u64, findings: &mut Findings, tell: &mut dyn FnMut(&str)) -> Result<(), Error> {
        while self.world.steps < steps {
            let Some(Reverse((now, _, place))) = self.queue.pop() else { break };
            let heard = self.told.is_some_and(|client| client.is_none_or(|client| client == place));
            self.world.log.pause(!heard);
            let next = self.turn(now, place, findings)?;
            self.turns += 1;
            self.queue.push(Reverse((next, self.turns, place)));
            if heard {
                tell(&self.world.log.take());
            }
        }
        Ok(())
    }

    /// One person's turn; gives the time of the next one.
    fn turn(&mut self, now: Duration, place: usize, findings: &mut Findings) -> Result<Duration, Error> {
        let quiet_since: Vec<Option<u64>> = if place == 0 { self.quiet() } else { Vec::new() };
        let Some(person) = self.people.get_mut(place) else { return Ok(now) };
        let turn = person.turn(&mut self.world, &quiet_since, now)?;
        if let Some(ended) = turn.ended {
            self.exchanges += ended.exchanges;
            // One more: the judgement itself is no step.
            let (seed, steps, clients) = (self.seed, self.world.steps + 1, self.options.clients);
            findings.add(&ended.violations, || {
                let scene = format!("--seed {seed} --steps {steps} --clients {clients} --client {place}");
                format!("{:?}\n    contacts-sim replay {scene}", ended.job)
            });
        }
        Ok(turn.next)
    }

    /// For each person how many jobs they have begun; nothing for one who is at it.
    fn quiet(&self) -> Vec<Option<u64>> {
        self.people.iter().map(Identity::quiet_since).collect()
    }
}
