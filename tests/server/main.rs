//! What Switchboard does, told by tests over real sockets. Each module is one kind of behaviour, each test's
//! name a sentence; the section numbers are those of the protocol description.

mod absence;
mod answer;
mod auth;
mod call;
mod candidate;
mod command;
mod folder;
mod hangup;
mod house;
mod http;
mod interleavings;
mod leak;
mod list;
mod lobby;
mod malformed;
mod numbers;
mod offer;
mod order;
mod origin;
mod presence;
mod reconnect;
mod rejoin;
mod renegotiation;
mod robustness;
mod rules;
mod session;
mod shutdown;
mod silence;
mod spelling;
mod support;
mod tls;
mod withdrawal;
