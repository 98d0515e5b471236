//! A connection with or without TLS.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::Arc,
    time::Duration,
};

use rustls::{ServerConnection, StreamOwned};
use socket2::SockRef;

use super::End;

/// Time limit of a read or write.
const LIMIT: Duration = Duration::from_secs(10);

pub(super) enum Io {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Io {
    /// Opens the connection and completes the TLS handshake.
    pub(super) fn open(
        mut stream: TcpStream,
        tls: Option<&Arc<rustls::ServerConfig>>,
    ) -> io::Result<Self> {
        let _ = stream.set_nodelay(true);
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_write_timeout(Some(LIMIT))?;
        let Some(tls) = tls else { return Ok(Self::Plain(stream)) };
        let mut connection = ServerConnection::new(Arc::clone(tls)).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        Ok(Self::Tls(Box::new(StreamOwned::new(connection, stream))))
    }

    pub(super) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        }
    }

    pub(super) fn half_close(&mut self) -> io::Result<()> {
        if let Self::Tls(stream) = self {
            stream.conn.send_close_notify();
            stream.flush()?;
        }
        self.tcp().shutdown(Shutdown::Write)
    }

    pub(super) fn end(self, end: End) {
        if end == End::Reset {
            reset(self.tcp());
        }
    }
}

/// Makes a connection end with a reset when it is dropped.
pub(super) fn reset(stream: &TcpStream) {
    // If the client closed it first, nothing is left to reset.
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

impl Read for Io {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Io {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
