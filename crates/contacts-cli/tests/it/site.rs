//! The name of a site is enough: the command looks up its cloud id, without credentials.

use crate::support::proxy::Proxy;
use crate::support::{Contacts, Home};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Sandbox, When};

/// Uses the sandbox as a site. Requests to the service itself end at the proxy.
fn list(home: &Home, proxy: &Proxy) -> Contacts {
    ask(home, proxy, "list --attempts 1")
}

fn ask(home: &Home, proxy: &Proxy, line: &str) -> Contacts {
    let token = home.write("token", DEMO_TOKEN);
    let who = home.contacts().args([
        "--email",
        DEMO_EMAIL,
        "--token-file",
        &token,
        "--proxy",
        &proxy.url(),
    ]);
    who.line(line)
}

#[test]
fn the_cloud_id_is_looked_up_without_credentials() {
    let (home, sandbox, proxy) = (Home::new(), Sandbox::start().unwrap(), Proxy::start());
    for named in ["flag", "variable", "profile"] {
        sandbox.clear_journal();
        let site = format!("{}/jira/anything", sandbox.origin());
        let list = list(&home, &proxy);
        let list = match named {
            "flag" => list.args(["--site", &site]),
            "variable" => list.env("JSM_SITE_URL", &site),
            _ => {
                home.configure(&format!("[profile.default]\nsite = \"{site}\"\n"));
                list
            }
        };
        let error = list.fail(1);
        assert!(error["message"].as_str().unwrap().contains("could not list contacts"), "{error}");
        let journal = sandbox.journal();
        let [asked] = &journal[..] else { panic!("{journal:?}") };
        assert_eq!((&*asked.method, &*asked.target), ("GET", "/_edge/tenant_info"));
        assert_eq!(asked.header("authorization").count(), 0, "{asked:?}");
        assert!(asked.header("accept").eq(["application/json"]), "{asked:?}");
    }
    let once = [sandbox.address().to_string(), "api.atlassian.com:443".to_owned()];
    assert_eq!(proxy.targets(), [&once[..], &once, &once].concat());
}

#[test]
fn doctor_looks_up_the_cloud_id_once() {
    let (home, sandbox, proxy) = (Home::new(), Sandbox::start().unwrap(), Proxy::start());
    let ran = ask(&home, &proxy, "doctor --attempts 1")
        .args(["--site", &sandbox.origin()])
        .run()
        .with_code(1);
    assert!(ran.stdout.contains("ok      cloud id    sandbox"), "{ran:?}");
    assert_eq!(sandbox.journal().len(), 1);
}

#[test]
fn a_failed_lookup_of_the_cloud_id_ends_the_command() {
    let (home, sandbox, proxy) = (Home::new(), Sandbox::start().unwrap(), Proxy::start());
    sandbox.arm(FaultRule::new(Fault::Html { when: When::Before }));
    let error = list(&home, &proxy).args(["--site", &sandbox.origin()]).fail(1);
    assert!(error["message"].as_str().unwrap().contains("cloud id"), "{error}");
    assert_eq!(proxy.targets(), [sandbox.address().to_string()]);
}

#[test]
fn requests_use_the_named_proxy_and_no_other() {
    let (home, sandbox, proxy) = (Home::new(), Sandbox::start().unwrap(), Proxy::start());
    let list = || home.demo(&sandbox, "list -o json");
    list()
        .env("http_proxy", &proxy.url())
        .env("HTTPS_PROXY", &proxy.url())
        .env("ALL_PROXY", &proxy.url())
        .succeed();
    assert!(proxy.targets().is_empty());
    list().args(["--proxy", &proxy.url()]).succeed();
    assert_eq!(proxy.targets(), [sandbox.address().to_string()]);
    assert_eq!(sandbox.journal().len(), 2);
}

#[test]
fn an_unreachable_proxy_is_not_bypassed() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    // No one listens on port 1. Another test may reuse a port that this one has closed.
    let error = home.demo(&sandbox, "list --attempts 1 --proxy http://127.0.0.1:1").fail(5);
    assert_eq!(error["kind"], "unavailable", "{error}");
    assert!(sandbox.journal().is_empty());
}
