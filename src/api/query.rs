//! What stands in the address of a request.

use std::fmt;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use serde::Deserialize;

use super::cursor::Key;
use super::error::ApiError;
use crate::hub::back_end::Place;
use crate::hub::order::Hub;
use crate::hub::shard::ShardId;
use crate::protocol::name::{Lobby, RoomName, UserName};

/// Entries of a page, if the request does not say how many.
const USUAL: usize = 100;
/// At most.
const MOST: usize = 500;
/// What the default lobby, which has no name, is called in a path. A lobby whose name begins so has one more of it.
const DEFAULT_LOBBY: char = '~';

/// The query of a request, or what is wrong with it.
pub(super) type Asked<T> = Result<Query<T>, QueryRejection>;
/// The parameters in its path.
pub(super) type InPath<T> = Result<Path<T>, PathRejection>;

/// The query of a list of peers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeersQuery {
    lobby: Option<String>,
    name: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
}

/// The query of another list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    lobby: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
}

/// The query of a request about one peer.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeerQuery {
    lobby: Option<String>,
}

/// What a list is asked for.
pub(super) struct Listing<K> {
    /// The shards that hold it.
    pub(super) shards: Vec<ShardId>,
    /// Its lobby, or all of them.
    pub(super) lobby: Option<Lobby>,
    /// Where it goes on.
    pub(super) from: Option<Place<K>>,
    /// Entries of a page.
    pub(super) limit: usize,
}

impl PeersQuery {
    /// The list, and the user name that is wanted.
    pub(super) fn listing<K: Key>(self) -> Result<(Listing<K>, Option<UserName>), ApiError> {
        let Self { lobby, name, limit, after } = self;
        let name = name.map(|name| UserName::new(&name)).transpose()?;
        Ok((ListQuery { lobby, limit, after }.listing()?, name))
    }
}

impl ListQuery {
    /// The list.
    pub(super) fn listing<K: Key>(self) -> Result<Listing<K>, ApiError> {
        let lobby = self.lobby.map(|lobby| Lobby::new(&lobby)).transpose()?;
        let shards = lobby.as_ref().map_or_else(|| ShardId::all().collect(), |lobby| vec![ShardId::of(lobby)]);
        let limit = self.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(ApiError::invalid(format!("\"limit\" is a number from 1 to {MOST}.")));
        }
        let from = self.after.map(|after| super::cursor::read(&after)).transpose()?;
        Ok(Listing { shards, lobby, from, limit })
    }
}

impl<K> Listing<K> {
    /// Whether this server knows all of the list. If it is of one lobby, it does in any case.
    pub(super) async fn is_complete(&self, hub: &Hub) -> Result<bool, ApiError> {
        if self.lobby.is_some() {
            for shard in &self.shards {
                hub.read(*shard).await?;
            }
        }
        Ok(self.shards.iter().all(|shard| hub.reads(*shard)))
    }
}

impl PeerQuery {
    /// The lobby of the peer, if the request names it.
    pub(super) fn lobby(self) -> Result<Option<Lobby>, ApiError> {
        Ok(self.lobby.map(|lobby| Lobby::new(&lobby)).transpose()?)
    }
}

/// What a query says.
pub(super) fn asked<T>(query: Asked<T>) -> Result<T, ApiError> {
    query.map(|Query(query)| query).map_err(|error| unreadable(&error.body_text()))
}

/// What stands in a path.
pub(super) fn in_path<T>(path: InPath<T>) -> Result<T, ApiError> {
    path.map(|Path(parameters)| parameters).map_err(|error| unreadable(&error.body_text()))
}

/// A lobby in a path.
pub(super) fn lobby(segment: &str) -> Result<Lobby, ApiError> {
    Ok(Lobby::new(segment.strip_prefix(DEFAULT_LOBBY).unwrap_or(segment))?)
}

/// A room in a path.
pub(super) fn room(segment: &str) -> Result<RoomName, ApiError> {
    Ok(RoomName::new(segment)?)
}

fn unreadable(why: &dyn fmt::Display) -> ApiError {
    ApiError::invalid(format!("The address cannot be read: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_lobby_has_a_sign_of_its_own_in_a_path() {
        for (segment, name) in [("~", ""), ("~~", "~"), ("~~a", "~a"), ("tea", "tea"), ("a~", "a~")] {
            assert_eq!(lobby(segment).unwrap().as_str(), name);
        }
    }
}
