//! `sandbox`: runs a local server that behaves like the service.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::mpsc::channel,
};

use clap::Args;
use contacts_sandbox::{
    Behaviour, DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN, FaultPlan, Sandbox, Service, User,
};

use crate::{
    client::Context,
    error::Failure,
    io::{self, interrupt},
    redact,
    usage::long_help,
};

/// Run a local server that behaves like the service
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, &details()))]
pub(crate) struct SandboxArgs {
    /// Port, or loopback address with a port; port 0 is a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = listen)]
    listen: SocketAddr,

    /// User with an API token, or oauth:TOKEN for an OAuth token; repeatable
    #[arg(long = "user", value_name = "EMAIL:TOKEN")]
    users: Vec<String>,

    /// File that keeps the state between runs
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser())]
    state: Option<PathBuf>,

    /// JSON file of faults; for its format, use --help
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser())]
    faults: Option<PathBuf>,
}

/// Parses an address to listen on. A port alone and `localhost` mean the loopback address.
fn listen(text: &str) -> Result<SocketAddr, &'static str> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    match port.parse() {
        Ok(port) => Ok((Ipv4Addr::LOCALHOST, port).into()),
        Err(_) => text
            .parse()
            .map_err(|_| "must be a port such as 8080, or an address such as 127.0.0.1:8080"),
    }
}

const EXAMPLES: &str = "\
Examples:
  contacts sandbox --listen 8080
  contacts sandbox --user ann@example.com:secret --state sandbox.json";

const DETAILS: &str = "\
Details:
  Without --user, the sandbox has the users of the demo. Its first line of
  output is `listening on URL`, with the base URL. The sandbox accepts
  connections from this machine only.
  Open its address in a browser to see users, contacts and requests. The page
  can verify a number and arm a fault. It shows no token.";

fn details() -> String {
    format!("{DETAILS}\n\n{}", contacts_sandbox::fault_help().trim_end())
}

pub(crate) fn run(context: &Context<'_>, args: &SandboxArgs) -> Result<(), Failure> {
    let users = args.users.iter().enumerate();
    let users = users.map(|(index, user)| read_user(index, user)).collect::<Result<Vec<_>, _>>()?;
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
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::usage(format!("could not read the faults in {shown}: {error}"))
        })?;
        let plan = FaultPlan::from_json(&text).map_err(|error| {
            Failure::from(error)
                .about(&shown)
                .with_hint("to see all faults, run: contacts sandbox --help")
        })?;
        builder = builder.faults(plan);
    }
    let sandbox = builder.start()?;
    let (stop, stopped) = channel();
    // Sending fails only if the sandbox is stopping already.
    interrupt::set_listener(move || {
        let _ = stop.send(());
    });
    context.output.text(&format!("listening on {}\n", sandbox.base_url()))?;
    if args.users.is_empty() && args.state.is_none() {
        io::note(&format!("the user is {DEMO_EMAIL}, an administrator"));
        io::note(&format!("the API token is {DEMO_TOKEN}, the OAuth token is {DEMO_OAUTH_TOKEN}"));
    }
    io::note(&format!("the base URL for OAuth tokens is {}", sandbox.oauth_base_url()));
    io::note(&format!("open {}/ in a browser to see contacts and requests", sandbox.origin()));
    io::note("press Ctrl-C to stop");
    // Returns when a signal arrives: the thread of the signals keeps the sender.
    let _ = stopped.recv();
    // Finishes writing the state.
    drop(sandbox);
    Ok(())
}

/// Parses a user. A user with an OAuth token gets a numbered e-mail address.
fn read_user(index: usize, text: &str) -> Result<User, Failure> {
    match text.split_once(':') {
        Some(("oauth", token)) if !token.is_empty() => {
            let email = format!("oauth-{}@example.com", index + 1);
            Ok(User::new(email, token).with_oauth_token(token))
        }
        Some((email, token)) if !email.is_empty() && !token.is_empty() => {
            Ok(User::new(email, token))
        }
        _ => Err(Failure::usage("--user must be EMAIL:TOKEN or oauth:TOKEN")),
    }
}
