-- One row per tuple.
insert into journal_event (id, seq)
values ($1, $2)
