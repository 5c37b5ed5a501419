-- One row, or none when the event waits already or has been sequenced. Locks nothing.
insert into journal_inbox (id, body)
select $1, $2
where not exists (select 1 from journal_event v join journal_entry e on e.seq = v.seq and e.id = v.id where v.id = $1)
on conflict (id) do nothing
