//! Settings of real machines: named profiles, whitespace, mounted secrets, unusable home folders.
#![cfg(unix)]

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use crate::support::{Home, asked, serving, set_mode};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};

const ID: &str = "35273b54-3f06-40d2-880f-dd28cf8daafa";

#[test]
fn tokens_of_other_tools_are_not_sent_to_the_host_of_a_named_profile() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let token = home.write("token", DEMO_TOKEN);
    let url = sandbox.base_url();
    home.configure(&format!(
        "[profile.beta]\nbase_url = \"{url}\"\nemail = \"{DEMO_EMAIL}\"\ntoken_file = \"{token}\"\n\
         [profile.place]\nbase_url = \"{url}\"\ntimeout = \"7s\"\n"
    ));
    let production = |line: &str| {
        home.contacts()
            .line(line)
            .env("ATLASSIAN_OPS_API_EMAIL_ADDRESS", "production@example.com")
            .env("ATLASSIAN_OPS_API_TOKEN", "production")
            .env("CONTACTS_CLOUD_ID", ID)
            .env("CONTACTS_TIMEOUT", "9s")
    };
    production("--profile beta list").succeed();
    assert_eq!(asked(&sandbox, "GET"), 1);
    assert_eq!(sandbox.journal()[0].status, Some(200));
    let shown = production("--profile beta config show").succeed();
    for from in [
        "beta  (--profile)",
        "(base_url of the profile)",
        "(email of the profile)",
        "(token_file of the profile)",
    ] {
        assert!(shown.contains(from), "{shown}");
    }
    assert!(!shown.contains("ATLASSIAN") && !shown.contains("production"), "{shown}");
    let shown = production("--profile place config show").succeed();
    assert!(
        !shown.contains("production") && shown.contains(&url) && shown.contains("7s"),
        "{shown}"
    );
    production("--profile place list").fail(2);
    assert_eq!(asked(&sandbox, "GET"), 1);
    let own = production("--profile place list").env("CONTACTS_EMAIL", DEMO_EMAIL);
    own.env("CONTACTS_TOKEN", DEMO_TOKEN).succeed();
    let shown = production("config show").succeed();
    assert!(shown.contains("CONTACTS_TIMEOUT") && shown.contains("CONTACTS_CLOUD_ID"), "{shown}");
}

#[test]
fn values_are_trimmed_and_an_invisible_character_is_reported_with_its_source() {
    let home = Home::new();
    let curl = |value: &str| home.contacts().line("curl list").env("ATLASSIAN_OPS_CLOUD_ID", value);
    assert!(curl(&format!(" {ID}\r\n")).succeed().contains(&format!("{ID}/v1")));
    let error = curl(&format!("{ID}\u{200b}")).run().with_code(2).stderr;
    assert!(error.contains("ATLASSIAN_OPS_CLOUD_ID") && error.contains("\\u{200b}"), "{error}");
    home.configure("[profile.work]\ncloud_id = \"a\u{200b}b\"\n");
    let error = home.contacts().line("--profile work curl list").run().with_code(2).stderr;
    let places = ["cloud_id", "profile work", "config.toml", "\\u{200b}"];
    assert!(places.iter().all(|place| error.contains(place)), "{error}");
    for (name, value) in [
        ("CONTACTS_BASE_URL", "http://127.0.0.1:1/x"),
        ("CONTACTS_CLOUD_ID", ID),
        ("CONTACTS_SITE", "acme"),
        ("CONTACTS_EMAIL", "ann@example.com"),
        ("CONTACTS_TOKEN", "t0ken"),
        ("CONTACTS_TIMEOUT", "5s"),
        ("CONTACTS_ATTEMPTS", "3"),
        ("CONTACTS_PROXY", "http://127.0.0.1:1"),
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
    ] {
        let list = home
            .contacts()
            .line("list")
            .env("CONTACTS_TOKEN", "t0ken")
            .env("CONTACTS_EMAIL", "a@b");
        // The variable that is set last has the character.
        let list = if name == "CONTACTS_CLOUD_ID" || name == "CONTACTS_SITE" {
            list
        } else {
            list.env("CONTACTS_BASE_URL", "http://127.0.0.1:1/x")
        };
        let error = list.env(name, &format!("{value}\u{200b}")).run().with_code(2).stderr;
        assert!(error.contains(name) && error.contains("invalid character \\u{200b}"), "{error}");
    }
}

#[test]
fn a_token_file_contains_only_the_token_and_other_content_is_reported() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let list = |text: &str| {
        let path = home.write("token", text);
        let list = home.contacts().line("list").args(["--base-url", &sandbox.base_url()]);
        list.args(["--email", DEMO_EMAIL, "--token-file", &path])
    };
    list(&format!("\u{feff}{DEMO_TOKEN}\r\n")).succeed();
    let error = list(&format!("{DEMO_TOKEN}\nuser: ann\nurl: x\nnote\n")).run().with_code(2).stderr;
    assert!(error.contains("token has 4 lines, but a token is one line"), "{error}");
    let path = home.path("token").display().to_string();
    for (character, named) in [
        ("\u{200b}", "\\u{200b}"),
        (" ", "\\u{20}"),
        ("\u{a0}", "\\u{a0}"),
        ("\u{feff}", "\\u{feff}"),
    ] {
        let error = list(&format!("s3c{character}ret{DEMO_TOKEN}")).run().with_code(2).stderr;
        assert!(
            error.contains(&format!("the token contains the invalid character {named}")),
            "{error}"
        );
        assert!(error.contains(&path) && !error.contains(DEMO_TOKEN), "{error}");
    }
    for nothing in ["", "\n", "\u{feff}\r\n"] {
        let error = list(nothing).run().with_code(2).stderr;
        assert!(
            error.contains(&format!("--token-file: the token file {path} is empty")),
            "{error}"
        );
    }
    assert_eq!(asked(&sandbox, "GET"), 1);
}

#[test]
fn a_token_file_that_others_can_read_is_rejected_or_warned_about_if_another_user_owns_it() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let token = home.write("token", DEMO_TOKEN);
    set_mode(token.as_ref(), 0o444);
    let list =
        format!("--base-url {} --email {DEMO_EMAIL} --token-file {token} list", sandbox.base_url());
    let error = home.contacts().line(&list).run().with_code(2).stderr;
    assert!(error.contains("chmod 600"), "{error}");
    if fs::metadata(&token).is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) != 0) {
        eprintln!("only root can run the command as another user");
        return;
    }
    let binary = home.path("contacts");
    // Not `fs::copy`: while another thread starts a process, that one holds the file open for writing,
    // and the file cannot be executed.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_contacts")).arg(&binary).status();
    assert!(copied.unwrap().success());
    set_mode(&binary, 0o755);
    set_mode(home.path("").as_ref(), 0o755);
    let mut nobody = Command::new(&binary);
    std::os::unix::process::CommandExt::uid(&mut nobody, 65534);
    let ran = nobody.env_clear().env("HOME", "/root").args(list.split(' ')).output().unwrap();
    let stderr = String::from_utf8(ran.stderr).unwrap();
    assert!(
        ran.status.success() && stderr.contains("warning") && stderr.contains(&token),
        "{stderr}"
    );
}

#[test]
fn an_unusable_home_counts_as_one_without_a_configuration_file() {
    let home = Home::new();
    home.write("rel/contacts/config.toml", "broken");
    let folder = home.path("");
    for (name, value) in
        [("HOME", "/dev/null"), ("HOME", ""), ("HOME", "/no/such"), ("XDG_CONFIG_HOME", "rel")]
    {
        let list =
            home.contacts().line("--sandbox list").env("XDG_CONFIG_HOME", "").env(name, value);
        list.in_folder(&folder).succeed();
    }
    let error = home.contacts().line("--profile work list").run().with_code(2).stderr;
    assert!(error.contains("config.toml does not exist"), "{error}");
    home.configure("[profile.home]\n");
    let error = home.contacts().line("--profile work list").run().with_code(2).stderr;
    assert!(error.contains("config.toml has: home"), "{error}");
}

#[test]
fn long_names_are_not_taken_for_tokens() {
    let home = Home::new();
    home.configure("[profile.production-europe-west]\ncloud_id = \"c\"\n");
    let show = |line: &str| home.contacts().line(line).line("config show").succeed();
    assert!(
        show("--site AcmeHoldingsEurope2024").to_lowercase().contains("acmeholdingseurope2024")
    );
    assert!(show("--profile production-europe-west").contains("production-europe-west"));
}

#[test]
fn a_json_error_is_alone_on_standard_error_for_every_spelling_of_the_flag() {
    let home = Home::new();
    for line in ["-qo json lst", "-ojson lst", "-o=json lst", "--output=json lst", "-qojson lst"] {
        home.contacts().line(line).run().with_code(2).error();
    }
    let sandbox = Sandbox::start().unwrap();
    home.demo(&sandbox, "-v -o json get absent").run().with_code(4).error();
}

#[test]
fn login_saves_a_working_profile_and_logout_removes_it() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let url = sandbox.base_url();
    let login = |token: &str| {
        let login = home.contacts().line("login --token-file -").stdin(token);
        login.args(["--base-url", &url, "--email", DEMO_EMAIL])
    };
    login("wrong\n").fail(3);
    let kept = home.path("config/contacts/tokens/default");
    assert!(!kept.exists() && !home.path("config/contacts/config.toml").exists());
    login(&format!("{DEMO_TOKEN}\n")).succeed();
    assert_eq!(fs::read_to_string(&kept).unwrap().trim(), DEMO_TOKEN);
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    home.contacts().line("list").succeed();
    login(DEMO_TOKEN).succeed();
    assert_eq!(home.contacts().line("config get email").succeed().trim(), DEMO_EMAIL);
    home.contacts().line("logout").succeed();
    assert!(!kept.exists());
    home.contacts().line("list").fail(2);
    home.contacts().line("logout").succeed();
}

#[test]
fn login_saves_an_oauth_token_as_such() {
    let home = Home::new();
    let (_sandbox, url) = serving(home.contacts().line("sandbox --user oauth:s3cret"));
    let (origin, _) = url.split_once("/jsm/").unwrap();
    let base_url = format!("{origin}/ex/jira/sandbox/jsm/ops/api");
    let login = |line: &str| {
        let login = home.contacts().line("login --token-file -").stdin("s3cret\n").line(line);
        login.args(["--base-url", &base_url])
    };
    login("--oauth").succeed();
    assert_eq!(home.contacts().line("list").succeed(), "no contacts\n");
    assert_eq!(home.contacts().line("config get oauth").succeed(), "true\n");
    assert!(
        home.contacts().line("config show").succeed().contains("an OAuth token from the file ")
    );
    // The service rejects the token as an API token, and the saved profile stays.
    login("--email ann@example.com").fail(3);
    home.contacts().line("list").succeed();
}

#[test]
fn login_at_a_wrong_site_saves_nothing() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let elsewhere = sandbox.base_url().replace("sandbox", "another-cloud-id");
    let lost = contacts_sandbox::Fault::Status {
        status: 404,
        body: None,
        content_type: None,
        when: contacts_sandbox::When::Before,
    };
    let login = |place: [&str; 2]| {
        let login = home.contacts().line("login --token-file -").stdin(DEMO_TOKEN);
        login.args(place).args(["--email", DEMO_EMAIL])
    };
    let assert_nothing_kept = || {
        assert!(!home.path("config/contacts/config.toml").exists());
        let tokens = fs::read_dir(home.path("config/contacts/tokens"));
        assert_eq!(tokens.map_or(0, Iterator::count), 0);
    };
    let error = login(["--base-url", &elsewhere]).fail(1);
    assert!(error["hint"].as_str().unwrap().contains("--cloud-id"), "{error}");
    assert_nothing_kept();
    sandbox.arm(contacts_sandbox::FaultRule::new(lost));
    let error = login(["--site", &sandbox.origin()]).fail(1);
    assert!(error["hint"].as_str().unwrap().contains("no site has this name"), "{error}");
    assert_nothing_kept();
    // A name that never resolves (RFC 6761).
    login(["--base-url", "https://contacts.invalid/x"]).line("--attempts 1").fail(5);
    assert_nothing_kept();
}

#[test]
fn config_get_prints_only_the_value_and_unset_removes_it() {
    let home = Home::new();
    home.configure("# mine\n[profile.default]\nsite = \"acme\"\ntimeout = \"5s\"\n");
    let run = |line: &str| home.contacts().line(line).run();
    assert_eq!(run("config get site").with_code(0).stdout, "acme.atlassian.net\n");
    assert_eq!(run("config unset timeout").with_code(0).stdout, "");
    assert_eq!(run("config get timeout").with_code(0).stdout, "1m\n");
    run("config get email").with_code(1);
    let text = fs::read_to_string(home.path("config/contacts/config.toml")).unwrap();
    assert_eq!(text, "# mine\n[profile.default]\nsite = \"acme\"\n");
}

#[test]
fn a_shell_runs_the_command_in_the_hint_of_an_unknown_outcome() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let lost = contacts_sandbox::Fault::Reset { when: contacts_sandbox::When::After };
    sandbox.arm(contacts_sandbox::FaultRule::new(lost).on(contacts_sandbox::Operation::Create));
    let stderr = home.demo(&sandbox, "create voice 49-1").run().with_code(7).stderr;
    let hint = stderr.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap();
    let receipt = stderr.lines().find_map(|line| line.strip_prefix("receipt: ")).unwrap();
    let (_, command) = hint.split_once("run: contacts ").unwrap();
    let command = command.replace("RECEIPT", receipt);
    let line = format!("{} {command}", env!("CARGO_BIN_EXE_contacts"));
    let ran = Command::new("sh").args(["-c", &line]).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
}

#[test]
fn a_token_command_that_prints_several_lines_is_an_error() {
    let home = Home::new();
    let script = home.write("entry", "echo s3cret; echo user: ann");
    let list = home.contacts().line("list --base-url http://127.0.0.1:1/x --email ann@example.com");
    let error = list.args(["--token-command", &format!("sh {script}")]).fail(2);
    let printed =
        "--token-command: the output of the token command has 2 lines, but a token is one line";
    assert_eq!(error["message"], printed);
}

#[test]
fn whitespace_around_a_value_is_ignored() {
    let home = Home::new();
    for (flag, variable, value, setting) in [
        ("--timeout", "CONTACTS_TIMEOUT", "7s", "timeout,7s"),
        ("--attempts", "CONTACTS_ATTEMPTS", "3", "attempts,3"),
        ("--ca-file", "CONTACTS_CA_FILE", "/a.pem", "ca_file,/a.pem"),
        ("--proxy", "CONTACTS_PROXY", "http://p:1", "proxy,http://p:1"),
        ("--site", "CONTACTS_SITE", "acme", "site,acme.atlassian.net"),
    ] {
        let blanks = format!(" {value}\r\n");
        let show = || home.contacts().line("config show -o csv");
        let printed = show().args([flag, &blanks]).succeed();
        assert!(printed.contains(&format!("{setting},'{flag}")), "{printed}");
        let printed = show().env(variable, &blanks).succeed();
        assert!(printed.contains(&format!("{setting},{variable}")), "{printed}");
    }
}

#[test]
fn verbose_prints_the_profile_once() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    home.configure("[profile.work]\ntimeout = \"7s\"\n");
    let list = |line: &str| {
        home.demo(&sandbox, "--profile work list").line(line).run().with_code(0).stderr
    };
    assert_eq!(list("-v").matches("profile work (--profile)").count(), 1);
    assert_eq!(list("-v -o json"), "");
    // Also for a command that makes no connection.
    let curl = home.demo(&sandbox, "--profile work -v curl list").run().with_code(0);
    assert_eq!(curl.stderr, "profile work (--profile)\n");
    let plan =
        home.demo(&sandbox, "--profile work -v plan -").stdin("- sms: 90-5").run().with_code(0);
    assert_eq!(plan.stderr.matches("profile work (--profile)").count(), 1, "{plan:?}");
}
