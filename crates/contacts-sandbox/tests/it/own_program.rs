//! The test in the README.

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Operation, Sandbox, When};
use contacts_ureq::{BaseUrl, Client, ContactMethod, Credentials};

#[test]
fn a_lost_response_leaves_a_receipt() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start()?;
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create));
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?;
    let client = Client::new(BaseUrl::new(&sandbox.base_url())?, credentials);
    let error = client.create(ContactMethod::Voice, "90-5555559999").unwrap_err();
    assert!(error.receipt().is_some() && sandbox.contacts(DEMO_EMAIL).len() == 3);
    Ok(())
}
