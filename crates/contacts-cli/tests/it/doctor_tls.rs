//! `contacts doctor` distinguishes an untrusted certificate from another handshake failure.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
};

use crate::support::office::{Office, empty_list, serve};
use crate::support::{
    Home,
    examined::{assert_fails, examine, step},
};
use contacts_sandbox::Sandbox;
use rustls::{
    ServerConfig, ServerConnection,
    version::{TLS12, TLS13},
};

/// The issuer in JSON, with its control characters.
const ISSUER: &str = "issued by Office\\\\u{202e} Ltd, Inspection";

/// Sends its certificate and closes the connection.
fn hangs_up(config: Arc<ServerConfig>) -> impl Fn(&TcpStream) + Send + 'static {
    move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let read = connection.read_tls(&mut stream);
        if read.is_ok() && connection.process_new_packets().is_ok() {
            while connection.wants_write() && connection.write_tls(&mut stream).is_ok() {}
        }
    }
}

#[test]
fn the_issuer_of_a_certificate_is_printed_whether_trusted_or_not() {
    let (home, office) = (Home::new(), Office::new());
    let base_url = serve(empty_list(office.server(&TLS13, false)));
    // As for every other command: a retry would not help.
    assert_fails(home.at(&base_url).line("doctor"), "TLS", ISSUER, 1);
    for line in ["doctor -o json", "list -o json"] {
        let ran = home.at(&base_url).line(line).run().with_code(1);
        assert_eq!(ran.error()["kind"], "certificate", "{ran:?}");
    }
    let (steps, code) = examine(home.at(&base_url).args([
        "doctor",
        "--ca-file",
        &home.write("ca.pem", &office.pem),
    ]));
    assert_eq!(code, 0, "{steps:?}");
    assert!(step(&steps, "TLS").to_string().contains(ISSUER), "{steps:?}");
}

#[test]
fn a_server_without_tls_sends_no_certificate() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let plain = sandbox.base_url().replace("http:", "https:");
    // A server with other TLS versions sends a fatal alert, protocol_version (RFC 8446, 6).
    let other = serve(|mut stream| {
        let _ =
            stream.read(&mut [0; 4096]).and_then(|_| stream.write_all(&[21, 3, 3, 0, 2, 2, 70]));
    });
    for base_url in [plain, other] {
        assert_fails(home.at(&base_url).line("doctor"), "TLS", "no certificate", 5);
    }
}

#[test]
fn the_check_of_a_silent_server_times_out() {
    let (home, silent) =
        (Home::new(), serve(|mut stream| drop(stream.read_to_end(&mut Vec::new()))));
    let doctor = home.at(&silent).line("doctor --timeout 1s");
    assert_fails(doctor, "TLS", "no certificate: no response in time", 5);
}

#[test]
fn a_failed_handshake_with_a_trusted_certificate_is_not_a_certificate_error() {
    let (home, office) = (Home::new(), Office::new());
    let authority = home.write("ca.pem", &office.pem);
    for (base_url, why) in [
        (serve(empty_list(office.server(&TLS12, true))), "fatal alert"),
        (serve(hangs_up(office.server(&TLS12, false))), "unexpected end of file"),
    ] {
        let doctor =
            || home.at(&base_url).args(["doctor", "--attempts", "1", "--ca-file", &authority]);
        assert_fails(doctor(), "TLS", ISSUER, 5);
        assert_fails(doctor(), "TLS", why, 5);
        let ran = doctor().line("-o json").run();
        assert_eq!(ran.error()["kind"], "unavailable", "{ran:?}");
        // Another command fails in the same way.
        let list =
            home.at(&base_url).args(["list", "--attempts", "1", "--ca-file", &authority]).fail(5);
        assert_eq!(list["kind"], "unavailable", "{list}");
    }
}

#[test]
fn a_required_client_certificate_is_reported_by_the_first_request() {
    let (home, office) = (Home::new(), Office::new());
    let authority = home.write("ca.pem", &office.pem);
    let base_url = serve(empty_list(office.server(&TLS13, true)));
    let doctor = || home.at(&base_url).args(["doctor", "--attempts", "1", "--ca-file", &authority]);
    assert_fails(doctor(), "connection", "fatal alert", 5);
    let (steps, _) = examine(doctor());
    assert_eq!(step(&steps, "TLS")["state"], "ok", "{steps:?}");
}
