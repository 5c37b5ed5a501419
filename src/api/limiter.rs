//! A bound on what strangers may ask for: requests without a session, counted by address and minute.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem::ApiError;
use super::{Shared, sms};
use crate::config::TrustedProxies;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::operations::session_events::Device;

/// Most addresses remembered in one minute; past it everybody new shares one count.
const ADDRESSES_MAX: usize = 65_536;

/// Where a proxy names the client whose request it hands on.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Most addresses looked at in one request's `X-Forwarded-For`, from its end: our own proxies stand there.
const FORWARDED_MAX: usize = 32;

/// What anybody may read or try, with a token or without: counted whatever the request carries, since nobody looks at
/// the token there.
const OPEN: [&str; 8] = [
    "/api/v1/login",
    "/api/v1/offers",
    "/api/v1/operator",
    "/api/v1/registry",
    "/checkpoint",
    "/healthz",
    "/docs",
    "/log",
];
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

    /// Whether an address has had all that it may at `unix_seconds`; nothing is counted.
    fn is_spent(&self, address: Option<IpAddr>, unix_seconds: i64) -> bool {
        let window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let count = window.counts.get(&address.map(network_of)).copied().unwrap_or_default();
        window.minute == unix_seconds.div_euclid(60) && count >= self.per_minute
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

fn client_of(request: &Request, proxies: &TrustedProxies) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())?;
    Some(forwarded(peer, request.headers(), proxies))
}

impl FromRequestParts<Shared> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        let proxies = &app.rules.limits.trusted_proxies;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self { address: peer.map(|peer| forwarded(peer, &parts.headers, proxies)), agent: agent.map(str::to_owned) })
    }
}

/// Whom a request is counted to. Whoever speaks to us himself is `peer`, whatever he says of others. One of our proxies
/// adds at the end whom it serves: the last address there that is not a proxy of ours; what stands before it is the
/// client's word. Where it names nobody, the request is the proxy's.
fn forwarded(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    let peer = peer.to_canonical();
    if !proxies.contains(peer) {
        return peer;
    }
    // A line that is no text is nobody's address, not a line to be passed over.
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    let named = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    for text in named.take(FORWARDED_MAX) {
        match address_of(text.trim()) {
            Some(address) if proxies.contains(address) => {}
            Some(address) => return address,
            None => return peer,
        }
    }
    peer
}

/// `192.0.2.1`, `192.0.2.1:50000`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:50000`.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let parsed = bare.parse::<IpAddr>().ok();
    parsed.or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip())).map(|address| address.to_canonical())
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
    // A GET route answers HEAD too, with the same work.
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_open = OPEN.iter().any(|open| path.starts_with(open)) && (reads || path.starts_with("/api/v1/login"));
    let takes_reports = app.sms.as_ref().is_some_and(|sms| sms.reports.is_some());
    if takes_reports && path == sms::REPORTS && request.headers().contains_key(sms::SIGNATURE) {
        return limit_reports(&app, &limiter, request, next).await;
    }
    if is_open || !request.headers().contains_key(header::AUTHORIZATION) {
        let address = client_of(&request, &app.rules.limits.trusted_proxies);
        if let Err(seconds) = limiter.allow(address, app.clock.now().unix_seconds()) {
            let refusal = Refusal::new(RefusalCode::RateLimited).with("seconds", seconds.to_string());
            return ApiError::from(refusal).into_response();
        }
    }
    next.run(request).await
}

/// Counts the reports of a gateway that are refused: it speaks for many, and what is right is not counted; whoever forges them has
/// no more tries than any stranger.
async fn limit_reports(app: &Shared, limiter: &Limiter, request: Request, next: Next) -> Response {
    let address = client_of(&request, &app.rules.limits.trusted_proxies);
    let now = app.clock.now().unix_seconds();
    if limiter.is_spent(address, now) {
        let refusal = Refusal::new(RefusalCode::RateLimited).with("seconds", (60 - now.rem_euclid(60)).to_string());
        return ApiError::from(refusal).into_response();
    }
    let response = next.run(request).await;
    // Its status is written further out.
    if response.extensions().get::<ApiError>().is_some_and(ApiError::is_refusal) {
        // Whether it was one too many is told to the next.
        let _ = limiter.allow(address, now);
    }
    response
}

/// Counts the forms of pages that strangers may send: logins and files to be judged, and whatever comes without a
/// session; and questions to the register, which could be read through number by number. Reading other pages costs little
/// and is not counted.
pub async fn limit_forms(
    State((app, limiter)): State<(Shared, Arc<Limiter>)>,
    request: Request,
    next: Next,
) -> Response {
    const STRANGERS: [&str; 2] = ["/login", "/verify"];
    let is_form = request.method() == Method::POST;
    let is_open = STRANGERS.contains(&request.uri().path()) || !request.headers().contains_key(header::COOKIE);
    let asks_register = request.uri().path() == "/registry" && request.uri().query().is_some();
    if asks_register || (is_form && is_open) {
        let address = client_of(&request, &app.rules.limits.trusted_proxies);
        if let Err(seconds) = limiter.allow(address, app.clock.now().unix_seconds()) {
            let refusal = Refusal::new(RefusalCode::RateLimited).with("seconds", seconds.to_string());
            return ApiError::from(refusal).into_response();
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Who is counted when `peer` sends these lines of `X-Forwarded-For` and two proxies are ours.
    fn counted(peer: &str, lines: &[&str]) -> IpAddr {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let ours = TrustedProxies::try_from(vec![ip("127.0.0.1"), ip("10.0.0.7")]).unwrap();
        forwarded(ip(peer), &headers, &ours)
    }

    #[test]
    fn a_client_behind_our_proxy_is_counted_by_the_address_that_the_proxy_names() {
        assert_eq!(counted("127.0.0.1", &["192.0.2.1"]), ip("192.0.2.1"));
        assert_eq!(counted("::ffff:127.0.0.1", &["192.0.2.1:50000"]), ip("192.0.2.1"));
        assert_eq!(counted("127.0.0.1", &["[2001:db8::1]:443"]), ip("2001:db8::1"));
        assert_eq!(counted("127.0.0.1", &["192.0.2.1, 10.0.0.7"]), ip("192.0.2.1"), "two proxies in a row");
        // What the client wrote himself stands before what the proxy adds.
        assert_eq!(counted("127.0.0.1", &["198.51.100.9, 192.0.2.1"]), ip("192.0.2.1"));
        assert_eq!(counted("127.0.0.1", &["198.51.100.9", "192.0.2.1"]), ip("192.0.2.1"));
    }

    #[test]
    fn a_stranger_who_names_others_is_counted_himself() {
        assert_eq!(counted("192.0.2.1", &["198.51.100.9"]), ip("192.0.2.1"));
        assert_eq!(counted("192.0.2.1", &["127.0.0.1", "10.0.0.7"]), ip("192.0.2.1"));
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, "198.51.100.9".parse().unwrap());
        assert_eq!(forwarded(ip("127.0.0.1"), &headers, &TrustedProxies::default()), ip("127.0.0.1"));
    }

    #[test]
    fn a_proxy_that_names_nobody_is_counted_itself() {
        for lines in [&[][..], &[""], &["unknown"], &["198.51.100.9, "], &["198.51.100.9", "_hidden"], &["10.0.0.7"]] {
            assert_eq!(counted("127.0.0.1", lines), ip("127.0.0.1"), "{lines:?}");
        }
        let long = "10.0.0.7,".repeat(5_000);
        assert_eq!(counted("127.0.0.1", &["198.51.100.9", long.trim_end_matches(',')]), ip("127.0.0.1"));
    }

    #[test]
    fn an_address_over_its_limit_waits_for_the_next_minute_and_hinders_nobody_else() {
        let limiter = Limiter::new(2);
        let (a, b) = (Some(IpAddr::from([192, 0, 2, 1])), Some(IpAddr::from([192, 0, 2, 2])));
        assert_eq!((limiter.allow(a, 100), limiter.allow(a, 101), limiter.allow(a, 102)), (Ok(()), Ok(()), Err(18)));
        assert_eq!(
            (limiter.is_spent(a, 102), limiter.is_spent(b, 102), limiter.is_spent(a, 120)),
            (true, false, false)
        );
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
