//! A bound on what strangers may ask for: requests without a session, counted by address and minute.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Shared;
use super::problem::ApiError;
use crate::domain::refusal::{Refusal, RefusalCode};

/// Most addresses remembered in one minute; past it everybody new shares one count.
const ADDRESSES_MAX: usize = 65_536;

/// What anybody may read or try, with a token or without: counted whatever the request carries, since nobody looks at
/// the token there.
const OPEN: [&str; 6] = ["/api/v1/login", "/api/v1/offers", "/api/v1/operator", "/checkpoint", "/healthz", "/docs"];
/// Longest time that a request without files may take, its body included, in seconds.
pub const REQUEST_SECONDS: u64 = 120;
/// The same for a request with files.
pub const UPLOAD_SECONDS: u64 = 900;

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
        let address = address.map(network_of);
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

/// Whoever has one address of IPv6 has 2^64 of them: they count as one.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
    }
}

/// Ends a request that takes too long: a body that dribbles in for ever holds memory and a connection.
pub async fn within(seconds: u64, request: Request, next: Next) -> Response {
    match tokio::time::timeout(Duration::from_secs(seconds), next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::from(RefusalCode::ServiceUnavailable).into_response(),
    }
}

/// Counts requests that carry no session token, and everything that is open to anybody, whatever it carries. A wrong
/// token anywhere else is looked up by its digest and costs as little as a right one.
pub async fn limit(State((app, limiter)): State<(Shared, Arc<Limiter>)>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let reads = request.method() == axum::http::Method::GET;
    let is_open = OPEN.iter().any(|open| path.starts_with(open)) && (reads || path.starts_with("/api/v1/login"));
    if is_open || !request.headers().contains_key(header::AUTHORIZATION) {
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

    #[test]
    fn the_addresses_of_one_network_of_ipv6_count_as_one() {
        let limiter = Limiter::new(1);
        let of = |text: &str| text.parse::<IpAddr>().ok();
        assert_eq!(limiter.allow(of("2001:db8::1"), 100), Ok(()));
        assert!(limiter.allow(of("2001:db8::2"), 100).is_err());
        assert_eq!(limiter.allow(of("2001:db8:0:1::1"), 100), Ok(()));
    }
}
