//! Where the service is.

use contacts_ureq::{BaseUrl, CloudId, Site};

use super::{Says, Sources, first};
use crate::{args::PlaceArgs, failure::Failure};

/// Where the service is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Below this base URL, whatever the credentials.
    Base(BaseUrl),
    /// At this site: the base URL follows from the kind of credentials, and a cloud id that is not known is looked up.
    Site(Site),
    /// In this process.
    Sandbox,
}

impl Sources<'_> {
    /// Where the service is, and what says so.
    pub(super) fn place(&self) -> Result<Option<(Place, &'static str)>, Failure> {
        let PlaceArgs { site, cloud_id, base_url, sandbox, .. } = self.place;
        let given = [site.is_some(), cloud_id.is_some(), base_url.is_some(), *sandbox];
        if given.into_iter().filter(|given| *given).count() > 1 {
            return Err(Failure::usage("--site, --cloud-id, --base-url and --sandbox exclude one another"));
        }
        if *sandbox {
            return Ok(Some((Place::Sandbox, "--sandbox")));
        }
        let variable = |name| self.variable(Says::Where, name);
        let profile = &self.profile;
        let ranked = [
            ((PlaceKind::Base, "--base-url"), base_url.clone().map(Ok)),
            ((PlaceKind::CloudId, "--cloud-id"), cloud_id.clone().map(Ok)),
            ((PlaceKind::Site, "--site"), site.clone().map(Ok)),
            ((PlaceKind::Base, "CONTACTS_BASE_URL"), variable("CONTACTS_BASE_URL")),
            ((PlaceKind::CloudId, "CONTACTS_CLOUD_ID"), variable("CONTACTS_CLOUD_ID")),
            ((PlaceKind::Site, "CONTACTS_SITE"), variable("CONTACTS_SITE")),
            ((PlaceKind::CloudId, "ATLASSIAN_OPS_CLOUD_ID"), variable("ATLASSIAN_OPS_CLOUD_ID")),
            ((PlaceKind::CloudId, "JSM_CLOUD_ID"), variable("JSM_CLOUD_ID")),
            ((PlaceKind::Site, "ATLASSIAN_OPS_DOMAIN_NAME"), variable("ATLASSIAN_OPS_DOMAIN_NAME")),
            ((PlaceKind::Site, "JSM_SITE_URL"), variable("JSM_SITE_URL")),
            ((PlaceKind::Base, "base_url of the profile"), profile.base_url.clone().map(Ok)),
            ((PlaceKind::CloudId, "cloud_id of the profile"), profile.cloud_id.clone().map(Ok)),
            ((PlaceKind::Site, "site of the profile"), profile.site.clone().map(Ok)),
        ];
        let Some(((kind, from), text)) = first(ranked) else { return Ok(None) };
        let text = self.checked(from, &text?)?;
        let place = match kind {
            PlaceKind::Base => BaseUrl::new(&text).map(Place::Base),
            PlaceKind::CloudId => CloudId::new(text).map(Site::from_cloud_id).map(Place::Site),
            PlaceKind::Site => Site::new(&text).map(Place::Site),
        };
        let place = place.map_err(|error| {
            let failure = Failure::from(error).about(&self.label(from));
            match kind {
                // A site of a cloud that is not known, among others.
                PlaceKind::Site => {
                    failure.with_hint("--base-url takes the whole base URL in place of a site")
                }
                PlaceKind::Base | PlaceKind::CloudId => failure,
            }
        })?;
        Ok(Some((place, from)))
    }
}

/// What a text says of the place.
#[derive(Clone, Copy)]
enum PlaceKind {
    Base,
    CloudId,
    Site,
}
