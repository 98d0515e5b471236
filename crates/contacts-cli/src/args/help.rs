//! What stands behind the flags in the help of the whole command.

/// What stands behind the flags in the long help: the examples of the short one, and more.
pub(super) fn long(examples: &str, more: &str) -> String {
    format!("{examples}\n\n{more}")
}

const DEMO: &str = "  contacts demo                                   see it work, without a site";
const CREATE: &str = "  contacts --site acme create sms 90-5555559999   a new one";

/// Behind the short help.
pub(super) fn after_help() -> String {
    let list = "  contacts --site acme list                       your contacts";
    examples(&[DEMO, list, CREATE])
}

/// Behind the long help.
pub(super) fn after_long_help() -> String {
    let by_hand = "  contacts --sandbox list -o json                 the same, by hand";
    let list = "  contacts --site acme --email ann@example.com --token-file token list";
    let ensure = "  contacts --site acme create --ensure email ann@example.com";
    long(&examples(&[DEMO, by_hand, list, CREATE, ensure]), MORE)
}

fn examples(lines: &[&str]) -> String {
    format!("Examples:\n{}", lines.join("\n"))
}

const MORE: &str = "\
Settings:
  A flag beats a named profile (--profile or CONTACTS_PROFILE), which beats the
  environment, which beats the profile default, which beats the defaults. What
  a named profile says of where or who, no variable says; and where it says
  either, other tools' variables say neither. The token itself is never an
  argument, since other processes can read arguments. Empty variables are
  ignored. Of several variables, the first one holds:

  Where    CONTACTS_BASE_URL, CONTACTS_CLOUD_ID, CONTACTS_SITE,
           ATLASSIAN_OPS_CLOUD_ID, JSM_CLOUD_ID,
           ATLASSIAN_OPS_DOMAIN_NAME, JSM_SITE_URL
  Who      CONTACTS_EMAIL, ATLASSIAN_OPS_API_EMAIL_ADDRESS,
           ATLASSIAN_OPS_API_USERNAME, JSM_EMAIL
           CONTACTS_TOKEN, CONTACTS_OAUTH_TOKEN, CONTACTS_TOKEN_FILE,
           CONTACTS_TOKEN_COMMAND, ATLASSIAN_OPS_API_TOKEN, JSM_API_TOKEN,
           JSM_OAUTH_TOKEN; with --oauth, those of OAuth tokens come first
  How      CONTACTS_TIMEOUT, CONTACTS_ATTEMPTS, CONTACTS_CA_FILE, CONTACTS_PROXY
  Profile  CONTACTS_PROFILE; CONTACTS_CONFIG is the file of the profiles
  Network  HTTPS_PROXY, ALL_PROXY and NO_PROXY, also in lower case
           SSL_CERT_FILE, SSL_CERT_DIR

  Profiles are in contacts/config.toml, in $XDG_CONFIG_HOME or ~/.config:

    [profile.work]
    site = \"acme\"                       # or cloud_id, or base_url
    email = \"ann@example.com\"
    token_file = \"~/.atlassian-token\"   # or token_command
    timeout = \"30s\"                     # and attempts, proxy, ca_file, oauth

  The profile named default is used where none is named.

Exit codes:
  0  done
  1  failed
  2  wrong usage or settings
  3  not authenticated or not allowed
  4  no such contact
  5  try again later: rate limit, time-out, unavailable
  6  changes or findings are pending (--exit-code)
  7  outcome unknown: a ticket was printed, for `contacts resolve`

  A signal ends the process as that signal does (a shell shows 130 for Ctrl-C),
  or with 7 if it leaves an outcome unknown.

  With mixed failures: 7 if any outcome is unknown, otherwise 1.";

pub(super) const CONFIG_EXAMPLES: &str = "\
Examples:
  contacts config show
  contacts --profile work config set site acme
  contacts config set token_command 'pass show jira'";

pub(super) const EXPORT_EXAMPLES: &str = "\
Examples:
  contacts export contacts.yaml
  contacts export --format csv | column -ts,";

pub(super) const EXPORT_LONG: &str = "\
Contacts that are not enabled:
  The file has them with enabled: false, in YAML with the service's reason as a
  comment. A number may only be unverified, which the service does not say: it
  is written without enabled, so that `contacts apply` leaves its state as it
  is, unless the reason says that a person has disabled it.

A file that exists:
  An earlier export is overwritten. About another file the command asks at a
  terminal; a script needs --force.";

pub(super) const PLAN_EXAMPLES: &str = "\
Examples:
  contacts plan contacts.yaml
  contacts plan contacts.csv --prune --exit-code
  contacts list -o json | contacts plan -";

pub(super) const PLAN_LONG: &str = "\
A file, in YAML:
  - email: ann@example.com
  - sms: 90-5555559999
    enabled: false
    id: 299003c3-8221-4a9f-b63d-2370c4caaaaa

  In JSON and CSV the members are id, method, to and enabled. What
  `contacts list -o json` and `contacts export` write are such files, too. CSV
  has commas, semicolons or tabs. A contact without enabled is to be enabled,
  but a number that is not enabled stays so: it may not be verified.

The plan:
  + a contact is created
  ~ it gets another address, or is activated or deactivated
  - it is deleted

  With -o json: {\"changes\":[{\"action\",\"id\",\"method\",\"to\",…}],
  \"warnings\":[{\"warning\",\"message\",…}],\"unmanaged\":[contacts that the file
  does not have, and that stay]}. The action is create (with enabled, and
  replaces: an id), update (with from), activate, deactivate or delete (with
  replaced). With -o ndjson a change, a warning, or {\"unmanaged\":…} a line.";

pub(super) const APPLY_EXAMPLES: &str = "\
Examples:
  contacts apply contacts.yaml
  contacts apply contacts.yaml --prune --yes -o json
  contacts apply contacts.yaml --dry-run";

pub(super) const APPLY_LONG: &str =
    "  `contacts plan --help` tells how a file and a plan are written. With -o json
  each change has an outcome too: done, failed, skipped or not-tried; and a
  message. A create that failed and has an id has left a contact that was to
  be disabled and may be enabled.

Exit codes:
  0  all is as the file says; or --dry-run
  1  failures that differ; something was left for safety; the answer was no
  2  mistakes in the file, or nobody to ask and no --yes: nothing was changed
  3, 4, 5  what failed did so for this reason: see `contacts --help`
  7  of a contact it is not known whether it was created: apply the file again";
