//! Writes the state of a sandbox with many people on call, to measure an audit.
//!
//! ```text
//! cargo run -p contacts-sandbox --example many_people [PEOPLE [SCHEDULES]] > many.json
//! contacts sandbox --state many.json
//! ```
//!
//! Default: 10,000 people in 500 schedules. Each person is on call now or next. One person in 50
//! has no telephone number. The administrator has the credentials of the demo user.

use std::env::args;
use std::error::Error;
use std::io::{Write, stdout};
use std::time::Duration;

use contacts_sandbox::{
    Behaviour, DEMO_EMAIL, DEMO_TOKEN, Escalation, Participant, Rotation, RotationType, Schedule,
    Service, User,
};

/// 2020-01-06, a Monday, at 08:00 UTC.
const START: Duration = Duration::from_secs(1_578_297_600);

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = args().skip(1).map(|text| text.parse::<usize>());
    let people = numbers.next().unwrap_or(Ok(10_000))?;
    let schedules = numbers.next().unwrap_or(Ok(500))?.max(1);
    let text = many_people(people, schedules).state().to_json();
    writeln!(stdout().lock(), "{text}")?;
    Ok(())
}

/// Creates the service. Each schedule has two escalations, which take turns of a day. Each person
/// is in one of them.
fn many_people(people: usize, schedules: usize) -> Service {
    let mut service = Service::new(Behaviour::default());
    service.add_user(User::new(DEMO_EMAIL, DEMO_TOKEN).with_name("Dana Demo").as_administrator());
    let mut turns = vec![[Vec::new(), Vec::new()]; schedules];
    for number in 0..people {
        let account = add_person(&mut service, number);
        turns[number % schedules][number / schedules % 2].push(Participant::user(account));
    }
    for (number, turns) in turns.into_iter().enumerate() {
        let mut rotation = Rotation::new(format!("rotation-{number}"), RotationType::Daily, START);
        for (turn, recipients) in turns.into_iter().enumerate() {
            let id = format!("escalation-{number}-{turn}");
            service.add_escalation(Escalation::new(&id, &id).with_recipients(recipients));
            rotation = rotation.with_participants([Participant::escalation(id)]);
        }
        let schedule = Schedule::new(format!("schedule-{number}"), format!("Schedule {number}"));
        service.add_schedule(schedule.with_rotation(rotation));
    }
    service
}

/// Adds a person with an e-mail contact, and with a number except for each 50th one.
fn add_person(service: &mut Service, number: usize) -> String {
    let email = format!("person-{number}@on-call.example");
    let user = User::new(&email, format!("token-{number}"))
        .with_account_id(format!("712020:{number:08x}"))
        .with_name(format!("Person {number}"));
    let account = service.add_user(user);
    service.add_contact(&account, "email", &email, true);
    if number % 50 != 0 {
        service.add_contact(&account, "sms", format!("90-555-{number:07}"), true);
    }
    account
}
