//! How clients connect: Socket.IO ([`socketio`]) and bare WebSockets ([`websocket`]).

pub mod socketio;
pub mod websocket;
