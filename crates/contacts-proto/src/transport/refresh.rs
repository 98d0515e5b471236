//! One refresh of expired credentials for all callers that wait for it.

use std::{
    error::Error as StdError,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::Credentials;

/// The error of a credentials provider. Several callers may share it.
pub type RefreshError = Arc<dyn StdError + Send + Sync>;

/// Remembers the result of the last refresh.
///
/// The driver calls its provider under its own lock, so that only one call runs at a time:
///
/// ```
/// # use std::{error::Error, sync::Mutex};
/// # use contacts_proto::{Credentials, transport::{Refresh, RefreshError}};
/// fn refreshed(
///     refused: Option<&Credentials>,
///     refresh: &Refresh,
///     turn: &Mutex<()>,
///     provider: impl Fn() -> Result<Credentials, RefreshError>,
/// ) -> Result<Credentials, RefreshError> {
///     let ended_before = refresh.ended();
///     let _turn = turn.lock();
///     refresh.settled(ended_before, refused).unwrap_or_else(|| refresh.end(provider()))
/// }
/// ```
#[derive(Debug, Default)]
pub struct Refresh(Mutex<Last>);

#[derive(Debug, Default)]
struct Last {
    ended: u64,
    result: Option<Result<Credentials, RefreshError>>,
}

impl Refresh {
    /// Returns the number of refreshes that have ended. Call it before you wait for the lock.
    pub fn ended(&self) -> u64 {
        self.last().ended
    }

    /// Returns the last credentials, unless they are the `refused` ones. Returns the error of a
    /// refresh that failed while the caller waited. `None` means that the caller must call the
    /// provider.
    pub fn settled(
        &self,
        ended_before: u64,
        refused: Option<&Credentials>,
    ) -> Option<Result<Credentials, RefreshError>> {
        let last = self.last();
        match last.result.as_ref()? {
            Ok(known) if refused.is_none_or(|refused| !known.is_same(refused)) => {
                Some(Ok(known.clone()))
            }
            Err(error) if last.ended != ended_before => Some(Err(Arc::clone(error))),
            _ => None,
        }
    }

    /// Stores a result and returns it.
    ///
    /// # Errors
    /// The error that is passed in.
    pub fn end(
        &self,
        result: Result<Credentials, RefreshError>,
    ) -> Result<Credentials, RefreshError> {
        let mut last = self.last();
        last.ended = last.ended.wrapping_add(1);
        last.result = Some(result.clone());
        result
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: u32) -> Credentials {
        Credentials::bearer(format!("token-{number}")).unwrap()
    }

    #[test]
    fn callers_whose_credentials_were_refused_share_one_refresh() {
        let refresh = Refresh::default();
        assert!(refresh.settled(0, None).is_none(), "the first caller calls the provider");
        refresh.end(Ok(token(1))).unwrap();
        assert!(refresh.settled(0, None).unwrap().unwrap().is_same(&token(1)));

        let ended_before = refresh.ended();
        assert!(
            refresh.settled(ended_before, Some(&token(1))).is_none(),
            "one of the callers calls the provider"
        );
        refresh.end(Ok(token(2))).unwrap();
        assert!(
            refresh.settled(ended_before, Some(&token(1))).unwrap().unwrap().is_same(&token(2))
        );
    }

    #[test]
    fn callers_that_waited_share_the_error_and_later_ones_try_again() {
        let refresh = Refresh::default();
        let ended_before = refresh.ended();
        refresh
            .end(Err(Arc::from(Box::<dyn StdError + Send + Sync>::from("the vault is locked"))))
            .unwrap_err();
        assert_eq!(
            refresh.settled(ended_before, None).unwrap().unwrap_err().to_string(),
            "the vault is locked"
        );
        assert!(refresh.settled(refresh.ended(), None).is_none());
    }
}
