-- One row, or none when this size has one.
insert into journal_checkpoint (size, root, note, made, link)
values ($1, $2, $3, $4, $5)
on conflict (size) do nothing
