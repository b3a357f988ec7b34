//! How clients connect: Socket.IO ([`socketio`]) and bare WebSockets ([`websocket`]).

pub mod close_code;
pub mod socketio;
pub mod websocket;
