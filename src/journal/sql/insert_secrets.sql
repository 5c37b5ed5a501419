-- One row per tuple.
insert into journal_secret (seq, field, salt, value)
values ($1, $2, $3, $4)
