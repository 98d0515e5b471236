//! A proxy that opens tunnels only on this machine.
#![allow(dead_code, reason = "no file of tests uses all of it")]

use std::{
    io::{BufRead, BufReader, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

pub(crate) struct Proxy {
    address: SocketAddr,
    targets: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) fn start() -> Self {
        Self::to(None)
    }

    /// Sends every request to the server with this base URL.
    pub(crate) fn leading_to(base_url: &str) -> Self {
        let authority = base_url.split('/').nth(2).unwrap_or_default();
        Self::to(Some(authority.parse().unwrap()))
    }

    fn to(server: Option<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self { address: listener.local_addr().unwrap(), targets: Arc::default() };
        let targets = Arc::clone(&proxy.targets);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let targets = Arc::clone(&targets);
                thread::spawn(move || serve(stream.unwrap(), &targets, server));
            }
        });
        proxy
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The targets of the CONNECT requests.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.targets.lock().unwrap().clone()
    }
}

fn serve(mut client: TcpStream, targets: &Mutex<Vec<String>>, server: Option<SocketAddr>) {
    let head: Vec<_> = BufReader::new(&client)
        .lines()
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .collect();
    // `doctor` connects without a request.
    if head.is_empty() {
        return;
    }
    let words: Vec<_> = head.first().map_or("", String::as_str).split(' ').collect();
    let ["CONNECT", target, "HTTP/1.1"] = words[..] else {
        panic!("expected a CONNECT request: {head:?}");
    };
    targets.lock().unwrap().push(target.to_owned());
    let address = server.or_else(|| target.parse().ok());
    let Some(address) = address.filter(|address| address.ip().is_loopback()) else {
        // Fails if the client has closed the connection.
        let _ = client
            .write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        return;
    };
    let mut server = TcpStream::connect(address).unwrap();
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (mut from_client, mut to_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Write);
}
