-- One row per tuple.
insert into journal_secret (seq, part, openings)
values ($1, $2, $3)
