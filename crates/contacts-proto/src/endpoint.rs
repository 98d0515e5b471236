//! Where a request goes, and with which credentials.

mod base_url;
mod cloud_id;
mod credentials;
mod proxy;
mod site;

pub use self::{
    base_url::BaseUrl,
    cloud_id::CloudId,
    credentials::Credentials,
    proxy::{ProxyChoice, ProxyVariables},
    site::Site,
};
