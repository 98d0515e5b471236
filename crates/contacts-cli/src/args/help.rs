//! What stands behind the flags in the help of the whole command.

pub(super) const EXAMPLES: &str = "\
Examples:
  contacts demo                                   see it work, without a site
  contacts --site acme list                       your contacts
  contacts --site acme create sms 90-5555559999   a new one";

pub(super) const LONG_AFTER_HELP: &str = "\
Examples:
  contacts demo                                   see it work, without a site
  contacts --sandbox list -o json                 the same, by hand
  contacts --site acme --email ann@example.com --token-file token list
  contacts --site acme create sms 90-5555559999   a new one
  contacts --site acme create --ensure email ann@example.com

Settings:
  A flag beats the environment, the environment beats the profile. The token
  itself is never an argument, since other processes can read arguments.

  Where    CONTACTS_BASE_URL
           ATLASSIAN_OPS_CLOUD_ID, JSM_CLOUD_ID
           ATLASSIAN_OPS_DOMAIN_NAME, JSM_SITE_URL
  Who      ATLASSIAN_OPS_API_EMAIL_ADDRESS, ATLASSIAN_OPS_API_USERNAME, JSM_EMAIL
           ATLASSIAN_OPS_API_TOKEN, JSM_API_TOKEN, JSM_OAUTH_TOKEN
  Profile  CONTACTS_PROFILE

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
  2  wrong usage
  3  not authenticated or not allowed
  4  no such contact
  5  try again later: rate limit, time-out, unavailable
  6  changes are pending
  7  outcome unknown: a ticket was printed, for `contacts resolve`";
