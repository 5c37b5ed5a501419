-- One row, whether it was there or not.
insert into journal_map (one, size, subjects, root) values (1, $1, $2, $3)
on conflict (one) do update set size = excluded.size, subjects = excluded.subjects, root = excluded.root
