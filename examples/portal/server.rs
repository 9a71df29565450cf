//! Connections: accepted up to a number, with patience for slow ones, and brought to their end at the end.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::Service;

use crate::app::Site;
use crate::configuration::Configuration;

/// How many connections are open at once. Further ones wait to be accepted.
const CONNECTIONS: usize = 1_024;
/// How long the head of a request may take to arrive, and an idle connection lasts.
const HEAD: Duration = Duration::from_secs(15);
/// How long requests that have begun may go on after the program was told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

pub async fn listen(configuration: &Configuration) -> Result<(TcpListener, Site), String> {
    let address = configuration.address;
    let unusable = |error| format!("PORTAL_ADDR, {address}, cannot be used: {error}. Choose another port.");
    let listener = TcpListener::bind(address).await.map_err(unusable)?;
    let listening = listener.local_addr().map_err(unusable)?;
    Ok((listener, Site::new(configuration.origin.clone(), listening)))
}

/// Answers until `stop`, then brings to its end what has begun.
pub async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) {
    let mut connections = Builder::new(TokioExecutor::new()).http1_only();
    connections.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    let mut services = routes.into_make_service_with_connect_info::<SocketAddr>();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accept = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, (stream, peer)) = tokio::select! {
            () = &mut stop => break,
            (place, accepted) = accept => match accepted {
                Ok(accepted) => (place, accepted),
                // Out of descriptors, or the other side has gone already: neither is a reason to end.
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let Ok(service) = services.call(peer).await;
        let connection = connections
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
            .into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_REQUESTS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not come to their end");
    }
}

/// Ctrl-C, or the signal by which service managers ask a program to end.
pub async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
