//! A proof by faults: pages call each other through three nodes while nodes, Redis and the network between them fail by a
//! seeded schedule, and the pages' histories are checked for what must not happen.
//!
//! ```text
//! pages (page, life, line) --- nodes --- proxy --- Redis       histories (history) ---> checker
//!                                ^         ^         ^
//!                                +----- nemesis -----+
//! ```
//!
//! CONTRIBUTING.md says how to run it longer, with more pages, and how to look at a run that failed.

mod checker;
mod checker_proof;
mod history;
mod incoming;
mod life;
mod line;
mod nemesis;
mod nodes;
mod page;
mod proxy;
mod returns;
mod settings;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use history::Writer;
use life::{Stage, Surroundings};
use nemesis::Nemesis;
use nodes::{Nodes, Servers};
use page::Page;
use settings::{GRACE, Kind, LOBBY, Random, Settings};

/// How long the pages have at the end: as long as a node may be silent, and the grace, and some seconds.
const CALM: Duration = Duration::from_secs(20);
/// How long what was sent last may take.
const SILENCE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn pages_keep_their_calls_whatever_fails() {
    let settings = Settings::from_environment();
    if let Some(histories) = &settings.histories {
        let wrong = checker::check(&history::read(histories), GRACE.as_millis() as u64);
        assert!(wrong.is_empty(), "{}: {wrong:#?}", histories.display());
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("faults-{}", settings.seed));
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("writable");
    println!("faults: {settings:?}");
    let faults = run(&settings, folder.clone()).await;
    let histories = history::read(&folder);
    println!("faults: {:?}", history::counts(&histories));
    let mut wrong = checker::check(&histories, GRACE.as_millis() as u64);
    wrong.extend(faults);
    if settings.kind == Kind::Restarts {
        wrong.extend(returns::check(&histories));
    }
    let Settings { seed, .. } = settings;
    assert!(
        wrong.is_empty(),
        "seed {seed}, histories and logs in {}: {} faults: {wrong:#?}",
        folder.display(),
        wrong.len()
    );
    std::fs::remove_dir_all(&folder).expect("removable");
}

/// One run. Returns what the logs of the nodes say that should not be there.
async fn run(settings: &Settings, folder: PathBuf) -> Vec<String> {
    let start = Instant::now();
    let redis = tokio::task::block_in_place(|| Servers::start(settings.durability));
    let nodes = Nodes::start(&redis, folder.clone()).await;
    let (stage, watched) = watch::channel(Stage::Faults);
    let mut pages = JoinSet::new();
    let names: Vec<String> = (0..settings.pages).map(|number| format!("page{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        let lobby = number / LOBBY;
        let history = Writer::create(&folder, name, start);
        let random = Random::new(settings.seed, number as u64);
        let page = Page::new(name.clone(), format!("lobby{lobby}"), history, random);
        let members = names.chunks(LOBBY).nth(lobby).map(<[String]>::to_vec).unwrap_or_default();
        let (addresses, stage) = (Arc::clone(&nodes.addresses), watched.clone());
        pages.spawn(page.live(Surroundings { addresses, stage, names: members }));
    }
    let nemesis = Nemesis::new(&nodes, &redis, start, settings.time);
    match settings.kind {
        Kind::Faults => nemesis.run(settings.seed).await,
        Kind::Restarts => nemesis.restart_each().await,
    }
    stage.send_replace(Stage::Calm);
    tokio::time::sleep(CALM).await;
    stage.send_replace(Stage::Silence);
    tokio::time::sleep(SILENCE).await;
    stage.send_replace(Stage::Over);
    pages.join_all().await;
    nodes.end().await;
    let log = nemesis.log.into_inner().expect("whole");
    std::fs::write(folder.join("nemesis.log"), log.lines.join("\n")).expect("writable");
    println!("faults: {} pages, {} s, {:?}", settings.pages, start.elapsed().as_secs(), log.counts);
    nodes.faults.into_inner().expect("whole")
}
