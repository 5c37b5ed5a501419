//! What a statement answers: a row whose columns are read by name and by type.

use sqlx::postgres::{PgRow, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type, TypeInfo as _, ValueRef as _};
use uuid::Uuid;

use super::DbError;
use crate::domain::time::Moment;

/// One row of an answer.
pub struct Row(pub(super) Native);

pub(super) enum Native {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// How the server keeps a whole number.
enum Width {
    Eight,
    Four,
    Two,
    Bit,
    None,
}

impl Row {
    /// A whole number: `bigint`, a count, or a truth value as 0 or 1.
    /// # Errors
    /// `Inconsistent` when the column is absent, NULL or of another type; so for all readers below.
    pub fn int(&self, column: &str) -> Result<i64, DbError> {
        present(column, self.opt_int(column)?)
    }

    /// A text.
    /// # Errors
    /// As [`Row::int`].
    pub fn text(&self, column: &str) -> Result<String, DbError> {
        present(column, self.opt_text(column)?)
    }

    /// Bytes.
    /// # Errors
    /// As [`Row::int`].
    pub fn bytes(&self, column: &str) -> Result<Vec<u8>, DbError> {
        present(column, self.opt_bytes(column)?)
    }

    /// Bytes of a known length, such as a digest.
    /// # Errors
    /// As [`Row::int`], and when the length differs.
    pub fn array<const N: usize>(&self, column: &str) -> Result<[u8; N], DbError> {
        let bytes = self.bytes(column)?;
        let length = bytes.len();
        bytes.try_into().map_err(|_| inconsistent(column, format!("{length} bytes where {N} belong")))
    }

    /// An identifier.
    /// # Errors
    /// As [`Row::int`].
    pub fn id(&self, column: &str) -> Result<Uuid, DbError> {
        present(column, self.opt_id(column)?)
    }

    /// An instant, kept as microseconds since 1970 in UTC.
    /// # Errors
    /// As [`Row::int`].
    pub fn moment(&self, column: &str) -> Result<Moment, DbError> {
        present(column, self.opt_moment(column)?)
    }

    /// A whole number that may be NULL.
    /// # Errors
    /// `Inconsistent` when the column is absent or of another type; so for all readers below.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, DbError> {
        match &self.0 {
            Native::Sqlite(row) => sqlite_column::<i64>(row, column),
            Native::Postgres(row) => {
                let value = row.try_get_raw(column).map_err(|error| unreadable(column, &error))?;
                if value.is_null() {
                    return Ok(None);
                }
                let width = match value.type_info().name() {
                    "INT8" => Width::Eight,
                    "INT4" => Width::Four,
                    "INT2" => Width::Two,
                    "BOOL" => Width::Bit,
                    _ => Width::None,
                };
                match width {
                    Width::Eight => {
                        let number = <i64 as Decode<'_, Postgres>>::decode(value);
                        number.map(Some).map_err(|error| inconsistent(column, error.to_string()))
                    }
                    Width::Four => Ok(postgres_column::<i32>(row, column)?.map(i64::from)),
                    Width::Two => Ok(postgres_column::<i16>(row, column)?.map(i64::from)),
                    Width::Bit => Ok(postgres_column::<bool>(row, column)?.map(i64::from)),
                    // The driver says what stands there instead.
                    Width::None => postgres_column::<i64>(row, column),
                }
            }
        }
    }

    /// A text that may be NULL.
    /// # Errors
    /// As [`Row::opt_int`].
    pub fn opt_text(&self, column: &str) -> Result<Option<String>, DbError> {
        match &self.0 {
            Native::Sqlite(row) => sqlite_column(row, column),
            Native::Postgres(row) => postgres_column(row, column),
        }
    }

    /// Bytes that may be NULL.
    /// # Errors
    /// As [`Row::opt_int`].
    pub fn opt_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, DbError> {
        match &self.0 {
            Native::Sqlite(row) => sqlite_column(row, column),
            Native::Postgres(row) => postgres_column(row, column),
        }
    }

    /// An identifier that may be NULL.
    /// # Errors
    /// As [`Row::opt_int`], and on SQLite when the blob is not 16 bytes long.
    pub fn opt_id(&self, column: &str) -> Result<Option<Uuid>, DbError> {
        match &self.0 {
            Native::Sqlite(row) => {
                let Some(bytes) = sqlite_column::<Vec<u8>>(row, column)? else { return Ok(None) };
                Uuid::from_slice(&bytes).map(Some).map_err(|error| inconsistent(column, error.to_string()))
            }
            Native::Postgres(row) => Ok(postgres_column::<PgId>(row, column)?.map(|id| id.0)),
        }
    }

    /// An instant that may be NULL.
    /// # Errors
    /// As [`Row::opt_int`].
    pub fn opt_moment(&self, column: &str) -> Result<Option<Moment>, DbError> {
        let Some(micros) = self.opt_int(column)? else { return Ok(None) };
        let moment: Option<Moment> = Moment::from_unix_micros(micros);
        moment.map(Some).ok_or_else(|| inconsistent(column, format!("{micros} is no instant of the calendar")))
    }
}

fn sqlite_column<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(
    row: &'r SqliteRow,
    column: &str,
) -> Result<Option<T>, DbError> {
    row.try_get(column).map_err(|error| unreadable(column, &error))
}

fn postgres_column<'r, T: Decode<'r, Postgres> + Type<Postgres>>(
    row: &'r PgRow,
    column: &str,
) -> Result<Option<T>, DbError> {
    row.try_get(column).map_err(|error| unreadable(column, &error))
}

fn present<T>(column: &str, value: Option<T>) -> Result<T, DbError> {
    value.ok_or_else(|| inconsistent(column, "NULL where a value belongs".to_owned()))
}

fn unreadable(column: &str, error: &sqlx::Error) -> DbError {
    inconsistent(column, error.to_string())
}

pub(super) fn inconsistent(column: &str, detail: String) -> DbError {
    DbError::Inconsistent { column: column.to_owned(), detail }
}

/// `uuid` on the wire, both ways. The driver's own support hangs on one of its features that nothing else here needs.
#[derive(Clone, Copy)]
pub(super) struct PgId(pub(super) Uuid);

/// The object identifier of the built-in type `uuid` (pg_type.dat).
const UUID_OID: u32 = 2950;

impl Type<Postgres> for PgId {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(sqlx::postgres::types::Oid(UUID_OID))
    }

    fn compatible(kind: &PgTypeInfo) -> bool {
        kind.name() == "UUID"
    }
}

impl Decode<'_, Postgres> for PgId {
    fn decode(value: PgValueRef<'_>) -> Result<Self, sqlx::error::BoxDynError> {
        let id = match value.format() {
            PgValueFormat::Binary => Uuid::from_slice(value.as_bytes()?)?,
            PgValueFormat::Text => value.as_str()?.parse()?,
        };
        Ok(PgId(id))
    }
}

impl sqlx::Encode<'_, Postgres> for PgId {
    fn encode_by_ref(
        &self,
        buffer: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(sqlx::encode::IsNull::No)
    }
}

/// NULL without a type: the server infers it, so that one statement text may be given NULL for any column.
pub(super) struct PgNull;

impl Type<Postgres> for PgNull {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(sqlx::postgres::types::Oid(0))
    }
}

impl sqlx::Encode<'_, Postgres> for PgNull {
    fn encode_by_ref(
        &self,
        _buffer: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        Ok(sqlx::encode::IsNull::Yes)
    }
}
