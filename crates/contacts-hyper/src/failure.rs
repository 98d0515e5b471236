//! The errors of hyper and of what is below it, as failures.

use std::error::Error as StdError;

use contacts_proto::{Cause, Failure, Progress, transport::error_chain};
use hyper_util::client::legacy;
use tokio::time::error::Elapsed;

use crate::proxy::NoTunnel;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// Returns `true` if no connection was made for the request.
pub(crate) fn is_connect(error: &(dyn StdError + 'static)) -> bool {
    error_chain(error).any(|error| error.downcast_ref().is_some_and(legacy::Error::is_connect))
}

pub(crate) fn failure(progress: Progress, error: BoxError) -> Failure {
    let refusal = error_chain(&*error).find_map(|error| error.downcast_ref());
    if let Some(NoTunnel::Refused(status)) = refusal {
        return Failure::refused_by_proxy(*status);
    }
    Failure::from_error(progress, error, known)
}

fn known(error: &(dyn StdError + 'static)) -> Option<Cause> {
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        let is_closed = error.is_incomplete_message() || error.is_canceled() || error.is_closed();
        return [
            (error.is_parse_too_large(), Cause::TooLarge),
            (error.is_parse(), Cause::Malformed),
            (error.is_timeout(), Cause::TimedOut),
            (is_closed, Cause::Closed),
        ]
        .into_iter()
        .find_map(|(is, cause)| is.then_some(cause));
    }
    if let Some(error) = error.downcast_ref::<legacy::Error>() {
        return error.is_connect().then_some(Cause::Connect);
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidCertificate(_) => Cause::Certificate,
            _ => Cause::Tls,
        });
    }
    if error.is::<NoTunnel>() {
        return Some(Cause::Proxy);
    }
    error.is::<Elapsed>().then_some(Cause::TimedOut)
}
