//! A bound on what strangers may ask for: requests without a session, counted by address and minute.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Shared;
use super::problem::ApiError;
use crate::domain::refusal::{Refusal, RefusalCode};

/// Most addresses remembered in one minute; past it everybody new shares one count.
const ADDRESSES_MAX: usize = 65_536;

/// Where strangers' signatures are checked.
const LOGIN: &str = "/api/v1/login";

/// Counts of the running minute.
pub struct Limiter {
    per_minute: u32,
    window: Mutex<Window>,
}

#[derive(Default)]
struct Window {
    minute: i64,
    counts: HashMap<Option<IpAddr>, u32>,
}

impl Limiter {
    /// A limiter of so many requests of one address in a minute.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, window: Mutex::new(Window::default()) }
    }

    /// Whether one more is allowed at `unix_seconds`; otherwise in how many seconds.
    fn allow(&self, address: Option<IpAddr>, unix_seconds: i64) -> Result<(), i64> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = unix_seconds.div_euclid(60);
        if window.minute != minute {
            *window = Window { minute, counts: HashMap::new() };
        }
        let known = window.counts.contains_key(&address) || window.counts.len() < ADDRESSES_MAX;
        let count = window.counts.entry(address.filter(|_| known)).or_insert(0);
        *count = count.saturating_add(1);
        if *count <= self.per_minute { Ok(()) } else { Err(60 - unix_seconds.rem_euclid(60)) }
    }
}

/// Counts requests that carry no session token, and every login, whatever it carries: there a stranger's signature is
/// checked. A wrong token anywhere else is looked up by its digest and costs as little as a right one.
pub async fn limit(State((app, limiter)): State<(Shared, Arc<Limiter>)>, request: Request, next: Next) -> Response {
    let is_login = request.uri().path().starts_with(LOGIN);
    if is_login || !request.headers().contains_key(header::AUTHORIZATION) {
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        if let Err(seconds) = limiter.allow(address, app.clock.now().unix_seconds()) {
            let refusal = Refusal::new(RefusalCode::RateLimited).with("seconds", seconds.to_string());
            return ApiError::from(refusal).into_response();
        }
    }
    next.run(request).await
}

/// Counts the forms of pages that strangers may send: logins and files to be judged, and whatever comes without a
/// session. Reading pages costs little and is not counted.
pub async fn limit_forms(
    State((app, limiter)): State<(Shared, Arc<Limiter>)>,
    request: Request,
    next: Next,
) -> Response {
    const STRANGERS: [&str; 2] = ["/login", "/verify"];
    let is_form = request.method() == axum::http::Method::POST;
    let is_open = STRANGERS.contains(&request.uri().path()) || !request.headers().contains_key(header::COOKIE);
    if is_form && is_open {
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        if let Err(seconds) = limiter.allow(address, app.clock.now().unix_seconds()) {
            let refusal = Refusal::new(RefusalCode::RateLimited).with("seconds", seconds.to_string());
            return ApiError::from(refusal).into_response();
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_over_its_limit_waits_for_the_next_minute_and_hinders_nobody_else() {
        let limiter = Limiter::new(2);
        let (a, b) = (Some(IpAddr::from([192, 0, 2, 1])), Some(IpAddr::from([192, 0, 2, 2])));
        assert_eq!((limiter.allow(a, 100), limiter.allow(a, 101), limiter.allow(a, 102)), (Ok(()), Ok(()), Err(18)));
        assert_eq!(limiter.allow(b, 102), Ok(()));
        assert_eq!(limiter.allow(a, 120), Ok(()));
    }
}
