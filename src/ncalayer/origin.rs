//! Who may talk to the signer. Any page in any browser of this machine reaches loopback, and the signer asks nobody:
//! pages are told apart by the origin that the browser writes, and a name that was made to point here (DNS rebinding) by
//! the host that was asked for. Source: RFC 6454 §6.2; RFC 9110 §7.2.

use std::fmt;

/// Longest host or origin looked at, in bytes.
const TEXT_MAX_BYTES: usize = 300;

/// Where a page comes from: scheme, host and port, in lower case, the port of the scheme left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// A text that is no origin of a web page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an origin: http:// or https://, a host, a port where there is one, and nothing else")]
pub struct OriginError;

impl Origin {
    /// Reads `https://example.kz` or `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// [`OriginError`] for anything else; so for `null`, which stands for no origin in particular.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        if text.len() > TEXT_MAX_BYTES {
            return Err(OriginError);
        }
        let lower = text.to_ascii_lowercase();
        let (scheme, rest, usual_port) = match (lower.strip_prefix("http://"), lower.strip_prefix("https://")) {
            (Some(rest), _) => (Scheme::Http, rest, 80),
            (None, Some(rest)) => (Scheme::Https, rest, 443),
            (None, None) => return Err(OriginError),
        };
        let (host, port) = authority(rest).ok_or(OriginError)?;
        Ok(Self { scheme, host: host.to_owned(), port: port.filter(|port| *port != usual_port) })
    }

    /// A page of this very machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback_name(&self.host)
    }

    /// Whether this is the origin of a page that was asked for with this `Host`, over TLS or not.
    #[must_use]
    pub fn is_of(&self, host: &str, over_tls: bool) -> bool {
        let scheme = if over_tls { "https" } else { "http" };
        Self::parse(&format!("{scheme}://{host}")).is_ok_and(|own| own == *self)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        write!(f, "{scheme}://{}", self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// Whether a `Host` header names this machine by a loopback name.
#[must_use]
pub fn is_loopback_host(header: &str) -> bool {
    let lower = header.to_ascii_lowercase();
    authority(&lower).is_some_and(|(host, _)| is_loopback_name(host))
}

fn is_loopback_name(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}

/// Host and port; `None` when there is anything else.
fn authority(text: &str) -> Option<(&str, Option<u16>)> {
    let host_end =
        if text.starts_with('[') { text.find(']')?.checked_add(1)? } else { text.find(':').unwrap_or(text.len()) };
    let (host, rest) = text.split_at_checked(host_end)?;
    let named = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if named.is_empty() || host.len() > TEXT_MAX_BYTES || !named.chars().all(plain) {
        return None;
    }
    let port = match rest.strip_prefix(':') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse().ok().filter(|port| *port != 0)?)
        }
        Some(_) => return None,
        None if rest.is_empty() => None,
        None => return None,
    };
    Some((host, port))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_else() {
        for (text, shown) in [
            ("https://Example.kz", "https://example.kz"),
            ("https://example.kz:443", "https://example.kz"),
            ("http://example.kz:443", "http://example.kz:443"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().to_string(), shown);
        }
        for wrong in [
            "",
            "null",
            "*",
            "example.kz",
            "https://",
            "https://example.kz/",
            "https://example.kz/a",
            "https://a@example.kz",
            "https://example.kz:",
            "https://example.kz:0",
            "https://example.kz:65536",
            "https://example.kz:+1",
            "https://example.kz https://example.org",
            "https://[::1",
            "https://[::1]x",
            "file://localhost",
            "ws://127.0.0.1",
        ] {
            assert_eq!(Origin::parse(wrong), Err(OriginError), "{wrong}");
        }
        assert_eq!(Origin::parse(&format!("https://{}.kz", "a".repeat(300))), Err(OriginError));
    }

    #[test]
    fn only_the_three_names_of_loopback_are_this_machine() {
        for host in ["127.0.0.1", "127.0.0.1:13579", "localhost", "LocalHost:1", "[::1]", "[::1]:13579"] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in
            ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "0.0.0.0", "127.0.0.1@x", "::1"]
        {
            assert!(!is_loopback_host(host), "{host}");
        }
        assert!(Origin::parse("http://localhost:8080").unwrap().is_loopback());
        assert!(!Origin::parse("http://localhost.example").unwrap().is_loopback());
    }

    #[test]
    fn a_page_of_the_signer_itself_has_the_same_scheme_host_and_port() {
        let page = Origin::parse("http://127.0.0.1:13579").unwrap();
        assert!(page.is_of("127.0.0.1:13579", false));
        for (host, over_tls) in [("127.0.0.1:13579", true), ("localhost:13579", false), ("127.0.0.1:13580", false)] {
            assert!(!page.is_of(host, over_tls), "{host}");
        }
    }
}
