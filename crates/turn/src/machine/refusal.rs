//! Why a request fails (RFC 8489 section 14.8, RFC 8656 section 19).

use crate::quotas::Exceeded;

/// An error response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    /// For people: browsers show it as `errorText` of `icecandidateerror`.
    pub(super) reason: &'static str,
}

const fn refusal(code: u16, reason: &'static str) -> Refusal {
    Refusal { code, reason }
}

impl Refusal {
    pub(super) const NO_USER: Self = refusal(400, "USERNAME, REALM or NONCE is missing or not text");
    pub(super) const NO_TRANSPORT: Self = refusal(400, "REQUESTED-TRANSPORT is missing");
    pub(super) const BAD_ATTRIBUTE: Self = refusal(400, "An attribute has a wrong length or value");
    pub(super) const TOKEN_AND_MORE: Self = refusal(400, "RESERVATION-TOKEN excludes EVEN-PORT and address families");
    pub(super) const TWO_FAMILIES: Self = refusal(400, "REQUESTED-ADDRESS-FAMILY excludes ADDITIONAL-ADDRESS-FAMILY");
    pub(super) const ADDITIONAL_V4: Self =
        refusal(400, "ADDITIONAL-ADDRESS-FAMILY has to be IPv6, without a reserved port");
    pub(super) const NO_PEER: Self = refusal(400, "XOR-PEER-ADDRESS is missing");
    pub(super) const NO_CHANNEL: Self = refusal(400, "CHANNEL-NUMBER is missing or not between 0x4000 and 0x7FFF");
    pub(super) const CHANNEL_TAKEN: Self = refusal(400, "The channel has another peer, or the peer another channel");
    /// To a request that is not signed: short, since anyone may send those by the address of someone else.
    pub(super) const UNAUTHORIZED: Self = refusal(401, "Unauthorized");
    pub(super) const WRONG_PASSWORD: Self = refusal(401, "Unauthorized: username and password do not fit");
    pub(super) const EXPIRED: Self = refusal(401, "Unauthorized: this credential is not valid now");
    pub(super) const PEER_REFUSED: Self = refusal(403, "Forbidden: this server does not relay to that address");
    pub(super) const UNKNOWN_ATTRIBUTE: Self = refusal(420, "Unknown attribute");
    pub(super) const NO_ALLOCATION: Self = refusal(437, "There is no allocation for this address");
    pub(super) const HAS_ALLOCATION: Self = refusal(437, "There is an allocation for this address already");
    pub(super) const STALE_NONCE: Self = refusal(438, "Stale nonce");
    pub(super) const NO_SUCH_FAMILY: Self = refusal(440, "This server has no relay of this address family");
    pub(super) const OTHER_USER: Self = refusal(441, "The allocation belongs to another username");
    pub(super) const NOT_UDP: Self = refusal(442, "This server relays UDP only");
    pub(super) const PEER_OF_OTHER_FAMILY: Self = refusal(443, "The allocation has no address of this family");
    pub(super) const USER_QUOTA: Self = refusal(486, "This user has as many allocations as allowed");
    pub(super) const ADDRESS_QUOTA: Self = refusal(486, "This address has as many allocations as allowed");
    pub(super) const SERVER_FULL: Self = refusal(508, "This server has as many allocations as allowed");
    pub(super) const NO_PORT: Self = refusal(508, "No port of this server is free");
    pub(super) const NO_RESERVATION: Self = refusal(508, "This server does not reserve ports");
    pub(super) const TOO_MANY_PERMISSIONS: Self = refusal(508, "The allocation has as many permissions as allowed");
    pub(super) const TOO_MANY_CHANNELS: Self = refusal(508, "The allocation has as many channels as allowed");

    /// Whether it belongs to how a client learns realm and nonce.
    pub(super) fn is_challenge(self) -> bool {
        self == Self::UNAUTHORIZED || self == Self::STALE_NONCE
    }
}

impl From<Exceeded> for Refusal {
    fn from(exceeded: Exceeded) -> Self {
        match exceeded {
            Exceeded::User => Self::USER_QUOTA,
            Exceeded::Address => Self::ADDRESS_QUOTA,
            Exceeded::All => Self::SERVER_FULL,
        }
    }
}
