//! The program: reads flags, starts the server, turns an error into an exit code.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use switchboard::config::Config;
use switchboard::server::Server;
use switchboard::telemetry;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Config::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config) -> Result<()> {
    telemetry::start(&config.telemetry())?;
    let server = Server::build(config)?;
    let listener = server.bind()?;
    let greeting = server.greeting(&listener)?;
    let mut out = std::io::stdout().lock();
    // Somebody who closes our output early wants a server all the same.
    let _ = writeln!(out, "{}{}", greeting.text(), greeting.ready_line());
    let _ = out.flush();
    drop(out);
    server.listen(listener, asked_to_stop()?).await
}

/// Resolves on ctrl-c, and on SIGTERM where there is such a thing.
fn asked_to_stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("SIGTERM cannot be listened for")?;
    Ok(async move {
        #[cfg(unix)]
        let terminated = async {
            terminate.recv().await;
        };
        #[cfg(not(unix))]
        let terminated = std::future::pending::<()>();
        tokio::select! {
            result = tokio::signal::ctrl_c() => if let Err(error) = result {
                tracing::error!(%error, "ctrl-c cannot be listened for");
                std::future::pending::<()>().await;
            },
            () = terminated => {}
        }
    })
}
