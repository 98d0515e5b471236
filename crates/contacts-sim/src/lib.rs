//! Clients of the Contacts API, which are the exchanges of `contacts-proto`, against a service, which is the `Service` of
//! `contacts-sandbox`, over the network of `contacts-testkit`, by the million.
//!
//! There are no sockets, no threads and no real time in it: all that happens follows from one seed of 64 bits, so that whatever
//! goes wrong can be seen again, step by step. At the end of each exchange, what it said is compared with what the service has.

pub mod args;
pub mod command;
pub mod compare;
pub mod epoch;
pub mod exhaustive;
pub mod identity;
pub mod planned;
pub mod random;
pub mod subject;
pub mod task;
pub mod usual;
