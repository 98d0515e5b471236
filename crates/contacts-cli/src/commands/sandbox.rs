//! `sandbox`: a stand-in for the service on this machine.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::mpsc::channel,
};

use clap::Args;
use contacts_sandbox::{Behaviour, DEMO_EMAIL, DEMO_TOKEN, FaultPlan, Sandbox, Service, User};

use crate::{
    client::Context,
    error::Failure,
    io::{self, interrupt},
    redact,
    usage::long_help,
};

/// Run a stand-in for the service on this machine
///
/// Its address, opened in a browser, is a page with its users, their contacts, and the requests as they are made; with buttons
/// that verify a number or arm a fault. The page shows no token, and only this machine can reach it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = all_faults())]
pub(crate) struct SandboxArgs {
    /// A port, or an address of loopback with a port; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = listen)]
    listen: SocketAddr,

    /// A user with an API token, or oauth:TOKEN for one with an OAuth token; in place of those of the demo, several times
    #[arg(long = "user", value_name = "EMAIL:TOKEN")]
    users: Vec<String>,

    /// A file to go on from and to keep the state in
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser())]
    state: Option<PathBuf>,

    /// What is to go wrong; --help lists it
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser())]
    faults: Option<PathBuf>,
}

/// An address to listen on. A bare port and `localhost` are of loopback.
fn listen(text: &str) -> Result<SocketAddr, &'static str> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    match port.parse() {
        Ok(port) => Ok((Ipv4Addr::LOCALHOST, port).into()),
        Err(_) => text
            .parse()
            .map_err(|_| "not a port, such as 8080, nor an address with one, such as 127.0.0.1:8080"),
    }
}

const EXAMPLES: &str = "\
Examples:
  contacts sandbox --listen 8080
  contacts sandbox --user ann@example.com:secret --state sandbox.json";

fn all_faults() -> String {
    long_help(EXAMPLES, contacts_sandbox::fault_help().trim_end())
}

pub(crate) fn run(context: &Context<'_>, args: &SandboxArgs) -> Result<(), Failure> {
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
        io::note(&format!(
            "ask as {DEMO_EMAIL}, an administrator, with the token {DEMO_TOKEN}; Ctrl-C stops it"
        ));
    }
    io::note(&format!("{}/ shows what is in it, in a browser", sandbox.origin()));
    io::note(&format!("OAuth tokens go to {}", sandbox.oauth_base_url()));
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
