//! Whether a request comes from a page of this server itself. `http` puts it into the extensions of a request.

/// Whether the page that sent a request has the origin of this server (RFC 6454), or no page did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsSameOrigin(pub bool);
