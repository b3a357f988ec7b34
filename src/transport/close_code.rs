//! Close codes of WebSockets (RFC 6455, section 7.4; from 4000 on our own).

/// The client has what it came for.
pub const NORMAL: u16 = 1000;
/// Sent by browsers when a tab is closed, or its page reloaded or left.
pub const GOING_AWAY: u16 = 1001;
/// Against the rules.
pub const POLICY: u16 = 1008;
/// A message is too large.
pub const TOO_LARGE: u16 = 1009;
/// The server restarts.
pub const RESTART: u16 = 1012;
/// Try again later (registered with IANA after RFC 6455).
pub const TRY_LATER: u16 = 1013;
/// Too many messages that cannot be read.
pub const NONSENSE: u16 = 4400;
/// A back end has ended the connection.
pub const DISMISSED: u16 = 4403;
/// The client does not read, or has another connection.
pub const GIVEN_UP: u16 = 4409;
/// Too many messages at once.
pub const TOO_FAST: u16 = 4429;
