-- One row per tuple.
insert into journal_secret (seq, seed, facts)
values ($1, $2, $3)
