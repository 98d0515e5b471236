//! A server with canned responses, byte for byte.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{Home, Ran};

/// A server that sends one of these answers per connection, and then always the last. Counts
/// requests.
pub(crate) struct Server {
    pub(crate) origin: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) fn start(answers: &[impl AsRef<[u8]>]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let (counted, answers) = (
            Arc::clone(&requests),
            answers.iter().map(|it| it.as_ref().to_vec()).collect::<Vec<_>>(),
        );
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(stream.unwrap());
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                        break;
                    }
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                let _ = reader.read_exact(&mut body);
                let number = counted.fetch_add(1, Ordering::SeqCst);
                let answer = answers.get(number).or_else(|| answers.last()).unwrap();
                let _ = reader.get_mut().write_all(answer);
            }
        });
        Self { origin, requests }
    }

    pub(crate) fn run(&self, home: &Home, line: &str) -> Ran {
        home.at(&format!("{}/jsm/ops/api/c", self.origin)).line(line).run()
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// The bytes of a response. Each header includes its line end.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
