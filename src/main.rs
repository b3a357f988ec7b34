//! The program: parses flags, starts the server, turns an error into an exit code.

use std::io::Write;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result};
use switchboard::banner::Banner;
use switchboard::config::{Config, DoctorArgs, Program, StatusArgs};
use switchboard::doctor::{self, Report};
use switchboard::logging::{self, LogFormat};
use switchboard::server::Server;
use switchboard::status;
use switchboard::traces::provider as traces;

fn main() -> ExitCode {
    match Program::parse() {
        Program::Serve(config) => serve_until_stopped(*config),
        Program::Print(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Program::Doctor(args) => examine(&args),
        Program::Status(args) => tell_status(&args),
    }
}

fn serve_until_stopped(config: Config) -> ExitCode {
    let logs = config.logging();
    let started = logging::start(&logs);
    let format = if started.is_ok() { logs.format } else { LogFormat::Human };
    for sentence in Program::unknown_variables() {
        tracing::warn!("{sentence}");
    }
    match started.and_then(|()| run(config, format)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if format != LogFormat::Human => {
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

/// Does the checks of `switchboard doctor`; the exit code says whether there is a problem.
fn examine(args: &DoctorArgs) -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        eprintln!("error: The checks cannot be started.");
        return ExitCode::FAILURE;
    };
    let mut report = Report::new(!args.json);
    runtime.block_on(doctor::run(args, &mut report));
    let end = if args.json { report.json() } else { report.summary() };
    let _ = writeln!(std::io::stdout(), "{end}");
    if report.has_problem() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Prints what `switchboard status` has found. The exit code is 1 if something is not well, 2 if the server cannot be asked.
fn tell_status(args: &StatusArgs) -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        eprintln!("error: The request cannot be sent.");
        return ExitCode::from(2);
    };
    match runtime.block_on(status::ask(&args.address)) {
        Ok(answer) => {
            let text = if args.json { answer.json() } else { answer.text() };
            let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
            ExitCode::from(u8::from(!answer.is_well()))
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs the server on threads of its own.
fn run(config: Config, format: LogFormat) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("The threads of the server cannot be started")?;
    let traces = {
        let _within = runtime.enter();
        traces::start(config.logging.otlp_endpoint.as_ref())?
    };
    // In a task: on this thread, outside the pool, each accepted connection would have to wake another thread.
    let served = runtime.block_on(runtime.spawn(serve(config, format)));
    traces.stop();
    served.context("The server failed")?
}

async fn serve(config: Config, format: LogFormat) -> Result<()> {
    let mut server = Server::build(config)?;
    let listener = server.bind()?;
    server.announce(&listener).await?;
    let banner = server.banner(&listener)?;
    // Before the ready line: a program that reads it may stop the server at once.
    let stop = stop_signal()?;
    let self_test = server.self_test();
    let listening = server.listen(listener, stop);
    // The server accepts connections while it tests itself.
    let announcing = async {
        let banner = match self_test {
            Some(test) => banner.with_finding(test.run().await),
            None => banner,
        };
        announce(&banner, format);
    };
    tokio::join!(listening, announcing).0
}

/// Prints the start-up lines.
fn announce(banner: &Banner, format: LogFormat) {
    let lines = match format {
        // A log collector reads it as one more line of the log.
        LogFormat::Json => format!("{}\n", banner.json(SystemTime::now())),
        LogFormat::Logfmt => format!("{}\n", banner.logfmt(SystemTime::now())),
        LogFormat::Human => format!("{}{}\n", banner.text(), banner.ready_line()),
    };
    let mut out = std::io::stdout();
    // The server runs even if the reader of its output has closed it.
    let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
}

/// Resolves on ctrl-c (SIGINT) or SIGTERM. The program handles both from this call on, not from the first poll on.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).context("The program cannot handle signals");
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves on ctrl-c. The program handles it from this call on, not from the first poll on.
#[cfg(windows)]
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = tokio::signal::windows::ctrl_c().context("The program cannot handle ctrl-c")?;
    Ok(async move {
        interrupt.recv().await;
    })
}
