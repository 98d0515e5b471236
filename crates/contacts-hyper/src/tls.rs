//! The TLS provider: the cryptography below rustls.

use std::{error::Error as StdError, fmt, sync::Arc};

use rustls::{ClientConfig, ConfigBuilder, WantsVerifier, crypto::CryptoProvider};

pub(crate) type TlsConfig = ConfigBuilder<ClientConfig, WantsVerifier>;

/// Begins a configuration with the default provider of the process, or else the one of a feature.
pub(crate) fn config() -> Result<TlsConfig, TlsProviderError> {
    let Some(provider) = CryptoProvider::get_default().cloned().or_else(of_feature) else {
        return Err(TlsProviderError::Missing);
    };
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsProviderError::Unusable)
}

#[cfg(feature = "ring")]
fn of_feature() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(all(feature = "aws-lc-rs", not(feature = "ring")))]
fn of_feature() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
fn of_feature() -> Option<Arc<CryptoProvider>> {
    None
}

/// Reason why the client cannot use TLS.
#[derive(Debug, Clone)]
pub(crate) enum TlsProviderError {
    Missing,
    /// The default provider of the process lacks a cipher suite or a key exchange.
    Unusable(rustls::Error),
}

impl fmt::Display for TlsProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "no TLS provider; enable the feature ring or aws-lc-rs, or install a default \
                 CryptoProvider of rustls",
            ),
            Self::Unusable(error) => {
                write!(f, "the default TLS provider of the process cannot be used: {error}")
            }
        }
    }
}

impl StdError for TlsProviderError {}
