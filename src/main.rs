//! The program: reads flags, starts the server, turns an error into an exit code.

use std::io::Write;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result};
use clap::Parser;
use switchboard::config::Config;
use switchboard::logging;
use switchboard::server::Server;

fn main() -> ExitCode {
    let config = Config::parse();
    let logs = config.logging();
    let started = logging::start(&logs);
    let has_json_logs = logs.json && started.is_ok();
    match started.and_then(|()| run(config, has_json_logs)) {
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

/// Runs the server on threads of its own.
fn run(config: Config, has_json_logs: bool) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("The threads of the server cannot be started")?;
    // In a task: this thread would have to wake another one for each connection that it accepts.
    runtime.block_on(runtime.spawn(serve(config, has_json_logs))).context("The server failed")?
}

async fn serve(config: Config, has_json_logs: bool) -> Result<()> {
    let server = Server::build(config)?;
    let listener = server.bind()?;
    let banner = server.banner(&listener)?;
    // Before the ready line: a program that reads it may ask us to stop at once.
    let stop = asked_to_stop()?;
    let lines = match has_json_logs {
        // A collector reads this as one more line of the log.
        true => format!("{}\n", banner.json(SystemTime::now())),
        false => format!("{}{}\n", banner.text(), banner.ready_line()),
    };
    let mut out = std::io::stdout();
    // A reader that closes our output early wants a server all the same.
    let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
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
