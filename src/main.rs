//! The program: reads flags, starts the server, turns an error into an exit code.

use std::io::Write;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result};
use clap::Parser;
use switchboard::config::Config;
use switchboard::logging;
use switchboard::server::Server;

#[tokio::main]
async fn main() -> ExitCode {
    let config = Config::parse();
    let logs = config.telemetry();
    let started = logging::start(&logs);
    let has_json_logs = logs.json && started.is_ok();
    let ended = match started {
        Ok(()) => run(config, has_json_logs).await,
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if has_json_logs => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config, has_json_logs: bool) -> Result<()> {
    let server = Server::build(config)?;
    let listener = server.bind()?;
    let banner = server.banner(&listener)?;
    // Before anybody is told that we are ready: whoever is quick may ask us to stop at once.
    let stop = asked_to_stop()?;
    let mut out = std::io::stdout().lock();
    // Somebody who closes our output early wants a server all the same.
    let _ = match has_json_logs {
        // A collector reads this as one more line of the log.
        true => writeln!(out, "{}", banner.json(SystemTime::now())),
        false => writeln!(out, "{}{}", banner.text(), banner.ready_line()),
    };
    let _ = out.flush();
    drop(out);
    server.listen(listener, stop).await
}

/// Resolves on ctrl-c, and on SIGTERM where there is such a thing. Listens from now on, not from its first poll on.
#[cfg(unix)]
fn asked_to_stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).context("Signals cannot be listened for");
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves on ctrl-c.
#[cfg(windows)]
fn asked_to_stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = tokio::signal::windows::ctrl_c().context("ctrl-c cannot be listened for")?;
    Ok(async move {
        interrupt.recv().await;
    })
}
