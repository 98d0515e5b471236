//! Flags beat the environment, which beats the profile, which beats the defaults.

use crate::support::{Contacts, Home, asked, command_that_prints};
use contacts_sandbox::{DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN, Sandbox, User};

/// Three sandboxes, one for each source of settings.
struct Places {
    home: Home,
    flag: Sandbox,
    environment: Sandbox,
    profile: Sandbox,
}

impl Places {
    fn new() -> Self {
        let start = || Sandbox::start().unwrap();
        let places =
            Self { home: Home::new(), flag: start(), environment: start(), profile: start() };
        places.home.write("token", DEMO_TOKEN);
        places
    }

    fn command(&self, ranks: &[&str]) -> Contacts {
        let mut command = self.home.contacts().line("list -o json");
        if ranks.contains(&"flag") {
            command = command.args(["--base-url", &self.flag.base_url()]);
        }
        if ranks.contains(&"environment") {
            command = command.env("CONTACTS_BASE_URL", &self.environment.base_url());
        }
        if ranks.contains(&"profile") {
            let url = self.profile.base_url();
            let text = format!(
                "base_url = \"{url}\"\nemail = \"{DEMO_EMAIL}\"\ntoken_file = \"~/token\"\n"
            );
            self.home.configure(&format!("[profile.default]\n{text}"));
            return command;
        }
        self.home.configure("");
        command.args([
            "--email",
            DEMO_EMAIL,
            "--token-file",
            self.home.path("token").to_str().unwrap(),
        ])
    }

    /// Number of requests to each.
    fn asked(&self) -> [usize; 3] {
        [&self.flag, &self.environment, &self.profile].map(|sandbox| asked(sandbox, "GET"))
    }
}

#[test]
fn a_flag_beats_the_environment_and_the_environment_the_profile() {
    let places = Places::new();
    for (ranks, expected) in [
        (&["profile"][..], [0, 0, 1]),
        (&["environment", "profile"], [0, 1, 1]),
        (&["flag", "environment", "profile"], [1, 1, 1]),
        (&["flag", "profile"], [2, 1, 1]),
        (&["environment"], [2, 2, 1]),
    ] {
        places.command(ranks).succeed();
        assert_eq!(places.asked(), expected, "{ranks:?}");
    }
    places.command(&[]).fail(2);
}

#[test]
fn a_variable_for_the_site_never_beats_a_flag() {
    let places = Places::new();
    // Each variable names a site that must get no request.
    let command = places
        .command(&["flag", "profile"])
        .env("ATLASSIAN_OPS_CLOUD_ID", "nobody")
        .env("JSM_CLOUD_ID", "nobody")
        .env("ATLASSIAN_OPS_DOMAIN_NAME", "nobody.example")
        .env("JSM_SITE_URL", "https://nobody.example");
    command.succeed();
    assert_eq!(places.asked(), [1, 0, 0]);
    let curl = |line: &str| {
        let command =
            places.home.contacts().line(line).env("ATLASSIAN_OPS_CLOUD_ID", "from-environment");
        command.line("curl list").succeed()
    };
    places.home.configure("[profile.default]\nbase_url = \"https://profile.example\"\n");
    assert!(curl("").contains("https://api.atlassian.com/jsm/ops/api/from-environment/v1/"));
    assert!(curl("--cloud-id flag").contains("https://api.atlassian.com/jsm/ops/api/flag/v1/"));
}

/// A sandbox with a user for each source of address and token.
fn known_by_rank() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    sandbox.with_service(|service| {
        for rank in ["flag", "environment", "profile"] {
            let user = User::new(format!("{rank}@example.com"), format!("{rank}-s3cret"));
            service.add_user(user.with_account_id(rank));
        }
    });
    sandbox
}

#[test]
fn address_and_token_follow_the_same_precedence() {
    let (home, sandbox) = (Home::new(), known_by_rank());
    let flag = home.write("flag", "flag-s3cret\n");
    home.write("profile", "profile-s3cret");
    let at = format!("base_url = \"{}\"", sandbox.base_url());
    home.configure(&format!(
        "[profile.default]\n{at}\nemail = \"profile@example.com\"\ntoken_file = \"~/profile\"\n"
    ));
    let in_environment = |command: Contacts| {
        command
            .env("ATLASSIAN_OPS_API_EMAIL_ADDRESS", "environment@example.com")
            .env("ATLASSIAN_OPS_API_TOKEN", "environment-s3cret")
    };
    let by_flag =
        |command: Contacts| command.args(["--email", "flag@example.com", "--token-file", &flag]);
    let list = || home.contacts().line("list");
    for (command, expected) in [
        (list(), "profile"),
        (in_environment(list()), "environment"),
        (by_flag(in_environment(list())), "flag"),
        (by_flag(list()), "flag"),
        // An empty variable counts as unset.
        (
            list().env("ATLASSIAN_OPS_API_TOKEN", "").env("ATLASSIAN_OPS_API_EMAIL_ADDRESS", ""),
            "profile",
        ),
    ] {
        sandbox.clear_journal();
        command.succeed();
        assert_eq!(sandbox.journal()[0].account.as_deref(), Some(expected));
    }
}

#[test]
fn a_profile_is_named_by_flag_or_variable_and_default_needs_no_name() {
    let (home, sandbox) = (Home::new(), known_by_rank());
    let mut text = String::new();
    for (profile, user) in [("default", "profile"), ("work", "environment"), ("other", "flag")] {
        let token = home.write(user, &format!("{user}-s3cret"));
        let at = format!("base_url = \"{}\"\nemail = \"{user}@example.com\"", sandbox.base_url());
        text.push_str(&format!("[profile.{profile}]\n{at}\ntoken_file = '{token}'\n"));
    }
    home.configure(&text);
    let list = || home.contacts().line("list");
    for (command, expected) in [
        (list(), "profile"),
        (list().env("CONTACTS_PROFILE", "work"), "environment"),
        (list().env("CONTACTS_PROFILE", "work").line("--profile other"), "flag"),
        (list().env("CONTACTS_PROFILE", "nobody").line("--profile other"), "flag"),
    ] {
        sandbox.clear_journal();
        command.succeed();
        assert_eq!(sandbox.journal()[0].account.as_deref(), Some(expected));
    }
    list().env("CONTACTS_PROFILE", "nobody").fail(2);
}

#[test]
fn a_profile_sets_timeout_and_attempts() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let status = contacts_sandbox::When::Before;
    let busy = contacts_sandbox::Fault::Status {
        status: 503,
        body: None,
        content_type: None,
        when: status,
    };
    sandbox.arm(contacts_sandbox::FaultRule::new(busy));
    home.configure("[profile.default]\nattempts = 1\n");
    home.demo(&sandbox, "list").fail(5);
    assert_eq!(asked(&sandbox, "GET"), 1);
    home.demo(&sandbox, "list --attempts 2").fail(5);
    assert_eq!(asked(&sandbox, "GET"), 3);
}

#[test]
fn a_token_can_come_from_standard_input() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let url = sandbox.base_url();
    let list = || {
        home.contacts().args([
            "list",
            "--base-url",
            &url,
            "--email",
            DEMO_EMAIL,
            "--token-file",
            "-",
        ])
    };
    for text in [DEMO_TOKEN.to_owned(), format!("{DEMO_TOKEN}\n"), format!("{DEMO_TOKEN}\r\n")] {
        list().stdin(&text).succeed();
    }
    list().stdin("another").fail(3);
}

#[test]
fn an_oauth_token_is_sent_as_a_bearer_token() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let url = sandbox.oauth_base_url();
    let file = home.write("oauth", DEMO_OAUTH_TOKEN);
    let list = || home.contacts().args(["list", "--base-url", &url]);
    for command in [
        list().args(["--oauth", "--token-file", &file]),
        list().env("JSM_OAUTH_TOKEN", DEMO_OAUTH_TOKEN),
        list().env("JSM_API_TOKEN", DEMO_OAUTH_TOKEN).line("--oauth"),
        list()
            .env("JSM_API_TOKEN", "another")
            .env("JSM_OAUTH_TOKEN", DEMO_OAUTH_TOKEN)
            .line("--oauth"),
    ] {
        sandbox.clear_journal();
        command.succeed();
        assert!(sandbox.journal()[0].header("authorization").eq(["Bearer [redacted]"]));
    }
}

#[test]
fn every_variable_of_this_command_is_read() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let file = home.write("token", DEMO_TOKEN);
    let (direct, oauth) = (sandbox.base_url(), sandbox.oauth_base_url());
    let command = command_that_prints(&file);
    let own = |line: &str, url: &str| {
        let command = home.contacts().line(line).env("CONTACTS_EMAIL", DEMO_EMAIL);
        command.env("CONTACTS_BASE_URL", url).env("ATLASSIAN_OPS_API_TOKEN", "another")
    };
    own("list", &direct).fail(3);
    for (name, value) in [
        ("CONTACTS_TOKEN", DEMO_TOKEN),
        ("CONTACTS_TOKEN_FILE", &file),
        ("CONTACTS_TOKEN_FILE", &format!("{file}\r\n")),
        ("CONTACTS_TOKEN_COMMAND", &command),
        ("CONTACTS_TOKEN_COMMAND", &format!("{command}\r\n")),
    ] {
        sandbox.clear_journal();
        own("list", &direct).env(name, value).succeed();
        assert!(sandbox.journal()[0].header("authorization").eq(["Basic [redacted]"]), "{name}");
        let shown = own("config show -o csv", &direct).env(name, value).succeed();
        assert!(
            shown.lines().any(|row| row.starts_with("token,") && row.ends_with(name)),
            "{shown}"
        );
    }
    let bearer = |line: &str| own(line, &oauth).env("CONTACTS_OAUTH_TOKEN", DEMO_OAUTH_TOKEN);
    sandbox.clear_journal();
    bearer("list").succeed();
    assert!(sandbox.journal()[0].header("authorization").eq(["Bearer [redacted]"]));
    // With --oauth, the OAuth token comes first.
    bearer("list --oauth").env("CONTACTS_TOKEN", DEMO_TOKEN).succeed();
}

#[test]
fn contacts_config_names_the_configuration_file() {
    let home = Home::new();
    home.configure("[profile.default]\ncloud_id = \"usual\"\n");
    let file = home.path("elsewhere").join("mine.toml");
    let file = home.write(file.to_str().unwrap(), "[profile.default]\ncloud_id = \"mine\"\n");
    let line = |line: &str, value: &str| {
        home.contacts().line(line).env("CONTACTS_CONFIG", value).succeed()
    };
    for (value, path, cloud_id) in [
        (file.clone(), file.clone(), "mine"),
        (format!("{file}\r\n"), file, "mine"),
        (String::new(), home.configuration().display().to_string(), "usual"),
    ] {
        assert_eq!(line("config path", &value), format!("{path}\n"));
        assert_eq!(line("config get cloud_id", &value), format!("{cloud_id}\n"));
        line("config set email ann@example.com", &value);
        assert!(std::fs::read_to_string(&path).unwrap().contains("ann@example.com"));
    }
}

#[cfg(unix)]
mod token_command {
    use super::*;

    /// A script that prints an old token in its first run, and a new one afterwards.
    ///
    /// A shell reads it, because a temporary file may not be executable, or still be open for
    /// writing in the child process of another thread.
    fn program(home: &Home) -> String {
        let path = home.write(
            "bin/token",
            "echo asked >> \"$HOME/asked\"\n\
             if [ $(wc -l < \"$HOME/asked\") = 1 ]; then echo old-s3cret; else echo new-s3cret; fi\n",
        );
        shlex::try_join(["sh", &path]).unwrap()
    }

    fn times_asked(home: &Home) -> usize {
        std::fs::read_to_string(home.path("asked")).unwrap().lines().count()
    }

    #[test]
    fn the_token_command_runs_again_after_a_401() {
        let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
        let ann = User::new("ann@example.com", "new-s3cret").with_expired_token("old-s3cret");
        sandbox.with_service(|service| service.add_user(ann));
        let program = program(&home);
        let url = sandbox.base_url();
        let command = || {
            home.contacts().args([
                "--base-url",
                &url,
                "--email",
                "ann@example.com",
                "--token-command",
            ])
        };
        let ran = command().args([&*program, "-v", "create", "sms", "90-1"]).run().with_code(0);
        assert_eq!((times_asked(&home), asked(&sandbox, "POST")), (2, 2));
        assert!(ran.stderr.contains("credentials refreshed"), "{ran:?}");
        assert_eq!(sandbox.journal()[1].status, Some(201));

        command().args([&*program, "list"]).succeed();
        assert_eq!(times_asked(&home), 3);
    }

    #[test]
    fn the_token_command_does_not_run_a_third_time() {
        let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
        let program = program(&home);
        let url = sandbox.base_url();
        let list = home.contacts().args(["list", "--base-url", &url, "--email", DEMO_EMAIL]);
        list.args(["--token-command", &program]).fail(3);
        assert_eq!((times_asked(&home), asked(&sandbox, "GET")), (2, 2));
    }

    #[test]
    fn after_a_failed_token_command_nothing_is_sent() {
        let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
        let url = sandbox.base_url();
        for (command, code) in
            [("false", 1), ("no-such-program", 1), ("", 2), ("echo 'open", 2), ("true", 2)]
        {
            let list = home.contacts().args(["list", "--base-url", &url, "--email", DEMO_EMAIL]);
            let error = list.args(["--token-command", command]).fail(code);
            assert!(error["message"].as_str().unwrap().contains("token"), "{command}: {error}");
        }
        assert!(sandbox.journal().is_empty());
    }
}
