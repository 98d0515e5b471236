//! One connection: performs its script and records the client's bytes.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    Cut, End, Script, Shared, Step,
    io::{Io, reset},
};

/// The record of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// All bytes read, without TLS.
    pub read: Vec<u8>,
    /// Number of bytes written, without TLS.
    pub written: usize,
    /// Result of the TLS handshake.
    pub handshake: Handshake,
    /// End of the connection.
    pub ended: Ended,
}

/// Result of the TLS handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handshake {
    /// The server uses no TLS.
    None,
    /// Complete.
    Done,
    /// The client rejected it, or did not speak TLS.
    Failed(String),
}

/// End of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The script closed it.
    Script,
    /// The client closed or reset it.
    Client,
    /// Neither did within the time limit.
    TimedOut,
}

impl Connection {
    /// Returns the complete requests.
    pub fn requests(&self) -> Vec<&[u8]> {
        let (mut requests, mut rest) = (Vec::new(), self.read.as_slice());
        while let Some((request, behind)) =
            request_len(rest).and_then(|len| rest.split_at_checked(len))
        {
            requests.push(request);
            rest = behind;
        }
        requests
    }
}

/// Length of the first request, if its head is complete.
fn request_len(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(bytes.get(..head)?).to_ascii_lowercase();
    let body =
        text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    Some(head + body.unwrap_or(0))
}

pub(super) fn serve(stream: TcpStream, number: usize, shared: &Shared) -> Connection {
    let plan = &shared.plan;
    let script = plan.scripts.get(number).or_else(|| plan.scripts.last());
    let handshake = if plan.tls.is_some() { Handshake::Done } else { Handshake::None };
    match Io::open(stream, plan.tls.as_ref()) {
        Err(error) => {
            shared.playing.fetch_sub(1, Ordering::SeqCst);
            let handshake = Handshake::Failed(error.to_string());
            Connection { read: Vec::new(), written: 0, handshake, ended: Ended::Client }
        }
        Ok(io) => {
            let mut run = ScriptRun { io: Some(io), shared, read: Vec::new(), done: 0, written: 0 };
            let ended = run.run(script.unwrap_or(&Script::new()));
            Connection { read: run.read, written: run.written, handshake, ended }
        }
    }
}

struct ScriptRun<'a> {
    /// `None` after the script closed it.
    io: Option<Io>,
    shared: &'a Shared,
    read: Vec<u8>,
    /// Number of bytes of `read` that finished steps used.
    done: usize,
    written: usize,
}

impl ScriptRun<'_> {
    fn run(&mut self, script: &[Step]) -> Ended {
        let played = script.iter().try_for_each(|step| self.step(step));
        self.shared.playing.fetch_sub(1, Ordering::SeqCst);
        match played.and_then(|()| self.read_to_end()) {
            Ok(()) if self.io.is_none() => Ended::Script,
            Ok(()) => Ended::Client,
            Err(error)
                if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) =>
            {
                Ended::TimedOut
            }
            Err(_) => Ended::Client,
        }
    }

    fn step(&mut self, step: &Step) -> io::Result<()> {
        match step {
            Step::ReadRequest => self.read_until(request_len, 4096),
            Step::Read(count) => {
                let count = *count;
                self.read_until(move |_| Some(count), count)
            }
            Step::Write(bytes) => self.write(&with_ports(bytes, self.shared)),
            Step::Drip { all, bytes, every } => all.chunks(*bytes).try_for_each(|piece| {
                self.write(piece)?;
                self.sleep(*every)
            }),
            Step::Flood(bytes, count) => {
                let block = bytes.repeat(16 * 1024 / bytes.len() + 1);
                let mut left = *count;
                while left > 0 {
                    let piece = usize::try_from(left).ok().and_then(|left| block.get(..left));
                    let piece = piece.unwrap_or(&block);
                    self.write(piece)?;
                    left -= piece.len() as u64;
                }
                Ok(())
            }
            Step::Sleep(time) => self.sleep(*time),
            Step::HalfClose => self.io.as_mut().map_or(Ok(()), Io::half_close),
            Step::End(end) => {
                if let Some(io) = self.io.take() {
                    io.end(*end);
                }
                Ok(())
            }
            Step::Tunnel { up, down } => self.tunnel(*up, *down),
        }
    }

    /// Reads until there are as many bytes as `wanted` returns, in pieces of at most this size.
    fn read_until(
        &mut self,
        wanted: impl Fn(&[u8]) -> Option<usize>,
        piece: usize,
    ) -> io::Result<()> {
        let mut buffer = vec![0; piece.min(4096)];
        loop {
            let here = self.read.get(self.done..).unwrap_or_default();
            if let Some(wanted) = wanted(here).filter(|wanted| here.len() >= *wanted) {
                self.done += wanted;
                return Ok(());
            }
            let Some(io) = &mut self.io else { return Ok(()) };
            let room = buffer.len().min(piece.saturating_sub(here.len()).max(1));
            match io.read(buffer.get_mut(..room).unwrap_or_default())? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.read.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            }
        }
    }

    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let Some(io) = &mut self.io else { return Ok(()) };
        while !bytes.is_empty() {
            let count = io.write(bytes)?;
            self.written += count;
            bytes = bytes.get(count..).unwrap_or_default();
        }
        io.flush()
    }

    /// Sleeps, or returns early when the server stops.
    fn sleep(&self, time: Duration) -> io::Result<()> {
        let until = Instant::now() + time;
        while !self.shared.stopping.load(Ordering::SeqCst) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(Duration::from_millis(5)));
        }
        Ok(())
    }

    /// Records all bytes until the client closes the connection.
    fn read_to_end(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        while let Some(io) = &mut self.io {
            match io.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => self.read.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                // A TLS stream may end without notice.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn tunnel(&mut self, up: Option<Cut>, down: Option<Cut>) -> io::Result<()> {
        let (Some(Io::Plain(client)), Some(other)) = (&self.io, self.shared.other) else {
            return Ok(());
        };
        let (mut client, server) = (client.try_clone()?, TcpStream::connect::<SocketAddr>(other)?);
        server.set_nodelay(true)?;
        let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
        let is_cut = Arc::new(AtomicBool::new(false));
        let for_thread = Arc::clone(&is_cut);
        let answers = thread::spawn(move || {
            forward(&mut from_server, &mut to_client, down, &for_thread, |_| ())
        });
        let mut to_server = server;
        // Bytes after the last step belong to the other server.
        let early = self.read.split_off(self.done);
        to_server.write_all(&early)?;
        self.read.extend_from_slice(&early);
        let read = &mut self.read;
        forward(&mut client, &mut to_server, up, &is_cut, |bytes| read.extend_from_slice(bytes));
        self.written += answers.join().expect("passing on does not panic");
        Ok(())
    }
}

/// Forwards bytes until one side ends or the cut. Returns their number.
fn forward(
    from: &mut TcpStream,
    to: &mut TcpStream,
    cut: Option<Cut>,
    is_cut: &AtomicBool,
    mut note: impl FnMut(&[u8]),
) -> usize {
    let (mut buffer, mut passed) = ([0; 4096], 0);
    loop {
        let room = cut.map_or(buffer.len(), |cut| buffer.len().min(cut.at - passed));
        if let Some(cut) = cut.filter(|_| room == 0) {
            is_cut.store(true, Ordering::SeqCst);
            for stream in [&*from, &*to] {
                // A reset happens when all handles are dropped, without a FIN before it. Reading
                // must stop now.
                let how = if cut.end == End::Reset { Shutdown::Read } else { Shutdown::Both };
                if cut.end == End::Reset {
                    reset(stream);
                }
                let _ = stream.shutdown(how);
            }
            return passed;
        }
        let bytes = match from.read(buffer.get_mut(..room).unwrap_or_default()) {
            Ok(count) if count > 0 => buffer.get(..count).unwrap_or_default(),
            _ => break,
        };
        note(bytes);
        if to.write_all(bytes).is_err() {
            break;
        }
        passed += bytes.len();
    }
    if !is_cut.load(Ordering::SeqCst) {
        let _ = to.shutdown(Shutdown::Write);
    }
    passed
}

/// Replaces the names of ports.
fn with_ports(bytes: &[u8], shared: &Shared) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (name, address) in [("{SELF}", Some(shared.address)), ("{OTHER}", shared.other)] {
        let port = address.map_or(0, |address| address.port()).to_string();
        while let Some(at) = bytes.windows(name.len()).position(|here| here == name.as_bytes()) {
            bytes.splice(at..at + name.len(), port.bytes());
        }
    }
    bytes
}
