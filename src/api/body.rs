//! What stands in the body of a request.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use crate::protocol::custom_event::CustomEvent;
use crate::protocol::json::Tree;
use crate::protocol::refusal::Refusal;

/// Largest body, in bytes.
pub(super) const MAX_BODY: usize = 64 * 1024;
/// Longest reason, in characters.
const MAX_REASON: usize = 200;

/// A body, or why it did not arrive.
pub(super) type Given = Result<Bytes, BytesRejection>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DisconnectBody {
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventBody {
    event: String,
    #[serde(default)]
    args: Vec<Tree>,
}

/// The reason of a disconnect, which the client receives.
pub(super) fn reason(body: Given) -> Result<Refusal, ApiError> {
    let bytes = bytes(body)?;
    let DisconnectBody { reason } = if bytes.is_empty() { DisconnectBody::default() } else { read(&bytes)? };
    let refusal = Refusal::disconnected();
    match reason {
        None => Ok(refusal),
        Some(reason) if reason.is_empty() || reason.chars().nth(MAX_REASON).is_some() => {
            Err(ApiError::invalid(format!("\"reason\" is a sentence of 1 to {MAX_REASON} characters.")))
        }
        Some(reason) => Ok(Refusal { message: reason.into(), ..refusal }),
    }
}

/// The event that clients are sent.
pub(super) fn event(body: Given) -> Result<CustomEvent, ApiError> {
    let EventBody { event, args } = read(&bytes(body)?)?;
    let args: Vec<_> = args.into_iter().map(|Tree(value)| value).collect();
    Ok(CustomEvent::new(&event, &args)?)
}

fn bytes(body: Given) -> Result<Bytes, ApiError> {
    body.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
        _ => ApiError::unfinished(),
    })
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            ApiError::invalid(format!("The body is not as it should be: {error}."))
        } else {
            ApiError::no_json()
        }
    })
}
