//! What is measured, with whom, and how often.

use super::peer::Peer::{self, Bun, Floor, Node, NodeTidy, Switchboard};

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// One round of small sizes: whether it works.
    Quick,
    /// What the page is made of.
    Full,
    /// The same, with 20,000 calls also among many sockets and many open offers.
    Long,
}

/// One thing that is measured.
#[derive(Debug)]
pub struct Measurement {
    /// Its name in the results.
    pub name: String,
    /// The arguments of the load tool.
    pub arguments: Vec<String>,
    /// With TLS.
    pub tls: bool,
    /// Who takes part, and in how many rounds.
    pub peers: Vec<(Peer, usize)>,
}

/// Offers and sockets for the growth rows.
pub const PAST: [u64; 3] = [0, 500, 2_000];
/// Connected sockets for the growth rows.
pub const IDLE: [u64; 3] = [0, 500, 2_000];
/// Calls at once for the plot.
pub const CONCURRENCY: [u64; 4] = [1, 4, 16, 64];

/// All of it.
pub fn plan(size: Size) -> Vec<Measurement> {
    let quick = size == Size::Quick;
    let many = if quick { 1 } else { 5 };
    let few = if quick { 1 } else { 2 };
    let all = [(Switchboard, many), (Node, many), (Floor, many), (NodeTidy, few), (Bun, few)];
    let three = [(Switchboard, many), (Node, many), (Floor, many)];
    let three_few = [(Switchboard, few), (Node, few), (Floor, few)];
    let three_once = [(Switchboard, 1), (Node, 1), (Floor, 1)];
    let two = [(Switchboard, few), (Node, few)];
    let own = [(Switchboard, 1)];
    let pick = |full: u64, small: u64| if quick { small } else { full };

    let mut plan = Vec::new();
    let mut add = |name: &str, arguments: String, peers: &[(Peer, usize)]| {
        let arguments = arguments.split(' ').map(str::to_string).collect();
        plan.push(Measurement { name: name.into(), arguments, tls: name.ends_with("-tls"), peers: peers.to_vec() });
    };
    let pairs = pick(250, 60);
    add("calls", format!("calls --pairs {pairs} --concurrency 16"), &all);
    add("calls-tls", format!("calls --pairs {pairs} --concurrency 16"), &two);
    add("calls-late", format!("calls --pairs {pairs} --concurrency 16 --late"), &two);
    add("calls-polling", format!("--carrier polling calls --pairs {} --concurrency 4", pick(60, 20)), &two);
    for concurrency in CONCURRENCY {
        let pairs = pick(100, 40);
        let arguments = format!("calls --pairs {pairs} --concurrency {concurrency}");
        add(&format!("calls-at-once-{concurrency}"), arguments, &three_few);
    }
    for past in PAST {
        let past = pick(past, past / 10);
        let arguments = format!("calls --pairs 40 --concurrency 4 --past {past}");
        add(&format!("calls-past-{past}"), arguments, &three_few);
    }
    for idle in IDLE {
        let idle = pick(idle, idle / 10);
        let arguments = format!("calls --pairs 40 --concurrency 4 --idle {idle}");
        add(&format!("calls-idle-{idle}"), arguments, &three);
    }
    let (sockets, offers) = (pick(2_000, 200), pick(30, 20));
    add("broadcast", format!("broadcast --sockets {sockets} --offers {offers}"), &all[..3]);
    add("broadcast-tls", format!("broadcast --sockets {} --offers {offers}", sockets / 2), &two);
    add("broadcast-long", format!("broadcast --sockets {sockets} --offers {}", pick(500, 50)), &three_once);
    add("relay", format!("relay --pairs 20 --seconds {}", pick(2, 1)), &all);
    add("relay-paced", format!("relay --pairs 20 --seconds 2 --rate {}", pick(10_000, 5_000)), &three_few);
    add("rooms", format!("rooms --rooms {} --members 6", pick(40, 8)), &two);
    add("connect", format!("idle --sockets {}", pick(2_000, 300)), &three);
    let (sockets, hold) = (pick(10_000, 500), pick(26, 3));
    add("idle", format!("idle --sockets {sockets} --hold {hold}"), &three_once);
    add("idle-tls", format!("idle --sockets {sockets}"), &[(Switchboard, 1), (Node, 1)]);
    let calls = pick(20_000, 500);
    add("calls-many", format!("calls --pairs {calls} --concurrency 16 --bucket {}", calls / 20), &own);
    let calls = if size == Size::Long { 20_000 } else { pick(2_000, 60) };
    let others = pick(500, 50);
    add("calls-many-idle", format!("--limit 1200 calls --pairs {calls} --concurrency 16 --idle {others}"), &own);
    add("calls-many-open", format!("--limit 1200 calls --pairs {calls} --concurrency 16 --open {others}"), &own);
    plan
}
