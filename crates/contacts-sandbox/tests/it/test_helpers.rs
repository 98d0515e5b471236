//! The methods of `Sandbox` for tests.

use std::io::{Read, Write};
use std::net::TcpStream;

use contacts_sandbox::{DEMO_EMAIL, Operation, Sandbox, User};

/// Sends a request of the demo user, and reads the response to its end.
fn send(sandbox: &Sandbox, line: &str) {
    let mut stream = TcpStream::connect(sandbox.address()).unwrap();
    let head = "host: localhost\r\nauthorization: Basic ZGVtb0BleGFtcGxlLmNvbTpzYW5kYm94LXRva2Vu\r\nconnection: close\r\ncontent-length: 0";
    stream.write_all(format!("{line} HTTP/1.1\r\n{head}\r\n\r\n").as_bytes()).unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn contacts_returns_those_of_the_user_with_the_address() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.add_user(User::new("ann@example.com", "anns-token"));
    assert_eq!(sandbox.contacts("ann@example.com"), []);

    let id = sandbox.add_contact("ann@example.com", "voice", "49-1", false);
    let contacts = sandbox.contacts("ann@example.com");
    let [contact] = contacts.as_slice() else { panic!("{contacts:?}") };
    assert_eq!((&contact.id, contact.method.as_str()), (&id, "voice"));
    assert_eq!((contact.to.as_str(), contact.enabled), ("49-1", false));
    assert_eq!(sandbox.contacts(DEMO_EMAIL).len(), 2);
}

#[test]
fn a_replaced_user_keeps_the_contacts() {
    let sandbox = Sandbox::start().unwrap();
    let before = sandbox.contacts(DEMO_EMAIL);
    sandbox.add_user(User::new(DEMO_EMAIL, "another-token"));
    assert_eq!(sandbox.contacts(DEMO_EMAIL), before);
}

#[test]
#[should_panic(expected = "the sandbox has no user ann@example.com")]
fn contacts_panics_for_an_unknown_user() {
    Sandbox::start().unwrap().contacts("ann@example.com");
}

#[test]
fn requests_returns_those_of_an_operation_and_writes_all_that_are_not_reads() {
    let sandbox = Sandbox::start().unwrap();
    let contacts = "/jsm/ops/api/sandbox/v1/users/contacts";
    let id = sandbox.contacts(DEMO_EMAIL)[0].id.clone();
    send(&sandbox, &format!("GET {contacts}"));
    send(&sandbox, &format!("PATCH {contacts}/{id}/deactivate"));
    send(&sandbox, &format!("GET {contacts}/{id}"));
    // Rejected requests count too.
    send(&sandbox, &format!("DELETE {contacts}/unknown"));

    let statuses = |operation| {
        let requests = sandbox.requests(operation).into_iter();
        requests.map(|recorded| recorded.status.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(Operation::List), [200]);
    assert_eq!(statuses(Operation::Get), [200]);
    assert_eq!(statuses(Operation::Delete), [404]);
    assert!(statuses(Operation::Create).is_empty());
    let writes: Vec<_> =
        sandbox.writes().into_iter().map(|recorded| recorded.operation.unwrap()).collect();
    assert_eq!(writes, [Operation::Deactivate, Operation::Delete]);
}
