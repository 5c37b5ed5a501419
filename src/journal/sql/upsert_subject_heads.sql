-- One row per tuple; a subject occurs in one tuple only.
insert into journal_subject_head (subject, n, seq, leaf)
values ($1, $2, $3, $4)
on conflict (subject) do update set n = excluded.n, seq = excluded.seq, leaf = excluded.leaf
