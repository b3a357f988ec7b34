//! The commands of Redis or Valkey that the log stands on.

use std::collections::BTreeMap;
use std::time::Duration;

use parking_lot::Mutex;
use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisConnectionInfo, TlsMode, cmd};
use thiserror::Error;
use tokio::time::timeout;

use super::address::{LogAddress, LogServer};
use super::entry::{Entry, EntryId};
use super::raw_entry::{RawEntry, entries_of, streams_of};
use crate::core::id::NodeId;
use crate::hub::shard::ShardId;

/// How long Redis may take to accept a connection, and to answer.
const TIMEOUT: Duration = Duration::from_secs(2);
/// How long a read waits for entries.
pub const BLOCK: Duration = Duration::from_millis(1_000);
/// Entries that one read brings at most, from each stream.
pub const MAX_READ: usize = 256;
/// Entries that are appended again at once.
const AGAIN: usize = 256;
/// Entries that the stream of nodes keeps.
pub const NODES_LENGTH: usize = 2_000;

/// Appends entries, unless Redis is not the one that the nodes agreed on.
/// `KEYS[1]`: the generation; then the streams. `ARGV[1]`: the generation; then the stream and the text of each.
const APPEND: &str = "
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do
  redis.call('XADD', KEYS[tonumber(ARGV[i])], '*', 'e', ARGV[i + 1])
end
return 1
";

/// Redis did not do what it was asked for.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It refused, or cannot be reached.
    #[error("{0}")]
    Redis(#[from] redis::RedisError),
    /// It did not answer in time.
    #[error("it does not answer")]
    Silent,
    /// Another server changes it at this moment.
    #[error("another server begins at this moment")]
    Busy,
    /// It answered something that cannot be read.
    #[error("its answer cannot be read: {0}")]
    Unreadable(&'static str),
}

/// The names of all keys.
#[derive(Debug, Clone)]
pub struct Keys {
    prefix: String,
}

impl Keys {
    /// Held while the header is replaced.
    pub fn header_lock(&self) -> String {
        format!("{}:header-lock", self.prefix)
    }

    /// What nodes have to agree on.
    pub fn header(&self) -> String {
        format!("{}:header", self.prefix)
    }

    /// The process of Redis with which the nodes last agreed on what the log holds.
    pub fn generation(&self) -> String {
        format!("{}:generation", self.prefix)
    }

    /// The stream of nodes.
    pub fn nodes(&self) -> String {
        format!("{}:nodes", self.prefix)
    }

    /// The stream of a shard.
    pub fn log(&self, shard: ShardId) -> String {
        format!("{}:log:{}", self.prefix, shard.number())
    }

    /// The snapshot of a shard.
    pub fn snapshot(&self, shard: ShardId) -> String {
        format!("{}:snapshot:{}", self.prefix, shard.number())
    }

    /// A stream that ends the wait of a node's reader.
    pub fn wake(&self, node: NodeId) -> String {
        format!("{}:wake:{node}", self.prefix)
    }

    /// What the nodes tell each other after Redis was started again.
    pub fn recovery(&self, run: &str, what: &str) -> String {
        format!("{}:recovery:{run}:{what}", self.prefix)
    }
}

/// Where connections come from.
pub struct Store {
    /// The names of all keys.
    pub keys: Keys,
    source: Source,
}

enum Source {
    Direct(Box<Client>),
    /// Asked for each connection, since another server may have become the master.
    Sentinel(Mutex<Option<Box<SentinelClient>>>),
}

/// A connection.
#[derive(Clone)]
pub struct Link {
    connection: MultiplexedConnection,
    /// The name of this process of Redis: another one after each of its starts.
    pub run: String,
    /// For how long, in seconds, it had run when the connection was made.
    pub uptime: u64,
    append: String,
    answers_within: Duration,
}

impl Store {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// An address that the client library cannot use.
    pub fn new(address: &LogAddress) -> Result<Self, StoreError> {
        let source = match &address.server {
            LogServer::Direct(url) => Source::Direct(Box::new(Client::open(url.as_str())?)),
            LogServer::Sentinel { sentinels, service, user, password, db, tls } => {
                let mut info = RedisConnectionInfo::default().set_db(*db);
                if let Some(user) = user {
                    info = info.set_username(user.as_str());
                }
                if let Some(password) = password {
                    info = info.set_password(password.as_str());
                }
                let mut node = SentinelNodeConnectionInfo::default().set_redis_connection_info(info);
                if *tls {
                    node = node.set_tls_mode(TlsMode::Secure);
                }
                let (sentinels, master) = (sentinels.clone(), SentinelServerType::Master);
                let client = SentinelClient::build(sentinels, service, Some(node), master)?;
                Source::Sentinel(Mutex::new(Some(Box::new(client))))
            }
        };
        Ok(Self { keys: Keys { prefix: address.prefix.clone() }, source })
    }

    /// A connection for commands that are answered at once, or for reads that wait.
    ///
    /// # Errors
    /// Redis cannot be reached, or refuses.
    pub async fn connect(&self, waits: bool) -> Result<Link, StoreError> {
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(TIMEOUT)).set_response_timeout(None);
        let connecting = async {
            let client = at_once(self.client().await?)?;
            Ok::<_, StoreError>(client.get_multiplexed_async_connection_with_config(&config).await?)
        };
        let connection = timeout(2 * TIMEOUT, connecting).await.map_err(|_| StoreError::Silent)??;
        let answers_within = if waits { BLOCK + TIMEOUT } else { TIMEOUT };
        let mut link = Link { connection, run: String::new(), uptime: 0, append: String::new(), answers_within };
        let info: String = link.ask(cmd("INFO").arg("server")).await?;
        let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        link.run = field("run_id:").ok_or(StoreError::Unreadable("no run_id"))?.to_owned();
        link.uptime = field("uptime_in_seconds:").and_then(|uptime| uptime.parse().ok()).unwrap_or_default();
        link.append = link.ask(cmd("SCRIPT").arg("LOAD").arg(APPEND)).await?;
        Ok(link)
    }

    async fn client(&self) -> Result<Client, StoreError> {
        let client = match &self.source {
            Source::Direct(client) => return Ok(Client::clone(client)),
            Source::Sentinel(client) => client,
        };
        // One task at a time asks; the other one tries again.
        let Some(mut sentinel) = client.lock().take() else { return Err(StoreError::Silent) };
        let found = timeout(TIMEOUT, sentinel.async_get_client()).await;
        *client.lock() = Some(sentinel);
        Ok(found.map_err(|_| StoreError::Silent)??)
    }
}

impl Link {
    /// Sends a command and reads the answer.
    ///
    /// # Errors
    /// A refusal, a broken connection, no answer in time.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        let mut connection = self.connection.clone();
        let asked = timeout(self.answers_within, command.query_async(&mut connection));
        Ok(asked.await.map_err(|_| StoreError::Silent)??)
    }

    /// Appends entries in order; false if this Redis is not the one that the nodes agreed on. After an error some of
    /// them may have been appended.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub async fn append(&self, keys: &Keys, entries: &[(ShardId, Entry)]) -> Result<bool, StoreError> {
        let mut streams: BTreeMap<ShardId, usize> = BTreeMap::new();
        for (shard, _) in entries {
            let number = streams.len() + 2;
            streams.entry(*shard).or_insert(number);
        }
        let mut names = vec![String::new(); streams.len()];
        for (shard, number) in &streams {
            names[number - 2] = keys.log(*shard);
        }
        let mut command = cmd("EVALSHA");
        command.arg(&self.append).arg(names.len() + 1).arg(keys.generation()).arg(names).arg(&self.run);
        for (shard, entry) in entries {
            command.arg(streams[shard]).arg(entry.text());
        }
        Ok(self.ask::<i64>(&command).await? == 1)
    }

    /// Appends entries again that Redis has lost, under their first ids, in order. Another node may do the same at the same
    /// time: each goes on behind what is there.
    ///
    /// # Errors
    /// As [`Link::ask`]. [`StoreError::Unreadable`] for a stream that takes none of them.
    pub async fn append_again(&self, stream: &str, entries: &[(EntryId, Entry)]) -> Result<(), StoreError> {
        let mut rest = entries;
        while !rest.is_empty() {
            let (some, others) = rest.split_at(rest.len().min(AGAIN));
            let mut pipe = redis::pipe();
            for (id, entry) in some {
                pipe.cmd("XADD").arg(stream).arg(id.to_string()).arg("e").arg(entry.text());
            }
            let mut connection = self.connection.clone();
            let added = timeout(self.answers_within, pipe.query_async::<Vec<String>>(&mut connection));
            match added.await.map_err(|_| StoreError::Silent)? {
                Ok(_) => rest = others,
                Err(error) if is_not_the_last(&error) => {
                    let last = self.last_id(stream).await?;
                    let there = rest.partition_point(|(id, _)| *id <= last);
                    if there == 0 {
                        return Err(StoreError::Unreadable("the end of a stream was deleted"));
                    }
                    rest = &rest[there..];
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Appends to the stream of nodes.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub async fn append_to_nodes(&self, keys: &Keys, message: &str) -> Result<EntryId, StoreError> {
        let mut command = cmd("XADD");
        command.arg(keys.nodes()).arg("MAXLEN").arg("~").arg(NODES_LENGTH).arg("*").arg("m").arg(message);
        let id: String = self.ask(&command).await?;
        id.parse().map_err(StoreError::Unreadable)
    }

    /// Ends the wait of a reader.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub async fn wake(&self, keys: &Keys, node: NodeId) -> Result<(), StoreError> {
        let key = keys.wake(node);
        let _: String = self.ask(cmd("XADD").arg(&key).arg("MAXLEN").arg(1).arg("*").arg("w").arg(1)).await?;
        self.ask(cmd("EXPIRE").arg(&key).arg(60)).await
    }

    /// Waits for entries after these, at most for [`BLOCK`].
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub async fn read(&self, streams: &[(String, EntryId)]) -> Result<Vec<(String, Vec<RawEntry>)>, StoreError> {
        let block = BLOCK.as_millis() as u64;
        let mut command = cmd("XREAD");
        command.arg("COUNT").arg(MAX_READ).arg("BLOCK").arg(block).arg("STREAMS");
        streams.iter().for_each(|(name, _)| _ = command.arg(name));
        streams.iter().for_each(|(_, id)| _ = command.arg(id.to_string()));
        streams_of(self.ask(&command).await?).map_err(StoreError::Unreadable)
    }

    /// The last entries of a stream since this time, in order.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub async fn range(&self, stream: &str, from: &str, to: &str, count: usize) -> Result<Vec<RawEntry>, StoreError> {
        let entries = self.ask(cmd("XRANGE").arg(stream).arg(from).arg(to).arg("COUNT").arg(count)).await?;
        entries_of(entries).map_err(StoreError::Unreadable)
    }

    /// The id of the last entry that a stream ever had; `0-0` if there is no such stream.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub async fn last_id(&self, stream: &str) -> Result<EntryId, StoreError> {
        let last = self.ask(cmd("XREVRANGE").arg(stream).arg("+").arg("-").arg("COUNT").arg(1)).await?;
        let last = entries_of(last).map_err(StoreError::Unreadable)?;
        Ok(last.first().map(|entry| entry.id).unwrap_or_default())
    }

    /// The time of Redis, in milliseconds.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub async fn time(&self) -> Result<u64, StoreError> {
        let (seconds, micros): (u64, u64) = self.ask(&cmd("TIME")).await?;
        Ok(seconds * 1_000 + micros / 1_000)
    }
}

/// A client whose requests leave at once: by default the library lets a second one wait until the first is acknowledged.
fn at_once(client: Client) -> Result<Client, StoreError> {
    let settings = TcpSettings::default().set_nodelay(true);
    Ok(Client::open(client.get_connection_info().clone().set_tcp_settings(settings))?)
}

/// Whether Redis refused an explicit id because a later entry is there already.
fn is_not_the_last(error: &redis::RedisError) -> bool {
    error.detail().is_some_and(|detail| detail.contains("equal or smaller"))
        || error.to_string().contains("equal or smaller")
}
