-- One row.
insert into journal_quarantine (id, body, reason, at)
values ($1, $2, $3, $4)
on conflict (id) do nothing
