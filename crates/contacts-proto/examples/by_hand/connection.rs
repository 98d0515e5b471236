//! A connection with a deadline.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use contacts_proto::transport::{Delivery, TransportError, TransportErrorKind};

use super::shared::failure;

pub(crate) struct Connection {
    tcp: TcpStream,
    until: Instant,
}

impl Connection {
    /// Connects to a host and port. (The system limits the time of the DNS look-up.)
    pub(crate) fn open(address: &str, timeout: Duration) -> Result<Self, TransportError> {
        let until = Instant::now() + timeout;
        let found = address.to_socket_addrs();
        let found = found.map_err(|error| {
            TransportError::new(Delivery::NotSent, TransportErrorKind::Dns).with_source(error)
        })?;
        let mut refused = TransportError::new(Delivery::NotSent, TransportErrorKind::Dns);
        for address in found {
            match left(until).and_then(|left| TcpStream::connect_timeout(&address, left)) {
                Ok(tcp) => return Ok(Self { tcp, until }),
                Err(error) => refused = failure(Delivery::NotSent, error),
            }
        }
        Err(refused)
    }
}

/// Returns the time until the deadline.
fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tcp.set_read_timeout(Some(left(self.until)?))?;
        self.tcp.read(buffer)
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.set_write_timeout(Some(left(self.until)?))?;
        self.tcp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}
