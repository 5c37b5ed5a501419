-- One row per tuple.
insert into journal_subject (subject, n, seq)
values ($1, $2, $3)
