//! The script of a server.

use std::{sync::Arc, time::Duration};

/// The scripts of a server's connections.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// One script per connection; the last one repeats.
    pub scripts: Vec<Script>,
    /// TLS configuration, if it uses TLS.
    pub tls: Option<Arc<rustls::ServerConfig>>,
}

impl Plan {
    /// The same script for every connection.
    pub fn every(script: impl Into<Script>) -> Self {
        Self { scripts: vec![script.into()], tls: None }
    }

    /// One script per connection; the last one repeats.
    pub fn each(scripts: impl IntoIterator<Item = Script>) -> Self {
        Self { scripts: scripts.into_iter().collect(), tls: None }
    }

    /// Adds TLS.
    #[must_use]
    pub fn with_tls(self, tls: Arc<rustls::ServerConfig>) -> Self {
        Self { tls: Some(tls), ..self }
    }
}

/// The steps of one connection. After the last step the connection stays open until the client
/// closes it, and the server records what arrives.
pub type Script = Vec<Step>;

/// One step.
#[derive(Debug, Clone)]
pub enum Step {
    /// Read a complete request: its head, and a body of its content length.
    ReadRequest,
    /// Read exactly this many bytes.
    Read(usize),
    /// Write these bytes. `{SELF}` and `{OTHER}` are replaced by the ports of this server and the
    /// other one.
    Write(Vec<u8>),
    /// Write these bytes slowly.
    Drip {
        /// All bytes.
        all: Vec<u8>,
        /// Number of bytes at a time.
        bytes: usize,
        /// Time between two writes.
        every: Duration,
    },
    /// Repeat these bytes, up to this number of bytes, until the client closes the connection.
    Flood(&'static [u8], u64),
    /// Wait.
    Sleep(Duration),
    /// Close the write direction, with a TLS close notification.
    HalfClose,
    /// Close the connection.
    End(End),
    /// Forward everything to the other server and back.
    Tunnel {
        /// Cut of the client's bytes.
        up: Option<Cut>,
        /// Cut of the other server's bytes.
        down: Option<Cut>,
    },
}

impl Step {
    /// Writes this text.
    pub fn write(text: impl Into<Vec<u8>>) -> Self {
        Self::Write(text.into())
    }
}

/// End of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Regular close, but without a TLS close notification.
    Close,
    /// Reset.
    Reset,
}

/// Forwarding stops after this many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Number of bytes that are forwarded.
    pub at: usize,
    /// End of both connections.
    pub end: End,
}
