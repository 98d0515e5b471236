//! Names and e-mail addresses from Jira.

use std::{collections::BTreeMap, sync::Arc};

use contacts_ureq::{
    AccountId, BulkGetUsers, ConcurrencyLimit, ConcurrencyPermit, Error, FindUsers, JiraUser,
};

use super::{
    findings::{Finding, User},
    on_call::Candidate,
    workers::in_parallel,
};
use crate::{client::Client, error::Failure, io::note};

/// Adds names, addresses and the state of the accounts. Without the permission, the ids must do.
pub(crate) fn add(client: &Arc<Client>, limit: &ConcurrencyLimit, candidates: &mut [Candidate]) {
    let ids: Vec<_> = candidates.iter().filter_map(|it| it.user.account_id.clone()).collect();
    let chunks: Vec<_> = ids.chunks(BulkGetUsers::MAX_USERS).map(<[_]>::to_vec).collect();
    let client = Arc::clone(client);
    let read = move |ids: Vec<AccountId>, permit: &mut ConcurrencyPermit| {
        client.send_alone(&BulkGetUsers::new(&ids)?, permit)
    };
    let (mut known, mut failed) = (BTreeMap::new(), None);
    match in_parallel(limit, chunks, read) {
        Ok(results) => {
            for result in results {
                match result {
                    Ok(users) => {
                        known.extend(users.into_iter().map(|user| (user.account_id.clone(), user)));
                    }
                    Err(error) => failed = Some(error),
                }
            }
        }
        Err(error) => failed = Some(error),
    }
    for candidate in candidates {
        let user = &mut candidate.user;
        if let Some(known) = user.account_id.as_ref().and_then(|id| known.remove(id)) {
            user.add(known);
        }
    }
    if let Some(error) = failed {
        note(&format!("names are missing: {}", Failure::from(error)));
    }
}

/// Finds the account ids of users by their e-mail addresses. An address without exactly one user is
/// a finding.
pub(crate) fn find(
    client: &Arc<Client>,
    limit: &ConcurrencyLimit,
    users: Vec<User>,
) -> Result<Vec<Candidate>, Failure> {
    let addresses = users.iter().map(|user| user.email.clone().unwrap_or_default()).collect();
    let client = Arc::clone(client);
    let read = move |address: String, permit: &mut ConcurrencyPermit| {
        client.send_alone(&FindUsers::by_email(address)?, permit)
    };
    let results = in_parallel(limit, addresses, read)?;
    Ok(users.into_iter().zip(results).map(|(user, found)| candidate(user, found)).collect())
}

fn candidate(mut user: User, found: Result<Vec<JiraUser>, Error>) -> Candidate {
    let failure = match found.map(<[JiraUser; 1]>::try_from) {
        Ok(Ok([known])) => {
            user.account_id = Some(known.account_id.clone());
            user.add(known);
            return user.into();
        }
        Ok(Err(users)) if users.is_empty() => {
            Failure::local("no visible user has this e-mail address")
                .with_hint("give the account id instead; users can hide their address")
        }
        Ok(Err(_)) => Failure::local("several users have this e-mail address")
            .with_hint("give the account id instead"),
        Err(error) => error.into(),
    };
    Candidate { user, finding: Some(Box::new(Finding::Unreadable { error: failure })) }
}

impl User {
    /// Adds what Jira knows. Keeps what the file of users says.
    fn add(&mut self, known: JiraUser) {
        self.name = self.name.take().or(known.display_name);
        self.email = self.email.take().or(known.email);
        self.active = known.active.filter(|active| !active);
    }
}
