//! The Socket.IO dialect (Socket.IO protocol 5): the events of the course and of rooms.

mod arguments;
pub mod decode;
pub mod encode;
pub mod event;
pub mod reply;
