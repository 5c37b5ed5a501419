//! The service: the HTTP door and the worker around one application, until it is told to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::api;
use crate::api::limiter::Limiter;
use crate::app::App;
use crate::web;
use crate::worker;

/// Serves `app` on `listener` until `stop` is done; requests that are being answered are answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), std::io::Error> {
    let (sender, receiver) = watch::channel(false);
    let worker = tokio::spawn(worker::run(Arc::clone(&app), receiver));
    let journal = app.journal.clone();
    let router = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, router).with_graceful_shutdown(stop).await;
    // The receiver is gone only when the worker has ended by itself.
    let _ = sender.send(true);
    if let Err(error) = worker.await {
        tracing::error!(error = %error, "the worker ended badly");
    }
    if let Err(error) = journal.keep_outside().await {
        tracing::error!(error = %error, "the last checkpoint is not kept outside the database");
    }
    served
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
