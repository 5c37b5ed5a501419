-- One row per tuple.
insert into journal_node (seq, hashes)
values ($1, $2)
