//! Placeholders: how many a text has, and texts for many rows made from a text for one.

use super::DbError;

/// Rows or keys that one widened text carries. Few sizes, so that the drivers' caches of prepared
/// statements stay useful; far below the engines' own limits (32,766 and 65,535 parameters).
pub(super) const CHUNK_SIZES: [usize; 5] = [64, 8, 4, 2, 1];

/// The largest `$n` of a text. Text constants and comments with a `$` are not expected in our statements.
pub(super) fn placeholder_count(sql: &str) -> usize {
    sql.split('$')
        .skip(1)
        .filter_map(|rest| {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            rest.get(..digits)?.parse::<usize>().ok()
        })
        .max()
        .unwrap_or(0)
}

/// The text without the comment lines that it begins with, every `$n` made `$(n + by)`.
pub(super) fn shifted(sql: &str, by: usize) -> String {
    let mut text = sql.trim_start();
    while let Some(comment) = text.strip_prefix("--") {
        text = comment.split_once('\n').map_or("", |(_, rest)| rest.trim_start());
    }
    let mut pieces = text.trim_end().split('$');
    let mut shifted = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.find(|c: char| !c.is_ascii_digit()).unwrap_or(piece.len());
        let (number, rest) = piece.split_at_checked(digits).unwrap_or((piece, ""));
        let number = number.parse::<usize>().unwrap_or_default() + by;
        shifted.push_str(&format!("${number}{rest}"));
    }
    shifted
}

/// Refuses a wrong number of parameters here: SQLite would silently take NULL for a missing one.
pub(super) fn check_arity(sql: &str, given: usize) -> Result<(), DbError> {
    let wanted = placeholder_count(sql);
    if wanted == given {
        return Ok(());
    }
    Err(DbError::Other(format!("a statement wants {wanted} parameters, {given} were given: {sql}")))
}

/// `insert … values ($1, $2) …` with its tuple repeated for `rows` rows.
pub(super) fn widen_values(sql: &str, rows: usize) -> Result<String, DbError> {
    widen(sql, "values (", rows, |columns, row| {
        let first = row * columns;
        let tuple: Vec<String> = (first + 1..=first + columns).map(|n| format!("${n}")).collect();
        format!("({})", tuple.join(", "))
    })
    .map(|(before, list, after)| format!("{before}values {list}{after}"))
}

/// `… in ($1) …` with room for `keys` keys.
pub(super) fn widen_in(sql: &str, keys: usize) -> Result<String, DbError> {
    widen(sql, "in (", keys, |_, key| format!("${}", key + 1))
        .map(|(before, list, after)| format!("{before}in ({list}){after}"))
}

fn widen(
    sql: &str,
    opening: &str,
    count: usize,
    one: impl Fn(usize, usize) -> String,
) -> Result<(String, String, String), DbError> {
    let shapeless = || DbError::Other(format!("no `{opening}$1 …)` in the statement: {sql}"));
    let (before, rest) = sql.rsplit_once(opening).ok_or_else(shapeless)?;
    let (tuple, after) = rest.split_once(')').ok_or_else(shapeless)?;
    let columns = placeholder_count(tuple);
    if columns == 0 || placeholder_count(sql) != columns {
        return Err(shapeless());
    }
    let list: Vec<String> = (0..count).map(|index| one(columns, index)).collect();
    Ok((before.to_owned(), list.join(", "), after.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_tuple_is_repeated_with_rising_placeholders() {
        let sql = "insert into t (a, b) values ($1, $2) on conflict (a) do nothing";

        let wide = widen_values(sql, 3).unwrap();

        assert_eq!(wide, "insert into t (a, b) values ($1, $2), ($3, $4), ($5, $6) on conflict (a) do nothing");
    }

    #[test]
    fn a_key_list_is_repeated() {
        assert_eq!(widen_in("select a from t where b in ($1)", 2).unwrap(), "select a from t where b in ($1, $2)");
    }

    #[test]
    fn a_text_without_the_tuple_or_with_other_placeholders_is_refused() {
        assert!(widen_values("update t set a = $1", 2).is_err());
        assert!(widen_in("select a from t where c = $2 and b in ($1)", 2).is_err());
    }

    #[test]
    fn placeholders_are_moved_up_and_comments_left_out() {
        let sql = "-- One row.\n-- Locks it.\nupdate t set a = $1, b = $12 where c = $2\n";
        assert_eq!(shifted(sql, 3), "update t set a = $4, b = $15 where c = $5");
        assert_eq!(shifted("select 1", 3), "select 1");
    }

    #[test]
    fn a_wrong_number_of_parameters_is_refused() {
        assert!(check_arity("select $1, $2, $1", 2).is_ok());
        assert!(check_arity("select $1, $2, $1", 1).is_err());
        assert!(check_arity("select $10", 9).is_err());
    }
}
