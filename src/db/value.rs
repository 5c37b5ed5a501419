//! What a statement is given: one closed set of values that means the same on both engines.

use uuid::Uuid;

use crate::domain::time::Moment;

/// One parameter of a statement. `Null` carries no type: the server takes the column's.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// `integer` on SQLite, `bigint` on PostgreSQL: counters, flags (0 or 1), tiyn, instants in microseconds.
    Int(i64),
    /// `text`.
    Text(String),
    /// `blob` or `bytea`.
    Bytes(Vec<u8>),
    /// An identifier: a 16-byte `blob` on SQLite, `uuid` on PostgreSQL.
    Id(Uuid),
}

impl std::fmt::Debug for Value {
    /// Shows kinds and sizes only: parameters hold personal data, and errors end up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => write!(f, "Null"),
            Value::Int(number) => write!(f, "Int({number})"),
            Value::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Value::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Value::Id(id) => write!(f, "Id({id})"),
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Int(i64::from(number))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Int(i64::from(number))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Int(i64::from(flag))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::Text(text.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Value::Bytes(bytes)
    }
}

impl From<&Vec<u8>> for Value {
    fn from(bytes: &Vec<u8>) -> Self {
        Value::Bytes(bytes.clone())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Value::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Value::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Value::Bytes(bytes.to_vec())
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Value::Id(id)
    }
}

impl From<Moment> for Value {
    /// Microseconds since 1970 in UTC.
    fn from(moment: Moment) -> Self {
        Value::Int(moment.unix_micros())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// Parameters of a statement in the order of its placeholders: `params![id, name, None::<i64>]`.
#[macro_export]
macro_rules! params {
    () => { [] as [$crate::db::Value; 0] };
    ($($value:expr),+ $(,)?) => { [$($crate::db::Value::from($value)),+] };
}
