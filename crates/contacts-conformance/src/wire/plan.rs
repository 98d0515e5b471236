//! What a scripted server does.

use std::{sync::Arc, time::Duration};

/// What a server does with its connections.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// One script a connection; the last is that of all that follow.
    pub scripts: Vec<Script>,
    /// TLS, if it speaks it.
    pub tls: Option<Arc<rustls::ServerConfig>>,
}

impl Plan {
    /// The same script for every connection.
    pub fn every(script: impl Into<Script>) -> Self {
        Self { scripts: vec![script.into()], tls: None }
    }

    /// A script for each connection; the last is that of all that follow.
    pub fn each(scripts: impl IntoIterator<Item = Script>) -> Self {
        Self { scripts: scripts.into_iter().collect(), tls: None }
    }

    /// The same behind TLS.
    #[must_use]
    pub fn with_tls(self, tls: Arc<rustls::ServerConfig>) -> Self {
        Self { tls: Some(tls), ..self }
    }
}

/// The steps of one connection. At their end it stays open until the client closes it, and what still comes is written down.
pub type Script = Vec<Step>;

/// One step.
#[derive(Debug, Clone)]
pub enum Step {
    /// Read until a request is whole: its head, and as much body as its head says.
    ReadRequest,
    /// Read this many bytes and no more.
    Read(usize),
    /// Write these bytes; `{SELF}` and `{OTHER}` in them stand for the ports of the server and of the other one.
    Write(Vec<u8>),
    /// Write these bytes a few at a time.
    Drip {
        /// All of them.
        all: Vec<u8>,
        /// How many at a time.
        bytes: usize,
        /// The time between them.
        every: Duration,
    },
    /// Write these bytes again and again, this many in all at most, until the client has enough.
    Flood(&'static [u8], u64),
    /// Let this time pass.
    Sleep(Duration),
    /// Say that nothing more will be written, by the end of the TLS stream too.
    HalfClose,
    /// Let go of the connection.
    End(End),
    /// Pass everything on to the other server and back.
    Tunnel {
        /// What goes wrong with what the client sends.
        up: Option<Cut>,
        /// What goes wrong with what the other server sends.
        down: Option<Cut>,
    },
}

impl Step {
    /// Writes this text.
    pub fn write(text: impl Into<Vec<u8>>) -> Self {
        Self::Write(text.into())
    }
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// In good order, but without the end of a TLS stream.
    Close,
    /// By a reset.
    Reset,
}

/// Passing on ends after so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// How many are passed on.
    pub at: usize,
    /// How both connections end then.
    pub end: End,
}
