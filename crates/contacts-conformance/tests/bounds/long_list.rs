//! A list of many pages; the test drops each contact as it arrives.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use contacts_conformance::driver::{Driver, Setup};
use contacts_proto::ListContacts;

use crate::peak;

/// Cost of a contact until the end of its list, in bytes, without ids longer than a UUID.
const EACH: usize = 96;

/// Cost of a client and a page, in bytes.
const CLIENT_AND_PAGE: usize = 576 * 1024;

/// Contacts per page.
const PAGE: usize = 100;

/// A list of this many contacts, with ids of this many characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LongList {
    pub(crate) count: usize,
    pub(crate) id_len: usize,
}

impl LongList {
    /// A client reads the list in bounded memory.
    pub(crate) fn is_read_by<D: Driver>(self) {
        let mut setup = Setup::new(format!("http://{}/cloud", self.serve()));
        let mut given = 0_usize;
        setup.policy.max_attempts = 1;
        let (result, peak) = peak::of(|| {
            let client = D::new(&setup).expect("the settings are valid");
            client.each_contact(ListContacts::MAX_PAGE_SIZE, |contact| {
                assert_eq!(contact.id.as_str().len(), self.id_len);
                given += 1;
            })
        });
        result.expect("the list is readable");
        let Self { count, id_len } = self;
        println!(
            "{:>8} KiB of heap: {count} contacts with ids of {id_len}, {}",
            peak / 1024,
            D::NAME
        );
        assert_eq!(given, count);
        let long_id = if id_len > 36 { id_len } else { 0 };
        assert!(peak <= CLIENT_AND_PAGE + (EACH + long_id) * count, "{peak} bytes of heap");
    }

    /// Starts a server of one connection with this list.
    fn serve(self) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        thread::spawn(move || {
            let (stream, _) = listener.accept()?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            self.answer_all(stream)
        });
        address
    }

    /// Responds to one request after the other; on loopback each arrives in one piece. All
    /// responses are written into the first one, because building each of them is slower than
    /// reading it.
    fn answer_all(self, mut stream: TcpStream) -> io::Result<()> {
        let mut request = [0; 4096];
        let contact =
            format!(r#"{{"id":"{:0>len$}","method":"sms","to":"1-2"}}"#, "", len = self.id_len);
        let contacts = vec![contact.as_str(); PAGE].join(",");
        let body = format!(r#"{{"links":{{{:LINK$}}},"values":[{contacts}]}}"#, "");
        let mut answer =
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes();
        let link = answer.len() - body.len() + r#"{"links":{"#.len();
        let first_id_end =
            answer.len() - contacts.len() - "]}".len() + r#"{"id":""#.len() + self.id_len;
        loop {
            let len = stream.read(&mut request)?;
            let offset = request.get(..len).and_then(offset).ok_or(io::ErrorKind::InvalidData)?;
            for number in 0..PAGE {
                write_number(
                    &mut answer,
                    first_id_end + number * (contact.len() + 1),
                    offset + number,
                );
            }
            let next = offset + PAGE;
            let next = if next < self.count {
                format!(r#""next":"?offset={next:08}""#)
            } else {
                String::new()
            };
            answer.splice(link..link + LINK, format!("{next:LINK$}").bytes());
            stream.write_all(&answer)?;
        }
    }
}

/// Length of a link to the next page, and of the blanks in its place.
const LINK: usize = r#""next":"?offset=00000000""#.len();

/// Writes a number over the zeros that end here.
fn write_number(text: &mut [u8], mut end: usize, mut number: usize) {
    while number > 0 {
        end -= 1;
        text[end] = b"0123456789"[number % 10];
        number /= 10;
    }
}

fn offset(request: &[u8]) -> Option<usize> {
    let (_, rest) = std::str::from_utf8(request).ok()?.split_once("offset=")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
