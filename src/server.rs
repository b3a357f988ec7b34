//! The server as a value: it is built, then serves a given listener until a given future resolves.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::banner::{Banner, TurnLine};
use crate::cluster::node::Node;
use crate::config::Config;
use crate::core::command::Taken;
use crate::http;
use crate::http::api::Addresses;
use crate::http::authority::Authority;
use crate::http::ice_servers::IceService;
use crate::http::router::{Ready, Services};
use crate::hub::order::Hub;
use crate::ice::self_test::SelfTest;
use crate::ice::service::Ice;
use crate::inspect::inspector::Inspector;
use crate::inspect::recorder::Recorder;
use crate::metrics_listener::Watched;
use crate::net::http_server::HttpServer;
use crate::net::mdns::LocalName;
use crate::net::{host, listener};
use crate::reload::Live;
use crate::saved_state::SavedState;
use crate::side_listeners::SideListeners;
use crate::tls;
use crate::tls::acme::http_listener::HttpListener;
use crate::tls::certificate::Certificate;
use crate::{metrics, net, transport::socketio, transport::websocket};

/// How often the server looks for what has expired.
const SWEEP_INTERVAL: Duration = Duration::from_millis(500);

/// A server that is ready to listen.
pub struct Server {
    config: Config,
    /// `None` with `--http-only`.
    certificate: Option<Arc<Certificate>>,
    router: Router,
    hub: Arc<Hub>,
    recorder: Recorder,
    socketio: socketio::service::SocketIoService,
    websocket: websocket::service::WebSocketService,
    ready: Ready,
    addresses: Arc<Addresses>,
    side: SideListeners,
    acme_http: Option<HttpListener>,
    saved_state: Option<Arc<SavedState>>,
    node: Option<Node>,
    ice: Ice,
    /// Cancelled when the server is asked to stop.
    stopping: CancellationToken,
    live: Live,
    local_name: Option<Result<LocalName, String>>,
}

impl Server {
    /// Builds hub, transports and router. Creates a certificate unless the flags name one.
    ///
    /// # Errors
    /// A missing folder, an unusable certificate or key, an origin that cannot be parsed, an address of `--metrics` that
    /// cannot be opened, a file of `--state-file` that cannot be written.
    pub fn build(config: Config) -> Result<Self> {
        // First: what the following counts is in the metrics.
        let side = SideListeners::bind(&config)?;
        let acme_http = config.certificates.acme_http.map(HttpListener::bind).transpose()?;
        let cluster = config.cluster()?;
        let ready = Ready::new(AtomicBool::new(cluster.is_none()));
        let addresses = Addresses::new(config.listening.public_url.as_ref().map(ToString::to_string));
        let recorder = Recorder::new(config.inspector()?);
        let node = |address| Node::new(&address, config.limits(), recorder.clone(), ready.clone());
        let node = cluster.map(node).transpose().context("--cluster cannot be used")?;
        let saved_state = config.listening.state_file.as_deref();
        let saved_state = saved_state.map(|path| SavedState::open(path, config.folder.as_deref())).transpose()?;
        let hub = match &node {
            Some(node) => node.hub().clone(),
            None => {
                let mut hub = Hub::with_recorder(config.limits(), recorder.clone());
                if let Some(saved_state) = &saved_state {
                    saved_state.restore(&mut hub)?;
                }
                Arc::new(hub)
            }
        };
        let saved_state = saved_state.map(Arc::new);
        let live = Live::new(&config)?;
        let Live { authenticator, for_programs, rate_limit, .. } = &live;
        let options = socketio::service::SocketIoOptions { rate_limit: rate_limit.clone(), ..config.socketio() };
        let (socketio, course) = socketio::service::SocketIoService::new(options, authenticator.clone(), hub.clone());
        let options = websocket::state::WebSocketOptions {
            rate_limit: rate_limit.clone(),
            ..config.websocket_with(for_programs)
        };
        let (websocket, bare) = websocket::service::WebSocketService::new(options, authenticator.clone(), hub.clone());
        let certificate = config.tls()?.map(|options| tls::certificate::choose(&options)).transpose()?;
        let authority = certificate.as_ref().and_then(|certificate| {
            let (authority, fingerprint) = (certificate.origin.own_authority()?, certificate.authority_fingerprint()?);
            Some(Authority { pem: authority.pem.clone(), fingerprint })
        });
        // Without --public-url the URLs name an address, which certificates of known authorities do not.
        let (shown, public) = (certificate.clone(), config.listening.public_url.clone());
        let is_trusted = move || {
            let at = public.as_ref().map(|url| url.bare_host());
            shown.as_ref().zip(at).is_some_and(|(certificate, host)| certificate.is_trusted_at(host))
        };
        let ice = Ice::build(&config.ice()?, is_trusted)?;
        let stopping = CancellationToken::new();
        let certified = certificate.as_ref().map(|certificate| certificate.names.clone()).unwrap_or_default();
        let options = http::RouterOptions { certified, ..config.http() };
        let services = Services {
            socketio: course,
            websocket: bare,
            ice: IceService::new(ice.servers.clone(), authenticator.clone(), recorder.clone(), stopping.clone()),
            authority,
            ready: ready.clone(),
            addresses: addresses.clone(),
            origins: live.origins.clone(),
            limiter: live.limiter.clone(),
        };
        let router = http::router::build(&options, services, &recorder)?;
        Ok(Self {
            config,
            certificate,
            router,
            hub,
            recorder,
            socketio,
            websocket,
            ready,
            addresses,
            side,
            acme_http,
            saved_state,
            node,
            ice,
            stopping,
            live,
            local_name: None,
        })
    }

    /// Opens the listener of `--bind` and `--port`, or takes that of the service manager.
    ///
    /// # Errors
    /// A port that is taken or forbidden, an address of another machine; a socket that cannot be used.
    pub fn bind(&self) -> Result<TcpListener> {
        self.certificate.iter().for_each(|certificate| certificate.handle_hang_ups());
        self.live.handle_hang_ups();
        let (bind, port) = (self.config.listening.bind, self.config.listening.port);
        listener::given()?.map_or_else(|| listener::open(bind, port), Ok)
    }

    /// With `--lan`: takes `NAME.local` in the local network, so that the start-up lines name it. Takes a second or two,
    /// since the server asks first whether another machine has the name. Nothing is sent without `--lan`, for a listener
    /// on loopback, and with `--public-url`, which is the address to open then.
    ///
    /// # Errors
    /// A listener without an address.
    pub async fn announce(&mut self, listener: &TcpListener) -> Result<()> {
        if self.config.listening.lan && self.addresses.public_url.is_none() {
            let scheme = if self.certificate.is_some() { "https" } else { "http" };
            self.local_name = LocalName::take(listener.local_addr()?, scheme).await;
            if let (Some(Ok(taken)), Some(certificate)) = (&self.local_name, &self.certificate) {
                certificate.add_name(taken.name());
            }
        }
        Ok(())
    }

    /// The inspector, if it is on.
    pub fn inspector(&self) -> Option<&Arc<Inspector>> {
        self.recorder.inspector()
    }

    /// The self-test of the TURN server, if it is on. It succeeds once the server listens.
    pub fn self_test(&mut self) -> Option<SelfTest> {
        self.ice.take_self_test()
    }

    /// The start-up lines.
    ///
    /// # Errors
    /// A listener without an address.
    pub fn banner(&self, listener: &TcpListener) -> Result<Banner> {
        let certificate = self.certificate.as_deref();
        Ok(Banner {
            bound: listener.local_addr()?,
            lan: host::lan_addresses(),
            local_name: self.local_name.as_ref().map(|taken| match taken {
                Ok(taken) => Ok(taken.name().to_owned()),
                Err(sentence) => Err(sentence.clone()),
            }),
            public_url: self.addresses.public_url.clone(),
            key: self.addresses.key.clone(),
            folder: self.config.folder.as_ref().map(|folder| folder.display().to_string()),
            certificate: certificate.map(|certificate| certificate.origin.to_string()),
            certificate_is_trusted: certificate.is_some_and(Certificate::is_trusted),
            authority: certificate.and_then(|certificate| certificate.origin.own_authority()).cloned(),
            authority_fingerprint: certificate.and_then(Certificate::authority_fingerprint),
            default_password: self.config.access.is_open_to_the_course(),
            qr: self.config.listening.lan,
            inspector: self.recorder.inspector().map(|inspector| inspector.key.clone()),
            metrics: self.side.metrics()?,
            api: self.side.api()?,
            acme_http: self.acme_http.as_ref().map(HttpListener::local_addr).transpose()?,
            turn: self.ice.servers.inside().map(|inside| TurnLine { address: inside.address(), finding: None }),
        })
    }

    /// Serves HTTP and HTTPS on this listener until `stop` resolves. Then it notifies all clients, waits until their
    /// connections have closed, at most for as long as `--drain`, and returns.
    ///
    /// # Errors
    /// A listener that cannot be used.
    pub async fn listen(self, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let _ = self.addresses.lan.set(self.banner(&listener)?.lan_addresses().collect());
        let Self {
            config,
            certificate,
            router,
            hub,
            recorder,
            socketio,
            websocket,
            ready,
            side,
            acme_http,
            saved_state,
            node,
            ice,
            stopping,
            live,
            ..
        } = self;
        let local_name = self.local_name.and_then(Result::ok);
        let of_refusals = recorder.clone();
        let (turn, api) = (ice.handle(), live.api.clone());
        let options = net::ListenerOptions { turn: turn.clone(), ..config.net() };
        let tls = certificate.as_ref().map(|certificate| certificate.config.clone());
        let http_server = HttpServer::new(tls.clone(), router, &options, move |address| {
            let sentence = "The client does not trust the certificate of this server.";
            of_refusals.rejected("tls", None, ("certificate", sentence), None, Some(address));
        });
        // Aborted when it is dropped.
        let mut background = JoinSet::new();
        background.spawn(sweep(hub.clone()));
        let sender = hub.clone();
        background.spawn(async move { sender.fan_out().await });
        background.spawn(live.follow(config.clone(), http_server.clone()));
        if let Some(saved_state) = &saved_state {
            background.spawn(saved_state.clone().keep(hub.clone()));
        }
        if let Some(certificate) = &certificate {
            background.spawn(certificate.clone().keep_current());
            if let Some((listener, (challenges, domains))) = acme_http.zip(certificate.challenges()) {
                background.spawn(listener.serve(challenges, domains, certificate.config.clone(), config.net())?);
            }
        }
        let watched = Watched::new((&http_server, &hub, &ready), (&certificate, &node), turn);
        for listener in side.serve(watched, api, tls.as_ref(), &config.net())? {
            background.spawn(listener);
        }
        // Calls are relayed until the last client has been notified.
        let ended = CancellationToken::new();
        let _relay_ends = ended.clone().drop_guard();
        let relaying = tokio::spawn(ice.serve(listener.local_addr()?.port(), ended.clone()));

        let listener_port = listener.local_addr()?.port();
        let (notified, has_left) = (CancellationToken::new(), CancellationToken::new());
        let serving = http_server.serve(listener, async {
            stop.await;
            tracing::info!("stopping");
            ready.store(false, Ordering::Relaxed);
            stopping.cancel();
            // The server still accepts requests: clients that poll fetch the announcement with one.
            hub.announce_shutdown();
            recorder.stopped();
            socketio.last_polls().await;
            notified.cancel();
        });
        let closing = async {
            notified.cancelled().await;
            if let Some(saved_state) = saved_state {
                // Before the connections end: their clients are to come back.
                saved_state.save(hub.clone(), Taken::AtTheEnd).await;
            }
            if let Some(node) = &node {
                node.leave().await;
            }
            has_left.cancel();
            // If the time is over by now, the connections break: some clients take a proper end for a reason to stay away.
            tokio::task::yield_now().await;
            socketio.close().await;
            hub.end_all();
            websocket.close().await;
        };
        let name = format!("{}:{}", host::host_name(), listener_port);
        let following = async {
            match &node {
                Some(node) => node.run(name).await,
                None => std::future::pending().await,
            }
        };
        let named = async {
            let Some(local_name) = local_name else { return };
            tokio::select! {
                () = local_name.follow(|name| certificate.iter().for_each(|it| it.add_name(name))) => {}
                () = stopping.cancelled() => {}
            }
            local_name.withdraw().await;
        };
        let drain_over = async {
            stopping.cancelled().await;
            tokio::time::sleep(config.limits.drain).await;
            // However short that was: the other servers of a cluster learn first that this one stops.
            if node.is_some() {
                has_left.cancelled().await;
            }
        };
        tokio::select! {
            biased;
            () = drain_over => tracing::warn!("some connections did not close in time"),
            followed = following => followed.context("This server cannot be part of the cluster")?,
            ((), (), ()) = async { tokio::join!(serving, closing, named) } => {}
        };
        ended.cancel();
        relaying.await.context("The TURN server failed")?;
        tracing::info!("stopped; rejected, cut short or closed since the start: {}", metrics::summary());
        Ok(())
    }
}

/// Removes what has expired, for as long as the server runs.
async fn sweep(hub: Arc<Hub>) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    loop {
        ticks.tick().await;
        hub.tick();
    }
}
