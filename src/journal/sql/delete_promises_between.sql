-- Promises of the entries from $1 to before $2, which are kept and whose openings are gone. Reads all promises: they are few.
delete from journal_promise
where exists (select 1 from journal_event v where v.id = journal_promise.event and v.seq >= $1 and v.seq < $2)
