//! Which requests there are. deploy/openapi.yaml has the same ones, as a test holds.

use std::sync::Arc;

use axum::routing::{MethodFilter, MethodRouter, on};

use super::state::Api;
use super::{calls, lobbies, peers, rooms};

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operation {
    ListPeers,
    GetPeer,
    DisconnectPeer,
    SendToPeer,
    ListCalls,
    ListRooms,
    GetRoom,
    CloseRoom,
    SendToLobby,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::ListPeers,
        Self::GetPeer,
        Self::DisconnectPeer,
        Self::SendToPeer,
        Self::ListCalls,
        Self::ListRooms,
        Self::GetRoom,
        Self::CloseRoom,
        Self::SendToLobby,
    ];

    /// `GET`, or `POST` if it changes something.
    pub const fn method(self) -> &'static str {
        match self {
            Self::ListPeers | Self::GetPeer | Self::ListCalls | Self::ListRooms | Self::GetRoom => "GET",
            Self::DisconnectPeer | Self::SendToPeer | Self::CloseRoom | Self::SendToLobby => "POST",
        }
    }

    /// The path, with its parameters in braces.
    pub const fn path(self) -> &'static str {
        match self {
            Self::ListPeers => "/v1/peers",
            Self::GetPeer => "/v1/peers/{peerId}",
            Self::DisconnectPeer => "/v1/peers/{peerId}/disconnect",
            Self::SendToPeer => "/v1/peers/{peerId}/events",
            Self::ListCalls => "/v1/calls",
            Self::ListRooms => "/v1/rooms",
            Self::GetRoom => "/v1/rooms/{lobby}/{room}",
            Self::CloseRoom => "/v1/rooms/{lobby}/{room}/close",
            Self::SendToLobby => "/v1/lobbies/{lobby}/events",
        }
    }

    /// What serves it.
    pub(super) fn route(self) -> MethodRouter<Arc<Api>> {
        let method = if self.method() == "GET" { MethodFilter::GET } else { MethodFilter::POST };
        match self {
            Self::ListPeers => on(method, peers::list),
            Self::GetPeer => on(method, peers::get),
            Self::DisconnectPeer => on(method, peers::disconnect),
            Self::SendToPeer => on(method, peers::send),
            Self::ListCalls => on(method, calls::list),
            Self::ListRooms => on(method, rooms::list),
            Self::GetRoom => on(method, rooms::get),
            Self::CloseRoom => on(method, rooms::close),
            Self::SendToLobby => on(method, lobbies::send),
        }
    }
}
