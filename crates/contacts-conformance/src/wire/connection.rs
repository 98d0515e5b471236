//! One connection: its script carried out, and what was seen of the client.

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

/// What there was of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Every byte that was read, without its TLS.
    pub read: Vec<u8>,
    /// How many bytes were written, without their TLS.
    pub written: usize,
    /// What became of TLS.
    pub handshake: Handshake,
    /// How it ended.
    pub ended: Ended,
}

/// What became of TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handshake {
    /// The server speaks none.
    None,
    /// It is agreed upon.
    Done,
    /// The client refused, or it was no TLS.
    Failed(String),
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The script has ended it.
    Script,
    /// The client has closed or reset it.
    Client,
    /// Nobody did in all the time there is.
    TimedOut,
}

impl Connection {
    /// The requests that were read whole.
    pub fn requests(&self) -> Vec<&[u8]> {
        let (mut requests, mut rest) = (Vec::new(), self.read.as_slice());
        while let Some((request, behind)) = request_len(rest).and_then(|len| rest.split_at_checked(len)) {
            requests.push(request);
            rest = behind;
        }
        requests
    }
}

/// How long the first request in these bytes is, if its head is there.
fn request_len(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(bytes.get(..head)?).to_ascii_lowercase();
    let body = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
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
    /// `None` once the script has let go of it.
    io: Option<Io>,
    shared: &'a Shared,
    read: Vec<u8>,
    /// How much of `read` belongs to steps that are done.
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
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
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

    /// Reads until there is as much as `wanted` says, in pieces of this size at most.
    fn read_until(&mut self, wanted: impl Fn(&[u8]) -> Option<usize>, piece: usize) -> io::Result<()> {
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

    /// Sleeps, but not into the server's end.
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

    /// Writes down what comes until the client is gone.
    fn read_to_end(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        while let Some(io) = &mut self.io {
            match io.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => self.read.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                // The end of a TLS stream that was not announced is one.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn tunnel(&mut self, up: Option<Cut>, down: Option<Cut>) -> io::Result<()> {
        let (Some(Io::Plain(client)), Some(other)) = (&self.io, self.shared.other) else { return Ok(()) };
        let (mut client, server) = (client.try_clone()?, TcpStream::connect::<SocketAddr>(other)?);
        server.set_nodelay(true)?;
        let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
        let is_cut = Arc::new(AtomicBool::new(false));
        let for_thread = Arc::clone(&is_cut);
        let answers =
            thread::spawn(move || forward(&mut from_server, &mut to_client, down, &for_thread, |_| ()));
        let mut to_server = server;
        // What was read too far belongs to the other server.
        let early = self.read.split_off(self.done);
        to_server.write_all(&early)?;
        self.read.extend_from_slice(&early);
        let read = &mut self.read;
        forward(&mut client, &mut to_server, up, &is_cut, |bytes| read.extend_from_slice(bytes));
        self.written += answers.join().expect("passing on does not panic");
        Ok(())
    }
}

/// Passes on until one side ends or the cut comes; how many bytes it were.
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
                // No end of the stream comes before a reset, which comes when all let go; reading must end all the same.
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

/// Puts ports in where they are asked for.
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
