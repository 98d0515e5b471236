//! `contacts config` shows the effective settings with their sources, and changes profiles.

use std::fs;

use crate::support::{Contacts, Home};
use serde_json::{Value, json};

/// The rows of `config show` for a setting.
fn printed(command: Contacts, setting: &str) -> Vec<(Value, Value)> {
    let rows = command.line("config show -o json").json();
    let of_it = rows.as_array().unwrap().iter().filter(|row| row["setting"] == setting);
    of_it.map(|row| (row["value"].clone(), row["from"].clone())).collect()
}

fn set(home: &Home, arguments: [&str; 2]) -> Contacts {
    home.contacts().line("config set").args(arguments)
}

fn file(home: &Home) -> String {
    fs::read_to_string(home.contacts().line("config path").succeed().trim_end()).unwrap()
}

#[test]
fn without_settings_config_show_prints_the_defaults() {
    let home = Home::new();
    let path = home.contacts().line("config path").succeed();
    assert_eq!(path, format!("{}\n", home.configuration().display()));
    assert!(!home.configuration().exists());
    assert_eq!(
        home.contacts().line("config show -o csv").succeed(),
        "setting,value,from\ntimeout,1m,default\nattempts,4,default\n"
    );
    assert_eq!(
        home.contacts().line("config show").succeed(),
        "timeout   1m  (default)\nattempts  4  (default)\n"
    );
}

#[test]
fn every_flag_beats_the_profile_and_config_show_names_the_source() {
    let home = Home::new();
    let token = home.write("token", "t0ken");
    home.configure(&format!(
        "[profile.default]\nsite = \"acme\"\nemail = \"p@example.com\"\ntoken_file = '{token}'\ntimeout = \"7s\"\n\
         attempts = 3\nca_file = \"/p.pem\"\nproxy = \"http://ann:s3cret@p:1\"\n"
    ));
    for (setting, of_profile, flag, of_flag, shown) in [
        ("email", "p@example.com", "--email", "f@example.com", "f@example.com"),
        ("timeout", "7s", "--timeout", "9s", "9s"),
        ("attempts", "3", "--attempts", "8", "8"),
        ("ca_file", "/p.pem", "--ca-file", "/f.pem", "/f.pem"),
        ("proxy", "http://p:1", "--proxy", "http://bob:s3cret@f:2", "http://f:2"),
    ] {
        let from = json!(format!("{setting} of the profile"));
        assert_eq!(printed(home.contacts(), setting), [(json!(of_profile), from)]);
        assert_eq!(
            printed(home.contacts().args([flag, of_flag]), setting),
            [(json!(shown), json!(flag))]
        );
    }
    assert_eq!(printed(home.contacts(), "token")[0].1, "token_file of the profile");
    assert_eq!(
        printed(home.contacts().line("--token-command cat"), "token")[0],
        (json!("an API token from a command"), json!("--token-command"))
    );
    let environment = home.contacts().env("ATLASSIAN_OPS_API_TOKEN", "t0ken");
    assert_eq!(printed(environment, "token")[0].1, "ATLASSIAN_OPS_API_TOKEN");
    assert_eq!(printed(home.contacts(), "site")[0].1, "site of the profile");
    assert_eq!(printed(home.contacts().line("--cloud-id c1"), "cloud_id")[0].1, "--cloud-id");
    assert_eq!(printed(home.contacts().env("JSM_CLOUD_ID", "c1"), "cloud_id")[0].1, "JSM_CLOUD_ID");
    assert_eq!(
        printed(home.contacts().line("--profile default"), "profile"),
        [(json!("default"), json!("--profile"))]
    );
}

#[test]
fn a_profile_is_created_key_by_key_and_used() {
    let home = Home::new();
    for (name, value) in [
        ("base_url", "http://127.0.0.1:1/x"),
        ("email", "ann@example.com"),
        ("token_command", "cat 'a file'"),
        ("oauth", "false"),
        ("timeout", "5s"),
        ("attempts", "2"),
        ("proxy", "http://127.0.0.1:2"),
    ] {
        assert_eq!(set(&home, [name, value]).line("--profile work").succeed(), "");
    }
    assert_eq!(
        file(&home),
        "[profile.work]\nbase_url = \"http://127.0.0.1:1/x\"\nemail = \"ann@example.com\"\ntoken_command = \"cat 'a file'\"\n\
         oauth = false\ntimeout = \"5s\"\nattempts = 2\nproxy = \"http://127.0.0.1:2\"\n"
    );
    let ran = set(&home, ["cloud_id", "c1"]).line("--profile work").run().with_code(0);
    assert!(ran.stderr.contains("removed base_url from the profile work"), "{ran:?}");
    assert_eq!(
        printed(home.contacts().env("CONTACTS_PROFILE", "work"), "cloud_id")[0].1,
        "cloud_id of the profile"
    );
    set(&home, ["site", "https://acme.atlassian.net/jira/people?x=y"]).succeed();
    let text = file(&home);
    assert!(text.ends_with("\n[profile.default]\nsite = \"acme.atlassian.net\"\n"), "{text}");
}

#[test]
fn concurrent_changes_are_all_saved() {
    let home = Home::new();
    for round in 0..4 {
        let started: Vec<_> = (0..8)
            .map(|number| {
                set(&home, ["site", "acme"])
                    .args(["--profile", &format!("p{round}-{number}")])
                    .start()
            })
            .collect();
        for running in started {
            running.end().with_code(0);
        }
        assert_eq!(
            file(&home).matches("site = \"acme\"").count(),
            8 * (round + 1),
            "{}",
            file(&home)
        );
    }
}

#[test]
fn an_invalid_value_changes_nothing() {
    let home = Home::new();
    home.configure("# mine\n[profile.default]\nsite = \"acme\"\n");
    for [name, value] in [
        ["site", "acme/s3cret"],
        ["base_url", "ftp://s3cret"],
        ["cloud_id", "a/b"],
        ["email", "a:b"],
        ["timeout", "s3cret"],
        ["attempts", "0"],
        ["attempts", "many"],
        ["oauth", "maybe"],
        ["proxy", "socks5://s3cret"],
        ["token", "s3cret"],
        ["colour", "red"],
    ] {
        let ran = set(&home, [name, value]).run().with_code(2);
        assert!(!ran.stderr.contains("s3cret"), "{ran:?}");
        assert_eq!(file(&home), "# mine\n[profile.default]\nsite = \"acme\"\n", "{name} {value}");
    }
    for ([name, value], printed) in [
        (["attempts", "0"], "attempts must be a number from 1 to 100"),
        (["attempts", "101"], "attempts must be a number from 1 to 100"),
        (["attempts", "-1"], "attempts must be a number from 1 to 100"),
        (["oauth", "maybe"], "oauth must be true or false"),
    ] {
        let command = home.contacts().args(["config", "set", "--", name, value]).run();
        assert!(command.stderr.contains(printed), "{command:?}");
    }
    home.configure("[profile.default\n");
    set(&home, ["site", "acme"]).run().with_code(2);
    assert_eq!(file(&home), "[profile.default\n");
}

#[cfg(unix)]
#[test]
fn the_file_is_private_and_a_link_to_it_stays_a_link() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    let home = Home::new();
    set(&home, ["site", "acme"]).succeed();
    let path = home.contacts().line("config path").succeed();
    let path = std::path::Path::new(path.trim_end());
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);

    let elsewhere = home.path("dotfiles.toml");
    fs::rename(path, &elsewhere).unwrap();
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&elsewhere, path).unwrap();
    set(&home, ["email", "ann@example.com"]).succeed();
    assert!(path.is_symlink());
    assert_eq!(fs::read_to_string(&elsewhere).unwrap().lines().count(), 3);
    assert_eq!(elsewhere.metadata().unwrap().mode() & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn a_failed_token_command_shows_its_status_and_standard_error_but_not_its_output() {
    let home = Home::new();
    let failing = home.write("failing", "echo s3cret; echo no such entry >&2; exit 3");
    let command = home.contacts().line("--base-url http://127.0.0.1:1/x --email a@b.example");
    let ran = command.args(["list", "--token-command", &format!("sh {failing}")]).run();
    assert!(
        ran.stderr.contains("exit status: 3") && ran.stderr.contains("no such entry"),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("s3cret") && !ran.stdout.contains("s3cret"), "{ran:?}");
}

/// The path of a file in the profile, as `config show` prints it.
fn file_of(home: &Home, setting: &str) -> String {
    printed(home.contacts(), setting)[0].0.as_str().unwrap().to_owned()
}

#[test]
fn a_relative_path_is_saved_as_an_absolute_one() {
    let home = Home::new();
    let here = home.path("here");
    let write_here = |name: &str| home.write(here.join(name).to_str().unwrap(), "t0ken");
    let (token, ca) = (write_here("token"), write_here("ca.pem"));
    let set_here = |name: &str, value: &str| set(&home, [name, value]).in_folder(&here);
    set(&home, ["email", "ann@example.com"]).succeed();
    for value in ["token", "./token", &token] {
        set_here("token_file", value).succeed();
        assert_eq!(file_of(&home, "token"), format!("an API token from the file {token}"));
    }
    set_here("ca_file", "ca.pem").succeed();
    assert_eq!(file_of(&home, "ca_file"), ca);
    // A path that is the same in every folder stays unchanged.
    for (name, value) in [("token_file", "~/token"), ("token_file", "-"), ("ca_file", "~/ca.pem")] {
        set_here(name, value).succeed();
        assert!(file(&home).contains(&format!("{name} = \"{value}\"\n")), "{}", file(&home));
    }
    set_here("token_file", "to/come").succeed();
    let come = here.join("to").join("come");
    assert_eq!(file_of(&home, "token"), format!("an API token from the file {}", come.display()));
    let before = file(&home);
    for name in ["token_file", "ca_file"] {
        for value in ["s3cret", "ATATT3xFfGF0-s3cret", "a/ATATT3xFfGF0-s3cret", ""] {
            set_here(name, value).run().with_code(2);
            assert_eq!(file(&home), before, "{name} {value}");
        }
    }
}

#[test]
fn an_unreadable_token_is_reported_with_the_source_of_its_path() {
    let home = Home::new();
    let missing = home.path("missing").to_str().unwrap().to_owned();
    let list =
        || home.contacts().line("list --base-url http://127.0.0.1:1/x --email ann@example.com");
    let printed = |command: Contacts| command.fail(2)["message"].as_str().unwrap().to_owned();
    let flag = printed(list().args(["--token-file", &missing]));
    assert!(
        flag.starts_with(&format!("--token-file: could not read the token file {missing}: ")),
        "{flag}"
    );
    let flag = printed(list().args(["--token-file", "s3cret"]));
    assert!(flag.starts_with("--token-file: could not read the token file: "), "{flag}");
    set(&home, ["token_file", &missing]).succeed();
    let profile = printed(list());
    assert!(
        profile.starts_with("token_file of the profile default in ")
            && profile.contains(&format!("config.toml: could not read the token file {missing}: ")),
        "{profile}"
    );
}
