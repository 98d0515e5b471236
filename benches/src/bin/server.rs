//! `server FILE`: serves canned responses, prints its addresses, and writes its certificate to
//! FILE.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let ca = std::env::args().nth(1).ok_or("usage: server FILE")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime
        .block_on(contacts_benches::server::serve(ca, |addresses| println!("{addresses}")))?)
}
