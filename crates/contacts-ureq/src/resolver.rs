//! The system's resolver, whose failures can be told from others.

use std::{error::Error as StdError, fmt, io};

use http::Uri;
use ureq::{
    Error,
    config::Config,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs},
        transport::NextTimeout,
    },
};

/// ureq's own resolver, which passes on what the system says of a name that has no address, as of anything else.
#[derive(Debug, Default)]
pub(crate) struct Resolver(DefaultResolver);

impl ureq::unversioned::resolver::Resolver for Resolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        self.0.resolve(uri, config, timeout).map_err(|error| match error {
            Error::Io(error) => Error::Io(io::Error::other(NoAddress(error))),
            error => error,
        })
    }
}

/// Gives no address yet. ureq asks for one before it looks for a connection that is there already: with a time limit that
/// would be a thread and a look-up for each request.
#[derive(Debug)]
pub(crate) struct Later;

impl ureq::unversioned::resolver::Resolver for Later {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}

/// The host's name has no address.
#[derive(Debug)]
pub(crate) struct NoAddress(io::Error);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for NoAddress {}
