-- One row, or none when the event waits already or has been sequenced. Locks nothing.
insert into journal_inbox (id, body)
select $1, $2
where not exists (select 1 from journal_event where id = $1)
on conflict (id) do nothing
