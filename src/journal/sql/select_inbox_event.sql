-- One row when this event waits, or could not become an entry.
select cast(1 as bigint) as waits
where exists (select 1 from journal_inbox where id = $1) or exists (select 1 from journal_quarantine where id = $1)
