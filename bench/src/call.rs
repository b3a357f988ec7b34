//! One whole call between two clients, in the course's order, with all its checks.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::client::Client;
use crate::course::{self, CANDIDATES, Expected, Side, mark};
use crate::target::Target;

/// A call that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(60);

/// One call to be made.
#[derive(Clone)]
pub struct Call {
    /// Where.
    pub target: Target,
    /// Which: names and marks are made of it.
    pub number: u64,
    /// Whether the answerer connects only after the offer was made, and finds it in `availableOffers`.
    pub late: bool,
    /// Whether the offerer's candidates may overtake the acknowledgement of the answer.
    pub unordered: bool,
}

/// How long it took.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// From the beginning of connecting to being connected: the offerer.
    pub connected: Duration,
    /// From the offer to the answer, as the offerer sees it.
    pub answered: Duration,
    /// From the offer until both have all of the other's candidates.
    pub complete: Duration,
}

/// Two clients whose call is answered and all of whose candidates have come.
pub struct Answered {
    /// Who called.
    pub offerer: Client,
    /// Who answered.
    pub answerer: Client,
    /// How long it took.
    pub timing: Timing,
}

impl Call {
    /// Makes the call and ends it as pages do that are left.
    ///
    /// # Errors
    /// Whatever is not as it should be: the first thing that went wrong.
    pub async fn play(&self) -> Result<Timing> {
        let Answered { offerer, answerer, timing } = self.answered().await?;
        timeout(LIMIT, async { tokio::join!(offerer.close(), answerer.close()) })
            .await
            .map_err(|_| anyhow!("closing took too long"))?;
        Ok(timing)
    }

    /// Makes the call and leaves it as it is.
    ///
    /// # Errors
    /// Whatever is not as it should be: the first thing that went wrong.
    pub async fn answered(&self) -> Result<Answered> {
        timeout(LIMIT, self.make()).await.map_err(|_| anyhow!("the call took too long"))?
    }

    async fn make(&self) -> Result<Answered> {
        let started = Instant::now();
        let (offerer, answerer) = (self.offerer(), self.answerer());
        // Where there are two nodes, each end of a call is at another one.
        let (here, elsewhere) = (self.target.node(self.number), self.target.node(self.number + 1));
        let early = async {
            Ok(if self.late { None } else { Some(Client::connect(&elsewhere, &answerer).await?) }) as Result<_>
        };
        let (offerer, answerer) = tokio::try_join!(Client::connect(&here, &offerer), early)?;
        let connected = started.elapsed();

        let called = Instant::now();
        let (offered, has_offered) = oneshot::channel();
        let answering = async {
            let answerer = match answerer {
                Some(answerer) => answerer,
                None => {
                    has_offered.await.map_err(|_| anyhow!("no offer"))?;
                    Client::connect(&elsewhere, &self.answerer()).await?
                }
            };
            self.answer(answerer).await.context("answerer")
        };
        let offering = async { self.offer(offerer, called, offered).await.context("offerer") };
        let ((offerer, answered), answerer) = tokio::try_join!(offering, answering)?;
        Ok(Answered { offerer, answerer, timing: Timing { connected, answered, complete: called.elapsed() } })
    }

    /// CLIENT1: offers, and trickles: half of the candidates at once, the others when the answer is there. So some
    /// are kept by the server and some passed on, whatever the speed.
    async fn offer(
        &self,
        mut client: Client,
        called: Instant,
        offered: oneshot::Sender<()>,
    ) -> Result<(Client, Duration)> {
        let name = self.offerer();
        client.emit(course::new_offer(self.number).as_bytes()).await?;
        self.trickle(&mut client, &name, Side::Offerer, 0..CANDIDATES / 2).await?;
        let _ = offered.send(());
        let mut expected = Expected::new(self.number, Side::Answerer);
        let answered = loop {
            let packet = client.packet().await?;
            refused(packet)?;
            ensure!(!course::is(packet, "receivedIceCandidateFromServer"), "a candidate came before the answer");
            if course::is(packet, "answerResponse") {
                ensure!(course::description_mark(packet) == Some(self.number), "an answer to another offer");
                ensure!(course::last_description_mark(packet) == Some(self.number), "another one's answer");
                break called.elapsed();
            }
        };
        self.trickle(&mut client, &name, Side::Offerer, CANDIDATES / 2..CANDIDATES).await?;
        while expected.heard() < CANDIDATES {
            let packet = client.packet().await?;
            refused(packet)?;
            if course::is(packet, "receivedIceCandidateFromServer") {
                expected.hear(packet)?;
            }
        }
        Ok((client, answered))
    }

    /// CLIENT2: waits for the offer, answers, and trickles.
    async fn answer(&self, mut client: Client) -> Result<Client> {
        let (name, offerer) = (self.answerer(), self.offerer());
        let answer = loop {
            let packet = client.packet().await?;
            refused(packet)?;
            if (course::is(packet, "newOfferAwaiting") || course::is(packet, "availableOffers"))
                && let Some(answer) = course::new_answer(packet, &offerer, &name, self.number)?
            {
                break answer;
            }
        };
        client.emit(answer.as_bytes()).await?;
        self.trickle(&mut client, &name, Side::Answerer, 0..CANDIDATES).await?;
        let mut expected = Expected::new(self.number, Side::Offerer);
        if self.unordered {
            expected = expected.in_any_order();
        }
        let mut acked = false;
        while !acked || expected.heard() < CANDIDATES {
            let packet = client.packet().await?;
            refused(packet)?;
            if packet.starts_with(b"37[") {
                ensure!(!acked, "a second ack");
                acked = true;
                expected.hear(packet)?;
            } else if course::is(packet, "receivedIceCandidateFromServer") {
                ensure!(acked || self.unordered, "a candidate came before the ack");
                expected.hear(packet)?;
            }
        }
        Ok(client)
    }

    async fn trickle(&self, client: &mut Client, name: &str, side: Side, numbers: std::ops::Range<u64>) -> Result<()> {
        for number in numbers {
            let event = course::send_candidate(name, side, mark(self.number, side, number), 1);
            client.emit(event.as_bytes()).await?;
        }
        Ok(())
    }

    fn offerer(&self) -> String {
        format!("offerer-{}", self.number)
    }

    fn answerer(&self) -> String {
        format!("answerer-{}", self.number)
    }
}

/// Switchboard says why something had no effect: then it is no use to wait.
fn refused(packet: &[u8]) -> Result<()> {
    if course::is(packet, "signalingError") {
        bail!("refused: {}", String::from_utf8_lossy(packet));
    }
    Ok(())
}
