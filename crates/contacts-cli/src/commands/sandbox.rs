//! `sandbox`: a stand-in for the service on this machine.

use std::{fs, sync::mpsc::channel};

use contacts_sandbox::{Behaviour, DEMO_EMAIL, DEMO_TOKEN, FaultPlan, Sandbox, Service, User};

use super::Context;
use crate::{args::SandboxArgs, failure::Failure, interrupt};

pub(super) fn run(context: &Context<'_>, args: &SandboxArgs) -> Result<(), Failure> {
    let users = args.users.iter().enumerate();
    let users = users.map(|(place, user)| read_user(place, user)).collect::<Result<Vec<_>, _>>()?;
    let mut builder = Sandbox::builder().listen(args.listen);
    if !users.is_empty() {
        let mut service = Service::new(Behaviour::default());
        for user in users {
            service.add_user(user);
        }
        builder = builder.service(service);
    }
    if let Some(path) = &args.state {
        builder = builder.state_file(path);
    }
    if let Some(path) = &args.faults {
        let shown = path.display();
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("the faults in {shown} cannot be read: {error}")))?;
        let plan = FaultPlan::from_json(&text).map_err(|error| {
            Failure::from(error).about(&shown).with_hint("contacts sandbox --help lists them")
        })?;
        builder = builder.faults(plan);
    }
    let sandbox = builder.start()?;
    let (stop, stopped) = channel();
    // If nobody listens, it stops already.
    interrupt::tells(move || {
        let _ = stop.send(());
    });
    context.output.text(&format!("listening on {}\n", sandbox.base_url()))?;
    if args.users.is_empty() && args.state.is_none() {
        context.note(&format!(
            "ask as {DEMO_EMAIL}, an administrator, with the token {DEMO_TOKEN}; Ctrl-C stops it"
        ));
    }
    context.note(&format!("{}/ shows what is in it, in a browser", sandbox.origin()));
    context.note(&format!("OAuth tokens go to {}", sandbox.oauth_base_url()));
    // The end of the channel cannot come first: the signals' thread has it.
    let _ = stopped.recv();
    // A state that is half written is written to its end.
    drop(sandbox);
    Ok(())
}

/// Users with OAuth tokens have addresses by their places.
fn read_user(place: usize, text: &str) -> Result<User, Failure> {
    match text.split_once(':') {
        Some(("oauth", token)) if !token.is_empty() => {
            let email = format!("oauth-{}@example.com", place + 1);
            Ok(User::new(email, token).with_oauth_token(token))
        }
        Some((email, token)) if !email.is_empty() && !token.is_empty() => Ok(User::new(email, token)),
        _ => Err(Failure::usage("a --user is EMAIL:TOKEN or oauth:TOKEN, with no part empty")),
    }
}
