//! Many rows in few round trips on PostgreSQL: one array per column. Not by COPY: its data and its end are two small packets
//! from us without a word between them, and the second one waits 40 ms for the acknowledgement of the first (Nagle's
//! algorithm, which the driver leaves on).

use sqlx::postgres::{PgArguments, PgHasArrayType, PgTypeInfo};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

use super::Value;
use super::columns::Cells;
use super::postgres;
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
#[derive(Clone)]
pub(super) enum Column<'a> {
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<&'a str>>),
    Bytes(Vec<Option<&'a [u8]>>),
    Ids(Vec<Option<PgId>>),
}

impl<'a> Column<'a> {
    /// `None` when the values are of several kinds, or none of them tells its kind.
    fn of(values: impl Iterator<Item = &'a Value> + Clone) -> Option<Self> {
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
            Value::Text(_) => gather!(Texts, Text, text => text.as_str()),
            Value::Bytes(_) => gather!(Bytes, Bytes, bytes => bytes.as_slice()),
            Value::Id(_) => gather!(Ids, Id, id => PgId(*id)),
        }
    }
}

impl<'a> From<&'a Cells> for Column<'a> {
    fn from(cells: &'a Cells) -> Self {
        match cells {
            Cells::Ints(numbers) => Column::Ints(numbers.iter().copied().map(Some).collect()),
            Cells::Ids(ids) => Column::Ids(ids.iter().copied().map(PgId).map(Some).collect()),
            Cells::Bytes(runs) => Column::Bytes(runs.iter().map(Some).collect()),
            Cells::Texts(texts) => Column::Texts(texts.iter().map(Some).collect()),
        }
    }
}

/// Parameters by the kinds that the driver knows.
#[derive(Clone)]
pub(super) enum Bound<'a> {
    One(&'a Value),
    Own(Value),
    Count(i64),
    Column(Column<'a>),
}

/// A statement and its parameters.
#[derive(Clone)]
pub(super) struct Written<'a> {
    pub(super) sql: String,
    pub(super) bound: Vec<Bound<'a>>,
}

impl<'a> Written<'a> {
    pub(super) fn one(sql: &str, params: &'a [Value]) -> Self {
        Self { sql: sql.to_owned(), bound: params.iter().map(Bound::One).collect() }
    }

    /// As [`Written::one`], with parameters of its own.
    pub(super) fn own(sql: &str, params: Vec<Value>) -> Self {
        Self { sql: sql.to_owned(), bound: params.into_iter().map(Bound::Own).collect() }
    }

    /// `insert … values ($1, $2) …` for all `rows` at once; `None` when a column has no kind or the shape is another.
    pub(super) fn insert(sql: &str, rows: &'a [Vec<Value>]) -> Option<Self> {
        let count = placeholder_count(sql);
        let columns: Option<Vec<Column<'a>>> =
            (0..count).map(|place| Column::of(rows.iter().filter_map(move |row| row.get(place)))).collect();
        Self::insert_columns(sql, columns?)
    }

    /// As [`Written::insert`], of rows that are kept by column.
    pub(super) fn insert_cells(sql: &str, columns: &'a [Cells]) -> Option<Self> {
        Self::insert_columns(sql, columns.iter().map(Column::from).collect())
    }

    fn insert_columns(sql: &str, columns: Vec<Column<'a>>) -> Option<Self> {
        let (before, rest) = sql.rsplit_once("values (")?;
        let (tuple, after) = rest.split_once(')')?;
        let count = placeholder_count(tuple);
        // In their order: others would be put into one another's columns.
        if count != columns.len() || tuple.split(',').map(str::trim).ne((1..=count).map(|place| format!("${place}"))) {
            return None;
        }
        // In the list of what is selected the arrays are walked side by side; after `from` each would be written to a store of its
        // own first.
        let columns_of = (1..=count).map(|place| format!("unnest(${place})")).collect::<Vec<_>>().join(", ");
        let sql = format!("{before}select {columns_of}{after}");
        Some(Self { sql, bound: columns.into_iter().map(Bound::Column).collect() })
    }

    /// `… in ($1) …` with all `keys` at once; `None` when they are of several kinds or the shape is another.
    pub(super) fn among(sql: &str, keys: &'a [Value]) -> Option<Self> {
        let (before, after) = sql.rsplit_once("in ($1)")?;
        Some(Self { sql: format!("{before}= any($1){after}"), bound: vec![Bound::Column(Column::of(keys.iter())?)] })
    }

    pub(super) fn query(self) -> Query<'static, Postgres, PgArguments> {
        let mut query = sqlx::query(AssertSqlSafe(self.sql));
        for bound in self.bound {
            query = match bound {
                Bound::One(value) => postgres::bind_one(query, value),
                Bound::Own(value) => postgres::bind_one(query, &value),
                Bound::Count(count) => query.bind(count),
                Bound::Column(Column::Ints(values)) => query.bind(values),
                Bound::Column(Column::Texts(values)) => query.bind(values),
                Bound::Column(Column::Bytes(values)) => query.bind(values),
                Bound::Column(Column::Ids(values)) => query.bind(values),
            };
        }
        query
    }
}

/// As [`Written::insert`], ready to run.
pub(super) fn insert(sql: &str, rows: &[Vec<Value>]) -> Option<Query<'static, Postgres, PgArguments>> {
    Written::insert(sql, rows).map(Written::query)
}

/// As [`Written::among`], ready to run.
pub(super) fn among(sql: &str, keys: &[Value]) -> Option<Query<'static, Postgres, PgArguments>> {
    Written::among(sql, keys).map(Written::query)
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
