//! The self-test of the TURN server at the start: two clients on this machine send to each other by the relay.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use switchboard_turn::client::{Client, ClientError, binding};
use switchboard_turn::rest_credentials;
use tokio::time::timeout;

/// How long it may take: the start-up lines wait for it.
const PATIENCE: Duration = Duration::from_secs(1);
/// The name in the credentials of the clients. They are valid for a minute.
const NAME: &str = "self-test";
const VALID_FOR: Duration = Duration::from_secs(60);

/// A test of one TURN server.
pub struct SelfTest {
    /// Where it listens on this machine.
    near: SocketAddr,
    /// Its address outside, if that is another one.
    far: Option<SocketAddr>,
    secret: String,
}

/// What the test found. Displays as the end of a line about the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The server relays.
    Works,
    /// It does not.
    Fails(String),
    /// It relays, but not by the address outside.
    FailsOutside(String),
}

impl SelfTest {
    /// Tests the server that listens on `bound`, also by the address `external`.
    pub fn new(bound: SocketAddr, external: Option<IpAddr>, secret: String) -> Self {
        let near = match bound.ip() {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        let near = SocketAddr::new(near, bound.port());
        let far = external.map(|ip| SocketAddr::new(ip, bound.port())).filter(|far| *far != near);
        Self { near, far, secret }
    }

    /// Runs it.
    pub async fn run(self) -> Finding {
        match timeout(PATIENCE, self.reach()).await {
            Ok(Ok(finding)) => finding,
            Ok(Err(error)) => Finding::Fails(error.to_string()),
            Err(_) => Finding::Fails(format!("{} does not answer within {} s", self.near, PATIENCE.as_secs())),
        }
    }

    /// Asks by UDP, and by TCP for two allocations, which end with their connections. Then one client sends to the other by
    /// their relayed addresses, which are those outside.
    async fn reach(&self) -> Result<Finding, ClientError> {
        binding(self.near, PATIENCE).await?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (username, password) = rest_credentials(self.secret.as_bytes(), NAME, (now + VALID_FOR).as_secs());
        let (mut one, mut other) = (Client::tcp(self.near).await?, Client::tcp(self.near).await?);
        let by_one = one.allocate(&username, &password).await?;
        let by_other = other.allocate(&username, &password).await?;
        one.permit(by_other).await?;
        other.permit(by_one).await?;
        one.send(by_other, NAME.as_bytes()).await?;
        let relayed = timeout(PATIENCE / 2, other.receive());
        let Some(far) = self.far else {
            return match relayed.await {
                Ok(received) => received.map(|_| Finding::Works),
                Err(_) => Ok(Finding::Fails(format!("what {by_one} sends does not arrive at {by_other}"))),
            };
        };
        let (relayed, answered) = tokio::join!(relayed, binding(far, PATIENCE / 2));
        Ok(match (relayed, answered) {
            (Ok(Ok(_)), Ok(_)) => Finding::Works,
            (Ok(Ok(_)), Err(error)) => Finding::FailsOutside(error.to_string()),
            _ => Finding::FailsOutside(format!("what {by_one} sends does not arrive at {by_other}")),
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Works => f.write_str("self-test passed"),
            Self::Fails(error) => write!(f, "self-test FAILED: {error}"),
            Self::FailsOutside(error) => write!(
                f,
                "works here, but not by its address outside: {error}. Let the ports of --turn-port (UDP and TCP) and \
                 --turn-ports (UDP) through the firewall, and forward them on the router. Some routers do not send packets \
                 back into the network they come from: try it from outside as well."
            ),
        }
    }
}
