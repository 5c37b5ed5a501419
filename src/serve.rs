//! The service: the HTTP door and the worker around one application, until it is told to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request};
use axum::serve::Listener;
use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::{Layer as _, ServiceExt as _};

use crate::api;
use crate::api::limiter::Limiter;
use crate::app::App;
use crate::domain::address::Channel;
use crate::web;
use crate::worker;

/// Longest time that the head of a request may take, and that a connection may lie idle between two, in seconds.
pub const HEAD_SECONDS: u64 = 15;
/// Largest head of a request, in bytes.
const HEAD_MAX_BYTES: usize = 64 * 1024;
/// Most connections at one time; who comes later waits outside.
const CONNECTIONS_MAX: usize = 1024;

/// Serves `app` on `listener` until `stop` is done; requests that are being answered are answered.
///
/// # Errors
/// None today: a connection that cannot be taken is logged, and the next one is waited for.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), std::io::Error> {
    let (sender, receiver) = watch::channel(false);
    let ways = Channel::ALL.map(|channel| tokio::spawn(worker::run_way(Arc::clone(&app), channel, receiver.clone())));
    let worker = tokio::spawn(worker::run(Arc::clone(&app), receiver));
    let journal = app.journal.clone();
    take_connections(listener, router(app), stop).await;
    // The receivers are gone only when the workers have ended by themselves.
    let _ = sender.send(true);
    for worker in ways.into_iter().chain([worker]) {
        if let Err(error) = worker.await {
            tracing::error!(error = %error, "the worker ended badly");
        }
    }
    journal.close().await;
    if let Err(error) = journal.keep_outside().await {
        tracing::error!(error = %error, "the last checkpoint is not kept outside the database");
    }
    Ok(())
}

/// Talks to whoever comes, each in a task of its own, until `stop` is done and the last request is answered.
pub(crate) async fn take_connections(mut listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let (ending, ends) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let next = async {
            // The semaphore is never closed; were it, the bound would be gone and not the service.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, Listener::accept(&mut listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let (router, ends) = (router.clone(), ends.clone());
        tokio::spawn(async move {
            talk(stream, peer, router, ends).await;
            drop(place);
        });
    }
    drop((listener, ends));
    ending.send_replace(true);
    ending.closed().await;
}

/// Answers the requests of one connection. A head that dribbles in cuts it off: it holds memory and a place.
async fn talk(stream: TcpStream, peer: SocketAddr, router: Router, mut ends: watch::Receiver<bool>) {
    let service = TowerToHyperService::new(Extension(ConnectInfo(peer)).layer(router));
    // Of one version alone: to tell two apart, first octets would be waited for without end.
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    let mut http1 = builder.http1();
    http1.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(HEAD_SECONDS)).max_buf_size(HEAD_MAX_BYTES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        // Also when nobody is left to say so.
        _ = ends.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection ended badly");
    }
}

/// Both doors under one address: programs by the API, people by pages; each answers a wrong address in its own way.
pub fn router(app: Arc<App>) -> Router {
    let limiter = Arc::new(Limiter::new(app.rules.limits.anonymous_per_minute));
    let programs = api::router(Arc::clone(&app), Arc::clone(&limiter));
    let people = web::router(app, limiter);
    Router::new().fallback(move |request: Request| {
        let door = if api::is_api(request.uri().path()) { programs.clone() } else { people.clone() };
        door.oneshot(request)
    })
}

/// Done when the process is asked to end: SIGTERM or Ctrl-C.
///
/// # Errors
/// When the signal cannot be watched.
pub async fn asked_to_stop() -> Result<(), std::io::Error> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done,
        _ = terminate.recv() => Ok(()),
    }
}
