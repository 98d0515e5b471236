//! Proxies and certificate authorities from the standard environment variables.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    iter,
    net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::support::office::{Office, answering, empty_list, serve};
use crate::support::proxy::Proxy;
use crate::support::{
    Contacts, Home, SECRET,
    examined::{examine, step},
};
use contacts_sandbox::Sandbox;
use rustls::version::TLS13;

/// No one listens on port 1.
const NOBODY: &str = "http://127.0.0.1:1";

/// A TLS server, and the file of its certificate authority.
struct Secured {
    home: Home,
    base_url: String,
    ca: String,
}

impl Secured {
    fn new() -> Self {
        let (home, office) = (Home::new(), Office::new());
        let base_url = serve(empty_list(office.server(&TLS13, false)));
        let ca = home.write("ca.pem", &office.pem);
        Self { home, base_url, ca }
    }

    /// A command line against the server, with its authority trusted.
    fn line(&self, line: &str) -> Contacts {
        self.home.at(&self.base_url).env("SSL_CERT_FILE", &self.ca).line(line)
    }
}

/// A proxy that rejects every CONNECT with this status. Returns its address and a request counter.
fn refusing(status: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            count.fetch_add(
                lines.take_while(|line| !line.is_empty()).count().min(1),
                Ordering::SeqCst,
            );
            let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        }
    });
    (address, asked)
}

#[test]
fn list_uses_proxy_and_certificate_authority_of_the_environment() {
    let secured = Secured::new();
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let proxy = Proxy::start();
        for url in [proxy.url(), proxy.url().replace("http://", "")] {
            assert_eq!(secured.line("list -o ndjson").env(name, &url).succeed(), "");
        }
        assert_eq!(proxy.targets().len(), 2, "{name}");
        assert!(secured.base_url.contains(&proxy.targets()[0]));
    }
}

#[test]
fn a_proxy_flag_beats_the_environment_and_no_proxy_excludes_a_host() {
    let (secured, proxy) = (Secured::new(), Proxy::start());
    let list = || secured.line("list -o ndjson").env("HTTPS_PROXY", NOBODY);
    list().line("--attempts 1").run().with_code(5);
    list().line("--no-proxy").succeed();
    list().env("NO_PROXY", ".example.com, 127.0.0.0/8").succeed();
    list().env("no_proxy", "*").succeed();
    list().env("NO_PROXY", ".example.com").line("--attempts 1").run().with_code(5);
    list().args(["--proxy", &proxy.url()]).succeed();
    assert_eq!(proxy.targets().len(), 1);
    secured.home.configure(&format!("[profile.default]\nproxy = \"{NOBODY}\"\n"));
    secured.line("list --no-proxy -o ndjson").succeed();
    let both = secured.line("list --no-proxy").args(["--proxy", NOBODY]).run().with_code(2);
    assert!(both.stderr.contains("--no-proxy"), "{both:?}");
}

#[test]
fn a_domain_in_no_proxy_includes_its_subdomains() {
    let (home, proxy) = (Home::new(), Proxy::start());
    // A name that never resolves (RFC 6761), so the request needs the proxy.
    let list = |exception: &str| {
        let list = home.at("https://contacts.invalid/x").line("list --attempts 1");
        list.env("HTTPS_PROXY", &proxy.url()).env("NO_PROXY", exception)
    };
    list(".invalid").fail(5);
    assert!(proxy.targets().is_empty());
    let error = list(".example.com").fail(1);
    assert!(error["hint"].as_str().unwrap().contains("to allow this host"), "{error}");
    assert_eq!(proxy.targets(), ["contacts.invalid:443"]);
}

#[test]
fn login_uses_the_network_settings_and_the_given_user() {
    let (secured, proxy) = (Secured::new(), Proxy::start());
    secured.home.configure("[profile.default]\nproxy = \"http://127.0.0.1:1\"\nattempts = 1\n");
    let login =
        secured.home.contacts().line("login --email ann@example.com --token-file -").stdin(SECRET);
    let login = login.args(["--base-url", &secured.base_url]);
    let login = login.env("CONTACTS_SITE", "acme").env("CONTACTS_EMAIL", "other@example.com");
    let login = login.env("CONTACTS_TOKEN", "another").env("JSM_OAUTH_TOKEN", "another");
    login.env("SSL_CERT_FILE", &secured.ca).env("HTTPS_PROXY", &proxy.url()).succeed();
    assert!(secured.base_url.contains(&proxy.targets()[0]));
    let kept = secured.home.contacts().line("config get email").succeed();
    assert_eq!(kept, "ann@example.com\n");
}

#[test]
fn a_government_site_is_reached_at_the_api_host_of_its_cloud() {
    let (site, api) = ("acme.atlassian-us-gov-mod.net", "api.atlassian-us-gov-mod.com");
    let (home, office) = (Home::new(), Office::of_hosts(&[site, api]));
    let body = r#"{"cloudId":"c","values":[]}"#;
    let proxy = Proxy::leading_to(&serve(answering(office.server(&TLS13, false), body)));
    let (ca, token) = (home.write("ca.pem", &office.pem), home.write("token", SECRET));
    let who = ["--email", "ann@example.com", "--token-file", &token, "--ca-file", &ca];
    home.contacts().args(["list", "--site", site, "--proxy", &proxy.url()]).args(who).succeed();
    assert_eq!(proxy.targets(), [format!("{site}:443"), format!("{api}:443")]);
}

#[test]
fn plain_http_ignores_the_proxy_of_the_environment() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for name in ["HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY", "http_proxy"] {
        home.demo(&sandbox, "list").env(name, NOBODY).succeed();
        home.contacts().line("--sandbox list").env(name, NOBODY).succeed();
    }
}

#[test]
fn a_proxy_that_rejects_connect_gets_one_request_and_a_plain_error() {
    let secured = Secured::new();
    for (status, code, attempts, hint) in [
        ("407 Proxy Authentication Required", 1, 1, "NAME:PASSWORD"),
        ("403 Forbidden", 1, 1, "allow this host"),
        ("404 Not Found", 1, 1, ""),
        ("503 Service Unavailable", 5, 2, ""),
    ] {
        let (address, asked) = refusing(status);
        let proxy = format!("http://ann:{SECRET}@{address}");
        let ran =
            secured.line("list --attempts 2").env("HTTPS_PROXY", &proxy).run().with_code(code);
        assert_eq!(asked.load(Ordering::SeqCst), attempts, "{ran:?}");
        assert!(ran.stderr.contains(&format!("the proxy responded with {status}")), "{ran:?}");
        assert!(ran.stderr.contains(hint) && !ran.stderr.contains(SECRET), "{ran:?}");
        // A create has no effect either, and its outcome is known.
        let create =
            secured.line("create email ann@example.com --attempts 1").env("HTTPS_PROXY", &proxy);
        create.run().with_code(code);
    }
}

#[test]
fn an_invalid_proxy_url_is_reported_with_its_source() {
    let secured = Secured::new();
    let printed = |command: Contacts| {
        let ran = command.run().with_code(2);
        let printed = format!("{}{}", ran.stdout, ran.stderr);
        assert!(printed.contains("--no-proxy") && !printed.contains(SECRET), "{ran:?}");
        printed
    };
    for line in ["list", "doctor"] {
        for (name, value) in
            [("HTTPS_PROXY", "ftp://ann:s3cret@p"), ("ALL_PROXY", "socks5://ann:s3cret@p:1080")]
        {
            let printed = printed(secured.line(line).env(name, value));
            assert!(printed.contains(&format!("{name} is not a URL such as")), "{printed}");
        }
    }
    let config = secured.home.path("config/contacts/config.toml");
    for profile in ["default", "work"] {
        secured.home.configure(&format!("[profile.{profile}]\nproxy = \"ftp://ann:{SECRET}@p\"\n"));
        let label =
            format!("proxy of the profile {profile} in {} is not a URL such as", config.display());
        for line in ["list", "doctor"] {
            let printed = printed(secured.line(line).args(["--profile", profile]));
            assert!(printed.contains(&label), "{printed}");
        }
    }
}

#[test]
fn doctor_and_config_show_print_the_proxy_and_its_source() {
    let (secured, proxy) = (Secured::new(), Proxy::start());
    let secret = proxy.url().replace("http://", &format!("http://ann:{SECRET}@"));
    let printed = |doctor: Contacts| {
        let (steps, code) = examine(doctor.env("HTTPS_PROXY", &secret));
        assert!(code <= 1, "{steps:?}");
        step(&steps, "proxy")["message"].as_str().unwrap().to_owned()
    };
    let through = format!("{} (HTTPS_PROXY) accepts connections", proxy.url());
    assert_eq!(printed(secured.line("doctor")), through);
    let excluded = printed(secured.line("doctor").env("no_proxy", "127.0.0.1"));
    assert!(excluded.starts_with("none: no_proxy excludes 127.0.0.1:"), "{excluded}");
    assert_eq!(printed(secured.line("doctor --no-proxy")), "none: --no-proxy");

    let show = |line: &str| {
        let show = secured.line(line).env("HTTPS_PROXY", &secret).env("NO_PROXY", ".example.com");
        show.line("-o csv").succeed()
    };
    let shown = show("config show");
    assert!(shown.contains(&format!("proxy,{},HTTPS_PROXY", proxy.url())), "{shown}");
    assert!(shown.contains("no_proxy,.example.com,NO_PROXY"), "{shown}");
    let shown = show("config show --no-proxy");
    assert!(shown.contains("proxy,none,'--no-proxy") && !shown.contains("NO_PROXY"), "{shown}");
}

#[test]
fn authorities_in_ssl_cert_file_and_ssl_cert_dir_are_trusted_in_pem_and_der() {
    let (home, office) = (Home::new(), Office::new());
    let base_url = serve(empty_list(office.server(&TLS13, false)));
    let list = || home.at(&base_url).line("list -o ndjson");
    let ran = list().run().with_code(1);
    assert!(ran.stderr.contains("not trusted") && ran.stderr.contains("--ca-file"), "{ran:?}");

    let pem = home.write("ca/12345678.0", &office.pem);
    let der = home.path("ca.der");
    fs::write(&der, &office.authority).unwrap();
    list().env("SSL_CERT_FILE", &pem).succeed();
    list().env("SSL_CERT_FILE", &der).succeed();
    list().env("SSL_CERT_DIR", &home.path("ca")).succeed();
    list().args(["--ca-file", &pem]).succeed();
    list().args(["--ca-file", der.to_str().unwrap()]).succeed();
    // Empty variables count as unset, and line ends around a path are ignored.
    list().env("SSL_CERT_FILE", "").env("SSL_CERT_DIR", "").args(["--ca-file", &pem]).succeed();
    list().env("SSL_CERT_FILE", &format!("{pem}\r\n")).succeed();
    list().env("SSL_CERT_DIR", &format!("{}\r\n", home.path("ca").display())).succeed();
    // `doctor` trusts the same authorities.
    let (steps, code) = examine(home.at(&base_url).line("doctor").env("SSL_CERT_FILE", &pem));
    assert_eq!((&step(&steps, "TLS")["state"], code), (&"ok".into(), 0), "{steps:?}");
}

#[test]
fn a_file_or_folder_without_an_authority_is_reported_with_its_variable() {
    let secured = Secured::new();
    let empty = secured.home.write("empty/note", "no certificate");
    let cut = secured.home.path("cut.der");
    fs::write(&cut, [0x30, 0x82, 0x01]).unwrap();
    let folder = secured.home.path("empty");
    let nothing = secured.home.path("nothing");
    fs::create_dir(&nothing).unwrap();
    for (name, value) in [
        ("SSL_CERT_DIR", nothing.to_str().unwrap()),
        ("SSL_CERT_DIR", "/nowhere"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
        ("SSL_CERT_FILE", &empty),
        ("SSL_CERT_FILE", cut.to_str().unwrap()),
        ("SSL_CERT_DIR", folder.to_str().unwrap()),
    ] {
        let ran =
            secured.home.at(&secured.base_url).line("list").env(name, value).run().with_code(2);
        assert!(ran.stderr.contains(name), "{ran:?}");
    }
    // With a file of authorities, an empty folder is not an error.
    secured.line("list").env("SSL_CERT_DIR", &nothing).succeed();
}

/// The command with a file mounted over another; `None` if this machine allows no mounts.
#[cfg(target_os = "linux")]
fn mounted(home: &Home, file: &str, over: &str) -> Option<Contacts> {
    let script = "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"";
    let program = |program: &str| {
        let unshared = ["--map-root-user", "--mount", "sh", "-c", script, file, over, program];
        home.program("unshare").args(unshared)
    };
    if !program("true").run().status.success() {
        eprintln!("nothing can be mounted here");
        return None;
    }
    Some(program(env!("CARGO_BIN_EXE_contacts")))
}

#[test]
#[cfg(target_os = "linux")]
fn an_authority_in_the_system_store_is_trusted() {
    const STORE: &str = "/etc/ssl/certs/ca-certificates.crt";
    let (home, office) = (Home::new(), Office::new());
    let Ok(store) = fs::read_to_string(STORE) else { return };
    let Some(list) = mounted(&home, &home.write("store", &(store + "\n" + &office.pem)), STORE)
    else {
        return;
    };
    let base_url = serve(empty_list(office.server(&TLS13, false)));
    let who = ["--email", "ann@example.com", "--token-file", &home.write("token", SECRET)];
    list.args(["list", "--base-url", &base_url]).args(who).succeed();
    home.contacts().args(["list", "--base-url", &base_url]).args(who).fail(1);
}

#[test]
#[cfg(target_os = "linux")]
fn an_address_that_never_answers_does_not_delay_the_one_that_does() {
    let (home, office) = (Home::new(), Office::of_hosts(&["two.example"]));
    let base_url =
        serve(empty_list(office.server(&TLS13, false))).replace("127.0.0.1", "two.example");
    let hosts = home.write("hosts", "::1 two.example\n127.0.0.1 two.example\n");
    let Some(list) = mounted(&home, &hosts, "/etc/hosts") else { return };
    // The first address accepts no connection, because its queue is full.
    let port = base_url.split([':', '/']).nth(4).unwrap().parse().unwrap();
    let hole = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
    let Ok(_listener) = TcpListener::bind(hole) else { return };
    let _waiting: Vec<_> =
        iter::from_fn(|| TcpStream::connect_timeout(&hole, Duration::from_millis(200)).ok())
            .collect();
    let (ca, token) = (home.write("ca.pem", &office.pem), home.write("token", SECRET));
    let who = ["--email", "ann@example.com", "--token-file", &token, "--ca-file", &ca];
    let ran = list.args(["list", "--base-url", &base_url]).args(who).run().with_code(0);
    assert!((Duration::from_millis(250)..Duration::from_secs(2)).contains(&ran.took), "{ran:?}");
}

#[test]
fn errors_contain_no_messages_of_libraries() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}/x", listener.local_addr().unwrap());
    let closing = TcpListener::bind("127.0.0.1:0").unwrap();
    let closes = format!("http://{}/x", closing.local_addr().unwrap());
    thread::spawn(move || {
        for stream in closing.incoming() {
            let Ok(mut stream) = stream else { return };
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n";
            let _ = stream.read(&mut [0; 4096]).and_then(|_| stream.write_all(head));
        }
    });
    for (base_url, line, says) in [
        (silent.as_str(), "list --timeout 300ms", "the request timed out"),
        (&closes, "list --attempts 1", "the connection closed before the response was complete"),
        (&format!("{NOBODY}/x"), "list --attempts 1", "refused"),
    ] {
        let ran = home.at(base_url).line(line).run().with_code(5);
        assert!(ran.stderr.contains(says), "{ran:?}");
        for words in ["timeout:", "roken pipe", "io:", "global", "unexpected end"] {
            assert!(!ran.stderr.contains(words), "{words}: {ran:?}");
        }
    }
}
