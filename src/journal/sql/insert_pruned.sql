-- One row per tuple, or none for what is there.
insert into journal_pruned (seq, t_ms, leaf)
values ($1, $2, $3)
on conflict (seq) do nothing
