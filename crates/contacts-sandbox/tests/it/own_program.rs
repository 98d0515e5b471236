//! The test in the README.

use std::error::Error;

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Operation, Sandbox, When};
use contacts_ureq::{BaseUrl, Client, ContactMethod, CreateContact, Credentials, ErrorKind};

/// The code under test.
fn reach_by_call(client: &Client, number: &str) -> Result<(), contacts_ureq::Error> {
    client.send(&CreateContact::new(ContactMethod::Voice, number)?).map(drop)
}

#[test]
fn a_create_with_a_lost_response_is_sent_once_and_its_outcome_is_unknown() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start()?;
    let client = Client::new(BaseUrl::new(&sandbox.base_url())?, Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?);

    sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create));
    let error = reach_by_call(&client, "90-5555559999").unwrap_err();

    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(sandbox.contacts(DEMO_EMAIL).len(), 3);
    assert_eq!(sandbox.requests(Operation::Create).len(), 1);
    Ok(())
}
