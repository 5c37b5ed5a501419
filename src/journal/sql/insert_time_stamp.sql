-- One row, or none when this size has one.
insert into journal_time_stamp (size, token, made)
values ($1, $2, $3)
on conflict (size) do nothing
