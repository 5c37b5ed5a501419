//! Many rows in few round trips on PostgreSQL: one array per column. Not by COPY: its data and its end are two small packets
//! from us without a word between them, and the second one waits 40 ms for the acknowledgement of the first (Nagle's
//! algorithm, which the driver leaves on).

use sqlx::postgres::{PgArguments, PgHasArrayType, PgTypeInfo};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

use super::Value;
use super::row::PgId;
use super::statement::placeholder_count;

/// The object identifier of the built-in type `uuid[]` (pg_type.dat).
const UUID_ARRAY_OID: u32 = 2951;

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::params;

    #[test]
    fn columns_of_several_kinds_are_left_to_the_other_way() {
        assert!(among("select a from t where b in ($1)", &params![1_i64, "a"]).is_none());
        assert!(among("select a from t where b in ($1)", &params![None::<i64>]).is_none());
        assert!(among("select a from t where b in ($1)", &params![1_i64, None::<i64>]).is_some());
        assert!(insert("insert into t (a) values ($1)", &[params!["a"].to_vec(), params![2_i64].to_vec()]).is_none());
    }
}
