//! `tower` layers: at most 8 concurrent requests, and at most 200 per second.
//!
//! `cargo run -p contacts-hyper --example tower_layers`

use std::{
    error::Error,
    time::{Duration, Instant},
};

use contacts_hyper::{BaseUrl, Client, Credentials, ListContacts};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};
use futures_util::{StreamExt, TryStreamExt, stream};
use tower::{
    buffer::BufferLayer,
    layer::util::Stack,
    limit::{ConcurrencyLimitLayer, RateLimitLayer},
};

const REQUESTS: usize = 300;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start()?;
    // With the buffer, all clones of the client share one rate limit.
    let rate =
        Stack::new(RateLimitLayer::new(200, Duration::from_secs(1)), BufferLayer::new(REQUESTS));
    let layers = Stack::new(ConcurrencyLimitLayer::new(8), rate);
    let client = Client::builder(BaseUrl::new(&sandbox.base_url())?)
        .credentials(Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?)
        .build_with(&layers);

    let begun = Instant::now();
    let list = ListContacts::all();
    let pages = stream::iter(0..REQUESTS).map(|_| client.send(&list)).buffer_unordered(64);
    let count = pages.try_fold(0, |count, _| async move { Ok(count + 1) }).await?;
    let took = begun.elapsed();
    println!("{count} requests in {took:?}");
    if took < Duration::from_secs(1) { Err("the limit did not hold".into()) } else { Ok(()) }
}
