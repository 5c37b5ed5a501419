//! A WebSocket: greeting, heartbeats, and one request after another. Source: nca-rk.md section 8.

use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Utf8Bytes};

use super::server::PATIENCE;
use super::{MESSAGE_MAX_BYTES, Signer, basics, common_utils};
use crate::i18n::Language;

/// What pages send to keep the connection, and get back.
const HEARTBEAT: &str = "--heartbeat--";

/// One page's connection.
pub(super) struct Session {
    /// The keys and settings.
    pub signer: Arc<Signer>,
    /// The language set by `changeLocale`.
    pub language: Language,
}

/// A request as every module writes it.
pub(super) struct Request {
    /// The method.
    pub method: Option<String>,
    /// Positions or names with values, as the module wants it.
    pub args: Value,
    /// Comes back with the answer of commonUtils.
    pub uuid: Option<String>,
}

/// Talks until either side ends it. `early` are octets of the peer that came with its handshake.
pub(super) async fn converse<S>(stream: S, early: Vec<u8>, signer: &Arc<Signer>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let limits =
        WebSocketConfig::default().max_message_size(Some(MESSAGE_MAX_BYTES)).max_frame_size(Some(MESSAGE_MAX_BYTES));
    let mut socket = WebSocketStream::from_partially_read(stream, early, Role::Server, Some(limits)).await;
    let mut session = Session { signer: Arc::clone(signer), language: Language::Ru };
    let greeting = json!({"result": {"version": signer.options.version.number()}});
    if !say(&mut socket, Message::text(greeting.to_string())).await {
        return;
    }
    while let Some(message) = socket.next().await {
        let answer = match message {
            Ok(Message::Text(text)) => session.hear(&text).await,
            Ok(Message::Binary(_)) => return end(&mut socket, CloseCode::Unsupported).await,
            // Answered, or meant for nobody, by the library.
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_)) => None,
            Err(Error::Capacity(_)) => return end(&mut socket, CloseCode::Size).await,
            Err(_) => return,
        };
        if let Some(answer) = answer
            && !say(&mut socket, Message::text(answer)).await
        {
            return;
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>, message: Message) -> bool {
    matches!(timeout(PATIENCE, socket.send(message)).await, Ok(Ok(())))
}

async fn end<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>, code: CloseCode) {
    let frame = CloseFrame { code, reason: Utf8Bytes::default() };
    let _ = timeout(PATIENCE, socket.close(Some(frame))).await;
}

impl Session {
    /// The answer to one text; `None` when there is to be none.
    async fn hear(&mut self, text: &str) -> Option<String> {
        if text == HEARTBEAT {
            return Some(HEARTBEAT.to_owned());
        }
        let Ok(Value::Object(mut envelope)) = serde_json::from_str(text) else {
            return Some(json!({"success": false, "code": "COMMON_JSON_WRAPPING_EXCEPTION"}).to_string());
        };
        let module = envelope.remove("module");
        let request = Request::of(envelope);
        let answer = match module.as_ref().and_then(Value::as_str) {
            Some(basics::MODULE) => basics::answer(self, request).await,
            Some(common_utils::MODULE) => common_utils::answer(self, request).await,
            Some(_) | None => Some(json!({"success": false, "errorCode": "MODULE_NOT_FOUND"})),
        };
        answer.map(|answer| answer.to_string())
    }
}

impl Request {
    fn of(mut envelope: Map<String, Value>) -> Self {
        let method = match envelope.remove("method") {
            Some(Value::String(method)) => Some(method),
            Some(_) | None => None,
        };
        let uuid = match envelope.remove("uuid") {
            Some(Value::String(uuid)) => Some(uuid).filter(|uuid| !uuid.is_empty()),
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(_) | None => None,
        };
        Self { method, args: envelope.remove("args").unwrap_or(Value::Null), uuid }
    }
}
