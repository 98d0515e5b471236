//! TCP connections with staggered starts (RFC 8305). ureq itself tries the addresses of a host one
//! after the other.

use std::{
    io::{self, Read, Write},
    mem,
    net::{SocketAddr, TcpStream},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use contacts_proto::transport::connect::{STAGGER, interleaved, more_telling};
use ureq::{
    Error, Timeout,
    unversioned::transport::{
        Buffers, ConnectionDetails, LazyBuffers, NextTimeout, Transport, time,
    },
};

/// Connects to one of these addresses within the timeout.
fn connect(addresses: &[SocketAddr], limit: Duration) -> io::Result<TcpStream> {
    if let [only] = addresses {
        return TcpStream::connect_timeout(only, limit);
    }
    let begun = Instant::now();
    let left = || limit.saturating_sub(begun.elapsed());
    let (told, results) = mpsc::channel();
    let mut addresses = interleaved(addresses).into_iter();
    let (mut under_way, mut failed) = (0_usize, None);
    loop {
        if let Some(address) = addresses.next() {
            let (told, left) = (told.clone(), left().max(Duration::from_millis(1)));
            // std has no way to wait for several sockets.
            thread::Builder::new().spawn(move || {
                // The receiver is gone if another address was faster.
                let _ = told.send(TcpStream::connect_timeout(&address, left));
            })?;
            under_way = under_way.saturating_add(1);
        } else if under_way == 0 {
            return Err(failed.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()));
        }
        let wait = if addresses.len() == 0 { left() } else { left().min(STAGGER) };
        match results.recv_timeout(wait) {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => {
                under_way = under_way.saturating_sub(1);
                failed = Some(more_telling(failed, error));
            }
            Err(RecvTimeoutError::Timeout) if !left().is_zero() => {}
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

/// A TCP connection.
#[derive(Debug)]
pub(crate) struct Tcp {
    stream: TcpStream,
    buffers: LazyBuffers,
    /// Timeouts that the socket has now. Setting them costs a system call.
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
    /// `true` if the next [`is_open`](Transport::is_open) is the one before the pool. ureq calls it
    /// again when it takes the connection out, and each check costs three system calls.
    is_in_use: bool,
}

impl Tcp {
    pub(crate) fn connect(details: &ConnectionDetails<'_>) -> Result<Self, Error> {
        // The connect timeout includes DNS.
        let spent = match ((details.current_time)(), details.now) {
            (time::Instant::Exact(now), time::Instant::Exact(begun)) => {
                now.saturating_duration_since(begun)
            }
            _ => Duration::ZERO,
        };
        let limit = limit(details.timeout.after.saturating_sub(spent), details.timeout.reason)?;
        let addresses: Vec<_> = details.addrs.iter().copied().collect();
        let stream =
            connect(&addresses, limit).map_err(|error| timed_out(error, details.timeout.reason))?;
        stream.set_nodelay(true)?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Self { stream, buffers, read_timeout: None, write_timeout: None, is_in_use: true })
    }

    fn read(&mut self, time: Duration, reason: Timeout) -> Result<usize, Error> {
        let time = Some(limit(time, reason)?);
        if time != self.read_timeout && is_set(self.stream.set_read_timeout(time))? {
            self.read_timeout = time;
        }
        let room = self.buffers.input_append_buf();
        loop {
            match self.stream.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(|error| timed_out(error, reason)),
            }
        }
    }
}

impl Transport for Tcp {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.is_in_use = true;
        // After a timeout in the middle of a write, the number of sent bytes is unknown, so the
        // write ends.
        let time = Some(limit(steady(*timeout.after), timeout.reason)?);
        if time != self.write_timeout && is_set(self.stream.set_write_timeout(time))? {
            self.write_timeout = time;
        }
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        self.stream.write_all(output).map_err(|error| timed_out(error, timeout.reason))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let (first, rest) =
            (steady(*timeout.after), timeout.after.saturating_sub(steady(*timeout.after)));
        let read = match self.read(first, timeout.reason) {
            Err(Error::Timeout(_)) if !rest.is_zero() => self.read(rest, timeout.reason)?,
            read => read?,
        };
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    fn is_open(&mut self) -> bool {
        if mem::take(&mut self.is_in_use) {
            return true;
        }
        let quiet = self.stream.set_nonblocking(true).and_then(|()| self.stream.peek(&mut [0]));
        // Unexpected input ends the connection.
        matches!(quiet, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
            && self.stream.set_nonblocking(false).is_ok()
    }
}

/// macOS rejects a timeout after the peer has closed the connection, although a response may be
/// readable.
fn is_set(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Err(error) if cfg!(target_os = "macos") && error.kind() == io::ErrorKind::InvalidInput => {
            Ok(false)
        }
        result => result.map(|()| true),
    }
}

/// Returns the time left for a socket call, or an error if there is none.
fn limit(time: Duration, reason: Timeout) -> Result<Duration, Error> {
    if time.is_zero() { Err(Error::Timeout(reason)) } else { Ok(time) }
}

/// Rounds a long time to whole seconds. The time left differs with each call, and setting it costs
/// a system call. Whole seconds mostly stay the same.
fn steady(time: Duration) -> Duration {
    if time.as_secs() < 8 { time } else { Duration::from_secs(time.as_secs()) }
}

/// Both kinds mean a timeout of a socket.
fn timed_out(error: io::Error, reason: Timeout) -> Error {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Error::Timeout(reason),
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use socket2::{Domain, Socket, Type};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    /// Port 1, which has no listener.
    fn refused() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 1))
    }

    /// A socket with a full queue: it accepts no connection while these exist.
    fn black_hole() -> (SocketAddr, Socket, Vec<Socket>) {
        let new = || Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let socket = new();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(0).unwrap();
        let address = socket.local_addr().unwrap();
        let mut waiting = Vec::new();
        loop {
            let next = new();
            match next.connect_timeout(&address, Duration::from_millis(100)) {
                Ok(()) => waiting.push(next),
                Err(_) => return (address.as_socket().unwrap(), socket, waiting),
            }
        }
    }

    #[test]
    fn an_address_that_never_answers_costs_a_quarter_of_a_second() {
        let there = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = there.local_addr().unwrap();
        let (hole, _socket, _waiting) = black_hole();
        for addresses in [[hole, good], [good, hole]] {
            let begun = Instant::now();
            let stream = connect(&addresses, LIMIT).unwrap();
            assert_eq!(stream.peer_addr().unwrap(), good);
            assert!(begun.elapsed() < STAGGER * 3, "{:?}", begun.elapsed());
        }
    }

    #[test]
    fn an_address_that_fails_at_once_does_not_delay_the_next() {
        let there = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = there.local_addr().unwrap();
        let begun = Instant::now();
        assert_eq!(
            connect(&[refused(), refused(), good], LIMIT).unwrap().peer_addr().unwrap(),
            good
        );
        assert!(begun.elapsed() < STAGGER, "{:?}", begun.elapsed());
    }

    #[test]
    fn addresses_that_never_answer_end_with_the_limit() {
        let (hole, _socket, _waiting) = black_hole();
        let limit = Duration::from_millis(600);
        for addresses in [vec![hole], vec![hole, hole], vec![hole, refused(), hole]] {
            let begun = Instant::now();
            let error = connect(&addresses, limit).unwrap_err();
            // Either error may be the last one.
            let is_refusal =
                addresses.len() == 3 && error.kind() == io::ErrorKind::ConnectionRefused;
            assert!(is_refusal || error.kind() == io::ErrorKind::TimedOut, "{error}");
            assert!((limit..limit * 2).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        }
    }

    #[test]
    fn long_times_are_the_same_for_a_second_and_short_ones_are_exact() {
        for millis in [1, 999, 7_999, 8_000] {
            assert_eq!(steady(Duration::from_millis(millis)), Duration::from_millis(millis));
        }
        assert_eq!(steady(Duration::from_millis(29_999)), steady(Duration::from_millis(29_001)));
    }

    #[test]
    fn of_addresses_that_all_refuse_the_refusal_is_told() {
        let error = connect(&[refused(), refused()], LIMIT).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
