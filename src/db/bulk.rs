//! Many rows in few round trips on PostgreSQL: COPY for rows that are only added, one array per column for the rest.

use sqlx::postgres::{PgArguments, PgHasArrayType, PgTypeInfo};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

use super::row::PgId;
use super::statement::{placeholder_count, without_comments};
use super::{DbError, Value};

/// The object identifier of the built-in type `uuid[]` (pg_type.dat).
const UUID_ARRAY_OID: u32 = 2951;
/// Octets of rows that are sent at once.
const COPY_PIECE_BYTES: usize = 256 * 1024;
/// Source: PostgreSQL documentation, COPY, "Binary Format".
const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const COPY_TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

impl PgHasArrayType for PgId {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(sqlx::postgres::types::Oid(UUID_ARRAY_OID))
    }
}

/// One column of many rows.
enum Column {
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Ids(Vec<Option<PgId>>),
}

impl Column {
    /// `None` when the values are of several kinds, or none of them tells its kind.
    fn of<'a>(values: impl Iterator<Item = &'a Value> + Clone) -> Option<Self> {
        macro_rules! gather {
            ($column:ident, $kind:ident, $value:ident => $own:expr) => {
                values
                    .map(|value| match value {
                        Value::Null => Some(None),
                        Value::$kind($value) => Some(Some($own)),
                        #[allow(clippy::wildcard_enum_match_arm, reason = "any other kind")]
                        _ => None,
                    })
                    .collect::<Option<Vec<_>>>()
                    .map(Column::$column)
            };
        }
        match values.clone().find(|value| !matches!(value, Value::Null))? {
            Value::Null => None,
            Value::Int(_) => gather!(Ints, Int, number => *number),
            Value::Text(_) => gather!(Texts, Text, text => text.clone()),
            Value::Bytes(_) => gather!(Bytes, Bytes, bytes => bytes.clone()),
            Value::Id(_) => gather!(Ids, Id, id => PgId(*id)),
        }
    }
}

/// The statement with every column bound as an array; `None` when a column has no kind.
fn with_arrays(sql: String, columns: Vec<Column>) -> Query<'static, Postgres, PgArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for column in columns {
        query = match column {
            Column::Ints(values) => query.bind(values),
            Column::Texts(values) => query.bind(values),
            Column::Bytes(values) => query.bind(values),
            Column::Ids(values) => query.bind(values),
        };
    }
    query
}

/// `insert … values ($1, $2) …` for all `rows` at once; `None` when a column has no kind or the shape is another.
pub(super) fn insert(sql: &str, rows: &[Vec<Value>]) -> Option<Query<'static, Postgres, PgArguments>> {
    let (before, rest) = sql.rsplit_once("values (")?;
    let (tuple, after) = rest.split_once(')')?;
    let count = placeholder_count(tuple);
    let columns: Option<Vec<Column>> =
        (0..count).map(|place| Column::of(rows.iter().filter_map(move |row| row.get(place)))).collect();
    Some(with_arrays(format!("{before}select * from unnest({tuple}){after}"), columns?))
}

/// `… in ($1) …` with all `keys` at once; `None` when they are of several kinds or the shape is another.
pub(super) fn among(sql: &str, keys: &[Value]) -> Option<Query<'static, Postgres, PgArguments>> {
    let (before, after) = sql.rsplit_once("in ($1)")?;
    Some(with_arrays(format!("{before}= any($1){after}"), vec![Column::of(keys.iter())?]))
}

/// `copy … from stdin` for a plain `insert into table (columns) values ($1, …)`.
pub(super) fn copy_statement(sql: &str) -> Result<String, DbError> {
    let text = without_comments(sql);
    let shapeless = || DbError::Other(format!("not a plain `insert into … values ($1, …)`: {sql}"));
    let (before, rest) = text.split_once("values (").ok_or_else(shapeless)?;
    let target = before.trim().strip_prefix("insert into ").ok_or_else(shapeless)?;
    let is_plain = rest.trim().strip_suffix(')').is_some_and(|tuple| !tuple.contains(')'));
    is_plain.then(|| format!("copy {target} from stdin (format binary)")).ok_or_else(shapeless)
}

/// The rows in COPY's binary format, in pieces. Whole numbers go to columns of type `bigint` alone.
pub(super) fn copy_pieces(rows: &[Vec<Value>]) -> Result<Vec<Vec<u8>>, DbError> {
    let mut pieces = Vec::new();
    let mut piece = COPY_HEADER.to_vec();
    for row in rows {
        piece.extend_from_slice(&length_of::<i16>(row.len())?.to_be_bytes());
        for value in row {
            put(&mut piece, value)?;
        }
        if piece.len() >= COPY_PIECE_BYTES {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    piece.extend_from_slice(&COPY_TRAILER);
    pieces.push(piece);
    Ok(pieces)
}

fn put(piece: &mut Vec<u8>, value: &Value) -> Result<(), DbError> {
    let number;
    let bytes: &[u8] = match value {
        Value::Null => {
            piece.extend_from_slice(&(-1_i32).to_be_bytes());
            return Ok(());
        }
        Value::Int(value) => {
            number = value.to_be_bytes();
            &number
        }
        Value::Text(text) => text.as_bytes(),
        Value::Bytes(bytes) => bytes,
        Value::Id(id) => id.as_bytes(),
    };
    piece.extend_from_slice(&length_of::<i32>(bytes.len())?.to_be_bytes());
    piece.extend_from_slice(bytes);
    Ok(())
}

fn length_of<T: TryFrom<usize>>(length: usize) -> Result<T, DbError> {
    T::try_from(length).map_err(|_| DbError::Other("a row is too large".to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::params;

    #[test]
    fn a_plain_insert_is_copied_and_another_is_not() {
        let plain = "-- One row per tuple.\ninsert into t (a, b)\nvalues ($1, $2)\n";
        assert_eq!(copy_statement(plain).unwrap(), "copy t (a, b) from stdin (format binary)");
        for other in [
            "insert into t (a) values ($1) on conflict (a) do nothing",
            "update t set a = $1",
            "insert into t (a) select $1",
        ] {
            assert!(copy_statement(other).is_err(), "{other}");
        }
    }

    #[test]
    fn rows_are_written_in_the_binary_format_of_copy() {
        let rows = [params![1_i64, "ab", None::<i64>].to_vec()];
        let bytes = copy_pieces(&rows).unwrap().concat();
        let row = [0, 3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, b'a', b'b', 255, 255, 255, 255];
        assert_eq!(bytes, [COPY_HEADER, &row, &[255, 255]].concat());
    }

    #[test]
    fn columns_of_several_kinds_are_left_to_the_other_way() {
        assert!(among("select a from t where b in ($1)", &params![1_i64, "a"]).is_none());
        assert!(among("select a from t where b in ($1)", &params![None::<i64>]).is_none());
        assert!(among("select a from t where b in ($1)", &params![1_i64, None::<i64>]).is_some());
        assert!(insert("insert into t (a) values ($1)", &[params!["a"].to_vec(), params![2_i64].to_vec()]).is_none());
    }
}
